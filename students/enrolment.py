"""学籍变动: which enrolment event may follow which, and the places that follow from them (domain.md §6). Pure."""

from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from operator import attrgetter
from typing import NamedTuple


class EventKind(StrEnum):
    """An enrolment event (学籍变动类型)."""

    ENROL = "enrol"
    TRANSFER_IN = "transfer_in"
    RESUME = "resume"
    RETURN = "return"
    OTHER_IN = "other_in"
    TRANSFER_OUT = "transfer_out"
    SUSPEND = "suspend"
    DROP_OUT = "drop_out"
    DECEASE = "decease"
    LEAVE_COUNTRY = "leave_country"
    GRADUATE = "graduate"
    OTHER_OUT = "other_out"
    CLASS_MOVE = "class_move"
    PROMOTE = "promote"
    REPEAT = "repeat"
    SKIP = "skip"
    VOID = "void"

    @property
    def label(self) -> str:
        return EVENT_LABELS[self]


EVENT_LABELS = {
    EventKind.ENROL: "入学",
    EventKind.TRANSFER_IN: "转入",
    EventKind.RESUME: "休学复学",
    EventKind.RETURN: "劝返复学",
    EventKind.OTHER_IN: "其他增加",
    EventKind.TRANSFER_OUT: "转出",
    EventKind.SUSPEND: "休学",
    EventKind.DROP_OUT: "辍学",
    EventKind.DECEASE: "死亡",
    EventKind.LEAVE_COUNTRY: "出国",
    EventKind.GRADUATE: "毕业",
    EventKind.OTHER_OUT: "其他减少",
    EventKind.CLASS_MOVE: "转班",
    EventKind.PROMOTE: "升级",
    EventKind.REPEAT: "留级",
    EventKind.SKIP: "跳级",
    EventKind.VOID: "作废",  # a correction that takes an event back without putting another in its place
}
ENTRIES = frozenset({EventKind.ENROL, EventKind.TRANSFER_IN, EventKind.OTHER_IN})
INS = ENTRIES | {EventKind.RESUME, EventKind.RETURN}
MOVES = frozenset({EventKind.CLASS_MOVE, EventKind.PROMOTE, EventKind.REPEAT, EventKind.SKIP})
OUTS = frozenset(
    {
        EventKind.TRANSFER_OUT,
        EventKind.SUSPEND,
        EventKind.DROP_OUT,
        EventKind.DECEASE,
        EventKind.LEAVE_COUNTRY,
        EventKind.GRADUATE,
        EventKind.OTHER_OUT,
    }
)
# 正常变动: a change report is owed for these (domain.md §4).
REPORTED_CHANGES = frozenset(
    {
        EventKind.TRANSFER_IN,
        EventKind.TRANSFER_OUT,
        EventKind.SUSPEND,
        EventKind.RESUME,
        EventKind.LEAVE_COUNTRY,
        EventKind.DECEASE,
    }
)


class Standing(StrEnum):
    """Where a child stands after an event; ``NONE`` before the first."""

    NONE = "none"
    ATTENDING = "attending"
    SUSPENDED = "suspended"
    DROPPED_OUT = "dropped_out"
    GONE = "gone"
    GRADUATED = "graduated"
    DECEASED = "deceased"

    @property
    def label(self) -> str:
        return STANDING_LABELS[self]


STANDING_LABELS = {
    Standing.NONE: "未入学",
    Standing.ATTENDING: "在校",
    Standing.SUSPENDED: "休学",
    Standing.DROPPED_OUT: "辍学",
    Standing.GONE: "已离校",
    Standing.GRADUATED: "已毕业",
    Standing.DECEASED: "已死亡",
}
REGISTERED = frozenset({Standing.ATTENDING, Standing.SUSPENDED, Standing.DROPPED_OUT})  # 在籍

