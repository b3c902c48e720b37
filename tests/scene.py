"""A Monday morning in one class, and people who come in through the door: what the tests of pages begin with."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client

from students.models import Person, Role, School, SchoolClass, Student
from tests import cast

CHINA = ZoneInfo("Asia/Shanghai")
MONDAY = date(2026, 9, 7)
FRIDAY = date(2026, 9, 4)
BACKEND = "students.authentication.PostedPersonBackend"
PHONE = "13900001234"  # of every mother in the cast


def at(day: date, hour: int = 7, minute: int = 40) -> datetime:
    """A moment of a day in China."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=CHINA)


@pytest.fixture
def clock():
    """Monday 7 September 2026, 7:40, standing still; ``clock.move_to(at(…))`` and ``clock.shift(…)`` move it."""
    with time_machine.travel(at(MONDAY), tick=False) as clock:
        yield clock


@dataclass
class Scene:
    """A class of 东坪小学 with its homeroom teacher 班主任, the school's clerk 学籍管理员 and three children."""

    school: School
    school_class: SchoolClass
    teacher: Person
    clerk: Person
    children: list[Student]

    def take(self, day: date, slot: str = "AM", *, by: Person | None = None, version: int = 0, **marks):
        """Take a register: ``take(MONDAY, first="unexcused")``; first, second and third name the children."""
        names = dict(zip(("first", "second", "third"), self.children, strict=False))
        return cast.take_register(
            by or self.teacher,
            self.school_class,
            day,
            slot,
            today=max(day, MONDAY),
            version=version,
            **{name: (names[name], kind) for name, kind in marks.items()},
        )


def made_scene() -> Scene:
    """The rows of a scene, in the database that is open."""
    cast.terms()
    school = cast.school()
    school_class = cast.school_class(school)
    children = cast.students(school_class, "高东", "袁然远", "胡涛")
    return Scene(
        school=school,
        school_class=school_class,
        teacher=cast.person("沈明", role=Role.HOMEROOM_TEACHER, school_class=school_class),
        clerk=cast.person("何静", role=Role.REGISTRY_CLERK, school=school),
        children=children,
    )


@pytest.fixture
def scene(db, clock) -> Scene:
    return made_scene()


def client_of(person: Person | None) -> Client:
    """A browser in which ``person`` is logged in; with None nobody is."""
    client = Client()
    if person is not None:
        client.force_login(person, backend=BACKEND)
    return client


def sending(*, version: int = 0, submission=None, **fields) -> dict:
    """The fields of a register as a page sends them; marks are ``**{f"mark-{pk}": kind}``."""
    return {"submission": str(submission or uuid4()), "version": str(version), **fields}


def marks(**by_kind) -> dict:
    """``marks(unexcused=child)`` → the fields that mark a child so."""
    return {f"mark-{child.pk}": kind for kind, child in by_kind.items()}


def school_days(first: date, number: int) -> list[date]:
    """``number`` weekdays from ``first`` on."""
    days, day = [], first
    while len(days) < number:
        if day.weekday() < 5:
            days.append(day)
        day += timedelta(days=1)
    return days
