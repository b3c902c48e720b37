"""Addresses of the returns."""

from django.urls import path

from returns.views import (
    attempts,
    children,
    county,
    files,
    grid,
    period,
    review_entry,
    review_rest,
    review_steps,
    reviews,
    rounds,
)
from students import converters  # noqa: F401  period in an address

app_name = "returns"
PLACE = "returns/<int:pk>/<period:code>/"
urlpatterns = [
    path("returns/", grid.returns, name="returns"),
    path("returns/rounds/", rounds.rounds_now, name="rounds"),
    path("returns/rounds/file/", rounds.rounds_file, name="rounds_file"),
    path("returns/county/<period:code>/", county.county, name="county"),
    path("returns/county/<period:code>/file/", county.county_file, name="county_file"),
    path("returns/reviews/", reviews.reviews, name="reviews"),
    path("returns/reviews/open/", reviews.open_review, name="open_review"),
    path("returns/reviews/<int:pk>/", reviews.review, name="review"),
    path("returns/reviews/<int:pk>/close/", review_steps.close, name="close_review"),
    path("returns/reviews/<int:pk>/add/", review_steps.add, name="add_to_review"),
    path("returns/reviews/<int:pk>/file/", review_steps.results_file, name="review_file"),
    path("returns/reviews/requests/<int:pk>/close/", review_steps.close_request, name="close_request"),
    path("returns/reviews/schools/<int:pk>/", reviews.sheet, name="review_sheet"),
    path("returns/reviews/schools/<int:pk>/file/", reviews.sheet_file, name="review_sheet_file"),
    path("returns/reviews/schools/<int:pk>/rest/undo/", review_rest.undo_rest, name="undo_review_rest"),
    path("returns/reviews/schools/<int:pk>/rest/<slug:finding>/", review_rest.rest, name="review_rest"),
    path("returns/reviews/children/<int:pk>/", review_entry.child, name="review_child"),
    path("returns/reviews/months/<int:pk>/", review_entry.month, name="review_month"),
    path("returns/reviews/papers/<int:pk>/", review_entry.paper, name="review_paper"),
    path("returns/reviews/papers/<int:pk>/remove/", review_entry.remove_paper, name="remove_review_paper"),
    path(PLACE, period.school_return, name="school_return"),
    path(f"{PLACE}file/", files.return_file, name="return_file"),
    path(f"{PLACE}children/<slug:figure>/", children.return_children, name="return_children"),
    path(f"{PLACE}children/<slug:figure>/file/", children.return_children_file, name="return_children_file"),
    path(f"{PLACE}attempts/<int:number>/<int:attempt>/", attempts.attempt, name="attempt"),
    path(f"{PLACE}attempts/<int:number>/<int:attempt>/file/", attempts.attempt_file, name="attempt_file"),
    *(
        path(f"{PLACE}{press.address}/", period.press, {"name": name}, name=name)
        for name, press in period.PRESSES.items()
    ),
]
