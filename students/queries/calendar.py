"""The calendar in force, read from its rows and the statutory days beside the code."""

import csv
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Generic, TypeVar

from students.calendar import Calendar, Override
from students.calendar import Term as TermDays
from students.models import DayOverride, ReferenceStamp, Term

STATUTORY_DAYS = Path(__file__).resolve().parent.parent / "data" / "statutory_days.csv"
T = TypeVar("T")


@cache
def statutory_days() -> dict[date, bool]:
    """法定节假日安排: day → True for a make-up working day, False for a day off (notices of the State Council)."""
    with STATUTORY_DAYS.open(encoding="utf-8") as file:
        return {date.fromisoformat(row["date"]): row["kind"] == "work" for row in csv.DictReader(file)}


def reference_stamp() -> int | None:
    """What calendar and rules are read under; None before the first change, when nothing may be kept."""
    return ReferenceStamp.objects.values_list("stamp", flat=True).first()


class KeptUnderStamp(Generic[T]):
    """A value read once a process and stamp. Threads share it, so stamp and value are replaced together."""

    def __init__(self, load: Callable[[], T]):
        self._load = load
        self._pair: tuple[int | None, T | None] = (None, None)

    def under(self, stamp: int | None) -> T:
        """The value under ``stamp``; without a stamp nothing may be kept."""
        kept_stamp, value = self._pair
        if stamp is None or stamp != kept_stamp:
            value = self._load()
            self._pair = (stamp, value)
        return value


def calendar_under(stamp: int | None) -> Calendar:
    """The whole calendar (two queries where the stamp is new), as terms and overrides change rarely."""
    return _kept.under(stamp)


def current_calendar() -> Calendar:
    """The calendar as it stands."""
    return calendar_under(reference_stamp())


def _load() -> Calendar:
    county, schools, classes = {}, defaultdict(dict), defaultdict(dict)
    for day, school, school_class, *said in DayOverride.objects.values_list(
        "day", "school", "school_class", "is_taught", "is_closure", "follows_weekday"
    ):
        days = classes[school_class] if school_class else schools[school] if school else county
        days[day] = Override(*said)
    terms = tuple(TermDays(start, end) for start, end in Term.objects.values_list("start", "end"))
    return Calendar(terms=terms, statutory=statutory_days(), county=county, schools=schools, classes=classes)


_kept = KeptUnderStamp(_load)
