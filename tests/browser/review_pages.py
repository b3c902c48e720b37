"""The pages of reviews: opening one, its schools, one school, a child and a month to enter."""

from datetime import date
from uuid import uuid4

from django.urls import reverse

from returns.actions import reviews
from returns.models import Review
from returns.queries.quarters import Quarter, quarter
from students.actions.files import take_in
from students.models import Person
from tests import cast
from tests.returns.reviewed import accept_month, add_words, close, enter, enter_sheet
from tests.scene import MONDAY
from tests.students.papers import picture

# Months of quarters that are over: under review, to be opened, entered to the end, closed.
REVIEWED, TO_OPEN, ENTERED, CLOSED = date(2026, 1, 1), date(2025, 10, 1), date(2025, 1, 1), date(2025, 4, 1)


def review_pages_of(classroom) -> dict[str, tuple[Person, str]]:
    """季度复核: one under way, with something entered, one to be closed, one closed, and a quarter to open."""
    bureau = classroom.bureau
    for month in (REVIEWED, TO_OPEN, ENTERED, CLOSED):
        office = {"clerk": classroom.clerk, "head": classroom.principal, "bureau": bureau}
        accept_month(classroom.school, month, today=MONDAY, **office)
    review, entered, closed = (_opened(bureau, quarter(*which)) for which in ((2025, 2), (2024, 2), (2024, 3)))
    sheet = review.sheets.get()
    children = list(sheet.children.all())
    found = {"instead": "other", "words": "上课时没有见到本人"}
    enter(bureau, children[0], "wrong", paper=take_in(picture()), **found)
    enter(bureau, closed.sheets.get().children.first(), "wrong", **found)
    for each in (entered, closed):
        enter_sheet(bureau, each.sheets.get())
    close(bureau, closed, conclusion="台账要每月核对", today=MONDAY)
    add_words(bureau, closed)

    def page(name: str, *args) -> str:
        return reverse(f"returns:{name}", args=args)

    to_amend = page("school_return", classroom.school.pk, f"{CLOSED:%Y-%m}")
    return {
        "reviews": (bureau, page("reviews")),
        "a review to open": (bureau, page("open_review")),
        "a review under way": (bureau, page("review", review.pk)),
        "a school under review": (bureau, page("review_sheet", sheet.pk) + "?again=1"),
        "a list to take along": (bureau, page("review_sheet_file", sheet.pk)),
        "the rest of a school": (bureau, page("review_rest", sheet.pk, "unverified")),
        "a child to enter": (bureau, page("review_child", children[1].pk)),
        "a child entered": (bureau, page("review_child", children[0].pk)),
        "a ledger to compare": (bureau, page("review_month", sheet.months.get().pk)),
        "a review to close": (bureau, page("review", entered.pk)),
        "a review closed": (bureau, page("review", closed.pk)),
        "a review to export": (bureau, page("review_file", closed.pk)),
        "reviews of a school": (classroom.principal, page("reviews")),
        "a review of a school": (classroom.principal, page("review", closed.pk)),
        "what was found at a school": (classroom.principal, page("review_sheet", closed.sheets.get().pk)),
        "a return to amend after a review": (classroom.clerk, to_amend),
    }


def review_under_way(classroom) -> Review:
    """A review of one accepted month, of which nothing has been entered."""
    office = {"clerk": classroom.clerk, "head": classroom.principal, "bureau": classroom.bureau}
    accept_month(classroom.school, REVIEWED, today=MONDAY, **office)
    return _opened(classroom.bureau, quarter(2025, 2))


def _opened(bureau: Person, which: Quarter) -> Review:
    told = {"quarter": which, "schools": None, "size": 4, "most": None, "submission": uuid4(), "today": MONDAY}
    return reviews.open_review(by=bureau, scope=cast.scope(bureau), **told)
