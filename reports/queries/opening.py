"""开学到校情况 as tables: the counts by school or class, and the children by name."""

from datetime import date
from operator import attrgetter
from typing import NamedTuple

from casework.queries import opening as queries
from reports.tables import Column, Kind, Table, number_column
from students.queries.opening import Board, Figures

FIGURES = {
    "due": "应到",
    "arrived": "实到",
    "absent": "未到",
    "unknown": "未点名",
    "before": "上学期末在校",
    "lost": "流失",
    "in_order": "正常离校",
    "returned": "回流",
}


OF_THIS_TERM = ("due", "arrived", "absent", "unknown")


class FigureRow(NamedTuple):
    """A school or class with its counts."""

    name: str
    figures: Figures
    unregistered: int


class ChildRow(NamedTuple):
    """A child of one of the lists."""

    number: int
    name: str
    student: str
    school: str
    school_class: str
    whereabouts: str
    reason: str
    place: str
    visit: str
    days: str


def opening_table(board: Board, *, by_school: bool, filters: tuple[str, ...]) -> Table:
    """The counts, a row a school or class, and their sum."""
    rows = [FigureRow(line.name, line.figures, line.unregistered) for line in queries.lines(board, by_school=by_school)]
    total = FigureRow("合计", board.total, board.unregistered)
    # Without a term before there is nothing to compare with, and that is not the same as nobody.
    known = {name: label for name, label in FIGURES.items() if board.opening.before or name in OF_THIS_TERM}
    columns = (
        Column("name", "学校" if by_school else "班级", Kind.TEXT, 9, attrgetter("name"), stressed=frozenset({"合计"})),
        *(Column(name, label, Kind.INTEGER, 4, attrgetter(f"figures.{name}")) for name, label in known.items()),
        Column("unregistered", "没点名的天数", Kind.INTEGER, 4, attrgetter("unregistered")),
    )
    return Table(
        title="开学到校情况",
        columns=columns,
        rows=lambda: [*rows, total],
        count=len(rows) + 1,
        unit="行",
        as_of=board.opening.as_of,
        filters=(str(board.term), *filters),
        notes=(f"统计各班本学期前{board.opening.days}个上课日。", *queries.DEFINITIONS),
    )


def children_table(board: Board, which: str, *, today: date, filters: tuple[str, ...], reveal: bool) -> Table:
    """The children of a list: 未到, 流失 or 回流."""
    rows = [
        ChildRow(
            number=number,
            name=child.student.name,
            student=child.student.number,
            school=str(child.place.school),
            school_class=str(child.place),
            whereabouts=child.found.gone.label if child.found.gone else "",
            reason=child.noted.get_reason_display() if child.noted else "",
            place=child.noted.whereabouts if child.noted else "",
            visit=child.visit_words if which != "returned" else "",
            days=child.days,
        )
        for number, child in enumerate(queries.named(board, board.of(which), today=today), start=1)
    ]
    return Table(
        title=f"开学{queries.LISTS[which]}学生",
        columns=(
            Column(None, "序号", Kind.INTEGER, 2.5, attrgetter("number")),
            Column("name", "姓名", Kind.TEXT, 5, attrgetter("name")),
            number_column("student", "学籍号", 11, attrgetter("student"), reveal=reveal),
            Column("school", "学校", Kind.TEXT, 8, attrgetter("school")),
            Column("class", "班级", Kind.TEXT, 6, attrgetter("school_class")),
            Column("gone", "去处", Kind.TEXT, 5, attrgetter("whereabouts")),
            Column("reason", "未到原因", Kind.TEXT, 5, attrgetter("reason")),
            Column("whereabouts", "去向", Kind.TEXT, 8, attrgetter("place")),
            Column("visit", "家访", Kind.TEXT, 6, attrgetter("visit")),
            Column("days", "开学几天", Kind.TEXT, 10, attrgetter("days")),
        ),
        rows=lambda: rows,
        count=len(rows),
        unit="人",
        as_of=board.opening.as_of,
        filters=(str(board.term), *filters),
        notes=queries.DEFINITIONS,
        fixed_columns=2,
    )
