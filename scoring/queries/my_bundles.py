"""我包的: the children, the villages and the schools that one person answers for."""

from dataclasses import dataclass
from datetime import date

from scoring.assigning import Kind
from scoring.models import Assignment
from scoring.queries.assignments import key_lines, with_village
from scoring.queries.bundled_children import BundledChild, bundled
from scoring.queries.bundles import VillageLine, open_rows
from students.access import Scope
from students.models import RegistryLine


@dataclass
class MyBundles:
    """What one person answers for: children, villages, schools."""

    children: list[BundledChild]
    villages: list[VillageLine]
    schools: list[Assignment]

    @property
    def visited(self) -> int:
        return sum(child.was_met_this_month for child in self.children if child.may_work)

    @property
    def working(self) -> int:
        return sum(child.may_work for child in self.children)

    @property
    def working_note(self) -> str:
        return f"我包的学生{self.working}人"


def my_bundles(scope: Scope, today: date) -> MyBundles:
    """Those of the reader; of a child that has left nothing is shown but its name and that it has left."""
    rows = [row for row in open_rows(Kind.STUDENT, today).filter(person=scope.person) if row.is_posted]
    lines = RegistryLine.objects.filter(pk__in=[row.student_id for row in rows])
    lines = lines.select_related("student", "school_class__school").order_by("place_key", "student")
    children = bundled(lines, rows, today)
    mine = [each.line.pk for each in children]
    seen = set(RegistryLine.objects.visible_to(scope).filter(pk__in=mine).values_list("pk", flat=True))
    for child in children:
        child.may_open = child.line.pk in seen
    children.sort(key=lambda child: (not child.may_work, -(child.days_since or 0)))
    schools = [row for row in open_rows(Kind.LIAISON, today).filter(person=scope.person) if row.is_posted]
    return MyBundles(children, _my_villages(scope, today), schools)


def _my_villages(scope: Scope, today: date) -> list[VillageLine]:
    rows = [row for row in open_rows(Kind.VILLAGE, today).filter(person=scope.person) if row.is_posted]
    if not rows:
        return []
    lines = with_village(key_lines(today).filter(school__in={row.school_id for row in rows}))
    lines = lines.select_related("student", "school_class__school").order_by("place_key", "student")
    found = [VillageLine(row.village.name, row.village, row) for row in rows]
    children = bundled(lines.filter(village__in=[row.village_id for row in rows]), [], today)
    for line in found:
        line.children = [
            child
            for child in children
            if (child.line.village, child.line.school_id) == (line.village.pk, line.row.school_id)
        ]
    return found
