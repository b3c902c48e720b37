"""整改台账 as it is read: the findings of a scope, narrowed down and counted, and what waits for the reader."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from inspections.models import Inspection, InspectionRound, Rectification
from inspections.queries.reading import INSPECTING_ROLES, is_inspector
from inspections.rectifying import Move, Part, State, due_words, moves_from
from students.access import COUNTY_ROLES, SCHOOL_ROLES, Scope, in_force
from students.models import Person, Posting, Role, School

OPEN, OVERDUE, REPORTED, CLOSED, ALL = "open", "overdue", "reported", "closed", "all"
TABS = {OPEN: "待整改", OVERDUE: "逾期", REPORTED: "待核实", CLOSED: "已销号", ALL: "全部"}
TONES = {State.OPEN: "note", State.REPORTED: "warn", State.CLOSED: "ok", State.WITHDRAWN: "mute"}


def parts_in(scope: Scope, inspection: Inspection) -> frozenset[Part]:
    """What the reader is to the findings of an inspection."""
    held = {
        Part.SCHOOL: scope.runs(inspection.school_id),
        Part.INSPECTOR: is_inspector(scope, inspection),
        Part.BUREAU: scope.is_bureau,
    }
    return frozenset(part for part, holds in held.items() if holds)


def possible_persons(school: School, today: date) -> list[Person]:
    """Who can answer for a finding: the heads and the clerk of the school, who also see it."""
    posted = in_force(Posting.objects.filter(school=school, role__in=SCHOOL_ROLES), today)
    return list(Person.objects.filter(pk__in=posted.values("person"), is_active=True).order_by("name", "pk"))


def findings_in(scope: Scope) -> QuerySet[Rectification]:
    """The findings of the schools in a scope with all that a list names, what is due first standing first."""
    rows = Rectification.objects.visible_to(scope)
    rows = rows.select_related("inspection__school__township", "inspection__round", "responsible", "raised_by")
    return rows.order_by("deadline", "inspection__school__code", "number", "pk")


def narrowed(rows: QuerySet[Rectification], asked: Mapping[str, str]) -> QuerySet[Rectification]:
    """The rows of a township, a school, a round, and of words in the problem, the measure or the school's name."""
    paths = {"township": "inspection__school__township", "school": "inspection__school", "round": "inspection__round"}
    rows = rows.filter(**{path: asked[name] for name, path in paths.items() if asked.get(name)})
    if words := asked.get("q", ""):
        found = Q(problem__contains=words) | Q(measure__contains=words) | Q(inspection__school__name__contains=words)
        rows = rows.filter(found)
    return rows


def boxes(rows: QuerySet[Rectification], today: date) -> dict[str, QuerySet[Rectification]]:
    """Tab → its rows."""
    return {
        OPEN: rows.filter(state=State.OPEN),
        OVERDUE: rows.filter(state=State.OPEN, deadline__lt=today),
        REPORTED: rows.filter(state=State.REPORTED).order_by("reported_at", "pk"),  # what waits longest first
        CLOSED: rows.filter(state=State.CLOSED),
        ALL: rows,
    }


@dataclass(frozen=True)
class Line:
    """A finding on a list. ``late``: 逾期3天, blank where nothing is; ``waits_since``: the day from which it waits to
    be verified, None where it does not."""

    row: Rectification
    late: str
    waits_since: date | None = None

    @property
    def state(self) -> str:
        return State(self.row.state).label

    @property
    def tone(self) -> str:
        return TONES[State(self.row.state)]

    @property
    def is_overdue(self) -> bool:
        return self.late != "" and self.row.state == State.OPEN


def line_of(row: Rectification, today: date) -> Line:
    """A finding as of a day."""
    reported_on = timezone.localtime(row.reported_at).date() if row.reported_at else None
    waits_since = reported_on if row.state == State.REPORTED else None
    return Line(row, due_words(State(row.state), row.deadline, reported_on, today), waits_since)


def open_moves(scope: Scope, row: Rectification) -> list[Move]:
    """What the reader may do to a finding now; who reported it does not close it."""
    moves = moves_from(State(row.state), parts_in(scope, row.inspection), has_measure=bool(row.measure))
    own = row.reported_by_id == scope.person and row.reported_by_id is not None
    return [move for move in moves if not (own and move is Move.CLOSE)]


def to_mend(scope: Scope) -> QuerySet[Rectification]:
    """What the school of the reader has to mend."""
    schools = scope.clerk_of | scope.led
    return findings_in(scope).filter(inspection__school__in=schools, state=State.OPEN)


def nobody_verifies(today: date) -> Q:
    """Findings that no inspector of their round can verify: none holds an office any more that sees the school."""
    school, outer_school = OuterRef("inspection__school"), OuterRef(OuterRef("inspection__school"))
    named = InspectionRound.inspectors.through.objects.filter(
        inspectionround=OuterRef(OuterRef("inspection__round")), person=OuterRef("person")
    )
    runs = Posting.objects.filter(role__in=SCHOOL_ROLES, person=OuterRef("person"), school=outer_school)
    looks = Q(township=None, school=None) | Q(township=OuterRef("inspection__school__township")) | Q(school=school)
    posts = Posting.objects.filter(Q(role__in=COUNTY_ROLES) | (Q(role=Role.INSPECTOR) & looks), person__is_active=True)
    return ~Exists(in_force(posts.filter(Exists(named), ~Exists(in_force(runs, today))), today))


def to_verify(scope: Scope, today: date) -> QuerySet[Rectification]:
    """What schools have reported as mended to the reader, an inspector of the round; what waits longest first.

    The bureau has what no inspector of the round can verify.
    """
    if not scope.roles & INSPECTING_ROLES:
        return Rectification.objects.none()
    mine = InspectionRound.inspectors.through.objects.filter(
        inspectionround=OuterRef("inspection__round"), person=scope.person
    )
    own_schools = scope.clerk_of | scope.led
    whose = Exists(mine) | nobody_verifies(today) if scope.is_bureau else Exists(mine)
    rows = findings_in(scope).filter(whose, state=State.REPORTED)
    return rows.exclude(inspection__school__in=own_schools).order_by("reported_at", "pk")


def waiting(scope: Scope, today: date) -> int:
    """How many findings wait for the reader: to be mended, or to be verified."""
    mending = to_mend(scope).count() if scope.clerk_of | scope.led else 0
    return mending + (to_verify(scope, today).count() if scope.roles & INSPECTING_ROLES else 0)
