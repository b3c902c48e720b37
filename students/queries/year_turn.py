"""What the pages of the year's turn read: the plan as chosen, and what would become of each child."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q

from students.calendar import school_year_start
from students.enrolment import Event, EventKind, Standing
from students.models import (
    ChildTurn,
    ClassTurn,
    Enrolment,
    EnrolmentEvent,
    HandOver,
    School,
    SchoolClass,
    Suspension,
    Transfer,
    YearTurn,
)
from students.queries.policy import policy_of
from students.turning import (
    Child,
    Line,
    Plan,
    TurningClass,
    TurnRefused,
    fingerprint,
    grade_label,
    kind_between,
    turn,
)

RECEIVING_KINDS = (School.Kind.JUNIOR, School.Kind.NINE_YEAR)
WHAT = {
    "promote": "升级",
    "graduate": "毕业",
    "repeat": "留级",
    "skip": "跳级",
    "class_move": "转班",
    "stay": "留在原处",
    "blocked": "要先处理",
}
TONES = {"promote": "mute", "graduate": "ok", "stay": "warn", "blocked": "alarm"}


@dataclass(frozen=True)
class Outcome:
    """What the plan of a turn comes to: a line for each child, in the order of the classes and their lists."""

    plan: Plan
    lines: list[Line]

    @property
    def counts(self) -> Counter[str]:
        return Counter(line.what for line in self.lines)

    @property
    def mark(self) -> str:
        return fingerprint(self.lines)


def standing_turn(school: School, school_year: int) -> YearTurn | None:
    """The turn of a school and year that has not been taken back."""
    turns = YearTurn.objects.select_related("school", "planned_by", "carried_out_by", "confirmed_by")
    return turns.filter(school=school, school_year=school_year, taken_back_at=None).first()


def turning_classes(school: int) -> dict[int, TurningClass]:
    """The classes of a school by id, in the order of their numbers."""
    rows = SchoolClass.objects.filter(school=school).order_by("number")
    columns = rows.values_list("pk", "name", "school", "stage", "cohort")
    return {row[0]: TurningClass(*row) for row in columns}


def plan_of(year_turn: YearTurn) -> Plan:
    """The plan that the stored choices make."""
    into = year_turn.classes.exclude(to_class=None).values_list("school_class", "to_class")
    apart = year_turn.children.values_list("student", "to_class")
    return Plan(
        school_year=year_turn.school_year,
        graduation_day=year_turn.graduation_day,
        classes=turning_classes(year_turn.school_id),
        into=dict(into),
        apart=dict(apart),
    )


def outcome_of(year_turn: YearTurn) -> Outcome:
    """What becomes of each child of the school; queries do not grow with the children.

    For a turn carried out it tells what was done: its own events are left aside, as if it were still to come.
    """
    plan = plan_of(year_turn)
    children = children_of(plan, year_turn)
    joined = {event.school_class for child in children for event in child.events} - {None}
    school_of = dict(SchoolClass.objects.filter(pk__in=joined).order_by().values_list("pk", "school"))
    known = {own.pk: own.school for own in plan.classes.values()}
    plan = Plan(plan.school_year, plan.graduation_day, plan.classes, plan.into, plan.apart, known | school_of)
    return Outcome(plan, turn(plan, children))


def children_of(plan: Plan, year_turn: YearTurn) -> list[Child]:
    """Who is on the roll on the eve of the move, with the events that stand."""
    roll = _roll(plan)
    events = _events(roll, year_turn)
    asked = {} if year_turn.carried_out_at else _open_requests(roll)
    return [
        Child(student, own, Standing(standing), events[student], asked.get(student, ""))
        for student, (own, standing) in roll.items()
    ]


def _roll(plan: Plan) -> dict[int, tuple[int, str]]:
    """Child → class and standing: graduates on the eve of the graduation day, the others on that of the promotion."""
    taking_part = [own for own in plan.classes.values() if own.takes_part(plan.school_year)]
    leaving = [own.pk for own in taking_part if own.graduates(plan.school_year)]
    staying = [own.pk for own in taking_part if not own.graduates(plan.school_year)]
    rows = Enrolment.objects.filter(_on(plan.graduation_day, leaving) | _on(plan.promotion_day, staying))
    rows = rows.order_by("school_class__number", "student__list_position", "student", "since")
    return {student: place for student, *place in rows.values_list("student", "school_class", "standing")}


def _on(day: date, classes: list[int]) -> Q:
    """Intervals of these classes that hold the eve of ``day``."""
    eve = day - timedelta(days=1)
    return Q(school_class__in=classes, since__lte=eve) & (Q(until=None) | Q(until__gt=eve))


def _events(students, year_turn: YearTurn) -> Mapping[int, tuple[Event, ...]]:
    events: dict[int, tuple[Event, ...]] = defaultdict(tuple)
    rows = EnrolmentEvent.objects.effective().filter(student__in=list(students))
    rows = rows.exclude(year_turn=year_turn.pk).order_by("student", "happened_on", "order")
    for student, day, order, kind, own in rows.values_list("student", "happened_on", "order", "kind", "school_class"):
        events[student] += (Event(day, order, EventKind(kind), own),)
    return events


def _open_requests(students) -> dict[int, str]:
    """Child → what somebody has still to decide, in words."""
    found = dict.fromkeys(
        Transfer.objects.filter(student__in=list(students), answer="").values_list("student", flat=True),
        "转学还没有答复，请先办结",
    )
    suspensions = Suspension.objects.filter(student__in=list(students), decision="")
    return found | dict.fromkeys(suspensions.values_list("student", flat=True), "休学申请还没有审批，请先办结")


# ---- the plan page -----------------------------------------------------------------------------


@dataclass
class ClassLine:
    """A class on the plan page: its old and new grade, how many move, and what has been chosen for it."""

    own: TurningClass
    old_grade: str
    new_grade: str
    graduates: bool
    to_junior: bool
    moving: int
    staying: int
    into: int | None
    to_school: int | None
    due_on: date | None
    siblings: list[TurningClass]
    goes_to: str


def class_lines(outcome: Outcome, year_turn: YearTurn) -> list[ClassLine]:
    """The classes with children in them, the lowest grade first."""
    plan, chosen = outcome.plan, {row.school_class_id: row for row in _chosen(year_turn)}
    moving = Counter(line.from_class for line in outcome.lines if line.kind)
    staying = Counter(line.from_class for line in outcome.lines if not line.kind)
    classes = [plan.classes[pk] for pk in moving | staying]
    lines = []
    for own in sorted(classes, key=lambda own: (own.grade(plan.school_year), own.pk)):
        row, graduates = chosen.get(own.pk), own.graduates(plan.school_year)
        grade = own.grade(plan.school_year)
        lines.append(
            ClassLine(
                own=own,
                old_grade=grade_label(grade - 1),
                new_grade="毕业" if graduates else grade_label(grade),
                graduates=graduates,
                to_junior=graduates and own.stage == SchoolClass.Stage.PRIMARY,
                moving=moving[own.pk],
                staying=staying[own.pk],
                into=row and row.to_class_id,
                to_school=row and row.to_school_id,
                due_on=row and row.due_on,
                siblings=[] if graduates else _siblings(own, plan),
                goes_to=_goes_to(own, row, graduates),
            )
        )
    return lines


def _chosen(year_turn: YearTurn):
    return year_turn.classes.select_related("to_class", "to_school")


def _goes_to(own: TurningClass, row: ClassTurn | None, graduates: bool) -> str:
    if graduates and own.stage == SchoolClass.Stage.JUNIOR:
        return "初中毕业"
    if graduates:
        return str(row.to_school) if row and row.to_school else "还没有选接收学校"
    return f"并入{row.to_class}" if row and row.to_class else "本班继续"


def _siblings(own: TurningClass, plan: Plan) -> list[TurningClass]:
    """Other classes of the same cohort, into which a class may be promoted."""
    same = (own.stage, own.cohort)
    return [each for each in plan.classes.values() if (each.stage, each.cohort) == same and each.pk != own.pk]


def receiving_schools() -> list[tuple[int, str]]:
    """Every school of the county that takes graduates of a primary school."""
    return list(School.objects.filter(kind__in=RECEIVING_KINDS).order_by("code").values_list("pk", "name"))


def usual_receiver(school: School) -> int | None:
    """Where the graduates go unless somebody chooses: the school itself, where most went before, or the only one
    of the township."""
    if school.kind == School.Kind.NINE_YEAR:
        return school.pk
    before = HandOver.objects.filter(from_school=school, withdrawn_at=None).order_by().values("to_school")
    if most := before.annotate(children_sent=Count("children")).order_by("-children_sent", "to_school").first():
        return most["to_school"]
    near = School.objects.filter(township=school.township_id, kind__in=RECEIVING_KINDS).values_list("pk", flat=True)
    return near[0] if len(near) == 1 else None


def usual_due_day(school_year: int) -> date:
    """By when whoever is handed over is to arrive."""
    day = school_year_start(school_year)
    return day + timedelta(days=policy_of(day).arrival_days)


def mark_of_plan(year_turn: YearTurn) -> str:
    """A short mark of what has been chosen, so that nobody overwrites another's choice unseen."""
    classes = year_turn.classes.order_by("school_class")
    rows = classes.values_list("school_class", "kind", "to_class", "to_school", "due_on")
    return fingerprint([(year_turn.graduation_day, year_turn.carried_out_at), *rows])


