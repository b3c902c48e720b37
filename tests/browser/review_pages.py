"""The pages of reviews: opening one, its schools, one school, a child and a month to enter."""

from datetime import date
from uuid import uuid4

from django.urls import reverse

from returns.actions import reviews
from returns.models import ReviewChild, ReviewMonth
from returns.queries.quarters import quarter
from students.actions.files import take_in
from students.models import Person
from tests import cast
from tests.returns.reviewed import accept_month
from tests.scene import MONDAY
from tests.students.papers import picture

REVIEWED, TO_OPEN = date(2026, 1, 1), date(2025, 10, 1)  # months of two quarters of the last school year


def review_pages_of(classroom) -> dict[str, tuple[Person, str]]:
    """季度复核: one under way, with something entered, and a quarter that can be opened."""
    bureau = classroom.bureau
    for month in (REVIEWED, TO_OPEN):
        office = {"clerk": classroom.clerk, "head": classroom.principal, "bureau": bureau}
        accept_month(classroom.school, month, today=MONDAY, **office)
    by = {"by": bureau, "scope": cast.scope(bureau)}
    told = {"quarter": quarter(2025, 2), "schools": None, "size": 4, "most": None, "submission": uuid4()}
    review = reviews.open_review(**by, **told, today=MONDAY)
    children = list(ReviewChild.objects.filter(sheet__review=review))
    found = {
        "finding": "wrong",
        "instead": "other",
        "words": "上课时没有见到本人",
        "paper": take_in(picture()),
        "seen": 0,
    }
    reviews.enter_child(**by, child=children[0], paper=take_in(picture()), **found)
    month, sheet = ReviewMonth.objects.get(sheet__review=review), children[0].sheet_id

    def page(name: str, *args) -> str:
        return reverse(f"returns:{name}", args=args)

    return {
        "reviews": (bureau, page("reviews")),
        "a review to open": (bureau, page("open_review")),
        "a review under way": (bureau, page("review", review.pk)),
        "a school under review": (bureau, page("review_sheet", sheet) + "?again=1"),
        "a list to take along": (bureau, page("review_sheet_file", sheet)),
        "a child to enter": (bureau, page("review_child", children[1].pk)),
        "a child entered": (bureau, page("review_child", children[0].pk)),
        "a ledger to compare": (bureau, page("review_month", month.pk)),
        "no review for a school yet": (classroom.principal, page("reviews")),
    }
