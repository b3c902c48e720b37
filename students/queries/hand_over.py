"""What the pages of 整班移交 read: lists of children on their way to a school, and who has not arrived."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_

from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.timezone import localdate

from students.access import Scope
from students.enrolment import EventKind
from students.models import (
    Guardian,
    HandOver,
    HandOverChild,
    RegistryLine,
    Resident,
    School,
    SchoolClass,
    Student,
)
from students.queries.policy import policy_of
from students.turning import entry_births

State = HandOverChild.State
NOT_ARRIVED = (State.AWAITED, State.MISSING)
# Whose arrival was voided in the 学籍变动 afterwards: not at school, whatever the list said.
ARRIVAL_VOIDED = Q(state=State.ARRIVED, event__corrected_by__kind=EventKind.VOID)
#: What a list counts a child as: whose arrival was voided is no longer 已报到 but 未到校.
COUNTED_AS = {state: Q(state=state) for state in State} | {
    State.ARRIVED: Q(state=State.ARRIVED) & ~Q(event__corrected_by__kind=EventKind.VOID),
    State.MISSING: Q(state=State.MISSING) | ARRIVAL_VOIDED,
}
STATE_TONES = {State.AWAITED: "note", State.ARRIVED: "ok", State.ELSEWHERE: "mute", State.MISSING: "alarm"}


def hand_overs(scope: Scope):
    """The standing hand-overs that the scope holds, each with its counts: everybody, and by state."""
    children = HandOverChild.objects.filter(hand_over=OuterRef("pk")).order_by().values("hand_over")
    by_state = {f"{state.value}_count": _number(children.filter(counted)) for state, counted in COUNTED_AS.items()}
    rows = HandOver.objects.visible_to(scope).filter(withdrawn_at=None)
    rows = rows.annotate(total=_number(children), **by_state)
    return rows.select_related("from_class", "from_school", "to_school").order_by("-school_year", "due_on", "pk")


def _number(children):
    return Coalesce(Subquery(children.annotate(number=Count("pk")).values("number")), 0)


def children_of_hand_over(hand_over: HandOver):
    """The children on a list, in the order in which they were put on it."""
    rows = HandOverChild.objects.filter(hand_over=hand_over)
    rows = rows.select_related("student", "resident__village", "event__school_class", "event__corrected_by")
    return rows.select_related("answered_by").order_by("pk")


def narrowed(rows, q: str = "", kind: str = "", progress: str = ""):
    """The lists that a search and filters leave."""
    if q := q.strip():
        words = ("source", "to_school__name", "from_school__name", "from_class__name")
        rows = rows.filter(reduce(or_, (Q(**{f"{word}__contains": q}) for word in words)))
    if kind:
        rows = rows.filter(kind=kind)
    if progress:
        rows = rows.filter(awaited_count__gt=0) if progress == "open" else rows.filter(awaited_count=0)
    return rows


def arrival_voided(child: HandOverChild) -> bool:
    """Whether a child said to have arrived was taken off the roll again by a 作废."""
    correction = getattr(child.event, "corrected_by", None) if child.event_id else None
    return correction is not None and correction.kind == EventKind.VOID


def name_of(child: HandOverChild) -> str:
    """Whose row it is."""
    return (child.student or child.resident).name


def search_children(rows, text: str):
    """Those whose name contains ``text``."""
    text = text.strip()
    return rows.filter(Q(student__name__contains=text) | Q(resident__name__contains=text)) if text else rows


def not_arrived(scope: Scope, today: date):
    """Children whose day of arrival has passed: still awaited, or known to be missing. The longest overdue first."""
    rows = HandOverChild.objects.filter(
        Q(state__in=NOT_ARRIVED) | ARRIVAL_VOIDED,
        hand_over__in=HandOver.objects.visible_to(scope).values("pk"),
        hand_over__withdrawn_at=None,
        hand_over__due_on__lt=today,
    )
    rows = rows.select_related("student", "resident__village", "event__corrected_by")
    return rows.select_related("hand_over__from_class", "hand_over__from_school", "hand_over__to_school").order_by(
        "hand_over__due_on", "hand_over", "pk"
    )


def target_classes(hand_over: HandOver):
    """The receiving school's classes of the entering cohort."""
    junior = hand_over.kind == HandOver.Kind.TO_JUNIOR
    stage = SchoolClass.Stage.JUNIOR if junior else SchoolClass.Stage.PRIMARY
    rows = SchoolClass.objects.filter(school=hand_over.to_school_id, stage=stage, cohort=hand_over.school_year)
    return rows.order_by("number")


@dataclass(frozen=True)
class ChildLine:
    """A child on a list as its page shows it. ``clash``: where the same number is in the registry already.

    ``open``: there is still something to say of it.
    """

    row: HandOverChild
    name: str
    sex: str
    birth_date: date
    number: str
    guardian: str
    phone: str
    village: str
    state: str
    tone: str
    clash: str
    answered_today: bool
    open: bool


