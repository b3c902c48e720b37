"""School years, terms and school days (校历), from dated rows (domain.md §3). Pure.

A school day (上课日) of a class lies inside a term and is Monday–Friday, minus days off, plus make-up days (调休上课).
The statutory arrangement is the default; a county, a school or a class may override a day, the narrowest winning.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

SCHOOL_YEAR_START = (9, 1)  # 学年: 1 September – 31 August
DAY = timedelta(days=1)


def school_year_of(day: date) -> int:
    """The year in which the school year holding ``day`` began."""
    return day.year if (day.month, day.day) >= SCHOOL_YEAR_START else day.year - 1


def school_year_start(school_year: int) -> date:
    return date(school_year, *SCHOOL_YEAR_START)


def school_year_label(school_year: int) -> str:
    """``2026-2027学年``."""
    return f"{school_year}-{school_year + 1}学年"


def grade_in(school_year: int, *, cohort: int, first_grade: int) -> int:
    """Grade 年级 of a cohort 级: grade ``first_grade`` (1 primary, 7 junior) began in the year ``cohort``."""
    return school_year - cohort + first_grade


class Term(NamedTuple):
    """A term 学期; both ends are inclusive."""

    start: date
    end: date


class Override(NamedTuple):
    """What one place says of a day 校历调整: taught 上课 or not, which is a day off 放假 or a closure 停课.

    ``follows``: the weekday (0 = Monday) whose timetable holds that day, None where nobody has said. True where taught,
    so that it may stand wherever a plain True or False does.
    """

    is_taught: bool
    is_closure: bool = False
    follows: int | None = None

    def __bool__(self) -> bool:
        return self.is_taught


Said = bool | Override
Days = Mapping[date, Said]


class DayKind(StrEnum):
    """What a day is for a class."""

    TAUGHT = "taught"
    MADE_UP = "made_up"
    WEEKEND = "weekend"
    OFF = "off"
    CLOSED = "closed"
    OUTSIDE = "outside"

    @property
    def label(self) -> str:
        return DAY_LABELS[self]

    @property
    def is_taught(self) -> bool:
        return self in (DayKind.TAUGHT, DayKind.MADE_UP)


DAY_LABELS = {
    DayKind.TAUGHT: "上课",
    DayKind.MADE_UP: "调休上课",
    DayKind.WEEKEND: "周末",
    DayKind.OFF: "放假",
    DayKind.CLOSED: "停课",
    DayKind.OUTSIDE: "学期外",
}


class Source(StrEnum):
    """Who decides a day: the narrowest that speaks of it, else the rule Monday–Friday."""

    CLASS = "class"
    SCHOOL = "school"
    COUNTY = "county"
    STATUTORY = "statutory"
    RULE = "rule"


class Explained(NamedTuple):
    """A day of a class: what it is, who says so, and the weekday whose timetable it follows (None = not said)."""

    kind: DayKind
    source: Source
    follows: int | None


@dataclass(frozen=True)
class SchoolDays:
    """The school days of one class, in order; shared by all classes with the same overrides."""

    days: tuple[date, ...]
    members: frozenset[date] = field(init=False, repr=False)

    def __post_init__(self):
        object.__setattr__(self, "members", frozenset(self.days))

    def __contains__(self, day: date) -> bool:
        return day in self.members

    def between(self, first: date, last: date) -> tuple[date, ...]:
        """School days from ``first`` to ``last``, both included."""
        return self.days[bisect_right(self.days, first - DAY) : bisect_right(self.days, last)]

    def on_or_after(self, day: date) -> date:
        """``day`` itself where it is a school day, else the next one.

        Where the calendar holds no later school day (its terms are not entered yet) ``day`` itself is the answer:
        a duty must have a date, and an early one loses no child.
        """
        position = bisect_right(self.days, day - DAY)
        return self.days[position] if position < len(self.days) else day

    def before(self, day: date) -> date | None:
        """The last school day earlier than ``day``."""
        position = bisect_right(self.days, day - DAY)
        return self.days[position - 1] if position else None

    def after(self, day: date) -> date:
        """The first school day later than ``day``; the day after ``day`` where the calendar holds none."""
        return self.on_or_after(day + DAY)


class Calendar:
    """All that decides whether a day is a school day.

    ``statutory``, ``county``: day → True (上课) or False (放假), or an ``Override``; ``schools``, ``classes``: the same
    by id.
    """

    def __init__(
        self,
        *,
        terms: tuple[Term, ...],
        statutory: Days,
        county: Days | None = None,
        schools: Mapping[int, Days] | None = None,
        classes: Mapping[int, Days] | None = None,
    ):
        self.terms = tuple(sorted(terms))
        self.statutory = statutory
        self.county = county or {}
        self.everywhere = {**statutory, **self.county}
        self.schools = schools or {}
        self.classes = classes or {}
        self._kept: dict[tuple[int | None, int | None], SchoolDays] = {}

    @property
    def first_day(self) -> date | None:
        """The first day of the first term, before which the calendar knows nothing."""
        return self.terms[0].start if self.terms else None

    def school_days(self, *, school: int, school_class: int) -> SchoolDays:
        """The school days of a class."""
        # Most schools and classes have no override of their own and share one list.
        key = (
            school if school in self.schools else None,
            school_class if school_class in self.classes else None,
        )
        if key not in self._kept:
            self._kept[key] = self._reckon(*key)
        return self._kept[key]

    def explain(self, day: date, *, school: int | None = None, school_class: int | None = None) -> Explained:
        """What ``day`` is for a class, a school (without ``school_class``) or the county (without either), and why."""
        layers = list(self._layers(school, school_class))
        position = next((n for n, (_, days) in enumerate(layers) if day in days), None)
        source, said = Source.RULE, Override(day.weekday() < 5)
        if position is not None:
            source, said = layers[position][0], _override(layers[position][1][day])
        if not any(term.start <= day <= term.end for term in self.terms):
            return Explained(DayKind.OUTSIDE, source, None)
        if said.is_taught:
            wider = layers[position + 1 :] if position is not None else []
            is_made_up = day.weekday() >= 5 or any(not days.get(day, True) for _, days in wider)
            own = None if is_made_up else day.weekday()
            kind = DayKind.MADE_UP if is_made_up else DayKind.TAUGHT
            return Explained(kind, source, own if said.follows is None else said.follows)
        if source is Source.RULE:
            return Explained(DayKind.WEEKEND, source, None)
        return Explained(DayKind.CLOSED if said.is_closure else DayKind.OFF, source, None)

    def _layers(self, school: int | None, school_class: int | None) -> Iterator[tuple[Source, Days]]:
        """Who may speak of a day, the narrowest first."""
        yield Source.CLASS, self.classes.get(school_class, {})
        yield Source.SCHOOL, self.schools.get(school, {})
        yield Source.COUNTY, self.county
        yield Source.STATUTORY, self.statutory

    def changed(
        self,
        days: Mapping[date, Said | None],
        *,
        school: int | None = None,
        school_class: int | None = None,
        terms: tuple[Term, ...] | None = None,
    ) -> "Calendar":
        """The calendar as it would be if a class, a school or the county said ``days`` (None = nothing any more), and
        with other ``terms`` if given."""
        county, schools, classes = self.county, self.schools, self.classes
        if school_class is not None:
            classes = {**classes, school_class: _joined(classes.get(school_class, {}), days)}
        elif school is not None:
            schools = {**schools, school: _joined(schools.get(school, {}), days)}
        else:
            county = _joined(county, days)
        return Calendar(
            terms=self.terms if terms is None else terms,
            statutory=self.statutory,
            county=county,
            schools=schools,
            classes=classes,
        )

    def _reckon(self, school: int | None, school_class: int | None) -> SchoolDays:
        overrides = {**self.everywhere, **self.schools.get(school, {}), **self.classes.get(school_class, {})}
        days = (term.start + DAY * offset for term in self.terms for offset in range((term.end - term.start).days + 1))
        # A set: terms entered with an overlap must not make a day count twice.
        return SchoolDays(tuple(sorted({day for day in days if overrides.get(day, day.weekday() < 5)})))


def _override(said: Said) -> Override:
    return said if isinstance(said, Override) else Override(said)


def _joined(days: Days, changes: Mapping[date, Said | None]) -> Days:
    return {day: said for day, said in {**days, **changes}.items() if said is not None}
