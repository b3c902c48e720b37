"""Reads the facts that the scores of classes follow from, some classes at a time (domain.md §8)."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from itertools import islice

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from casework.facts import Surroundings, assess_students, days_in, days_since
from casework.ladder import Duty, DutyStatus, duty_status
from casework.models import Obligation
from casework.ruleset import REPORT_TIERS, Tier
from scoring.appeals import Accepted, AppealState, waived_by
from scoring.class_scores import SCORED_TIERS, ClassFacts, LateDuty, Return
from scoring.models import Appeal
from scoring.queries.baselines import baselines
from students.calendar import Calendar, school_year_of, school_year_start
from students.days import DayState, Slot
from students.enrolment import EventKind
from students.losses import Loss
from students.models import Enrolment, EnrolmentEvent, RollCall, SchoolClass
from students.queries.calendar import current_calendar
from students.queries.losses import losses
from students.queries.policy import policy_of
from students.queries.register_days import attended_spans
from students.register_days import RegisterDay, is_attended, register_day

CHUNK = 250  # classes read at a time: a few megabytes of facts


def class_facts(classes, *, as_of: date, days_wanted: Callable[[int], int]) -> Iterator[tuple[SchoolClass, ClassFacts]]:
    """Each of ``classes`` (a queryset, in its order) with its facts, from the start of the school year of ``as_of``
    through that day. ``days_wanted``: school → on how many days a child is seen until its return is verified."""
    for row, [facts] in class_facts_on(classes, [as_of], days_wanted=days_wanted):
        yield row, facts


def class_facts_on(
    classes, days: Sequence[date], *, days_wanted: Callable[[int], int]
) -> Iterator[tuple[SchoolClass, tuple[ClassFacts, ...]]]:
    """The same through each of several days of one school year; what they have in common is read once."""
    readings, calendar = [_Reading(day, days_wanted) for day in days], current_calendar()
    rows = classes.select_related("school").iterator(chunk_size=CHUNK)
    while chunk := list(islice(rows, CHUNK)):
        common = _Common(chunk, max(days), calendar)
        yield from zip(chunk, zip(*(each.read(chunk, common) for each in readings), strict=True), strict=True)


class _Common:
    """What the readings of some classes share: their registers, and the duties done late or not at all, from the start
    of a school year through its last day that is read."""

    def __init__(self, chunk: list[SchoolClass], last: date, calendar: Calendar):
        ids, self.start, self.last = [row.pk for row in chunk], school_year_start(school_year_of(last)), last
        self.baselines = baselines(ids, self.start)
        spans = attended_spans(SchoolClass.objects.filter(pk__in=ids), self.start, last)
        taken = self._taken(ids)
        self.days = {row.pk: self._days(row, calendar, spans[row.pk], taken[row.pk]) for row in chunk}
        self.late = list(self._late(ids))

    def _taken(self, ids: Collection[int]) -> Mapping[int, Mapping[date, frozenset[str]]]:
        taken = defaultdict(lambda: defaultdict(frozenset))
        rows = RollCall.objects.filter(school_class__in=ids, day__range=(self.start, self.last)).order_by()
        for school_class, day, slot in rows.values_list("school_class", "day", "slot").iterator(chunk_size=5000):
            taken[school_class][day] = _with(taken[school_class][day], slot)
        return taken

    def _days(self, row: SchoolClass, calendar: Calendar, spans, taken) -> dict[date, RegisterDay]:
        slots = tuple(row.school.slot_list)
        school_days = calendar.school_days(school=row.school_id, school_class=row.pk)
        return {
            day: _register_day(slots, taken.get(day, frozenset()), is_attended(spans, day))
            for day in school_days.between(self.start, self.last)
        }

    def _late(self, ids: Collection[int]) -> Iterator[tuple[int, LateDuty]]:
        """As the engine keeps them."""
        undone = Q(done_on=None) | Q(done_on__gt=F("due_on"))
        days = {"triggered_on__range": (self.start, self.last), "due_on__lt": self.last}
        rows = scored_duties().filter(undone, school_class__in=ids, **days)
        columns = ("school_class", "student", "tier", "key", "triggered_on", "due_on", "done_on")
        for school_class, student, tier, *dates in rows.values_list(*columns):
            yield school_class, LateDuty(student, Tier(tier), *dates)


def scored_duties() -> QuerySet[Obligation]:
    """The duties that a score asks after."""
    return Obligation.objects.standing().filter(tier__in=sorted(SCORED_TIERS)).order_by()


class _Reading:
    """What is the same for all classes, and how a chunk of them is read; as many queries for one as for all of it."""

    def __init__(self, as_of: date, days_wanted: Callable[[int], int]):
        self.as_of, self.start, self.days_wanted = as_of, school_year_start(school_year_of(as_of)), days_wanted
        self.policy = policy_of(as_of)
        self.surroundings = Surroundings()

    def read(self, chunk: list[SchoolClass], common: _Common) -> Iterator[ClassFacts]:
        ids = [row.pk for row in chunk]
        lost, late = self._lost(ids), self._late(ids, common.late)
        returns, accepted = self._returns(ids), self._accepted(ids)
        for row in chunk:
            days = {day: register for day, register in common.days[row.pk].items() if day <= self.as_of}
            facts = (common.baselines.get(row.pk, 0), lost[row.pk], days, late[row.pk], returns[row.pk])
            yield ClassFacts(row.pk, row.stage, *facts, waived_by(accepted[row.pk], lost[row.pk]))

    def _lost(self, ids: Collection[int]) -> dict[int, list[Loss]]:
        found = defaultdict(list)
        for loss in losses(self.as_of, policy=self.policy, classes=ids):
            if loss.since >= self.start:
                found[loss.school_class].append(loss)
        return found

    def _accepted(self, ids: Collection[int]) -> dict[int, list[Accepted]]:
        """Appeals that were accepted, whenever that was: like a correction they reach back to the fact's day."""
        found = defaultdict(list)
        rows = Appeal.objects.filter(
            school_class__in=ids, state=AppealState.ACCEPTED, day__range=(self.start, self.as_of)
        ).order_by("pk")
        for school_class, *columns in rows.values_list("school_class", "kind", "day", "student", "duties"):
            found[school_class].append(Accepted(*columns))
        return found

    def _late(self, ids: Collection[int], kept: Iterable[tuple[int, LateDuty]]) -> dict[int, list[LateDuty]]:
        """Duties kept by the engine; of a child whose later report may have taken an act of these days, reckoned anew
        as if the later days had not been."""
        anew = scored_duties().filter(tier__in=sorted(REPORT_TIERS), key__lte=self.as_of, triggered_on__gt=self.as_of)
        found, here = defaultdict(list), Enrolment.objects.filter(school_class__in=ids).values("student")
        others = set(anew.filter(student__in=here).values_list("student", flat=True))
        for school_class, duty in kept:
            if duty.triggered_on <= self.as_of and duty.due_on < self.as_of and duty.student not in others:
                is_to_come = duty.done_on is not None and duty.done_on > self.as_of
                found[school_class].append(duty._replace(done_on=None) if is_to_come else duty)
        for school_class, duty in self._reckoned(sorted(others), ids):
            found[school_class].append(duty)
        return found

    def _reckoned(self, students: list[int], ids: Collection[int]) -> Iterator[tuple[int, LateDuty]]:
        if not students:  # as a rule: the facts of nobody would be read at length
            return
        for student, duties, _ in assess_students(students, self.surroundings, through=self.as_of):
            for duty in duties:
                if duty.school_class in ids and duty.triggered_on >= self.start and self._is_late(duty):
                    dates = (duty.key, duty.triggered_on, duty.due_on, duty.done_on)
                    yield duty.school_class, LateDuty(student, duty.tier, *dates)

    def _is_late(self, duty: Duty) -> bool:
        status = duty_status(due_on=duty.due_on, done_on=duty.done_on, as_of=self.as_of)
        return duty.tier in SCORED_TIERS and status in (DutyStatus.LATE_OPEN, DutyStatus.LATE_DONE)

    def _returns(self, ids: Collection[int]) -> dict[int, list[Return]]:
        """劝返复学 of this school year, of the class that took the child back, once it has been seen often enough; of a
        child that left again and was brought back into another class too, the first that was verified."""
        days = (self.start, self.as_of)
        events = EnrolmentEvent.objects.effective().filter(kind=EventKind.RETURN, happened_on__range=days)
        places = Enrolment.objects.filter(
            Exists(events.filter(student=OuterRef("student"), happened_on=OuterRef("since")))
        )
        here = places.filter(student__in=places.filter(school_class__in=ids).order_by().values("student"))
        back = list(here.order_by("-since").values_list("school_class", "school_class__school", "student", "since"))
        if not back:
            return defaultdict(list)
        firsts = {student: since for *_, student, since in back}
        lived = days_since(firsts, self.surroundings, self.as_of)
        seen = {student: list(days_in(days, DayState.PRESENT)) for student, days in lived}
        verified: dict[int, tuple[date, date, int]] = {}
        for school_class, school, student, since in back:
            after, wanted = [day for day in seen[student] if day >= since], self.days_wanted(school)
            if len(after) >= wanted:
                made = after[wanted - 1], since, school_class
                verified[student] = min(made, verified.get(student, made))
        found = defaultdict(list)
        for student, (verified_on, since, school_class) in sorted(verified.items()):
            found[school_class].append(Return(student, since, verified_on))
        return found


@cache
def _with(taken: frozenset[str], slot: str) -> frozenset[str]:
    """``taken`` and ``slot``; a county has a handful of different sets."""
    return taken | {slot}


@cache
def _register_day(slots: tuple[Slot, ...], taken: frozenset[str], attended: bool) -> RegisterDay:
    """What a school day that is over was; a county has a handful of different ones."""
    return register_day(slots=slots, taken=taken, is_school_day=True, is_attended=attended)
