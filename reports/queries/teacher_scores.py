"""The table of 教师个人绩效: every teacher with their month, through 任课 (domain.md §8)."""

from functools import partial
from operator import attrgetter

from reports.tables import Column, Kind, Table
from scoring.queries.months import ScoreMonth
from scoring.queries.teacher_scores import TeacherMonth, teacher_months
from scoring.scheme import Measure
from students.models import School, SchoolClass

TITLE = "教师个人绩效"
LINES = (
    (Measure.TARGET, "截止日任教的班的控辍目标得分，任教几个班的取平均。"),
    *((measure, "") for measure in (Measure.MISSED_ROLL_CALL, Measure.LATE_CONTACT, Measure.LATE_REPORT)),
    (Measure.VERIFIED_RETURN, ""),
)
NOTES = (
    "班后没有注明的是任课。",
    "点名、及时联系、及时报告、劝返复学算给事情发生那天的班主任，代班的日子算给代班的；考核办法写明也考核任课教师的，任教各班取平均。",
    "每项是当月的变化：以前月份的报告当月补交的，挽回的分算在当月，算给当时的班主任。缺勤本身不扣分。",
)


def teacher_scores_table(month: ScoreMonth, *, school: School | None = None) -> Table:
    """The month of every teacher, or of those of one school, reckoned from the facts."""
    classes = SchoolClass.objects.filter(school=school) if school else SchoolClass.objects.all()
    filters = (school.name if school else "全部学校",)
    rows = teacher_months(classes, month)
    return Table(
        title=TITLE,
        columns=COLUMNS,
        rows=lambda: rows,
        count=len(rows),
        unit="人",
        as_of=month.day,
        filters=(month.label, *filters, *(["暂计"] if month.is_provisional else [])),
        notes=NOTES,
        fixed_columns=2,
        signatures=("经办人", "负责人"),
    )


def _points(measure: Measure, row: TeacherMonth):
    return row.score.lines[measure]


def _numbers(row: TeacherMonth) -> list[str]:
    return [school_class.number for school_class, _ in row.shares]


COLUMNS = (
    Column("teacher", "工号", Kind.CODE, 6, attrgetter("person.staff_number")),
    Column(None, "姓名", Kind.TEXT, 5, attrgetter("person.name")),
    Column("school", "学校", Kind.TEXT, 9, attrgetter("school.code"), attrgetter("school.name")),
    Column("classes", "算在内的班", Kind.TEXT, 16, _numbers, attrgetter("class_words")),
    *(
        Column(f"lines.{measure}", measure.label, Kind.POINTS, 4.5, partial(_points, measure), note=note)
        for measure, note in LINES
    ),
    Column("total", "合计", Kind.POINTS, 4.5, attrgetter("score.total")),
    Column(
        None,
        "得分没有依据的班",
        Kind.TEXT,
        12,
        lambda row: row.unfounded_words or None,
        note="班主任的班当月缺的节次超过学校考核办法评为不合格的比例：得分没有依据。",
    ),
)
