"""The table 三包花名册: key children with class, village, teacher, visits and results on a day."""

from datetime import date
from operator import attrgetter

from reports.tables import Column, Kind, Table
from scoring.queries.bundle_roster import AGAIN, NOBODY, RosterRow, roster
from students.models import School

NOTES = (
    "重点生：有个案的学生，动摇生、贫困生、学困生。班主任包班按任职，领导包村按户籍村，教师包学生按安排。",
    "联系、家访：负责的教师从安排之日起到截至日期自己登记的；家访只算见到家里人的，未遇不算。学校、班级按现在。",
)
PLACE, TEACHER, VILLAGE, DEEDS = "学校", "教师包学生", "领导包村", "联系和家访"  # the heads over the columns
CLASS_NUMBER = attrgetter("line.school_class.number")
COLUMNS = (
    Column("school", "学校", Kind.TEXT, 7, attrgetter("line.school.code"), attrgetter("line.school.name"), group=PLACE),
    Column("class", "班级", Kind.TEXT, 5, CLASS_NUMBER, attrgetter("line.school_class.name"), group=PLACE),
    Column("name", "学生", Kind.TEXT, 4.5, attrgetter("line.student.name")),
    Column("why", "情形", Kind.TEXT, 5, attrgetter("why")),
    Column("homeroom", "班主任", Kind.TEXT, 4.5, attrgetter("homeroom")),
    Column("person", "教师", Kind.TEXT, 4.5, attrgetter("person"), group=TEACHER),
    Column("since", "从哪天起", Kind.DATE, 7, attrgetter("since"), group=TEACHER),
    Column("state", "状态", Kind.TEXT, 5, attrgetter("state"), stressed=frozenset({NOBODY, AGAIN}), group=TEACHER),
    Column("village", "户籍村", Kind.TEXT, 5, attrgetter("village"), group=VILLAGE),
    Column("head", "领导", Kind.TEXT, 4.5, attrgetter("head"), group=VILLAGE),
    Column("contacts", "联系次数", Kind.INTEGER, 3, attrgetter("deeds.contacts"), group=DEEDS),
    Column("visits", "家访次数", Kind.INTEGER, 3, attrgetter("deeds.visits"), group=DEEDS),
    Column("last_on", "最近联系", Kind.DATE, 7, attrgetter("last_on"), group=DEEDS),
    Column("last_result", "结果", Kind.TEXT, 9, attrgetter("last_words"), group=DEEDS),
)


def bundles_table(*, as_of: date, school: School | None = None) -> Table:
    """The roster of every school, or of one, on a day."""
    schools = [school] if school else School.objects.all()
    return table_of(schools, as_of=as_of, filters=(school.name if school else "全部学校",))


def table_of(schools, *, as_of: date, filters: tuple[str, ...]) -> Table:
    """The roster of ``schools``; ``filters`` say which they are."""
    rows: list[RosterRow] = roster(schools, as_of)
    return Table(
        title="三包花名册",
        columns=COLUMNS,
        rows=lambda: rows,
        count=len(rows),
        unit="人",
        as_of=as_of,
        filters=filters,
        tally={NOBODY: sum(row.state == NOBODY for row in rows), AGAIN: sum(row.state == AGAIN for row in rows)},
        notes=NOTES,
        fixed_columns=3,
    )