def exceptions_of(year_turn: YearTurn) -> list[ChildTurn]:
    """The children who do not go with their class."""
    rows = year_turn.children.select_related("student", "to_class").order_by("to_class__number", "student")
    return list(rows)


def classes_for(outcome: Outcome, own: TurningClass) -> list[tuple[int, str]]:
    """The classes that a child of ``own`` may go to instead, each with what that means."""
    found = []
    for target in outcome.plan.classes.values():
        try:
            kind = kind_between(own, target, outcome.plan.school_year)
        except TurnRefused:
            continue
        grade = grade_label(target.grade(outcome.plan.school_year))
        found.append((target.pk, f"{kind.label}：{grade} {target.name}"))
    return found


def later_events(year_turn: YearTurn) -> list[EnrolmentEvent]:
    """What has been recorded of the turn's children since: it stands in the way of taking the turn back."""
    made = dict(year_turn.events.order_by().values_list("student", "pk"))
    rows = EnrolmentEvent.objects.effective().filter(student__in=list(made)).exclude(year_turn=year_turn)
    rows = rows.filter(pk__gt=min(made.values(), default=0))
    later = rows.select_related("student", "school_class__school", "recorded_by").order_by("student", "pk")
    return [event for event in later if event.pk > made[event.student_id]]


# ---- all schools -------------------------------------------------------------------------------

STATES = {"none": "未开始", "planned": "已制定", "carried_out": "已执行", "confirmed": "已确认"}
STATE_TONES = {"none": "warn", "planned": "note", "carried_out": "note", "confirmed": "ok"}


def state_of(year_turn: YearTurn | None) -> str:
    """How far a turn has come, as a key of ``STATES``."""
    if year_turn is None:
        return "none"
    if year_turn.confirmed_at:
        return "confirmed"
    return "carried_out" if year_turn.carried_out_at else "planned"


def turns_of(schools, school_year: int) -> dict[int, YearTurn]:
    """School → its standing turn."""
    turns = YearTurn.objects.filter(school__in=schools, school_year=school_year, taken_back_at=None)
    stands = Q(events__corrected_by=None)
    turns = turns.annotate(
        promoted=Count("events", filter=stands & ~Q(events__kind=EventKind.GRADUATE)),
        graduated=Count("events", filter=stands & Q(events__kind=EventKind.GRADUATE)),
    )
    return {row.school_id: row for row in turns}
