"""可能流失学生 as a table: exactly the children that the page lists, with why, since when, by whom and what next."""

from collections.abc import Iterator
from datetime import date
from itertools import count, islice
from operator import attrgetter
from typing import NamedTuple

from django.db.models import QuerySet

from casework.likely_lost import Ground, rule_words
from casework.queries.likely_lost import Tallies
from casework.queries.likely_lost_lines import SOON, LikelyLost, likely_lost
from reports.tables import Column, Kind, Table, number_column
from students.models import RegistryLine
from students.templatetags.chinese import cdate

CHUNK = 500  # children read together


class LostRow(NamedTuple):
    """A child as the table prints it."""

    number: int
    name: str
    student_number: str
    township: str
    school: str
    school_name: str
    school_class: str
    class_name: str
    grounds: str
    reasons: str
    since: date
    who: str
    step: str
    on: date | None


PLACE, GROUNDS, MEASURES = "学校", "可能流失", "措施"  # the heads over the columns


def columns(*, reveal: bool) -> tuple[Column, ...]:
    """The columns; ``reveal``: 学籍号 in full."""
    return (
        Column(None, "序号", Kind.INTEGER, 2.6, attrgetter("number")),
        Column("name", "姓名", Kind.TEXT, 4.5, attrgetter("name")),
        number_column("student_number", "学籍号", 9, attrgetter("student_number"), reveal=reveal),
        Column("township", "乡镇", Kind.TEXT, 4.5, attrgetter("township"), group=PLACE),
        Column("school", "学校", Kind.TEXT, 7, attrgetter("school"), attrgetter("school_name"), group=PLACE),
        Column("class", "班级", Kind.TEXT, 5, attrgetter("school_class"), attrgetter("class_name"), group=PLACE),
        Column("grounds", "情形", Kind.TEXT, 4.5, attrgetter("grounds"), group=GROUNDS),
        Column("reasons", "依据", Kind.TEXT, 13, attrgetter("reasons"), group=GROUNDS),
        Column("since", "从哪天起", Kind.DATE, 7, attrgetter("since"), group=GROUNDS),
        Column("who", "由谁办", Kind.TEXT, 4.5, attrgetter("who"), group=MEASURES),
        Column("step", "下一步", Kind.TEXT, 7, attrgetter("step"), group=MEASURES),
        Column("on", "最迟", Kind.TEXT, 7, attrgetter("on"), _by_when, group=MEASURES),
    )


def _by_when(row: LostRow) -> str:
    return cdate(row.on) if row.on else SOON


def likely_lost_table(
    rows: QuerySet[RegistryLine], counted: Tallies, *, number: int, today: date, suspected_days: int, reveal: bool,
    filters: tuple[str, ...],
) -> Table:  # fmt: skip
    """The children of ``rows`` in their order; ``number``: how many they are."""
    hidden = () if reveal else ("学籍号只显示首尾几位。",)
    return Table(
        title="可能流失学生名单",
        columns=columns(reveal=reveal),
        rows=lambda: _rows(rows, today, suspected_days),
        count=number,
        unit="人",
        as_of=today,
        filters=filters,
        tally={ground.label: counted.whole.by_ground[ground] for ground in Ground},
        notes=(rule_words(suspected_days), "一名学生可有几种情形，各计一次。", *hidden),
        fixed_columns=2,
    )


def _rows(rows: QuerySet[RegistryLine], today: date, suspected_days: int) -> Iterator[LostRow]:
    """Some hundred children at a time: the county's list streams."""
    students, numbers = rows.values_list("pk", flat=True).iterator(chunk_size=CHUNK), count(1)
    while chunk := list(islice(students, CHUNK)):
        for child in likely_lost(chunk, today, suspected_days=suspected_days):
            yield _row(next(numbers), child)


def _row(number: int, child: LikelyLost) -> LostRow:
    school_class = child.line.school_class
    school = school_class.school
    return LostRow(
        number=number,
        name=child.student.name,
        student_number=child.student.student_number or "",
        township=school.township.name,
        school=school.code,
        school_name=school.name,
        school_class=school_class.number,
        class_name=school_class.name,
        grounds="、".join(ground.label for ground in child.grounds),
        reasons=child.reasons,
        since=child.since,
        who=child.who,
        step=child.step,
        on=child.on,
    )
