"""The pages of returns: the grid, a month to file, one filed and amended, the sum of the county, its review."""

from datetime import date

from django.urls import reverse

from returns.actions import filing
from returns.queries.live import live_figures
from returns.queries.periods import filing_month
from students.models import Person
from tests import cast
from tests.browser.review_pages import review_pages_of
from tests.scene import MONDAY

MAY, JUNE, JULY, AUGUST = (date(2026, month, 1) for month in (5, 6, 7, 8))


def return_pages_of(classroom) -> dict[str, tuple[Person, str]]:
    """月报上报: nothing begun, waiting for the signature, accepted, and not begun at all."""
    clerk, principal, bureau = classroom.clerk, classroom.principal, classroom.bureau

    def given(who: Person, month: date) -> dict:
        place = {"school": classroom.school, "period": filing_month(month), "today": MONDAY}
        return place | {"by": who, "scope": cast.scope(who)}

    def filed(month: date):
        mark = live_figures(classroom.school, filing_month(month), today=MONDAY).mark
        filing.sign(**given(principal, month), mark=mark, seen=2)
        return filing.file_return(**given(clerk, month), seen=3)

    for month in (MAY, JUNE, JULY):
        filing.prepare(**given(clerk, month), remark="没有变动", reason="", seen=0)
    filing.accept(**given(bureau, JUNE), seen=filed(JUNE).pk)
    filing.send_back(**given(bureau, MAY), seen=filed(MAY).pk, reason="请核对转出")

    def page(name: str, *args) -> str:
        return reverse(f"returns:{name}", args=args)

    school = classroom.school.pk
    return {
        "returns": (bureau, page("returns")),
        "returns of one school": (principal, page("returns")),
        "returns, none found": (bureau, page("returns") + "?q=none"),
        "a return to prepare": (clerk, page("school_return", school, "2026-08")),
        "a return to sign": (principal, page("school_return", school, "2026-07")),
        "a return accepted": (bureau, page("school_return", school, "2026-06")),
        "a return sent back": (clerk, page("school_return", school, "2026-05")),
        "what was sent back": (clerk, page("attempt", school, "2026-05", 0, 1)),
        "a return to export": (clerk, page("return_file", school, "2026-06")),
        "a report of a term": (principal, page("school_return", school, "2026-1")),
        "the rounds": (bureau, page("rounds")),
        "the rounds of a school": (principal, page("rounds")),
        "the rounds to export": (bureau, page("rounds_file")),
        "a return to come": (clerk, page("school_return", school, "2026-12")),
        "the county's return": (bureau, page("county", "2026-06") + "?compare=1"),
        "the county's return to export": (bureau, page("county_file", "2026-06")),
    } | review_pages_of(classroom)