def child_lines(rows: Collection[HandOverChild], today: date) -> list[ChildLine]:
    """The lines of a page of children; queries do not grow with them."""
    guardians = _guardians([row.student_id for row in rows if row.student_id])
    clashes = clashes_of([row.resident for row in rows if row.resident_id and not row.student_id])
    return [_line(row, guardians, clashes, today) for row in rows]


def _line(row: HandOverChild, guardians, clashes, today: date) -> ChildLine:
    child, voided = row.student or row.resident, arrival_voided(row)
    guardian, phone = guardians.get(row.student_id) or (
        (row.resident.guardian_name, row.resident.phone) if row.resident_id else ("", "")
    )
    return ChildLine(
        row=row,
        name=child.name,
        sex=child.get_sex_display(),
        birth_date=child.birth_date,
        number=child.number if row.student_id else child.id_number,
        guardian=guardian,
        phone=phone,
        village=row.resident.village.name if row.resident_id else "",
        state="报到已作废" if voided else row.get_state_display(),
        tone="alarm" if voided else STATE_TONES[State(row.state)],
        clash=clashes.get(row.resident_id, "") if not row.student_id else "",
        answered_today=row.answered_at is not None and localdate(row.answered_at) == today,
        open=voided or row.state != State.ARRIVED,
    )


def _guardians(students: list[int]) -> dict[int, tuple[str, str]]:
    """Child → the first guardian's name and number."""
    rows = Guardian.objects.filter(student__in=students).order_by("student", F("is_guardian").asc(), "-position")
    return {row.student_id: (row.name, row.phone) for row in rows}


def clashes_of(residents: Collection[Resident]) -> dict[int, str]:
    """Resident → where a child of the same number stands in the registry, in words; both sides are looked at."""
    numbers = {number: resident.pk for resident in residents for number in _numbers(resident)}
    same = Student.objects.filter(Q(id_number__in=numbers) | Q(student_number__in=numbers))
    lines = RegistryLine.objects.filter(student__in=same).select_related("school_class__school")
    where = {line.student_id: line for line in lines}
    found = {}
    for student in same:
        resident = numbers.get(student.id_number) or numbers[student.student_number]
        found[resident] = _where(student, where.get(student.pk))
    return found


def _numbers(resident: Resident) -> tuple[str, str]:
    return resident.id_number, f"G{resident.id_number}"


def _where(student: Student, line: RegistryLine | None) -> str:
    if line is None:
        return f"名册里已有这个身份证件号：{student.name}"
    where = f"{line.school_class.school}{line.school_class}"
    return f"名册里已有这个身份证件号：{where} {student.name}，{line.get_standing_display()}"


# ---- 幼升小: who is expected --------------------------------------------------------------------


def expected_residents(school_year: int):
    """户籍儿童 who reach school age, are in no registry, and are on no list of that year."""
    first, last = entry_births(school_year, policy_of(date(school_year, 8, 31)).entry_age)
    listed = HandOverChild.objects.filter(
        resident=OuterRef("pk"), hand_over__withdrawn_at=None, hand_over__school_year=school_year
    )
    rows = Resident.objects.filter(student=None, birth_date__gte=first, birth_date__lte=last)
    return rows.filter(~Exists(listed))


def within_reach(residents, scope: Scope, school: School):
    """Those of ``residents`` whom the reader may hand to ``school``: the county's officer anybody, its clerk the
    children of its township."""
    return residents if scope.county else residents.filter(township=school.township_id)


def by_village(residents) -> list[tuple[str, str, int]]:
    """(village id, name, how many)."""
    rows = residents.order_by("village__code").values_list("village", "village__name")
    return [(str(pk), name, count) for pk, name, count in rows.annotate(count=Count("pk"))]


def by_kindergarten(residents) -> list[tuple[str, str, int]]:
    """(name, name, how many), of those whose present school is known."""
    rows = residents.exclude(current_school="").order_by("current_school").values_list("current_school")
    return [(name, name, count) for (name, count) in rows.annotate(count=Count("pk"))]


GROUPINGS = {"village": by_village, "kindergarten": by_kindergarten}


def entering_schools(scope: Scope):
    """The schools with a first grade for which the reader may draw lists."""
    rows = School.objects.exclude(kind=School.Kind.JUNIOR).order_by("code")
    return rows if scope.county else rows.filter(pk__in=scope.clerk_of)


# ---- classes of the entering cohort -------------------------------------------------------------


def entering_classes(school: School, cohort: int):
    """The classes of a cohort at a school, each with how many attend it or will."""
    current = Q(enrolments__until=None, enrolments__standing="attending")
    rows = SchoolClass.objects.filter(school=school, cohort=cohort)
    return rows.annotate(children_count=Count("enrolments", filter=current)).order_by("stage", "number")


def next_number(classes: Collection[SchoolClass]) -> int:
    """The next number of a cohort: 2027级3班 after 202702."""
    numbers = [int(row.number[4:]) for row in classes if row.number[4:].isdecimal()]
    return max(numbers, default=0) + 1


def stages_of(school: School) -> list[str]:
    """The stages 学段 that a school of this kind teaches, the higher one first."""
    if school.kind == School.Kind.NINE_YEAR:
        return ["junior", "primary"]
    return ["junior"] if school.kind == School.Kind.JUNIOR else ["primary"]
