"""检查汇总 as a table: the schools of a round with their sections, points, rate and rank.

The two numbers of the rate, as scripts read them, count half points.
"""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from operator import attrgetter

from inspections.checklist import Checklist
from inspections.models import InspectionRound
from inspections.queries.rounds import Board, SchoolLine, board_of
from reports.tables import Column, Kind, Table
from students.access import WHOLE_COUNTY
from students.models import School

NOTES = (
    "得分率＝得分÷适用项目的满分，按得分率排名，同率同名次；不涉及的项目两边都不算。没有检查完的学校列出来，不排名。",
    "检查结果不改变班级责任考核的分数。",
)


def inspections_table(*, as_of: date, school: School | None = None) -> Table:
    """The latest round that had begun by ``as_of``, all schools of it or one; empty where there is none."""
    row = InspectionRound.objects.filter(first_day__lte=as_of).select_related("checklist").first()
    if row is None:
        return _table("检查汇总", (), [], as_of=as_of, filters=("没有检查批次",))
    board = board_of(row, WHOLE_COUNTY)
    lines = [line for line in board.lines if school is None or line.inspection.school_id == school.pk]
    return round_table(board, lines, as_of=as_of, filters=(school.name if school else "全部学校",))


def round_table(board: Board, lines: Sequence[SchoolLine], *, as_of: date, filters: tuple[str, ...]) -> Table:
    """``lines`` of a round; ``filters`` say which they are."""
    return _table(f"{board.round.title}汇总表", _sections(board.checklist), lines, as_of=as_of, filters=filters)


def _table(title: str, sections: tuple[Column, ...], lines: Sequence[SchoolLine], *, as_of, filters) -> Table:
    return Table(
        title=title,
        columns=(*FIRST, *sections, *LAST),
        rows=lambda: lines,
        count=len(lines),
        unit="所学校",
        as_of=as_of,
        filters=filters,
        tally={"已检查": sum(line.result is not None for line in lines)},
        notes=NOTES,
        fixed_columns=2,
        signatures=("制表", "审核"),
    )


def _sections(checklist: Checklist) -> tuple[Column, ...]:
    return tuple(
        Column(f"sections.{section.code}", section.title, Kind.POINTS, 4.6, _given(position))
        for position, section in enumerate(checklist.sections)
    )


def _given(position: int) -> Callable[[SchoolLine], Decimal | None]:
    def given(line: SchoolLine) -> Decimal | None:
        part = line.parts[position] if line.parts else None
        return part.given if part else None

    return given


def _of_total(name: str) -> Callable[[SchoolLine], object]:
    return lambda line: getattr(line.total, name) if line.total else None


def _inspector(line: SchoolLine) -> str | None:
    return line.inspection.signed_by.name if line.inspection.signed_by else None


FIRST = (
    Column("rank", "名次", Kind.INTEGER, 2.6, attrgetter("rank")),
    Column(
        "school",
        "学校",
        Kind.TEXT,
        9,
        lambda line: line.inspection.school.code,
        lambda line: line.inspection.school.name,
    ),
    Column("township", "乡镇", Kind.TEXT, 5, lambda line: line.inspection.school.township.name),
)
LAST = (
    Column("judged", "已评项目", Kind.INTEGER, 4.6, _of_total("judged")),
    Column("items", "应评项目", Kind.INTEGER, 4.6, _of_total("items")),
    Column("given", "得分", Kind.POINTS, 4, _of_total("given")),
    Column("full", "适用满分", Kind.POINTS, 4.6, _of_total("full")),
    Column("rate", "得分率", Kind.RATE, 5, _of_total("rate")),
    Column("state", "进度", Kind.TEXT, 5, attrgetter("state"), attrgetter("state_words")),
    Column("inspected_on", "检查日期", Kind.DATE, 7.4, attrgetter("inspection.inspected_on")),
    Column(None, "检查人", Kind.TEXT, 5, _inspector),
)
