"""预警 (early signs): what in a child's attendance asks for attention before the ladder does, and why. Pure.

(facts, policy, day) → signs, each with the days it rests on, so that every line can be checked by hand. Thresholds are
县级规定 (``students.policy``), met by ≥; windows of n days end with the day asked for and hold it. Only a child who
attends on that day has signs. Source: domain.md §8 and §9 (流失的先兆), every number [D].
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple

from casework.ladder import StudentFacts, World
from students.calendar import DAY, Term, school_year_of
from students.days import ABSENT, SLOT_ORDER, UNEXCUSED, DayState, Slot, day_state
from students.enrolment import Place, Standing
from students.policy import Policy
from students.runs import ClassDays, covers

MISSED_WHOLE = frozenset({DayState.ABSENT, DayState.EXCUSED})
MONDAY, FRIDAY = 0, 4
MOST_IN_A_FAMILY = 6  # children [D]: a number that more of them share is a school's or a shop's, no family's


class SignCode(StrEnum):
    """The kinds of signs, the gravest first."""

    UNSEEN = "unseen"
    UNEXCUSED = "unexcused"
    FAMILY = "family"
    ATTENDANCE = "attendance"
    LEAVE = "leave"
    WEEKDAYS = "weekdays"
    FIRST_MONTH = "first_month"
    VILLAGE = "village"

    @property
    def label(self) -> str:
        return SIGN_LABELS[self]


SIGN_LABELS = {
    SignCode.UNSEEN: "多日未见",
    SignCode.UNEXCUSED: "零星旷课",
    SignCode.FAMILY: "同家庭缺课",
    SignCode.ATTENDANCE: "出勤率低",
    SignCode.LEAVE: "长假多假",
    SignCode.WEEKDAYS: "周一周五缺勤",
    SignCode.FIRST_MONTH: "九月缺课",
    SignCode.VILLAGE: "同村缺课",
}


class Sign(NamedTuple):
    """One sign: its kind, the first day of what it rests on, and what it rests on (days as text, no names)."""

    code: SignCode
    since: date
    details: dict[str, Any]


class Outlook(NamedTuple):
    """What a child's facts say on a day: its signs, and for how many days of the terms it has not been seen."""

    signs: list[Sign]
    unseen_days: int


class MarkedDay(NamedTuple):
    """A school day on which the child has a mark: what it was, and the slots missed, missed without excuse, taken."""

    day: date
    state: DayState
    missed: tuple[str, ...]
    unexcused: tuple[str, ...]
    taken: int


@dataclass
class _Tally:
    """The registers of a class on its school days, so that a stretch of them is counted without walking through it."""

    class_days: ClassDays
    days: list[date] = field(init=False)
    slots_before: list[int] = field(init=False)

    def __post_init__(self):
        registers = self.class_days.registers
        self.days = sorted(day for day in registers if registers[day] and day in self.class_days.school_days)
        self.slots_before = [0]
        for day in self.days:
            self.slots_before.append(self.slots_before[-1] + len(registers[day]))

    def counted(self, first: date, last: date) -> tuple[int, int]:
        """(days, slots) with a register from ``first`` to ``last``, both included."""
        start, end = bisect_right(self.days, first - DAY), bisect_right(self.days, last)
        return max(end - start, 0), max(self.slots_before[end] - self.slots_before[start], 0)


