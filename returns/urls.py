"""Addresses of the returns."""

from django.urls import path

from returns.views import county, files, grid, month
from students import converters  # noqa: F401  month in an address

app_name = "returns"
PLACE = "returns/<int:pk>/<month:start>/"
urlpatterns = [
    path("returns/", grid.returns, name="returns"),
    path("returns/county/<month:start>/", county.county, name="county"),
    path("returns/county/<month:start>/file/", county.county_file, name="county_file"),
    path(PLACE, month.school_return, name="school_return"),
    path(f"{PLACE}file/", files.return_file, name="return_file"),
    path(f"{PLACE}prepare/", month.prepare, name="prepare"),
    path(f"{PLACE}sign/", month.sign, name="sign"),
    path(f"{PLACE}hand-in/", month.hand_in, name="hand_in"),
    path(f"{PLACE}zero/", month.hand_in_zero, name="hand_in_zero"),
    path(f"{PLACE}take-back/", month.take_back, name="take_back"),
    path(f"{PLACE}accept/", month.accept, name="accept"),
    path(f"{PLACE}send-back/", month.send_back, name="send_back"),
]
