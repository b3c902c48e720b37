"""上报时段 (periods of returns): a month, a term or a school year, and what a return of each is called (domain.md §9).
Pure.

A term's report takes in the holiday before it, as the children who do not come back from it are lost in that term: the
first begins with the school year, the second on the day after the first has ended. The summer counts in the year alone.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from students.calendar import school_year_label, school_year_start

TERMS = {1: "第一学期", 2: "第二学期"}
PATTERN = r"(?:19|20|21)[0-9]{2}(?:-(?:0[1-9]|1[0-2]|[12]))?"  # of the code of a period
DAY = timedelta(days=1)
MARCH = 3  # every first term is over before it, no second one is


class PeriodKind(StrEnum):
    """What a return is of."""

    MONTH = "month"
    TERM = "term"
    YEAR = "year"

    @property
    def label(self) -> str:
        """月报, 学期报告 or 学年报告."""
        return WORDS[self][0]

    @property
    def this(self) -> str:
        """这个月."""
        return WORDS[self][1]

    @property
    def last(self) -> str:
        """上月."""
        return WORDS[self][2]


WORDS = {
    PeriodKind.MONTH: ("月报", "这个月", "上月"),
    PeriodKind.TERM: ("学期报告", "这个学期", "上学期"),
    PeriodKind.YEAR: ("学年报告", "这个学年", "上学年"),
}


LENGTHS = {7: PeriodKind.MONTH, 6: PeriodKind.TERM, 4: PeriodKind.YEAR}  # of their codes


@dataclass(frozen=True)
class TermPeriod:
    """A term 学期 as it is reported."""

    school_year: int
    number: int
    first: date
    cut_off: date
    kind = PeriodKind.TERM

    @property
    def code(self) -> str:
        """2026-1: the first term of 2026-2027."""
        return f"{self.school_year}-{self.number}"

    @property
    def label(self) -> str:
        """2026-2027学年第一学期."""
        return label_of(self.code)

    @property
    def short(self) -> str:
        return TERMS[self.number]


def terms_of(school_year: int, ends: Iterable[tuple[int, date]]) -> list[TermPeriod]:
    """The terms of a school year as they are reported, from the number and the last day of each, in their order."""
    first, found = school_year_start(school_year), []
    for number, end in ends:
        if first <= end:
            found.append(TermPeriod(school_year, number, first, end))
            first = end + DAY
    return found


@dataclass(frozen=True)
class YearPeriod:
    """A school year 学年, from 1 September to 31 August."""

    school_year: int
    kind = PeriodKind.YEAR
    short = "学年"

    @property
    def first(self) -> date:
        return school_year_start(self.school_year)

    @property
    def cut_off(self) -> date:
        return date(self.school_year + 1, 8, 31)

    @property
    def code(self) -> str:
        """2026: 2026-2027学年."""
        return str(self.school_year)

    @property
    def label(self) -> str:
        return label_of(self.code)


def kind_of(code: str) -> PeriodKind:
    """2026-10 is a month, 2026-1 a term, 2026 a school year. Raises ``ValueError`` for anything else."""
    if not re.fullmatch(PATTERN, code):
        raise ValueError(code)
    return LENGTHS[len(code)]


def label_of(code: str) -> str:
    """2026年10月, 2026-2027学年第一学期, 2026-2027学年."""
    year, _, part = code.partition("-")
    if kind_of(code) is PeriodKind.MONTH:
        return f"{year}年{int(part)}月"
    return school_year_label(int(year)) + (TERMS[int(part)] if part else "")


def name_of(code: str) -> str:
    """What the return of a period is called: 2026年10月月报, 2026-2027学年第一学期报告, 2026-2027学年报告."""
    return label_of(code) + ("月报" if kind_of(code) is PeriodKind.MONTH else "报告")


def code_before(code: str) -> str:
    """The period before, with which a return is compared; blank for a first term, before which lies the summer."""
    year, _, part = code.partition("-")
    match kind_of(code):
        case PeriodKind.MONTH:
            return f"{int(year) - 1}-12" if part == "01" else f"{year}-{int(part) - 1:02}"
        case PeriodKind.TERM:
            return f"{year}-1" if part == "2" else ""
    return str(int(year) - 1)


def report_ending(day: date) -> str:
    """The code of the term or school year that ends on a day: years on 31 August, a first term before March."""
    if (day.month, day.day) == (8, 31):
        return str(day.year - 1)
    if day.month < MARCH:
        return f"{day.year - 1}-1"
    return f"{day.year}-1" if day.month > 8 else f"{day.year - 1}-2"
