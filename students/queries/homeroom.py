"""Whose class it is: the 班主任, and beside them whoever stands in for some days (代班)."""

from dataclasses import dataclass
from datetime import date

from django.db.models import F, Q

from students.access import Scope, in_force
from students.models import Person, Posting, Role, SchoolClass


@dataclass
class Homeroom:
    """The 班主任 of a class on a day and the substitute; either may be missing."""

    regular: Person | None = None
    substitute: Person | None = None

    @property
    def name(self) -> str:
        """沈明（任军代班）."""
        if self.regular and self.substitute:
            return f"{self.regular.name}（{self.substitute.name}代班）"
        return self.regular.name if self.regular else f"{self.substitute.name}（代班）"

    @property
    def phone(self) -> str:
        """Of whoever is with the class now."""
        return (self.substitute or self.regular).phone

    @property
    def people(self) -> list[Person]:
        return [person for person in (self.regular, self.substitute) if person]


def homeroom_teachers(classes, day: date) -> dict[int, Homeroom]:
    """Class → its 班主任 and substitute on a day; one query. Classes with neither are left out."""
    found: dict[int, Homeroom] = {}
    postings = Posting.objects.filter(role=Role.HOMEROOM_TEACHER, school_class__in=classes)
    in_order = in_force(postings, day).order_by("is_substitute", F("until").asc(nulls_first=True), "since")
    for posting in in_order.select_related("person"):
        homeroom = found.setdefault(posting.school_class_id, Homeroom())
        if posting.is_substitute or homeroom.regular:
            homeroom.substitute = posting.person
        else:
            homeroom.regular = posting.person
    return found


BOXES = {"running": "正在代班", "coming": "还没开始", "past": "已结束"}


def substitute_boxes(scope: Scope, today: date) -> dict[str, object]:
    """The substitutes of the schools in the scope, by whether they are running, coming or past."""
    rows = Posting.objects.visible_to(scope).filter(is_substitute=True).select_related("person", "school_class__school")
    return {
        "running": rows.filter(since__lte=today, until__gt=today).order_by("until", "school_class"),
        "coming": rows.filter(since__gt=today, until__gt=F("since")).order_by("since", "school_class"),
        "past": rows.filter(Q(until__lte=today) | Q(until=F("since"))).order_by("-until", "-since", "school_class"),
    }


def staff_of(schools, day: date):
    """Everybody with a posting at one of ``schools`` on a day, by name."""
    held = in_force(Posting.objects.filter(school__in=schools), day)
    return Person.objects.filter(pk__in=held.values("person"), is_active=True).order_by("name", "staff_number")


def classes_run_by(scope: Scope):
    """The classes for which the reader may appoint a substitute and keep the timetable: those of their own school."""
    return SchoolClass.objects.filter(school__in=scope.clerk_of | scope.led).select_related("school")
