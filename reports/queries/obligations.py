"""待办明细 (obligations as of a day): recomputed from the facts, so it answers for a day long past as for today."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from operator import attrgetter
from typing import NamedTuple

from django.db.models import Exists, OuterRef, QuerySet

from casework.engine import DUTY_FIELDS
from casework.facts import CHUNK, Surroundings, assess_students, students_with_a_ladder
from casework.ladder import Duty, DutyStatus, duty_status
from casework.models import Obligation
from casework.ruleset import EXPORTED_TIERS, Tier
from reports.tables import Column, Kind, Table
from students.identity import masked_number
from students.models import Enrolment, EnrolmentEvent, School, SchoolClass, Student


class ClassNames(NamedTuple):
    """What a class and its school are called, for scripts and for people."""

    school: str
    school_name: str
    school_class: str
    class_name: str


class ObligationRow(NamedTuple):
    """One obligation 待办 as it stood on the day asked for (contract.md)."""

    number: int
    student: str
    name: str
    place: ClassNames
    tier: Tier
    key: date
    triggered_on: date
    due_on: date
    run_start: date | None
    run_days: int
    unknown_days: int
    status: DutyStatus
    done_on: date | None

    @property
    def order(self) -> tuple:
        """Withdrawn rows stand last; both groups by trigger, student, tier and key."""
        return self.status is DutyStatus.WITHDRAWN, self.triggered_on, self.student, self.tier, self.key


COLUMNS = (
    Column(None, "序号", Kind.INTEGER, 2.5, attrgetter("number")),
    Column(None, "姓名", Kind.TEXT, 6, attrgetter("name")),
    Column("student", "学籍号", Kind.CODE, 11, attrgetter("student"), lambda row: masked_number(row.student)),
    Column("school", "学校", Kind.TEXT, 9, attrgetter("place.school"), attrgetter("place.school_name")),
    Column("class", "班级", Kind.TEXT, 6, attrgetter("place.school_class"), attrgetter("place.class_name")),
    Column("tier", "种类", Kind.WORD, 5, attrgetter("tier")),
    Column(
        "key",
        "事由日期",
        Kind.DATE,
        7.5,
        attrgetter("key"),
        note="联系家长为缺课当日；家访、联合家访和缺课、流失、复学报告为连续缺课开始之日；变动报告为变动当日。",
    ),
    Column("triggered_on", "触发日期", Kind.DATE, 7.5, attrgetter("triggered_on")),
    Column("due_on", "到期日期", Kind.DATE, 7.5, attrgetter("due_on")),
    Column("run_start", "缺课开始", Kind.DATE, 7.5, attrgetter("run_start")),
    Column(
        "run_days",
        "缺课天数",
        Kind.INTEGER,
        2.5,
        attrgetter("run_days"),
        note="连续缺课到触发当日（含）为止的上课日数；复学报告按整段连续缺课计算。当日不在连续缺课之中的，开始日期为空，天数为0。",
    ),
    Column(
        "unknown_days",
        "未点名天数",
        Kind.INTEGER,
        3.5,
        attrgetter("unknown_days"),
        note="同一段时间里没有点名的上课日数，不计入缺课天数；复学报告连同返校前未点名的日子。",
    ),
    Column("status", "状态", Kind.WORD, 5, attrgetter("status"), stressed=frozenset({DutyStatus.LATE_OPEN})),
    Column("done_on", "完成日期", Kind.DATE, 7.5, attrgetter("done_on")),
)
NOTES = (
    "到期当日仍未完成的为“待办”，过了到期日期的为“逾期未办”。“已撤销”是更正考勤或学籍后不再成立的待办，列在最后，不参与任何统计。",
)


def obligations_table(*, as_of: date, school: School | None = None) -> Table:
    """All obligations triggered through ``as_of``, or those of one school, as they stood at the end of that day."""
    in_order = sorted(_rows(as_of, school), key=attrgetter("order"))
    rows = [row._replace(number=number) for number, row in enumerate(in_order, start=1)]
    tally = Counter(row.status for row in rows)
    return Table(
        title="待办明细",
        columns=COLUMNS,
        rows=lambda: rows,
        count=len(rows),
        unit="项",
        as_of=as_of,
        filters=(school.name if school else "全部学校",),
        tally={status.label: tally[status] for status in DutyStatus},
        notes=NOTES,
        fixed_columns=2,
    )


def _rows(as_of: date, school: School | None) -> Iterator[ObligationRow]:
    """Children are assessed a chunk at a time; only the rows stay in memory."""
    places = _class_names(school)
    surroundings = Surroundings()
    students = list(students_with_a_ladder(_students_of(school) if school else None))
    for start in range(0, len(students), CHUNK):
        chunk = students[start : start + CHUNK]
        people = Student.objects.only("student_number", "id_number", "name").in_bulk(chunk)
        for student, duty, status in _duties(chunk, surroundings, as_of):
            if place := places.get(duty.school_class):
                yield _row(people[student], duty, status, place)


def _duties(students: Sequence[int], surroundings: Surroundings, as_of: date) -> Iterator[tuple[int, Duty, DutyStatus]]:
    """What the facts say is owed, then what was owed once and has been withdrawn since."""
    owed = set()
    for student, duties, _ in assess_students(students, surroundings, through=as_of):
        for duty in duties:
            if duty.tier not in EXPORTED_TIERS:
                continue
            owed.add((student, duty.tier, duty.key))
            yield student, duty, duty_status(due_on=duty.due_on, done_on=duty.done_on, as_of=as_of)
    once = Obligation.objects.filter(student__in=students, triggered_on__lte=as_of, tier__in=EXPORTED_TIERS)
    withdrawn = once.exclude(withdrawn_at=None)
    for kept in withdrawn.iterator(chunk_size=CHUNK):
        if (kept.student_id, kept.tier, kept.key) not in owed:
            yield kept.student_id, _as_computed(kept, as_of), DutyStatus.WITHDRAWN


def _as_computed(kept: Obligation, as_of: date) -> Duty:
    """A kept row in the shape of a computed one; an act after the day asked for has not happened yet."""
    duty = Duty(Tier(kept.tier), kept.key, **{name: getattr(kept, column) for column, name in DUTY_FIELDS.items()})
    return duty._replace(done_on=None) if duty.done_on and duty.done_on > as_of else duty


def _row(student: Student, duty: Duty, status: DutyStatus, place: ClassNames) -> ObligationRow:
    return ObligationRow(
        number=0,  # given when the rows stand in order
        student=student.number,
        name=student.name,
        place=place,
        tier=duty.tier,
        key=duty.key,
        triggered_on=duty.triggered_on,
        due_on=duty.due_on,
        run_start=duty.run_start,
        run_days=duty.run_days,
        unknown_days=duty.unknown_days,
        status=status,
        done_on=duty.done_on,
    )


def _class_names(school: School | None) -> dict[int, ClassNames]:
    """Class id → what it is called; of one school or of all."""
    classes = SchoolClass.objects.all() if school is None else SchoolClass.objects.filter(school=school)
    names = classes.values_list("pk", "school__code", "school__name", "number", "name")
    return {pk: ClassNames(*row) for pk, *row in names}


def _students_of(school: School) -> QuerySet[Student]:
    """Everybody who may owe something to a class of ``school``: was ever there, or joined it if only for a day."""
    here = {"student": OuterRef("pk"), "school_class__school": school}
    return Student.objects.filter(
        Exists(Enrolment.objects.filter(**here))
        | Exists(EnrolmentEvent.objects.filter(**here))
        | Exists(Obligation.objects.filter(**here))
    )
