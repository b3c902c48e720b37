"""Stores a school's children with their registers, in bulk. What is not possible in fact is not written."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from random import Random

from casework import engine
from casework.demo.acts import at, told_contacts
from casework.demo.children import FORMAL, NONE_YET, WITHOUT_ID, Child, Happening
from casework.demo.papers import Papers
from casework.demo.plan import ClassPlan, SchoolPlan
from casework.facts import Surroundings
from casework.models import Contact
from students.actions import listing
from students.enrolment import Event, EventKind, Place, Standing, places
from students.models import (
    AbsenceMark,
    Enrolment,
    EnrolmentEvent,
    FormerNumber,
    Guardian,
    Leave,
    MarkCorrection,
    RollCall,
    SpecialGroup,
    Student,
)

WITHOUT_PAPERS = "其他"  # the type of identity document of a child that has none
ROLL_CALL_TIMES = {"AM": (8, 10), "PM": (14, 35), "EV": (19, 5)}
SECONDS_APART = 7  # not every class is called at the same moment
BY_SUBJECT_TEACHER = 0.1


def write_students(children: list[Child], papers: Papers, today: date) -> None:
    """Who the children are, their families and groups."""
    for child in children:
        _number(child, papers)
    Student.objects.bulk_create(child.row for child in children)
    Guardian.objects.bulk_create(
        Guardian(student=child.row, position=position, **relative._asdict())
        for child in children
        for position, relative in enumerate(child.relatives, start=1)
    )
    SpecialGroup.objects.bulk_create(
        SpecialGroup(student=child.row, kind=kind, detail=detail, since=since)
        for child in children
        for kind, (detail, since) in child.groups.items()
    )
    FormerNumber.objects.bulk_create(
        FormerNumber(
            student=child.row,
            number=papers.number_without_identity(child.former_number, *_birth(child)),
            replaced_at=at(max(child.row.admitted_on, today - timedelta(days=20)), 10),
            replaced_by=child.of.school.clerk,
        )
        for child in children
        if child.former_number
    )


def _number(child: Child, papers: Papers) -> None:
    row = child.row
    if child.letter == FORMAL:
        row.student_number = f"{FORMAL}{row.id_number}"
    elif child.letter != NONE_YET:
        row.student_number = papers.number_without_identity(child.letter, *_birth(child))
    if child.letter == WITHOUT_ID:
        row.id_type, row.id_number = WITHOUT_PAPERS, None


def _birth(child: Child) -> tuple[str, date]:
    return child.row.home_area_code[:6], child.row.birth_date


def write_events(children: list[Child], school_of: dict[int, int]) -> dict[int, list[Place]]:
    """Enrolment events and the places that follow from them; returns those by student id."""
    events, undone, enrolments, result = [], [], [], {}
    for child in children:
        order: Counter[date] = Counter()
        standing: list[Event] = []
        for happening in sorted(child.happenings, key=lambda happening: happening.day):
            row = _event(child, happening, order[happening.day])
            order[happening.day] += 1
            events.append(row)
            if happening.undone:
                undone.append(row)
            else:
                standing.append(Event(row.happened_on, row.order, happening.kind, row.school_class_id))
        result[child.row.pk] = places(standing, school_of=school_of)
        enrolments += [Enrolment(student=child.row, **_columns(place)) for place in result[child.row.pk]]
    EnrolmentEvent.objects.bulk_create(events)
    EnrolmentEvent.objects.bulk_create(_void(row) for row in undone)
    Enrolment.objects.bulk_create(enrolments)
    listing.rebuild([child.row.pk for child in children])
    return result


def _event(child: Child, happening: Happening, order: int) -> EnrolmentEvent:
    return EnrolmentEvent(
        student=child.row,
        kind=happening.kind,
        happened_on=happening.day,
        order=order,
        school_class=happening.joined.row if happening.joined else None,
        confirmed_on=happening.confirmed_on,
        note=happening.note,
        recorded_at=at(happening.day, 16, 20),
        recorded_by=(happening.joined or child.of).school.clerk,
    )


def _void(row: EnrolmentEvent) -> EnrolmentEvent:
    """The event that takes ``row`` back."""
    return EnrolmentEvent(
        student=row.student,
        kind=EventKind.VOID,
        happened_on=row.happened_on,
        order=row.order,
        note="登记错了学生，作废",
        recorded_at=row.recorded_at + timedelta(days=1),
        recorded_by=row.recorded_by,
        corrects=row,
    )


def _columns(place: Place) -> dict:
    return place._asdict() | {"school_class": None, "school_class_id": place.school_class}


def write_registers(school: SchoolPlan, rng: Random) -> None:
    """The registers taken in each class, a tenth of them by a subject teacher."""
    calls = []
    for number, of in enumerate(school.classes):
        for day, slots in of.registers.items():
            for slot in slots:
                taker = rng.choice(school.teachers) if rng.random() < BY_SUBJECT_TEACHER else of.teacher
                taken_at = at(day, *ROLL_CALL_TIMES[slot]) + timedelta(seconds=SECONDS_APART * number)
                calls.append((of, RollCall(school_class=of.row, day=day, slot=slot, taken_by=taker, taken_at=taken_at)))
    RollCall.objects.bulk_create(call for _, call in calls)
    for of, call in calls:
        of.roll_calls[call.day, call.slot] = call.pk


def write_absences(children: list[Child], places_of: dict[int, list[Place]], classes: dict[int, ClassPlan]) -> None:
    """Marks where the child attended and the register was taken; leave; the contacts that the stories tell of."""
    AbsenceMark.objects.bulk_create(
        AbsenceMark(roll_call_id=call, student=child.row, kind=kind)
        for child in children
        for day, slots in child.marks.items()
        for slot, kind in slots.items()
        if (call := _roll_call(child, day, slot, places_of, classes))
    )
    _write_leaves(children, belated=False)
    Contact.objects.bulk_create(told_contacts(children))


def _roll_call(child: Child, day: date, slot: str, places_of, classes) -> int | None:
    """The register, on that day, of the class that the child attended."""
    for place in places_of[child.row.pk]:
        if place.since <= day and (place.until is None or day < place.until):
            of = classes.get(place.school_class) if place.standing is Standing.ATTENDING else None
            return of.roll_calls.get((day, slot)) if of else None
    return None


def _write_leaves(children: Iterable[Child], *, belated: bool) -> None:
    Leave.objects.bulk_create(
        Leave(
            student=child.row,
            first_day=leave.first,
            last_day=leave.last,
            kind=leave.kind,
            approved_at=at(leave.last, 18) if belated else at(leave.first, 7, 40),
            approved_by=child.of.teacher,
        )
        for child in children
        for leave in child.leaves
        if leave.belated == belated
    )


def correct_afterwards(children: list[Child], today: date) -> None:
    """Let the engine follow what was first written, then put it right: corrected registers, leave brought later."""
    for reason, chosen in (
        ("更正考勤", [child for child in children if child.corrections]),
        ("补病假", [child for child in children if any(leave.belated for leave in child.leaves)]),
    ):
        if chosen:
            ids = sorted(child.row.pk for child in chosen)
            engine.recompute(ids, Surroundings(), through=today, words=engine.Words("demo"))
            for child in chosen:
                _correct(child)
            _write_leaves(chosen, belated=True)
            engine.recompute(ids, Surroundings(), through=today, words=engine.Words(reason))


def _correct(child: Child) -> None:
    for correction in child.corrections:
        call = RollCall.objects.get(pk=child.of.roll_calls[correction.day, correction.slot])
        call.version += 1
        call.save(update_fields=["version"])
        call.marks.filter(student=child.row).delete()
        if correction.new:
            AbsenceMark.objects.create(roll_call=call, student=child.row, kind=correction.new)
        MarkCorrection.objects.create(
            roll_call=call,
            student=child.row,
            old_kind=correction.old,
            new_kind=correction.new,
            version=call.version,
            corrected_at=at(correction.day + timedelta(days=1), 9, 15),
            corrected_by=child.of.teacher,
            reason=correction.reason,
        )
