"""Counts the children of a return, class by class (domain.md §7, contract.md).

Every count is made of the children themselves: ``children`` lists exactly those that ``counts`` has counted. Events
and confirmations after the last day do not count.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from operator import attrgetter
from typing import NamedTuple

from django.db.models import BigIntegerField, Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from casework.queries.suspected import suspected_runs
from reports.figures import (
    BASELINE,
    CLOSING,
    DROPPED_TOTAL,
    INS,
    LEFT_IN_ORDER,
    LOST,
    LOST_OF_BASELINE,
    OPENING,
    OUTS,
    REGISTERED,
    SUSPECTED,
    UNACCOUNTED,
    Figures,
    movements,
)
from students.calendar import school_year_of, school_year_start
from students.enrolment import EventKind, Standing
from students.losses import Loss, LossKind
from students.models import Enrolment, EnrolmentEvent, SchoolClass, Student, standing_on
from students.queries.losses import losses
from students.queries.policy import policy_of
from students.queries.unaccounted import last_events

DAY = timedelta(days=1)
IN_ORDER = (EventKind.TRANSFER_OUT, EventKind.DECEASE, EventKind.LEAVE_COUNTRY, EventKind.GRADUATE)
Row = tuple[int, int]  # a school, and a grade in the school year of the return
Pair = tuple[int, int]  # a child, and the class in which it counts


class Move(NamedTuple):
    """A child, the class in which it counts, and what happened to it that counts there."""

    student: int
    school_class: int
    day: date
    kind: EventKind
    event: int

    @property
    def pair(self) -> Pair:
        return self.student, self.school_class


@dataclass(frozen=True)
class Census:
    """Who is counted of a period (both days included): everybody, or the ``students`` of a queryset; in all classes, or
    in those of some ``schools``."""

    first: date
    last: date
    students: QuerySet[Student] | None = None
    schools: frozenset[int] | None = None

    @property
    def year_start(self) -> date:
        """The first day of the school year, on which the baseline stands."""
        return school_year_start(school_year_of(self.last))

    @cached_property
    def classes(self) -> dict[int, SchoolClass]:
        """The classes that are counted, by key."""
        rows = SchoolClass.objects.select_related("school")
        return {row.pk: row for row in (rows if self.schools is None else rows.filter(school__in=self.schools))}

    @cached_property
    def rows(self) -> dict[int, Row]:
        """Class → the row in which it stands; of other schools too, since children come from there and go there."""
        classes = self.classes.values() if self.schools is None else SchoolClass.objects.all()
        return {row.pk: (row.school_id, row.grade_on(self.last)) for row in classes}

    def counts(self) -> dict[int, Figures]:
        """Class → its figures; a class of which there is nothing to say is left out."""
        found: dict[int, Counter] = defaultdict(Counter)
        for code in STANDING:
            for school_class, number in _tally(self.standing(code)):
                found[school_class][code] += number
        for code, pairs in self._lost.items():
            for _, school_class in pairs:
                found[school_class][code] += 1
        groups = self._events.order_by().values_list("kind", "was", "left", "joined").annotate(Count("pk"))
        for *event, number in groups:
            for code, school_class in self._moved(*event):
                found[school_class][code] += number
        return {school_class: Figures(dict(found[school_class])) for school_class in found.keys() & self.classes.keys()}

    def children(self, code: str, classes: Collection[int]) -> Sequence[Pair]:
        """The children behind a count of some classes, each with its class; one who came twice stands there twice.
        Of the many who simply are somewhere a queryset, which can be read page by page."""
        if code in STANDING:
            rows = self.standing(code).filter(school_class__in=classes)
            return rows.order_by("school_class", "student").values_list("student", "school_class")
        if code in self._lost:
            return sorted((pair for pair in self._lost[code] if pair[1] in classes), key=_by_class)
        return [move.pair for move in self.moves(code, classes)]

    def moves(self, code: str, classes: Collection[int]) -> list["Move"]:
        """The movements behind a count of ``INS`` or ``OUTS``, in the order of ``children``; one query."""
        return self.movements(classes)[code]

    def lists(self, classes: Collection[int]) -> dict[str, Sequence[Pair]]:
        """Every count with the children behind it; what happened is read once."""
        found: dict[str, Sequence[Pair]] = {code: self.children(code, classes) for code in (*STANDING, *self._lost)}
        moved = self.movements(classes)
        return found | {code: [move.pair for move in moves] for code, moves in moved.items()}

    def movements(self, classes: Collection[int]) -> dict[str, list["Move"]]:
        """What happened alone, each count with what is behind it, in the order of ``children``; two queries."""
        moved: dict[str, list[Move]] = {str(kind): [] for kind in (*INS, *OUTS)}
        for code, move in self._movements(classes):
            moved[code].append(move)
        return {code: sorted(moves, key=attrgetter("school_class", "student", "day")) for code, moves in moved.items()}

    def _movements(self, classes: Collection[int]) -> Iterator[tuple[str, "Move"]]:
        near = self._events.filter(Q(left__in=classes) | Q(joined__in=classes))
        columns = ("pk", "student", "happened_on", "kind", "was", "left", "joined")
        for pk, student, day, *event in near.values_list(*columns):
            for code, each in self._moved(*event):
                if each in classes:
                    yield code, Move(student, each, day, EventKind(event[0]), pk)

    def standing(self, code: str) -> QuerySet[Enrolment]:
        """The places that a count of ``STANDING`` is taken of."""
        return self._of(self._here(STANDING[code](self)))

    def _here(self, places: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
        return places if self.schools is None else places.filter(school_class__school__in=self.schools)

    def _of(self, rows: QuerySet) -> QuerySet:
        return rows if self.students is None else rows.filter(student__in=self.students.order_by().values("pk"))

    @property
    def _near(self) -> QuerySet[Student] | None:
        """Whoever has ever joined a class that is counted; None where all classes are."""
        if self.schools is None:
            return None
        joined = EnrolmentEvent.objects.effective().filter(school_class__school__in=self.schools)
        return Student.objects.filter(pk__in=joined.order_by().values("student"))

    def _kept(self, pairs: Iterable[Pair]) -> list[Pair]:
        pairs = list(pairs)
        if self.students is None or not pairs:
            return pairs
        wanted = set(self.students.filter(pk__in=[child for child, _ in pairs]).values_list("pk", flat=True))
        return [pair for pair in pairs if pair[0] in wanted]

    @cached_property
    def _lost(self) -> dict[str, list[Pair]]:
        """The counts of few children, who are found by rules that no query says."""
        lost: list[Loss] = list(losses(self.last, policy=policy_of(self.last)))
        runs = suspected_runs(self.last, students=self._near)
        here = self._here(Enrolment.objects.attending())
        found = {
            SUSPECTED: here.on(self.last).filter(student__in=list(runs)).values_list("student", "school_class"),
            UNACCOUNTED: [_pair(loss) for loss in lost if loss.kind is not LossKind.DROPPED_OUT],
            LOST: [_pair(loss) for loss in lost if loss.since >= self.year_start],
            LOST_OF_BASELINE: here.on(self.year_start)
            .filter(student__in=[loss.student for loss in lost])
            .values_list("student", "school_class"),
        }
        return {code: self._kept(pairs) for code, pairs in found.items()}

    @property
    def _events(self) -> QuerySet[EnrolmentEvent]:
        """What happened in the period, each event with the one before it and the classes left and joined."""
        left = class_left()
        joined = Coalesce("school_class", left, output_field=BigIntegerField())
        events = EnrolmentEvent.objects.effective().filter(happened_on__range=(self.first, self.last))
        if self._near is not None:
            events = events.filter(student__in=self._near)
        return self._of(events).annotate(was=Subquery(_before().values("kind")[:1]), left=left, joined=joined)

    def _moved(self, kind: str, was: str | None, left: int | None, joined: int | None) -> Iterator[tuple[str, int]]:
        earlier = EventKind(was) if was else None
        return movements(EventKind(kind), was=earlier, left=left, joined=joined, rows=self.rows)


def _before() -> QuerySet[EnrolmentEvent]:
    """What had happened to the child of an event before it, the latest first; for a subquery of events."""
    return (
        EnrolmentEvent.objects.effective()
        .filter(
            Q(happened_on__lt=OuterRef("happened_on"))
            | Q(happened_on=OuterRef("happened_on"), order__lt=OuterRef("order")),
            student=OuterRef("student"),
        )
        .order_by("-happened_on", "-order")
    )


def class_left() -> Subquery:
    """The class that the child of an event was in before it; for an annotation of events."""
    return Subquery(_before().filter(school_class__isnull=False).values("school_class")[:1])


def _attending(day: date) -> QuerySet[Enrolment]:
    return Enrolment.objects.on(day).attending()


def _registered(day: date) -> QuerySet[Enrolment]:
    """Who is on the roll and was 在籍 by the 就读身份 of that day, whatever became of it since."""
    places = Enrolment.objects.on(day).alias(entitlement=standing_on(day, "student"))
    return places.filter(entitlement=Student.Standing.REGISTERED)


def _left_in_order(census: Census) -> QuerySet[Enrolment]:
    unconfirmed = Q(confirmed_on=None) | Q(confirmed_on__gt=census.last)
    events = EnrolmentEvent.objects.exclude(Q(kind=EventKind.TRANSFER_OUT) & unconfirmed)
    gone = last_events(events, IN_ORDER, census.last)
    return _attending(census.year_start).filter(student__in=gone.order_by().values("student"))


# 期末 is the end of the last day, 期初 that of the day before the first.
STANDING = {
    OPENING: lambda census: _attending(census.first - DAY),
    CLOSING: lambda census: _attending(census.last),
    REGISTERED: lambda census: _registered(census.last),
    DROPPED_TOTAL: lambda census: Enrolment.objects.on(census.last).filter(standing=Standing.DROPPED_OUT),
    BASELINE: lambda census: _attending(census.year_start),
    LEFT_IN_ORDER: _left_in_order,
}


def _tally(rows: QuerySet) -> Iterable[tuple[int, int]]:
    return rows.order_by().values_list("school_class").annotate(Count("pk"))


def _by_class(pair: Pair) -> tuple[int, int]:
    return pair[1], pair[0]


def _pair(loss: Loss) -> Pair:
    return loss.student, loss.school_class
