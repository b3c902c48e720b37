"""A school with a quarter of accepted returns, and a review of it, in one line each."""

from datetime import date
from uuid import uuid4

from django.utils import timezone

from returns.actions import filing, review_closing, reviews
from returns.models import (
    AmendmentRequest,
    Edition,
    Review,
    ReviewChild,
    ReviewMonth,
    ReviewSheet,
    SchoolReturn,
    Snapshot,
)
from returns.queries.content import content_to_sign
from returns.queries.live import live_figures
from returns.queries.periods import filing_month
from returns.queries.quarters import quarter
from returns.queries.review_results import closing_of
from returns.reviewing import Agreement, Finding
from returns.states import State
from scoring.frozen import digest
from students.models import School
from students.policy import Policy
from students.templatetags.chinese import cdate
from tests import cast

SEPTEMBER, OCTOBER, NOVEMBER = (date(2026, month, 1) for month in (9, 10, 11))
QUARTER = (SEPTEMBER, OCTOBER, NOVEMBER)
TODAY = date(2026, 11, 30)  # a Monday; November ended on the 25th
SEED = "0123456789abcdef"


def autumn():
    """The first quarter of the school year 2026."""
    return quarter(2026, 1)


def file_month(school: School, start: date, *, clerk, head, today: date = TODAY, reason: str = "") -> Edition:
    """A month, or its amendment, prepared, signed and filed as the facts are now."""

    def given(who) -> dict:
        place = {"school": school, "period": filing_month(start), "today": today}
        return place | {"by": who, "scope": cast.scope(who)}

    row = filing.prepare(**given(clerk), remark="", reason=reason, seen=0)
    mark = live_figures(school, filing_month(start), today=today).mark
    row = filing.sign(**given(head), mark=mark, seen=row.version)
    return filing.file_return(**given(clerk), seen=row.version)


def accept_month(school: School, start: date, *, clerk, head, bureau, today: date = TODAY) -> Edition:
    """A month filed and accepted as the facts are now: its rows, without the way to them."""
    month = filing_month(start)
    live = live_figures(school, month, today=today)
    span, when = month.period, timezone.now()
    days = {"kind": span.kind, "first": span.first, "cut_off": span.cut_off, "deadline": month.deadline}
    row = SchoolReturn.objects.create(school=school, period=span.code, **days)
    signed = {"prepared_by": clerk.name, "signed_by": head.name, "day": cdate(today), "deadline": cdate(month.deadline)}
    content = content_to_sign(
        live, month, Edition(school_return=row), times=1, changes=(), months=None, warnings=(), policy=Policy(),
        signed=signed,
    )  # fmt: skip
    kept = {"sha256": digest(content), "pdf": b"%PDF-1.7", "pdf_sha256": "0", "made_at": when, "made_by": head}
    snapshot = Snapshot.objects.create(school_return=row, content=content, **kept)
    done = {f"{step}_{what}": value for step, who in
            (("prepared", clerk), ("signed", head), ("filed", clerk), ("decided", bureau))
            for what, value in (("at", when), ("by", who))}  # fmt: skip
    return Edition.objects.create(school_return=row, state=State.ACCEPTED, snapshot=snapshot, **done)


def accept_quarter(school: School, **people) -> None:
    for start in QUARTER:
        accept_month(school, start, **people)


def opened(bureau, *, schools=None, size: int = 3, most: int | None = None, **more) -> Review:
    told = {"quarter": autumn(), "submission": uuid4(), "today": TODAY, "seed": SEED} | more
    return reviews.open_review(by=bureau, scope=cast.scope(bureau), schools=schools, size=size, most=most, **told)


def sheet_of(school: School) -> ReviewSheet:
    return ReviewSheet.objects.get(school=school)


def children(school: School) -> list[ReviewChild]:
    return list(ReviewChild.objects.filter(sheet__school=school).order_by("position"))


def months(school: School) -> list[ReviewMonth]:
    return list(ReviewMonth.objects.filter(sheet__school=school).order_by("edition__school_return__period"))


def enter(by, child: ReviewChild, finding=Finding.HOLDS, *, instead="", words="", paper=None, seen=None):
    told = {"finding": finding, "instead": instead, "words": words, "paper": paper}
    version = child.version if seen is None else seen
    return reviews.enter_child(by=by, scope=cast.scope(by), child=child, seen=version, **told)


def enter_month(by, month: ReviewMonth, agreement=Agreement.AGREES, *, found=None, words="", seen=None):
    told = {"agreement": agreement, "found": found or {}, "words": words}
    version = month.version if seen is None else seen
    return reviews.enter_month(by=by, scope=cast.scope(by), month=month, seen=version, **told)


def enter_all(by, school: School) -> None:
    """Everything of a school that has not been entered holds."""
    enter_sheet(by, sheet_of(school))


def enter_sheet(by, sheet: ReviewSheet) -> None:
    """The same of one sheet."""
    for child in sheet.children.filter(finding=""):
        enter(by, child)
    for month in sheet.months.filter(agreement=""):
        enter_month(by, month)


def close(by, review: Review, *, mark: str | None = None, conclusion: str = "", today: date = TODAY) -> Review:
    told = {"mark": closing_of(review, today=today).mark if mark is None else mark, "conclusion": conclusion}
    return review_closing.close_review(by=by, scope=cast.scope(by), review=review, today=today, **told)


def add_words(by, review: Review, words: str = "学校补交了材料"):
    return review_closing.add_words(by=by, scope=cast.scope(by), review=review, words=words)


def end(by, request: AmendmentRequest, reason: str = "学校已经说明"):
    return review_closing.close_request(by=by, scope=cast.scope(by), request=request, reason=reason)