class Lookout:
    """Looks for signs on one day, child by child; what is the same for a class is reckoned once."""

    def __init__(self, world: World, policy: Policy, day: date):
        self.world, self.policy, self.day = world, policy, day
        self.term: Term | None = next((term for term in world.terms if term.start <= day <= term.end), None)
        self._tallies: dict[int, _Tally] = {}

    def tally(self, school_class: int) -> _Tally:
        if school_class not in self._tallies:
            self._tallies[school_class] = _Tally(self.world.classes[school_class])
        return self._tallies[school_class]

    def of(self, facts: StudentFacts) -> Outlook:
        """The signs of one child, the gravest first."""
        child = _Child(facts, self)
        if child.here is None:
            return Outlook([], 0)
        unseen = child.unseen()
        found = (
            child.not_seen(unseen),
            child.unexcused(),
            child.low_attendance(),
            child.long_or_repeated_leave(),
            child.weekdays(),
            child.first_month(),
        )
        return Outlook([sign for sign in found if sign], unseen.days)

    def days_in_terms(self, after: date, through: date) -> int:
        """Calendar days later than ``after``, through ``through``, that lie inside a term: holidays between terms do
        not count, those inside a term do."""
        return sum(
            max((min(through, term.end) - max(after + DAY, term.start)).days + 1, 0) for term in self.world.terms
        )


class Unseen(NamedTuple):
    """Since when a child has not been seen: the last day with a present slot (None where there is none), the day from
    which is counted (that day, or the later arrival), and how many days of the terms."""

    last: date | None
    counted_from: date
    days: int


