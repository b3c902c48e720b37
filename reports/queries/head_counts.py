"""班级清点 as a table: a row a count, and a row for every count that is still owed."""

from collections import defaultdict
from datetime import date
from operator import attrgetter
from typing import NamedTuple

from reports.tables import Column, Kind, Table
from students.models import HeadCountMissing
from students.queries.head_counts import ClassLine, CountBoard, Counted


class CountRow(NamedTuple):
    """One count of a class, or one that is owed."""

    school: str
    school_class: str
    number: int
    counted_on: date | None
    on_roll: int | None
    present: int | None
    difference: int | None
    missing: str
    note: str
    counted_by: str
    result: str


COLUMNS = (
    Column("school", "学校", Kind.TEXT, 8, attrgetter("school")),
    Column("class", "班级", Kind.TEXT, 6, attrgetter("school_class")),
    Column("number", "次序", Kind.INTEGER, 2.5, attrgetter("number")),
    Column("counted_on", "清点日期", Kind.DATE, 7.5, attrgetter("counted_on")),
    Column(
        "on_roll",
        "在校",
        Kind.INTEGER,
        3,
        attrgetter("on_roll"),
        note="清点当天学籍上在校的学生数，清点时记下，以后不变。",
    ),
    Column("present", "实到", Kind.INTEGER, 3, attrgetter("present"), note="清点人在教室里当面数到的人数。"),
    Column("difference", "差", Kind.INTEGER, 2.5, attrgetter("difference"), note="实到减在校。"),
    Column(
        "result", "核对", Kind.TEXT, 5, attrgetter("result"), stressed=frozenset(), note="未清点的是本学期还欠的次数。"
    ),
    Column("missing", "不在的学生和原因", Kind.TEXT, 14, attrgetter("missing")),
    Column("note", "说明", Kind.TEXT, 9, attrgetter("note")),
    Column("counted_by", "清点人", Kind.TEXT, 4, attrgetter("counted_by")),
)


def head_counts_table(board: CountBoard, *, filters: tuple[str, ...], as_of: date) -> Table:
    """The counts of a term; differences first, as on the page."""
    missing: dict[int, list[str]] = defaultdict(list)
    counts = [each.count.pk for line in board.lines for each in line.counted]
    for row in HeadCountMissing.objects.filter(head_count__in=counts).select_related("student"):
        missing[row.head_count_id].append(f"{row.student.name}（{row.get_reason_display()}）")
    rows = [row for line in board.lines for row in _rows(line, missing)]
    return Table(
        title="班级清点",
        columns=COLUMNS,
        rows=lambda: rows,
        count=len(rows),
        unit="次",
        as_of=as_of,
        filters=(str(board.term), *filters),
        tally={
            "相符": sum(row.result == "相符" for row in rows),
            "有差异": sum(row.result not in ("相符", "未清点") for row in rows),
            "未清点": sum(row.result == "未清点" for row in rows),
        },
        notes=(f"每班每学期清点{board.rounds}次；学校和上级同一天都点过的，算一次。",),
        fixed_columns=2,
    )


def _rows(line: ClassLine, missing) -> list[CountRow]:
    place = str(line.school_class.school), str(line.school_class)
    made = [_made(place, number, each, missing) for number, day in enumerate(line.days, start=1) for each in day]
    owed = range(len(line.days) + 1, len(line.days) + 1 + line.owed)
    return made + [CountRow(*place, number, None, None, None, None, "", "", "", "未清点") for number in owed]


def _made(place: tuple[str, str], number: int, each: Counted, missing) -> CountRow:
    count = each.count
    return CountRow(
        *place,
        number=number,
        counted_on=count.counted_on,
        on_roll=count.on_roll,
        present=count.present,
        difference=each.difference,
        missing="、".join(missing[count.pk]),
        note=count.note,
        counted_by=count.counted_by.name,
        result=each.words,
    )
