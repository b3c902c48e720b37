"""三包花名册 of a day: every child that was key or that somebody had, and what was done for it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from scoring.assigning import Kind
from scoring.models import Assignment
from scoring.queries.assignments import key_lines, lapse_of, with_state, with_village
from scoring.queries.bundled_children import Deeds, deeds_of, reasons
from scoring.queries.bundles import NO_VILLAGE
from students.models import Area, RegistryLine, School
from students.queries.homeroom import homeroom_teachers

NOBODY = "没有人包"
AGAIN = "要重新安排"


@dataclass(frozen=True)
class RosterRow:
    """A child of the roster: ``row`` is who had it on the day, None for nobody."""

    line: RegistryLine
    why: str
    row: Assignment | None
    deeds: Deeds
    homeroom: str
    village: str
    head: str

    @property
    def state(self) -> str:
        """没有人包, 要重新安排, or blank where it has somebody."""
        if self.row is None:
            return NOBODY
        return AGAIN if lapse_of(self.row) else ""

    @property
    def person(self) -> str:
        return self.row.person.name if self.row else ""

    @property
    def since(self) -> date | None:
        return self.row.since if self.row else None

    @property
    def last_on(self) -> date | None:
        return self.deeds.last.day if self.deeds.last else None

    @property
    def last_words(self) -> str:
        last = self.deeds.last
        return f"{last.get_method_display()}：{last.result}" if last else ""


def roster(schools: Iterable[School], day: date) -> list[RosterRow]:
    """The children of ``schools`` on ``day`` in the order of school, class and list; eleven queries at most.

    Classes and schools are those of now, the people and what they did those of the day.
    """
    schools = list(schools)
    rows = with_state(Assignment.objects.filter(school__in=schools).on(day), day).select_related("person")
    children = {row.student_id: row for row in rows.filter(kind=Kind.STUDENT)}
    heads = {(row.school_id, row.village_id): row.person.name for row in rows.filter(kind=Kind.VILLAGE)}
    lines = key_lines(day).filter(school__in=schools) | RegistryLine.objects.filter(pk__in=list(children))
    lines = with_village(lines).select_related("student", "school", "school_class").order_by("place_key", "student")
    lines = list(lines)
    why, deeds = reasons([line.pk for line in lines], day), deeds_of(children.values(), day)
    teachers = homeroom_teachers({line.school_class_id for line in lines}, day)
    villages = Area.objects.in_bulk({line.village for line in lines} - {None})
    found = []
    for line in lines:
        row, homeroom = children.get(line.pk), teachers.get(line.school_class_id)
        village = villages[line.village].name if line.village in villages else NO_VILLAGE
        head = heads.get((line.school_id, line.village), "")
        done = deeds.get(row.pk, Deeds()) if row else Deeds()
        found.append(RosterRow(line, why.get(line.pk, ""), row, done, homeroom.name if homeroom else "", village, head))
    return found