class _Child:
    """One child's days as the signs need them."""

    def __init__(self, facts: StudentFacts, lookout: Lookout):
        self.facts, self.lookout = facts, lookout
        self.day, self.policy = lookout.day, lookout.policy
        attending = (place for place in facts.places if place.standing is Standing.ATTENDING)
        self.places = [place for place in attending if place.since <= self.day]
        self.here: Place | None = next((place for place in self.places if place.holds(self.day)), None)

    def class_days(self, place: Place) -> ClassDays:
        return self.lookout.world.classes[place.school_class]

    def last_day_in(self, place: Place) -> date:
        return min(self.day, place.until - DAY) if place.until else self.day

    @cached_property
    def days(self) -> list[MarkedDay]:
        """The school days with a mark, in order; all others were present or unknown."""
        return list(self._marked_days())

    def _marked_days(self) -> Iterator[MarkedDay]:
        for day in sorted(self.facts.marks):
            place = next((place for place in self.places if place.holds(day)), None) if day <= self.day else None
            if place is None or day not in self.class_days(place).school_days:
                continue
            marks, taken = self.facts.marks[day], self.class_days(place).registers.get(day, frozenset())
            on_leave = covers(self.facts.leaves, day)
            state, _, _ = day_state(taken, marks, on_leave=on_leave)
            missed = tuple(sorted((slot for slot in marks if marks[slot] in ABSENT), key=_order))
            unexcused = () if on_leave else tuple(slot for slot in missed if marks[slot] in UNEXCUSED)
            yield MarkedDay(day, state, missed, unexcused, len(taken | marks.keys()))

    def unseen(self) -> Unseen:
        """How long the child has not been seen. A day without a register is no day on which it was."""
        arrived = min(place.since for place in self.places if place.spell == self.here.spell)
        last = max(filter(None, map(self._last_seen_in, self.places)), default=None)
        counted_from = max(last, arrived) if last else arrived
        return Unseen(last, counted_from, self.lookout.days_in_terms(counted_from, self.day))

    def _last_seen_in(self, place: Place) -> date | None:
        last, states = self.last_day_in(place), {day.day: day.state for day in self.days}
        marked = (day for day, state in states.items() if state is DayState.PRESENT and place.since <= day <= last)
        seen = max(marked, default=None)
        days = self.lookout.tally(place.school_class).days
        for day in reversed(days[: bisect_right(days, last)]):
            if day < place.since or (seen and day <= seen):
                break
            if day not in states:
                return day
        return seen

    def not_seen(self, unseen: Unseen) -> Sign | None:
        """多日未见: not seen for ``unseen_days`` days of the terms, whatever the registers say."""
        if unseen.days < self.policy.unseen_days:
            return None
        is_last = unseen.last == unseen.counted_from
        since = unseen.counted_from if is_last else max(unseen.counted_from, self.lookout.world.first_term_day)
        details = {"last": since.isoformat() if is_last else None, "from": since.isoformat(), "days": unseen.days}
        return Sign(SignCode.UNSEEN, since, details)

    def unexcused(self) -> Sign | None:
        """零星旷课: unexcused slots within the window, and no contact on or after the last of them."""
        first = self.day - timedelta(days=self.policy.sign_window - 1)
        days = [day for day in self.days if day.day >= first and day.unexcused]
        slots = sum(len(day.unexcused) for day in days)
        if slots < self.policy.sign_slots:
            return None
        if any(days[-1].day <= contacted <= self.day for contacted, _ in self.facts.contacts):
            return None
        listed = [[day.day.isoformat(), list(day.unexcused)] for day in days]
        return Sign(
            SignCode.UNEXCUSED, days[0].day, {"slots": slots, "window": self.policy.sign_window, "days": listed}
        )

    def low_attendance(self) -> Sign | None:
        """出勤率低: slots present ÷ slots with a register, this term; excused absences are missed slots too."""
        term = self.lookout.term
        if term is None:
            return None
        days = slots = 0
        for place in self.places:
            tally = self.lookout.tally(place.school_class)
            counted = tally.counted(max(place.since, term.start), self.last_day_in(place))
            days, slots = days + counted[0], slots + counted[1]
        missed = excused = 0
        for day in self.days:
            if day.day < term.start:
                continue
            registered = self._registered_on(day.day)
            days, slots = days + (not registered), slots + day.taken - registered
            missed, excused = missed + len(day.missed), excused + len(day.missed) - len(day.unexcused)
        if days < self.policy.low_attendance_days or (slots - missed) * 100 >= self.policy.low_attendance * slots:
            return None
        details = {"missed": missed, "excused": excused, "slots": slots, "days": days}
        return Sign(SignCode.ATTENDANCE, term.start, details)

    def _registered_on(self, day: date) -> int:
        place = next(place for place in self.places if place.holds(day))
        return len(self.class_days(place).registers.get(day, ()))

    def first_month(self) -> Sign | None:
        """九月缺课: whole days missed in the first month of the school year, listed through its first term."""
        year = school_year_of(self.day)
        first, last = date(year, 9, 1), date(year, 9, 30)
        term = self.lookout.term
        if term is None or term.start > last or term.end < first:
            return None
        days = [day.day for day in self.days if first <= day.day <= last and day.state in MISSED_WHOLE]
        if len(days) < self.policy.first_month_days:
            return None
        return Sign(SignCode.FIRST_MONTH, days[0], {"days": _as_text(days)})

    def weekdays(self) -> Sign | None:
        """周一周五缺勤: most of the days with a missed slot, within some weeks, are Mondays and Fridays."""
        first = self.day - timedelta(weeks=self.policy.pattern_weeks) + DAY
        days = [day.day for day in self.days if day.day >= first and day.missed]
        edges = [day for day in days if day.weekday() in (MONDAY, FRIDAY)]
        if len(edges) < self.policy.pattern_days or len(edges) * 100 < self.policy.pattern_share * len(days):
            return None
        details = {"days": _as_text(edges), "missed": len(days), "weeks": self.policy.pattern_weeks}
        return Sign(SignCode.WEEKDAYS, edges[0], details)

    def long_or_repeated_leave(self) -> Sign | None:
        """长假多假: a spell of leave of many school days, or several spells, that reach into the window.

        A leave that has begun counts with all the days it was granted for, also those still to come.
        """
        first = self.day - timedelta(days=self.policy.leave_window - 1)
        spells = [spell for spell in self._leave_spells() if spell[-1] >= first]
        longest = max(spells, key=len, default=[])
        if len(longest) < self.policy.long_leave_days and len(spells) < self.policy.leave_spells:
            return None
        listed = [[spell[0].isoformat(), spell[-1].isoformat(), len(spell)] for spell in spells]
        details = {"spells": listed, "longest": len(longest), "window": self.policy.leave_window}
        return Sign(SignCode.LEAVE, spells[0][0], details)

    def _leave_spells(self) -> Iterator[list[date]]:
        """Days of leave that follow one another: no school day between on which the child came, or stayed away without
        leave. Days without a register neither break a spell nor count."""
        days, spell = sorted(self._leave_days()), []
        for day in days:
            if spell and self._interrupted(spell[-1], day):
                yield spell
                spell = []
            spell.append(day)
        if spell:
            yield spell

    def _leave_days(self) -> set[date]:
        """Whole days missed with an excuse, and days of a leave on which no register was taken."""
        found = {day.day for day in self.days if day.state is DayState.EXCUSED}
        for first, last in self.facts.leaves:
            for place in self.places if first <= self.day else ():
                end = min(last, place.until - DAY) if place.until else last
                class_days = self.class_days(place)
                for day in class_days.school_days.between(max(first, place.since), end):
                    if day > self.day or not (class_days.registers.get(day) or day in self.facts.marks):
                        found.add(day)
        return found

    def _interrupted(self, before: date, after: date) -> bool:
        """Whether the child was seen, or absent without leave, or no longer attended, between two days of leave."""
        states = {day.day: day.state for day in self.days if before < day.day < after}
        if any(state in (DayState.PRESENT, DayState.ABSENT) for state in states.values()):
            return True
        for place in self.places:
            days = self.lookout.tally(place.school_class).days
            start, last = max(before + DAY, place.since), min(after - DAY, self.last_day_in(place))
            if any(day not in states for day in days[bisect_right(days, start - DAY) : bisect_right(days, last)]):
                return True
        return len({place.spell for place in self.places if place.holds(before) or place.holds(after)}) > 1


