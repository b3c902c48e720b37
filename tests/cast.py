"""The fixed cast of the tests: one county, a few schools, people with names, and a calendar that is easy to follow."""

from datetime import date
from itertools import count
from uuid import uuid4

from django.utils import timezone

from casework import presets
from students.access import scope_of
from students.actions import listing, registers
from students.days import MarkKind
from students.enrolment import EventKind
from students.identity import check_character
from students.models import (
    Area,
    Enrolment,
    EnrolmentEvent,
    Guardian,
    Person,
    Posting,
    Role,
    School,
    SchoolClass,
    Student,
    Term,
)

FIRST_DAY = date(2026, 9, 1)  # a Tuesday
PASSWORD = "a good long 口令"
_serial = count(1)


def identity_number(birth_date: date = date(2014, 5, 6), *, region: str = "629901", female: bool = False) -> str:
    """A valid identity number that no other test child has."""
    serial = next(_serial) * 2 + (0 if female else 1)
    first_seventeen = f"{region}{birth_date:%Y%m%d}{serial % 1000:03d}"
    return first_seventeen + check_character(first_seventeen)


def terms() -> None:
    """The school year 2026-2027: 1 September – 22 January, 1 March – 9 July."""
    Term.objects.create(school_year=2026, number=1, start=date(2026, 9, 1), end=date(2027, 1, 22))
    Term.objects.create(school_year=2026, number=2, start=date(2027, 3, 1), end=date(2027, 7, 9))


def township(name: str = "东坪镇") -> Area:
    county, _ = Area.objects.get_or_create(code="629901000000", defaults={"name": "云岭县", "level": Area.Level.COUNTY})
    return Area.objects.get_or_create(
        name=name,
        defaults={"code": f"629901{100 + next(_serial) % 900}000", "level": Area.Level.TOWNSHIP, "parent": county},
    )[0]


def school(name: str = "东坪小学", *, rules: str = "standard", slots: str = "AM,PM", **fields) -> School:
    fields = {"kind": School.Kind.PRIMARY, "township": township()} | fields
    made = School.objects.create(code=f"{2100000000 + next(_serial)}", name=name, slots=slots, **fields)
    presets.adopt(code=rules, school=made, starts_on=presets.ALWAYS, by=None)
    return made


def school_class(of: School, number: str = "202301", **fields) -> SchoolClass:
    fields = {"name": f"{number[:4]}级{int(number[4:])}班", "stage": SchoolClass.Stage.PRIMARY} | fields
    return SchoolClass.objects.create(school=of, number=number, cohort=int(number[:4]), **fields)


def student(of: SchoolClass, name: str = "高东", **fields) -> Student:
    """A child who entered ``of`` on ``since`` and has attended it from then on, with a mother who answers."""
    child = _unlisted(of, name, **fields)
    listing.rebuild([child.pk])
    return child


def students(of: SchoolClass, *names: str, **fields) -> list[Student]:
    """Such children in the order of a class list, numbered from 1; brought on the lists all at once."""
    children = [_unlisted(of, name, list_position=number, **fields) for number, name in enumerate(names, start=1)]
    listing.rebuild([child.pk for child in children])
    return children


def _unlisted(of: SchoolClass, name: str, *, since: date = date(2023, 9, 1), **fields) -> Student:
    number = fields.pop("id_number", None) or identity_number()
    fields = {"sex": "男", "birth_date": date(2014, 5, 6), "id_type": "居民身份证", "id_number": number} | fields
    child = Student.objects.create(
        student_number=fields.pop("student_number", f"G{number}"), name=name, admitted_on=since, **fields
    )
    Guardian.objects.create(
        student=child, position=1, name="曾杰", relation="母亲", phone="13900001234", is_guardian=True
    )
    EnrolmentEvent.objects.create(
        student=child, kind=EventKind.ENROL, happened_on=since, school_class=of, recorded_at=timezone.now()
    )
    Enrolment.objects.create(student=child, school_class=of, standing="attending", since=since, spell=1)
    return child


def person(name: str = "沈明", *, username: str | None = None, role: Role | None = None, **place) -> Person:
    """A member of staff who has chosen a password; with ``role`` and a place, posted there since 1 September."""
    serial = next(_serial)
    made = Person(staff_number=f"T{serial}", username=username or f"t{serial}", name=name, must_change_password=False)
    made.set_password(PASSWORD)
    made.save()
    if role:
        post(made, role, **place)
    return made


def post(who: Person, role: Role, *, since: date = date(2026, 9, 1), **place) -> Posting:
    if school_class := place.get("school_class"):
        place.setdefault("school", school_class.school)
    return Posting.objects.create(person=who, role=role, since=since, **place)


def scope(who: Person):
    """The scope of all of a person's postings."""
    return scope_of(who, who.postings.all())


def take_register(
    by: Person, of: SchoolClass, day: date, slot: str = "AM", *, today: date | None = None, version=0, **marks
):
    """Take a register: ``take_register(teacher, class, day, gao_dong=(child, "unexcused"))``."""
    return registers.submit(
        by=by,
        scope=scope(by),
        school_class=of.pk,
        day=day,
        slot=slot,
        marks={child.pk: MarkKind(kind) for child, kind in marks.values()},
        submission=uuid4(),
        version=version,
        today=today or day,
    ).roll_call
