"""The registers of classes over some days: who takes part, what was taken, and what each day was."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from students.models import Enrolment, RollCall, SchoolClass
from students.queries.calendar import current_calendar
from students.register_days import RegisterDay, begun_on, is_attended, register_day

Spans = Sequence[tuple[date, date | None]]
ALWAYS: Spans = ((date.min, None),)


class Call(NamedTuple):
    """A register that was taken: by whom (blank = by a workbook), when, and when it arrived if it was sent later."""

    day: date
    slot: str
    by: str
    taken_at: datetime
    arrived_at: datetime | None

    @property
    def is_late(self) -> bool:
        """补点: taken after its day was over."""
        return timezone.localdate(self.taken_at) > self.day


@dataclass(frozen=True)
class ClassRegisters:
    """A class with its registers over some days: ``days`` says what each was, ``calls`` (day, slot) → its register."""

    school_class: SchoolClass
    days: dict[date, RegisterDay]
    calls: dict[tuple[date, str], Call]


def days_through(last: date, number: int) -> list[date]:
    """``number`` days up to ``last``, which is the last of them."""
    return [last - timedelta(days=back) for back in reversed(range(number))]


def attended_spans(classes, first: date, last: date) -> dict[int, Spans]:
    """Class → the spans in which a child attended it, as far as they matter between two days; two queries.

    Nearly every class has a child that attends it all the time, which one look into an index answers; only of the
    others the intervals are read.
    """
    here = Enrolment.objects.attending().filter(school_class=OuterRef("pk"))
    throughout = here.filter(Q(until=None) | Q(until__gt=last), since__lte=first)
    ids = classes.order_by().annotate(throughout=Exists(throughout)).values_list("pk", "throughout")
    spans: dict[int, Spans] = {}
    changing = []
    for pk, is_throughout in ids:
        spans[pk] = ALWAYS if is_throughout else ()
        if not is_throughout:
            changing.append(pk)
    if changing:
        found = defaultdict(list)
        rows = Enrolment.objects.attending().filter(Q(until=None) | Q(until__gt=first), since__lte=last)
        rows = rows.filter(school_class__in=changing).order_by().values_list("school_class", "since", "until")
        for school_class, since, until in rows.distinct():
            found[school_class].append((since, until))
        spans |= found
    return spans


def calls_between(classes: Collection[int], days: Sequence[date]) -> dict[int, dict[tuple[date, str], Call]]:
    """Class → (day, slot) → the register taken; one query."""
    found = defaultdict(dict)
    rows = RollCall.objects.filter(school_class__in=classes, day__range=(days[0], days[-1])).order_by()
    columns = ("school_class", "day", "slot", "taken_by__name", "taken_at", "arrived_at")
    for school_class, day, slot, by, taken_at, arrived_at in rows.values_list(*columns):
        found[school_class][day, slot] = Call(day, slot, by or "", taken_at, arrived_at)
    return found


def registers_of(classes, days: Sequence[date], *, now: datetime) -> list[ClassRegisters]:
    """The registers of ``classes`` (a queryset) on ``days``, in their order; ``now`` is local. Five queries."""
    calendar, spans = current_calendar(), attended_spans(classes, days[0], days[-1])
    rows = list(classes.select_related("school"))
    calls = calls_between([row.pk for row in rows], days)
    begun = {day: begun_on(day, now) for day in days}
    registers = []
    for row in rows:
        school_days = calendar.school_days(school=row.school_id, school_class=row.pk)
        taken = defaultdict(set)
        for day, slot in calls[row.pk]:
            taken[day].add(slot)
        slots = row.school.slot_list
        states = {
            day: register_day(
                slots=slots,
                taken=taken[day],
                is_school_day=day in school_days,
                is_attended=is_attended(spans[row.pk], day),
                begun=begun[day],
            )
            for day in days
        }
        registers.append(ClassRegisters(row, states, calls[row.pk]))
    return registers
