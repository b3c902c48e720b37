"""Addresses of the casework app; the first page is ``home``."""

from django.urls import path

from casework.views import campaigns, child, closes, duties, home, opening, signs, uploads
from students import converters  # noqa: F401  days in addresses

app_name = "casework"
urlpatterns = [
    path("school/", home.school_board, name="school_board"),
    path("area/", home.area_board, name="area_board"),
    path("students/<int:pk>/", child.child, name="child"),
    path("students/<int:pk>/reveal/", child.reveal, name="reveal"),
    path("campaigns/open/", campaigns.open_campaign, name="open_campaign"),
    path("campaigns/<int:pk>/redraw/", campaigns.redraw_campaign, name="redraw_campaign"),
    path("imports/", uploads.uploads, name="uploads"),
    path("imports/template/", uploads.template, name="template"),
    path("imports/<int:pk>/", uploads.upload, name="upload"),
    path("imports/<int:pk>/progress/", uploads.upload_progress, name="upload_progress"),
    path("imports/<int:pk>/confirm/", uploads.confirm_upload, name="confirm_upload"),
    path("imports/<int:pk>/check/", uploads.check_upload, name="check_upload"),
    path("imports/<int:pk>/cancel/", uploads.cancel_upload, name="cancel_upload"),
    path("imports/<int:pk>/copy/", uploads.upload_copy, name="upload_copy"),
    path("daily/", closes.daily, name="daily"),
    path("daily/schools/<int:pk>/<day:day>/", closes.daily_close, name="daily_close"),
    path("daily/closes/<int:pk>/amend/", closes.amend_close, name="amend_close"),
    path("opening/", opening.opening, name="opening"),
    path("signs/", signs.signs, name="signs"),
    path("signs/schools/", signs.signs_by_school, name="signs_by_school"),
    path("signs/schools/<int:pk>/compute/", signs.compute_school_signs, name="compute_school_signs"),
    path("signs/classes/<int:pk>/compute/", signs.compute_class_signs, name="compute_class_signs"),
    path("signs/children/<int:pk>/put-off/", signs.put_off_signs, name="put_off_signs"),
    path("signs/children/<int:pk>/bring-back/", signs.bring_back_signs, name="bring_back_signs"),
    path("duties/", duties.duty_list, name="duties"),
    path("duties/<int:pk>/", duties.duty, name="duty"),
    path("duties/<int:pk>/contact/", duties.contact, name="contact"),
    path("duties/<int:pk>/report/", duties.report, name="report"),
    path("contacts/<int:pk>/cancel/", duties.cancel_act, {"kind": "contact"}, name="cancel_contact"),
    path("reports/<int:pk>/cancel/", duties.cancel_act, {"kind": "report"}, name="cancel_report"),
]