_LEAVING = {EventKind.TRANSFER_OUT, EventKind.DECEASE, EventKind.LEAVE_COUNTRY, EventKind.OTHER_OUT}
MAY_FOLLOW: dict[Standing, frozenset[EventKind]] = {
    Standing.NONE: ENTRIES,
    Standing.ATTENDING: OUTS | MOVES,
    Standing.SUSPENDED: frozenset(_LEAVING | {EventKind.RESUME, EventKind.DROP_OUT}),
    Standing.DROPPED_OUT: frozenset(_LEAVING | {EventKind.RETURN}),
    Standing.GONE: frozenset({EventKind.TRANSFER_IN, EventKind.OTHER_IN}),
    Standing.GRADUATED: frozenset({EventKind.ENROL}),
    Standing.DECEASED: frozenset(),
}
LEADS_TO = (
    dict.fromkeys(INS | MOVES, Standing.ATTENDING)
    | dict.fromkeys((EventKind.TRANSFER_OUT, EventKind.LEAVE_COUNTRY, EventKind.OTHER_OUT), Standing.GONE)
    | {
        EventKind.SUSPEND: Standing.SUSPENDED,
        EventKind.DROP_OUT: Standing.DROPPED_OUT,
        EventKind.GRADUATE: Standing.GRADUATED,
        EventKind.DECEASE: Standing.DECEASED,
    }
)


class Event(NamedTuple):
    """One effective event; ``order`` puts the events of a day in their order. ``school_class`` is the class joined."""

    happened_on: date
    order: int
    kind: EventKind
    school_class: int | None = None


class Place(NamedTuple):
    """Where a child is registered, from ``since`` until the day before ``until`` (None = still)."""

    school_class: int
    standing: Standing
    since: date
    until: date | None
    spell: int

    def holds(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)


class ImpossibleEvent(ValueError):
    """An event that cannot stand after the ones before it; ``position`` is its index in the ordered list."""

    def __init__(self, message: str, position: int):
        super().__init__(message)
        self.position = position


def places(events: Iterable[Event], *, school_of: dict[int, int]) -> list[Place]:
    """The dated, non-overlapping places that follow from a child's events, in order.

    On the day of an in event the child attends, on the day of an out event no longer. A class move keeps the
    spell (在校 goes on); leaving 在校 ends it. ``school_of``: class id → school id, for the rule that a move stays
    inside the school. Raises ``ImpossibleEvent`` with a Chinese sentence.
    """
    result: list[Place] = []
    standing, school_class, spell = Standing.NONE, None, 0
    for position, event in enumerate(sorted(events)):
        if event.kind not in MAY_FOLLOW[standing]:
            raise ImpossibleEvent(_refusal(event, standing), position)
        target = event.school_class or school_class
        if event.kind in MOVES and school_of[target] != school_of[school_class]:
            raise ImpossibleEvent(f"{event.kind.label}只能在本校内进行，不能换到别的学校", position)
        if target is None or (event.kind in ENTRIES and event.school_class is None):
            raise ImpossibleEvent(f"{event.kind.label}没有写明进入哪个班", position)
        _close(result, event.happened_on)
        if event.kind in INS:
            spell += 1
        standing, school_class = LEADS_TO[event.kind], target
        if standing in REGISTERED:
            result.append(Place(school_class, standing, event.happened_on, None, spell))
    return result


def standing_since(places: Sequence[Place]) -> date:
    """Since when the child has stood as it stands in the last place; a class move changes nothing in that."""
    last = max(places, key=attrgetter("since"))
    return min(place.since for place in places if (place.spell, place.standing) == (last.spell, last.standing))


def _close(result: list[Place], day: date) -> None:
    """End the open place on ``day``; a place that began that same day never held."""
    if result and result[-1].until is None:
        last = result.pop()
        if last.since < day:
            result.append(last._replace(until=day))


def _refusal(event: Event, standing: Standing) -> str:
    if standing is Standing.NONE:
        return f"该生还没有入学，不能登记{event.kind.label}"
    if standing is Standing.DECEASED:
        return f"该生已登记死亡，其后不能再登记{event.kind.label}"
    return f"该生此前的状态是“{standing.label}”，不能登记{event.kind.label}"
