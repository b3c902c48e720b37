"""All addresses of the site."""

from django.urls import include, path

from casework.views.home import home

urlpatterns = [
    path("", home, name="home"),
    path("", include("casework.urls")),
    path("", include("returns.urls")),
    path("", include("reports.urls")),
    path("", include("scoring.urls")),
    path("", include("inspections.urls")),
    path("", include("students.urls")),
]

handler400 = "config.views.bad_request"
handler403 = "config.views.forbidden"
handler404 = "config.views.not_found"
handler500 = "config.views.server_error"
