"""What waits in a county today: registers missing and duties overdue by place, and where its open cases stand."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count
from django.urls import reverse

from casework.models import Case
from casework.queries.boards import SchoolLine, school_lines
from casework.queries.case_list import ALL
from casework.stages import OPEN_STAGES, CaseStage
from students.access import Scope
from students.models import Area


@dataclass(frozen=True)
class PlaceToday:
    """A township, or a school where there is one township only: what is missing and what is overdue there so far.

    ``place``: how addresses narrow a list down to it, {} for all; each number has the address of what it counts.
    """

    name: str
    place: Mapping[str, int]
    due: int
    missing: int
    out: int
    late: int

    @property
    def due_url(self) -> str:
        return self._registers()

    @property
    def missing_url(self) -> str:
        return self._registers(show="missing")

    @property
    def out_url(self) -> str:
        return reverse("casework:out", query=self.place)

    @property
    def late_url(self) -> str:
        return reverse("casework:duties", query={"state": "late", **self.place})

    def _registers(self, **more) -> str:
        if "school" in self.place:
            return reverse("students:school_registers", args=[self.place["school"]], query=more)
        return reverse("students:register_board", query={**self.place, **more})


@dataclass(frozen=True)
class Today:
    """The places of a scope today, those with most overdue first, and their sum."""

    places: list[PlaceToday]
    places_are: str
    whole: PlaceToday


def today_by_place(scope: Scope, *, now: datetime) -> Today:
    """Added up from the board of schools; ``now`` is local."""
    lines = school_lines(scope, now=now)
    several = scope.county
    towns = dict(Area.objects.filter(level=Area.Level.TOWNSHIP).values_list("pk", "name")) if several else {}
    parts: dict[int, list[SchoolLine]] = defaultdict(list)
    for line in lines:
        parts[line.school.township_id if several else line.school.pk].append(line)
    kind = "township" if several else "school"
    names = towns if several else {line.school.pk: line.school.name for line in lines}
    places = [_place(names[pk], {kind: pk}, part) for pk, part in parts.items()]
    places.sort(key=lambda place: (-place.late, -place.missing, place.name))
    return Today(places, "乡镇" if several else "学校", _place("合计", {}, lines))


def _place(name: str, place: Mapping[str, int], lines: list[SchoolLine]) -> PlaceToday:
    return PlaceToday(
        name, place, *(sum(getattr(line, what) for line in lines) for what in ("due", "missing", "out", "late"))
    )


def open_stages(scope: Scope) -> list[tuple[str, int, str, str]]:
    """The open cases by stage 阶段, in the order of the stages, each with the list of them; one query."""
    cases = Case.objects.visible_to(scope.without_lessons).filter(stage__in=OPEN_STAGES)
    found = dict(cases.order_by().values_list("stage").annotate(Count("pk")))
    listed = f"{reverse('casework:cases')}?tab={ALL}&stage="
    return [(stage.label, found.get(stage, 0), "", f"{listed}{stage}") for stage in CaseStage if stage in OPEN_STAGES]
