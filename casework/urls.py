"""Addresses of the casework app; the first page is ``home``."""

from django.urls import path

from casework.views import duties, home

app_name = "casework"
urlpatterns = [
    path("school/", home.school_board, name="school_board"),
    path("area/", home.area_board, name="area_board"),
    path("duties/", duties.duty_list, name="duties"),
    path("duties/<int:pk>/", duties.duty, name="duty"),
    path("duties/<int:pk>/contact/", duties.contact, name="contact"),
    path("duties/<int:pk>/report/", duties.report, name="report"),
    path("contacts/<int:pk>/cancel/", duties.cancel_act, {"kind": "contact"}, name="cancel_contact"),
    path("reports/<int:pk>/cancel/", duties.cancel_act, {"kind": "report"}, name="cancel_report"),
]
