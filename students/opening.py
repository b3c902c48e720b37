"""开学到校 (the opening of a term): who is back, who is not, who was lost since last term, who came back to it. Pure.

Looked at are the first school days of a class in the term, as many as the county asks for, through the day asked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from students.calendar import SchoolDays, Term
from students.days import DayState, day_state
from students.enrolment import EventKind, Place, Standing
from students.runs import ClassDays, covers


class Presence(StrEnum):
    """Whether a child has been seen in the opening days (到校情况)."""

    ARRIVED = "arrived"
    ABSENT = "absent"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        return {"arrived": "已到", "absent": "未到", "unknown": "未点名"}[self]


class Whereabouts(StrEnum):
    """What became of a child who attended at the end of last term and is not here (去处): lost, or gone in order."""

    NOT_ARRIVED = "not_arrived"
    DROPPED_OUT = "dropped_out"
    UNCONFIRMED = "unconfirmed"
    OTHER_OUT = "other_out"
    SUSPENDED = "suspended"
    TRANSFERRED = "transferred"
    ABROAD = "abroad"
    GRADUATED = "graduated"
    DECEASED = "deceased"

    @property
    def label(self) -> str:
        return WHEREABOUTS_LABELS[self]

    @property
    def is_lost(self) -> bool:
        """流失; the others are 正常离校."""
        return self in LOST


WHEREABOUTS_LABELS = {
    Whereabouts.NOT_ARRIVED: "未到校",
    Whereabouts.DROPPED_OUT: "辍学",
    Whereabouts.UNCONFIRMED: "转出未确认",
    Whereabouts.OTHER_OUT: "其他减少",
    Whereabouts.SUSPENDED: "休学",
    Whereabouts.TRANSFERRED: "转出已确认",
    Whereabouts.ABROAD: "出国",
    Whereabouts.GRADUATED: "毕业",
    Whereabouts.DECEASED: "死亡",
}
LOST = frozenset({Whereabouts.NOT_ARRIVED, Whereabouts.DROPPED_OUT, Whereabouts.UNCONFIRMED, Whereabouts.OTHER_OUT})
NO_RETURN = frozenset({EventKind.GRADUATE, EventKind.DECEASE})


class Departure(NamedTuple):
    """An out event: its day, its kind, and the day on which a transfer was confirmed."""

    day: date
    kind: EventKind
    confirmed_on: date | None


@dataclass(frozen=True)
class Opening:
    """The opening of ``term`` after the term ``before``: its first ``days`` school days, through ``as_of``."""

    term: Term
    before: Term | None
    days: int
    as_of: date

    def days_of(self, school_days: SchoolDays) -> tuple[date, ...]:
        """The opening days of a class that have come; none where it has not begun."""
        return school_days.between(self.term.start, min(self.term.end, self.as_of))[: self.days]


@dataclass(frozen=True)
class ChildFacts:
    """What is known of a child: places and departures in order, marks by day and slot, leaves."""

    places: Sequence[Place]
    departures: Sequence[Departure] = ()
    marks: Mapping[date, Mapping[str, str]] | None = None
    leaves: Sequence[tuple[date, date]] = ()


@dataclass(frozen=True)
class ChildOpening:
    """One child at the opening of a term.

    ``due_class``: where it was expected on the first school day; ``presence``: None where it attended on none of the
    opening days; ``states``: the days looked at; ``gone_class`` and ``gone``: where it is missed since last term, and
    why; ``returned_class``: where it came back, having been away at the end of last term.
    """

    due_class: int | None
    presence: Presence | None
    states: tuple[tuple[date, DayState], ...]
    gone_class: int | None = None
    gone: Whereabouts | None = None
    returned_class: int | None = None

    @property
    def unknown_days(self) -> int:
        return sum(state is DayState.UNKNOWN for _, state in self.states)


def look(child: ChildFacts, opening: Opening, classes: Mapping[int, ClassDays]) -> ChildOpening:
    """What the opening of a term was for one child. ``classes`` holds every class that it was ever in."""
    attending = [place for place in child.places if place.standing is Standing.ATTENDING]
    days = [
        (day, place.school_class)
        for place in attending
        for day in opening.days_of(classes[place.school_class].school_days)
        if place.holds(day)
    ]
    states = tuple((day, _state(child, day, classes[school_class])) for day, school_class in days)
    presence = _presence([state for _, state in states])
    due_class = next((c for day, c in days if day == opening.days_of(classes[c].school_days)[0]), None)
    result = ChildOpening(due_class, presence, states)
    if opening.before is None:
        return result
    last_class = next((place.school_class for place in attending if place.holds(opening.before.end)), None)
    if last_class is None:
        if presence is Presence.ARRIVED and _was_away(child, opening.before.end):
            seen = zip(days, states, strict=True)
            here = next(school_class for (_, school_class), (_, state) in seen if state is DayState.PRESENT)
            return ChildOpening(due_class, presence, states, returned_class=here)
        return result
    if presence in (Presence.ARRIVED, Presence.UNKNOWN):
        return result
    counted = due_class or (days[-1][1] if days else last_class)
    gone = _whereabouts(child, opening.days_of(classes[counted].school_days))
    if gone is Whereabouts.NOT_ARRIVED and presence is None:
        return result  # it attends a class whose opening days were over when it joined
    return ChildOpening(due_class, presence, states, gone_class=counted if gone else None, gone=gone)


def _state(child: ChildFacts, day: date, class_days: ClassDays) -> DayState:
    taken = class_days.registers.get(day, frozenset())
    return day_state(taken, (child.marks or {}).get(day, {}), on_leave=covers(child.leaves, day))[0]


def _presence(states: Sequence[DayState]) -> Presence | None:
    if not states:
        return None
    if DayState.PRESENT in states:
        return Presence.ARRIVED
    return Presence.UNKNOWN if all(state is DayState.UNKNOWN for state in states) else Presence.ABSENT


def _was_away(child: ChildFacts, day: date) -> bool:
    """Registered once, and not attending on ``day``: suspended, dropped out or gone, and not for having finished."""
    if not any(place.since <= day for place in child.places):
        return False
    if any(place.holds(day) for place in child.places):
        return True
    left = [departure.kind for departure in child.departures if departure.day <= day]
    return bool(left) and left[-1] not in NO_RETURN


def _whereabouts(child: ChildFacts, days: Sequence[date]) -> Whereabouts | None:
    """Where a child who was not seen stands on the last of the opening days; None where none has come."""
    if not days:
        return None
    day = days[-1]
    if place := next((place for place in child.places if place.holds(day)), None):
        return {
            Standing.ATTENDING: Whereabouts.NOT_ARRIVED,
            Standing.SUSPENDED: Whereabouts.SUSPENDED,
            Standing.DROPPED_OUT: Whereabouts.DROPPED_OUT,
        }[place.standing]
    left = [departure for departure in child.departures if departure.day <= day][-1]
    if left.kind is EventKind.TRANSFER_OUT:
        confirmed = left.confirmed_on is not None and left.confirmed_on <= day
        return Whereabouts.TRANSFERRED if confirmed else Whereabouts.UNCONFIRMED
    return {
        EventKind.OTHER_OUT: Whereabouts.OTHER_OUT,
        EventKind.LEAVE_COUNTRY: Whereabouts.ABROAD,
        EventKind.GRADUATE: Whereabouts.GRADUATED,
        EventKind.DECEASE: Whereabouts.DECEASED,
    }[left.kind]
