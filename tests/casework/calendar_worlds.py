"""A random small world of ``tests.casework.random_worlds`` as rows, so that the real engine can be asked about it."""

from datetime import date

from django.utils import timezone

from casework import presets
from casework.models import Contact, Report
from students.enrolment import Event, EventKind, places
from students.models import (
    AbsenceMark,
    DayOverride,
    Enrolment,
    EnrolmentEvent,
    Leave,
    Person,
    RollCall,
    School,
    Student,
    Term,
)
from tests import brute_force, cast
from tests.brute_force import PlainChild, PlainWorld
from tests.casework.random_worlds import SCHOOL_OF, SLOTS


class StoredWorld:
    """The world's schools and classes by name, its child, and a clerk of the first school."""

    def __init__(self, plain: PlainWorld, child: PlainChild):
        self.at = timezone.now()
        self.by = Person.objects.create(staff_number="T0", username="t0", name="何静")
        for number, (start, end) in enumerate(plain.terms, start=1):
            Term.objects.create(school_year=2026, number=number, start=start, end=end)
        self.schools = {name: self._school(plain, name) for name in SLOTS}
        self.classes = {
            name: cast.school_class(self.schools[school], f"20230{number}")
            for number, (name, school) in enumerate(SCHOOL_OF.items(), start=1)
        }
        self._override(plain)
        self.child = Student.objects.create(
            name="高东", sex="男", birth_date=date(2014, 5, 6), student_number="G629901201405060011",
            id_type="居民身份证", id_number="629901201405060011", admitted_on=date(2025, 9, 1),
        )  # fmt: skip
        self._register(plain, child)
        self._change(child)
        self._act(child)

    def _school(self, plain: PlainWorld, name: str) -> School:
        made = cast.school(name, slots=",".join(SLOTS[name]))
        for first, content in plain.rules[name]:
            presets.adopt(code=content["code"], school=made, starts_on=max(first, presets.ALWAYS), by=None)
        return made

    def _override(self, plain: PlainWorld) -> None:
        for place, days in plain.overrides.items():
            if place != "statutory":
                own = self.classes.get(place)
                school = own.school if own else self.schools.get(place)
                DayOverride.objects.bulk_create(
                    DayOverride(day=day, is_taught=is_taught, school=school, school_class=own)
                    for day, is_taught in days.items()
                )

    def _register(self, plain: PlainWorld, child: PlainChild) -> None:
        calls = {
            (name, day, slot): RollCall(school_class=self.classes[name], day=day, slot=slot, taken_at=self.at)
            for name, days in plain.registers.items()
            for day, slots in days.items()
            for slot in slots
        }
        RollCall.objects.bulk_create(calls.values())
        AbsenceMark.objects.bulk_create(
            AbsenceMark(roll_call=calls[brute_force.where(child, day)[0], day, slot], student=self.child, kind=kind)
            for day, marks in child.marks.items()
            for slot, kind in marks.items()
        )

    def _change(self, child: PlainChild) -> None:
        events = []
        for order, (day, kind, joined) in enumerate(child.events):
            room = self.classes.get(joined)
            events.append(Event(day, order, EventKind(kind), room and room.pk))
            EnrolmentEvent.objects.create(
                student=self.child, kind=kind, happened_on=day, order=order, school_class=room, recorded_at=self.at
            )
        school_of = {room.pk: room.school_id for room in self.classes.values()}
        Enrolment.objects.bulk_create(
            Enrolment(
                student=self.child, school_class_id=place.school_class, standing=place.standing,
                since=place.since, until=place.until, spell=place.spell,
            )
            for place in places(events, school_of=school_of)
        )  # fmt: skip

    def _act(self, child: PlainChild) -> None:
        given = {"student": self.child}
        Leave.objects.bulk_create(
            Leave(first_day=first, last_day=last, kind="sick_leave", approved_at=self.at, approved_by=self.by, **given)
            for first, last in set(child.leaves)
        )
        Contact.objects.bulk_create(
            Contact(day=day, method=method, result="已联系", recorded_at=self.at, recorded_by=self.by, **given)
            for day, method in set(child.contacts)
        )
        Report.objects.bulk_create(
            Report(day=day, kind=kind, recorded_at=self.at, recorded_by=self.by, **given)
            for day, kind in set(child.reports)
        )
