"""The monthly return once more, from domain.md §7 and contract.md alone: every child is followed day by day.

Nothing of ``reports`` is used. A child's ``events`` are (day, kind, class joined or None, day of confirmation or None)
in their order; ``standings`` are (first day, 就读身份) in theirs, the first from the beginning; ``grade_of`` is class →
(school, grade). Suspected children are told by nobody here.
"""

from collections import Counter, defaultdict
from datetime import date, timedelta

from tests.brute_force import IN, MOVE, OUT

Event = tuple[date, str, int | None, date | None]
DAY = timedelta(days=1)
GONE_IN_ORDER = {"decease", "leave_country", "graduate"}


class Followed:
    """One child: where it stood at the end of any day."""

    def __init__(self, events: list[Event], standings: list[tuple[date, str]]):
        self.events, self.standings = events, standings

    def until(self, day: date) -> list[Event]:
        return [event for event in self.events if event[0] <= day]

    def class_on(self, day: date) -> int | None:
        classes = [joined for _, _, joined, _ in self.until(day) if joined is not None]
        return classes[-1] if classes else None

    def kind_on(self, day: date) -> str | None:
        events = self.until(day)
        return events[-1][1] if events else None

    def attends(self, day: date) -> bool:
        return self.kind_on(day) in IN | MOVE

    def is_registered(self, day: date) -> bool:
        standing = [standing for since, standing in self.standings if since <= day][-1]
        return standing == "registered" and (self.attends(day) or self.kind_on(day) in {"suspend", "drop_out"})

    def lost_since(self, day: date) -> tuple[date, str] | None:
        if not self.until(day):
            return None
        happened, kind, _, confirmed = self.until(day)[-1]
        if kind in {"drop_out", "other_out"}:
            return happened, kind
        if kind == "transfer_out" and (confirmed is None or confirmed > day) and day >= happened + 31 * DAY:
            return happened + 31 * DAY, kind
        return None

    def left_in_order(self, day: date) -> bool:
        _, kind, _, confirmed = self.until(day)[-1]
        return kind in GONE_IN_ORDER or (kind == "transfer_out" and confirmed is not None and confirmed <= day)


def plain_return(
    children: list[tuple[list[Event], list[tuple[date, str]]]], grade_of, *, first: date, last: date, year_start: date
):
    """(school, grade) → the counts, by code."""
    rows: dict = defaultdict(Counter)
    for events, standings in children:
        child = Followed(events, standings)
        for code, school_class in _counted(child, grade_of, first, last, year_start):
            rows[grade_of[school_class]][code] += 1
    return rows


def _counted(child: Followed, grade_of, first, last, year_start):
    yield from _moved(child, grade_of, first, last)
    for code, day in (("opening", first - DAY), ("closing", last), ("baseline", year_start)):
        if child.attends(day):
            yield code, child.class_on(day)
    if child.is_registered(last):
        yield "registered", child.class_on(last)
    lost = child.lost_since(last)
    if lost:
        yield "dropped_total" if lost[1] == "drop_out" else "unaccounted", child.class_on(last)
        if lost[0] >= year_start:
            yield "lost", child.class_on(last)
    if child.attends(year_start):
        if lost:
            yield "lost_of_baseline", child.class_on(year_start)
        elif child.left_in_order(last):
            yield "left_in_order", child.class_on(year_start)


def _moved(child: Followed, grade_of, first, last):
    """Event by event, since several of a day all count."""
    place, attends = None, False
    for day, kind, joined, _ in child.events:
        target = place if joined is None else joined
        if first <= day <= last:
            if kind in IN:
                yield kind, target
            if kind in OUT and attends:
                yield kind, place
            if kind in MOVE and grade_of[target] != grade_of[place]:
                yield "other_out", place
                yield "other_in", target
        place, attends = target, kind in IN | MOVE
