"""What a review has come to: its table of results, what is signed, and what the schools are asked to amend."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from django.utils import timezone

from reports.tables import Column, Kind, Table
from returns.models import AmendmentRequest, Review, ReviewChild, ReviewMonth, ReviewSheet
from returns.queries.periods import FilingPeriod
from returns.queries.reviews import MonthLine, SheetLine, sheet_lines, sum_of
from returns.reviewing import AGREEING, HOLDING, Finding
from returns.snapshots import kept_table, table_from
from scoring.frozen import digest
from students.access import WHOLE_COUNTY, Scope
from students.models import School

TITLE = "季度复核结果"


@dataclass(frozen=True)
class Closing:
    """What would be signed: all schools of a review, their table, and its mark."""

    lines: Sequence[SheetLine]
    table: Table
    mark: str


def closing_of(review: Review, *, today: date) -> Closing:
    """What is signed as it stands; ``mark`` changes with every word that is entered. Five queries."""
    lines = sheet_lines(WHOLE_COUNTY, review)
    table = review_table(review, lines, as_of=today)
    versions = [
        sorted(rows.filter(sheet__review=review).order_by().values_list("pk", "version"))
        for rows in (ReviewChild.objects, ReviewMonth.objects)
    ]
    return Closing(lines, table, digest([kept_table(table), *([list(pair) for pair in each] for each in versions)]))


def results_of(review: Review, scope: Scope, lines: Sequence[SheetLine]) -> Table:
    """The table of a closed review: as it was signed, or of the schools that the reader may open."""
    if scope.county:
        return replace(table_from(review.content["table"], notes=said_later(review)), about=review.about)
    closed_on = timezone.localtime(review.closed_at).date()
    return review_table(review, lines, as_of=closed_on, notes=said_later(review))


def said_later(review: Review) -> list[str]:
    """What is printed under the results: the conclusion, who signed them, what was added; a query."""
    said = [f"复核意见：{review.conclusion}"] if review.conclusion else []
    said.append(f"{review.closed_by.name}定稿。")
    return said + [f"补充说明第{each.number}号：{each.words}" for each in review.additions.all()]


def review_table(review: Review, lines: Sequence[SheetLine], *, as_of: date, notes: Sequence[str] = ()) -> Table:
    """School by school: the children drawn and what was found of them, the numbers that were compared."""
    return Table(
        title=TITLE,
        columns=COLUMNS,
        rows=lambda: lines,
        count=len(lines),
        unit="所学校",
        as_of=as_of,
        filters=(review.quarter_words, f"{len(lines)}所学校"),
        notes=(HOLDING.note, AGREEING.note, *notes),
        fixed_columns=2,
        signatures=("制表人", "审核人", "负责人"),
        total=SheetLine(ReviewSheet(school=School(name="合计", code="")), sum_of(lines)),
        about=review.about,
    )


def _tally(name: str, line: SheetLine):
    return getattr(line.tally, name)


def _count(key: str, header: str) -> Column:
    return Column(key, header, Kind.INTEGER, 4.5, partial(_tally, key))


COLUMNS = (
    Column("school_code", "学校代码", Kind.CODE, 6, lambda line: line.sheet.school.code or None),
    Column("school", "学校", Kind.TEXT, 12, lambda line: line.sheet.school.name),
    _count("drawn", "抽查学生"),
    _count("holds", "属实"),
    _count("wrong", "不属实"),
    _count("unverified", "未能核实"),
    Column("holding_rate", "属实率", Kind.RATE, 5, partial(_tally, "holding_rate")),
    _count("numbers", "核对数字"),
    _count("agreeing", "一致"),
    _count("differing", "不一致"),
    Column("agreeing_rate", "相符率", Kind.RATE, 5, partial(_tally, "agreeing_rate")),
)


@dataclass(frozen=True)
class RequestLine:
    """要求更正 in words. ``wrong``: how many children of the month were found otherwise than they were reported."""

    row: AmendmentRequest
    wrong: int

    @property
    def month(self) -> MonthLine:
        return MonthLine(self.row.month)

    @property
    def is_open(self) -> bool:
        return not (self.row.is_answered or self.row.closed_at)

    @property
    def label(self) -> str:
        if self.row.closed_at:
            return "不再要求"
        return "已经更正" if self.row.is_answered else "待更正"

    @property
    def tone(self) -> str:
        return {"不再要求": "mute", "已经更正": "ok", "待更正": "alarm"}[self.label]

    @property
    def words(self) -> str:
        """抽查的学生2人不属实；期末在校上报8，台账7."""
        children = f"抽查的学生{self.wrong}人不属实" if self.wrong else ""
        return "；".join(filter(None, [children, self.month.differing]))


def request_lines(scope: Scope, **where) -> list[RequestLine]:
    """What the schools of a scope are asked to amend, narrowed down by ``where``; two queries."""
    rows = AmendmentRequest.objects.visible_to(scope.of_whole_schools).filter(**where).with_answer()
    rows = rows.select_related(
        "month__sheet__school", "month__sheet__review", "month__edition__school_return", "closed_by"
    ).order_by("month__sheet__school__code", "month__edition__school_return__period")
    found = list(rows)
    if not found:
        return []
    children = ReviewChild.objects.filter(month__in=[row.month_id for row in found], finding=Finding.WRONG)
    wrong = list(children.values_list("month", flat=True))
    return [RequestLine(row, wrong.count(row.month_id)) for row in found]


def asked_of(scope: Scope, school: School, period: FilingPeriod) -> list[RequestLine]:
    """What a review asks a school to amend of a period and has not been answered; a query where there is nothing."""
    where = {"month__sheet__school": school, "month__edition__school_return__period": period.code}
    return [line for line in request_lines(scope, **where) if line.is_open]
