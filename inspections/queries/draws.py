"""Draws and what became of them: who sees which, the count that answers a drawn class, what is still to be counted."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Case, Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, When

from inspections.drawing import Candidate, Drawn, Part, draw
from inspections.models import CountReason, Draw, DrawnClass
from students.access import AREA_ROLES, Scope
from students.models import HeadCount, SchoolClass, Term
from students.policy import Policy
from students.queries.head_counts import term_start
from students.queries.registers import expected_on

STATES = {"open": "待清点", "late": "逾期未清点", "counted": "已清点", "cancelled": "已作废"}


def reasons_seen(scope: Scope) -> QuerySet[CountReason]:
    """The reasons that a person sees; none of a class of their own."""
    return CountReason.objects.visible_to(scope.over_classes).exclude(school_class__in=scope.classes)


def _first_count(**side) -> Subquery:
    """The first count of a drawn class that began after the draw; one that is corrected later is no new one."""
    began = {"counted_on__gte": OuterRef("draw__drawn_on"), "counted_at__gte": OuterRef("draw__drawn_at")}
    counts = HeadCount.objects.filter(school_class=OuterRef("school_class"), **began, **side)
    return Subquery(counts.order_by("counted_on", "pk").values("pk")[:1])


def with_count(rows: QuerySet[DrawnClass]) -> QuerySet[DrawnClass]:
    """Drawn classes with ``count_id``, the count that answers the draw: after a draw from above one by somebody from
    above, else by anybody who may count."""
    answering = Case(
        When(draw__is_from_above=True, then=_first_count(is_from_above=True)),
        default=_first_count(),
        output_field=IntegerField(),
    )
    return rows.annotate(count_id=answering)


def drawn_seen(scope: Scope) -> QuerySet[DrawnClass]:
    """The drawn classes that a person sees, each with its ``count_id``. Whoever runs a school sees those drawn from
    above once somebody has been there, whatever else they are: a visit that is known beforehand is none."""
    rows = with_count(DrawnClass.objects.visible_to(scope.over_classes).exclude(school_class__in=scope.classes))
    own = Q(school_class__school__in=scope.clerk_of | scope.led)
    return rows.filter(~own | Q(draw__is_from_above=False) | Q(count_id__isnull=False))


def draws_seen(scope: Scope) -> QuerySet[Draw]:
    """The draws of which a person sees a class, the newest first."""
    return Draw.objects.filter(pk__in=drawn_seen(scope).order_by().values("draw"))


def to_count(scope: Scope, today: date) -> QuerySet[DrawnClass]:
    """What of the term's draws the person is to count: classes drawn from above for whoever stands above, those
    of a school's own draw for its heads and clerk. Nobody counts a class of their own."""
    own = Q(school_class__school__in=scope.clerk_of | scope.led)
    if scope.roles & AREA_ROLES:
        rows = DrawnClass.objects.visible_to(scope.over_classes).filter(~own, draw__is_from_above=True)
    else:
        rows = DrawnClass.objects.filter(own, draw__is_from_above=False)
    rows = rows.filter(draw__cancellation=None, draw__drawn_on__gte=term_start(today)).exclude(
        school_class__in=scope.homeroom
    )
    return with_count(rows).filter(count_id=None).order_by("draw__due_on", "draw", "position")


def waiting(scope: Scope, today: date) -> int:
    """How many classes the person is to count; one query."""
    return to_count(scope, today).order_by().count()


@dataclass(frozen=True)
class DrawLine:
    """A draw in the history of draws."""

    row: Draw
    size: int
    counted: int
    today: date

    @property
    def state(self) -> str:
        if hasattr(self.row, "cancellation"):
            return "cancelled"
        if self.counted == self.size:
            return "counted"
        return "late" if self.row.due_on < self.today else "open"

    @property
    def label(self) -> str:
        return STATES[self.state]

    @property
    def tone(self) -> str:
        return {"cancelled": "mute", "counted": "ok", "late": "alarm", "open": "note"}[self.state]


def draw_lines(scope: Scope, draws: list[Draw], today: date) -> list[DrawLine]:
    """Draws with how many of their classes, as far as the person sees them, have been counted; one query."""
    rows = drawn_seen(scope).filter(draw__in=draws).order_by().values("draw")
    tallies = {
        row["draw"]: (row["size"], row["counted"]) for row in rows.annotate(size=Count("pk"), counted=Count("count_id"))
    }
    return [DrawLine(each, *tallies[each.pk], today) for each in draws]


def candidates_of(classes: QuerySet[SchoolClass], *, term: Term, policy: Policy, day: date) -> list[Candidate]:
    """The classes with children on ``day`` that may be drawn, in the order of their ids: reasons, counts owed."""
    ids = classes.order_by().values("pk")
    counts = HeadCount.objects.filter(term=term, school_class__in=ids)
    counted = dict(_tally(counts, Count("counted_on", distinct=True)))
    reasons = dict(_tally(CountReason.objects.filter(school_class__in=ids), Count("pk")))
    return [
        Candidate(pk, reasons.get(pk, 0), max(0, policy.head_counts - counted.get(pk, 0)))
        for pk in sorted(expected_on(ids, day))
    ]


def _tally(rows, number: Count):
    return rows.order_by().values_list("school_class").annotate(number=number)


def frozen_candidates(row: Draw) -> list[Candidate]:
    """The classes that might have been drawn, as the draw keeps them."""
    return [Candidate(*each) for each in row.candidates]


@dataclass(frozen=True)
class Again:
    """A draw made again from what it keeps, beside what was kept of it."""

    drawn: list[Drawn]
    kept: list[Drawn]

    @property
    def is_same(self) -> bool:
        return self.drawn == self.kept


def drawn_again(row: Draw) -> Again:
    """按种子重算: the draw from its seed, candidates and shares; one query."""
    kept = [Drawn(pk, Part(part)) for pk, part in row.classes.order_by("position").values_list("school_class", "part")]
    return Again(draw(frozen_candidates(row), row.wanted, seed=row.seed), kept)


def lots_seen(scope: Scope, row: Draw) -> bool:
    """Whether a person may draw again what was drawn: whoever has the seed knows which classes are still to come, so
    that a school has that of a draw from above once nothing of it is left to count."""
    if scope.roles & AREA_ROLES or not row.is_from_above or hasattr(row, "cancellation"):
        return True
    return not with_count(row.classes.all()).filter(count_id=None).exists()


def standing_in_the_way(school, township, today: date, *, is_from_above: bool) -> Draw | None:
    """The draw of the same place and side that has not been counted to its end, called off or let lapse: no second one
    is made until it pleases. Of a draw from above the school is not told, nor does its own hold one up."""
    drawn = DrawnClass.objects.filter(draw__school=school, draw__township=township, draw__is_from_above=is_from_above)
    rows = with_count(drawn)
    left = rows.filter(draw__cancellation=None, draw__due_on__gte=today, count_id=None)
    return Draw.objects.filter(pk__in=left.order_by().values("draw")).first()


def newest_as_of() -> date | None:
    """The night whose reasons are kept; None where nothing stood out."""
    return CountReason.objects.values_list("as_of", flat=True).order_by("-as_of").first()


def reasons_by_class(rows: QuerySet[CountReason]) -> QuerySet:
    """Class, how many reasons, most first; for a page of the list."""
    named = rows.order_by().values("school_class").annotate(number=Count("pk"))
    return named.order_by("-number", F("school_class__school__code"), F("school_class__number"), "school_class")
