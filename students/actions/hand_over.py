"""整班移交: the receiving school says child by child who has arrived; lists of first-graders are drawn."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from students.actions import audit
from students.actions.cohorts import BATCH, add_events, void_events
from students.actions.enrolment import effective_events
from students.actions.listing import index_children
from students.actions.locks import lock_children
from students.calendar import school_year_start
from students.enrolment import Event, EventKind, ImpossibleEvent, places
from students.identity import RESIDENT_ID
from students.models import (
    EnrolmentEvent,
    Guardian,
    HandOver,
    HandOverChild,
    Resident,
    School,
    SchoolClass,
    SpecialGroup,
    Student,
)
from students.queries.hand_over import GROUPINGS, arrival_voided, clashes_of, expected_residents, target_classes
from students.templatetags.chinese import cdate

State = HandOverChild.State
LAST = 32767  # behind every event of a day


class HandOverRefused(Exception):
    """What cannot be; the message says so and that nothing was saved."""


class HandOverChanged(Exception):
    """Somebody else has answered for a child since the page was made."""


@dataclass
class Received:
    """Who has been enrolled, and who could not be and why."""

    arrived: int = 0
    left: list[tuple[HandOverChild, str]] = field(default_factory=list)


@transaction.atomic
def receive_all(*, by, hand_over: HandOver, school_class: SchoolClass, day: date, today: date) -> Received:
    """全部已报到: enrol everybody still awaited in one class. Pressed again it finds nobody left."""
    hand_over = _standing(hand_over)
    _check(hand_over, school_class, day, today)
    awaited = list(
        hand_over.children.filter(state=State.AWAITED).select_related("student", "resident__village").order_by("pk")
    )
    received = _enrol(by, hand_over, awaited, school_class, day, today)
    if received.arrived:
        audit.record(
            by=by,
            action="hand_over.receive",
            subject=hand_over,
            school_class=school_class.pk,
            arrived=received.arrived,
            left=len(received.left),
        )
    return received


@transaction.atomic
def answer(
    *,
    by,
    child: HandOverChild,
    state: str,
    seen: str,
    school_class: SchoolClass | None = None,
    day: date | None = None,
    whereabouts: str = "",
    today: date,
) -> HandOverChild:
    """Say of one child that it has arrived in ``school_class`` on ``day``, is elsewhere, or is missing.

    ``seen``: the state that the form showed. The same answer sent twice is kept once.
    """
    hand_over = _standing(child.hand_over)
    child = _child(child)
    if child.state != seen:
        if child.state == state and child.answered_by_id == by.pk:
            return child
        raise HandOverChanged(f"{_who(child)}刚登记为“{child.get_state_display()}”，这次没有保存。请核对后再登记。")
    if child.state == State.ARRIVED and not arrival_voided(child):
        raise HandOverRefused("这个孩子已经报到入学，没有保存。登记错了的，当天可以撤销，之后请在学籍变动里更正")
    if state == State.ARRIVED:
        _check(hand_over, school_class, day, today)
        received = _enrol(by, hand_over, [child], school_class, day, today)
        if received.left:
            raise HandOverRefused(f"{received.left[0][1]}，没有保存")
    else:
        child.event = None
        _settle([child], state, by, whereabouts)
    audit.record(by=by, action="hand_over.answer", subject=child, state=str(state), student=child.student_id)
    return child


@transaction.atomic
def undo(*, by, child: HandOverChild, today: date) -> HandOverChild:
    """Take back the answer given for a child on the same day; an enrolment is voided."""
    _standing(child.hand_over)
    child = _child(child)
    if child.state == State.AWAITED:
        return child  # a second press
    if timezone.localdate(child.answered_at) != today:
        raise HandOverRefused("只能撤销当天的登记，没有撤销。报到登记错了的，请在学籍变动里更正")
    if event := child.event:
        lock_children([child.student_id])
        if EnrolmentEvent.objects.effective().filter(student=child.student_id, pk__gt=event.pk).exists():
            raise HandOverRefused("报到之后已登记了新的变动，没有撤销。请在学籍变动里更正")
        if not hasattr(event, "corrected_by"):
            void_events([event], by=by, note="撤销报到登记", today=today)
    child.state, child.whereabouts, child.event = State.AWAITED, "", None
    child.answered_at, child.answered_by = None, None
    child.save()
    audit.record(by=by, action="hand_over.undo", subject=child, student=child.student_id)
    return child


def _standing(hand_over: HandOver) -> HandOver:
    """The list, locked: everybody who answers for a child of it waits here, so that what is read next is so."""
    hand_over = HandOver.objects.select_for_update(no_key=True).get(pk=hand_over.pk)
    if hand_over.withdrawn_at:
        raise HandOverRefused("这次移交已经撤回，没有保存")
    return hand_over


def _child(child: HandOverChild) -> HandOverChild:
    """The child as it stands; its list is locked."""
    rows = HandOverChild.objects.select_related("student", "resident__village", "answered_by", "event__corrected_by")
    return rows.get(pk=child.pk)


def _who(child: HandOverChild) -> str:
    return child.answered_by.name if child.answered_by else "别人"


def _check(hand_over: HandOver, school_class: SchoolClass | None, day: date | None, today: date) -> None:
    if school_class is None or not target_classes(hand_over).filter(pk=school_class.pk).exists():
        raise HandOverRefused("请选择本校新入学年级的班，没有保存")
    first = school_year_start(hand_over.school_year)
    if day is None or not first <= day <= today:
        raise HandOverRefused(f"报到日期应在{cdate(first)}到今天之间，没有保存")


def _enrol(by, hand_over, children: list[HandOverChild], school_class, day: date, today: date) -> Received:
    """Enrol those who can be; who cannot is left as it is, with the reason."""
    received = Received()
    lock_children([child.student_id for child in children if child.student_id], [school_class.pk])
    able = _in_registry(hand_over, children, day, received)
    events, entering = effective_events([child.student_id for child in able]), []
    joined = {event.school_class for of_child in events.values() for event in of_child} | {school_class.pk}
    school_of = dict(SchoolClass.objects.filter(pk__in=joined - {None}).order_by().values_list("pk", "school"))
    for child in able:
        arrival = Event(day, LAST, EventKind.ENROL, school_class.pk)
        try:
            places([*events[child.student_id], arrival], school_of=school_of)
            entering.append(child)
        except ImpossibleEvent as impossible:
            received.left.append((child, str(impossible)))
    moment = timezone.now()
    rows = [
        EnrolmentEvent(
            student_id=child.student_id,
            kind=EventKind.ENROL,
            happened_on=day,
            school_class=school_class,
            recorded_at=moment,
            recorded_by=by,
        )
        for child in entering
    ]
    for child, event in zip(entering, add_events(rows, today=today, reason="报到入学"), strict=True):
        child.event = event
    _settle(entering, State.ARRIVED, by)
    received.arrived = len(entering)
    return received


def _settle(children: Collection[HandOverChild], state: str, by, whereabouts: str = "") -> None:
    moment = timezone.now()
    for child in children:
        child.state, child.whereabouts, child.answered_at, child.answered_by = state, whereabouts, moment, by
    columns = ["state", "whereabouts", "answered_at", "answered_by", "event", "student"]
    HandOverChild.objects.bulk_update(children, columns, batch_size=BATCH)


def _in_registry(hand_over, children: list[HandOverChild], day: date, received: Received) -> list[HandOverChild]:
    """The children with a student behind each; first-graders are put into the registry 建档, without 学籍号.

    Nobody is merged in silence: whose number is in the registry already is left, with where.
    """
    unknown = [child for child in children if child.student_id is None]
    if not unknown:
        return children
    residents = Resident.objects.filter(pk__in=[child.resident_id for child in unknown])
    residents = {row.pk: row for row in residents.select_for_update(no_key=True).order_by("pk")}
    clashes = clashes_of(residents.values())
    for child in unknown:
        if clash := clashes.get(child.resident_id):
            received.left.append((child, clash))
    new = [child for child in unknown if child.resident_id not in clashes]
    try:
        with transaction.atomic():
            _create_students(hand_over, new, day)
    except IntegrityError:
        raise HandOverRefused("刚才有人把同一个身份证件号的孩子登记入学了，没有保存。请刷新页面核对后再登记") from None
    return [child for child in children if child.student_id]


def _create_students(hand_over: HandOver, children: list[HandOverChild], day: date) -> None:
    students = Student.objects.bulk_create(
        (
            Student(
                id_type=RESIDENT_ID,
                id_number=child.resident.id_number,
                name=child.resident.name,
                sex=child.resident.sex,
                birth_date=child.resident.birth_date,
                admitted_on=school_year_start(hand_over.school_year),
                home_area_code=child.resident.village.code,
                phone=child.resident.phone,
            )
            for child in children
        ),
        batch_size=BATCH,
    )
    moment, guardians, groups = timezone.now(), [], []
    for child, student in zip(children, students, strict=True):
        resident, child.student = child.resident, student
        resident.student, resident.match, resident.matched_at = student, Resident.Match.ID, moment
        if resident.guardian_name:
            guardians.append(
                Guardian(
                    student=student,
                    position=1,
                    name=resident.guardian_name,
                    phone=resident.phone,
                    is_guardian=True,
                )
            )
        if resident.is_out_of_poverty:
            groups.append(SpecialGroup(student=student, kind=SpecialGroup.Kind.OUT_OF_POVERTY, since=day))
    Guardian.objects.bulk_create(guardians, batch_size=BATCH)
    SpecialGroup.objects.bulk_create(groups, batch_size=BATCH)
    Resident.objects.bulk_update([child.resident for child in children], ["student", "match", "matched_at"], BATCH)
    index_children([student.pk for student in students])


# ---- 幼升小: lists are drawn and withdrawn ------------------------------------------------------


@transaction.atomic
def draw(
    *, by, residents, to_school: School, school_year: int, way: str, chosen: Collection[str], due_on: date
) -> list[HandOver]:
    """Draw a list for each village or kindergarten ``chosen``: the children of school age in no registry.

    ``residents``: those whom the person may hand over; ``way``: village or kindergarten. Who stands on a list already
    is on no second one, so drawing twice finds nobody.
    """
    field = {"village": "village", "kindergarten": "current_school"}[way]
    names = {value: name for value, name, _ in GROUPINGS[way](residents) if value in chosen}
    list(residents.filter(**{f"{field}__in": names}).select_for_update(of=("self",), no_key=True).order_by("pk"))
    free = expected_residents(school_year).values("pk")  # asked again, now that nobody else can draw them
    made = []
    for value, name in names.items():
        drawn = list(residents.filter(**{field: value}, pk__in=free).order_by("birth_date", "pk"))
        if not drawn:
            continue
        hand_over = HandOver.objects.create(
            kind=HandOver.Kind.TO_PRIMARY,
            source=name[:80],
            to_school=to_school,
            school_year=school_year,
            due_on=due_on,
            sent_at=timezone.now(),
            sent_by=by,
        )
        HandOverChild.objects.bulk_create(
            (HandOverChild(hand_over=hand_over, resident=resident) for resident in drawn), batch_size=BATCH
        )
        audit.record(by=by, action="hand_over.draw", subject=hand_over, to_school=to_school.pk, children=len(drawn))
        made.append(hand_over)
    return made


@transaction.atomic
def withdraw(*, by, hand_over: HandOver) -> None:
    """Take a list of first-graders back, as long as nobody on it has arrived."""
    hand_over = HandOver.objects.select_for_update(no_key=True).get(pk=hand_over.pk)
    if hand_over.withdrawn_at:
        return  # a second press
    if hand_over.kind == HandOver.Kind.TO_JUNIOR:
        raise HandOverRefused("小升初的移交随学年交替一起撤回，没有撤回")
    if hand_over.children.filter(state=State.ARRIVED).exists():
        raise HandOverRefused("名单上已有孩子报到，没有撤回")
    hand_over.withdrawn_at, hand_over.withdrawn_by = timezone.now(), by
    hand_over.save(update_fields=["withdrawn_at", "withdrawn_by"])
    audit.record(by=by, action="hand_over.withdraw", subject=hand_over)