def _order(slot: str) -> int:
    return SLOT_ORDER[Slot(slot)]


def _as_text(days: Iterable[date]) -> list[str]:
    return [day.isoformat() for day in days]


class Out(NamedTuple):
    """A child with an open run: since when, the telephone numbers of its family, its home village (blank = none)."""

    student: int
    started_on: date
    phones: frozenset[str]
    village: str


def kin(out: Sequence[Out]) -> dict[int, list[Sign]]:
    """同家庭缺课 and 同村缺课: for each child out of school, the others out who share a number or a home village.

    A brother or sister is not named again as a neighbour. The details hold ids: who may read of whom is for the reader.
    """
    villages, families = _together((child.student, [child.village]) for child in out), _families(out)
    found: dict[int, list[Sign]] = defaultdict(list)
    for child in out:
        family = families[child.student]
        neighbours = villages[child.student] - family
        for code, others in ((SignCode.FAMILY, family), (SignCode.VILLAGE, neighbours)):
            if others:
                found[child.student].append(Sign(code, child.started_on, {"others": sorted(others)}))
    return dict(found)


def _families(out: Sequence[Out]) -> Mapping[int, set[int]]:
    return _together(((child.student, child.phones) for child in out), most=MOST_IN_A_FAMILY)


def _together(rows: Iterable[tuple[int, Iterable[str]]], *, most: int = 0) -> Mapping[int, set[int]]:
    """Child → the others with a key of its own; a key that more than ``most`` (0: any number) have ties nobody."""
    members: dict[str, set[int]] = defaultdict(set)
    for student, keys in rows:
        for key in keys:
            if key:
                members[key].add(student)
    others: dict[int, set[int]] = defaultdict(set)
    for group in members.values():
        if len(group) > 1 and (not most or len(group) <= most):
            for student in group:
                others[student] |= group - {student}
    return others


def plain_phone(text: str) -> str:
    """A telephone number as digits alone; blank where it is too short to be one."""
    digits = "".join(character for character in text if character.isdigit())
    if len(digits) == 13 and digits.startswith("86"):
        digits = digits[2:]
    return digits if len(digits) >= 7 else ""
