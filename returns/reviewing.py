"""复核 (a review of what was reported): which children are drawn, what may be found of them, what held. Pure.

The lists of a school's accepted returns are its claims. Every child stands in one part 类别, the first that says
something of it, so that nobody is drawn twice; within a part the lowest tickets are drawn (``inspections.drawing``).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from inspections.drawing import ticket_number
from reports.figures import CLOSING, DROPPED_TOTAL, LABELS, SUSPECTED, UNACCOUNTED, Figures
from returns.snapshots import Lists
from students.calendar import school_year_label
from students.enrolment import EventKind
from students.metrics import Metric, Rate

SEPTEMBER, MONTHS = 9, 3  # the first month of the first quarter of a school year, and how many a quarter has


def quarter_of(month: str) -> tuple[int, int]:
    """School year and number of the quarter 季度 of a month: 2026-10 → 2026, 1."""
    year, number = map(int, month.split("-"))
    return year - (number < SEPTEMBER), (number - SEPTEMBER) % 12 // MONTHS + 1


def quarter_label(school_year: int, quarter: int) -> str:
    """2026-2027学年第一季度."""
    return f"{school_year_label(school_year)}第{'一二三四'[quarter - 1]}季度"


class Part(StrEnum):
    """What the returns say of a child (上报情况); the more serious first."""

    DROPPED = "dropped"
    UNACCOUNTED = "unaccounted"
    OTHER_OUT = "other_out"
    SUSPECTED = "suspected"
    TRANSFER_OUT = "transfer_out"
    SUSPEND = "suspend"
    DECEASE = "decease"
    LEAVE_COUNTRY = "leave_country"
    ATTENDING = "attending"

    @property
    def label(self) -> str:
        return PARTS[self][0]

    @property
    def codes(self) -> tuple[str, ...]:
        """The lists of a return that put a child here."""
        return PARTS[self][1]


PARTS: Mapping[Part, tuple[str, tuple[str, ...]]] = MappingProxyType(
    {
        Part.DROPPED: ("辍学", (EventKind.DROP_OUT, DROPPED_TOTAL)),
        Part.UNACCOUNTED: ("去向不明", (UNACCOUNTED,)),
        Part.OTHER_OUT: ("其他减少", (EventKind.OTHER_OUT,)),
        Part.SUSPECTED: ("疑似辍学", (SUSPECTED,)),
        Part.TRANSFER_OUT: ("转出", (EventKind.TRANSFER_OUT,)),
        Part.SUSPEND: ("休学", (EventKind.SUSPEND,)),
        Part.DECEASE: ("死亡", (EventKind.DECEASE,)),
        Part.LEAVE_COUNTRY: ("出国（境）", (EventKind.LEAVE_COUNTRY,)),
        Part.ATTENDING: ("在校", (CLOSING,)),
    }
)


class Claim(NamedTuple):
    """What is said of a child: the latest month that says it (2026-10), and the grade there."""

    child: int
    grade: int
    month: str


class Drawn(NamedTuple):
    """A child that was drawn, and for which part."""

    part: Part
    claim: Claim


def claims_of(months: Mapping[str, Lists]) -> dict[Part, list[Claim]]:
    """The children of a school by what its returns say of them, each once. ``months``: 2026-10 → its lists.

    In school 在校 is who stands so in the last of the months; of all else any of them may speak.
    """
    found: dict[Part, dict[int, Claim]] = {part: {} for part in Part}
    taken: set[int] = set()
    for part in Part:
        spoken = sorted(months)[-1:] if part is Part.ATTENDING else sorted(months)
        for month in spoken:
            pairs = [pair for code in part.codes for pair in months[month].get(code, ())]
            found[part] |= {child: Claim(child, grade, month) for child, grade in pairs if child not in taken}
        taken |= found[part].keys()
    return {part: sorted(claims.values()) for part, claims in found.items()}


def draw_children(claims: Mapping[Part, Sequence[Claim]], *, size: int, most: int | None, seed: str) -> list[Drawn]:
    """``size`` of the children said to be in school, and of every other part all, or up to ``most``; part by part in
    the order of their tickets."""
    drawn: list[Drawn] = []
    for part in Part:
        number = size if part is Part.ATTENDING else most
        in_order = sorted(claims.get(part, ()), key=lambda each: (ticket_number(seed, part, each.child), each.child))
        drawn += [Drawn(part, claim) for claim in in_order[:number]]
    return drawn


# The numbers of a month that are compared with the school's own ledger.
CAME, WENT = "came", "went"
COMPARED: Mapping[str, str] = MappingProxyType(
    {CAME: "本期增加", WENT: "本期减少"}
    | {code: LABELS[code] for code in (CLOSING, SUSPECTED, DROPPED_TOTAL, UNACCOUNTED)}
)


def compared(lists: Lists) -> dict[str, int]:
    """The numbers of a return that are compared, by code."""
    figures = Figures({code: len(pairs) for code, pairs in lists.items()})
    return {CAME: figures.came, WENT: figures.went} | {code: figures[code] for code in list(COMPARED)[2:]}


class Finding(StrEnum):
    """What a reviewer found of a child (核实情况)."""

    HOLDS = "holds"
    WRONG = "wrong"
    UNVERIFIED = "unverified"

    @property
    def label(self) -> str:
        return FINDINGS[self][0]

    @property
    def tone(self) -> str:
        return FINDINGS[self][1]


FINDINGS = {
    Finding.HOLDS: ("属实", "ok"),
    Finding.WRONG: ("不属实", "alarm"),
    Finding.UNVERIFIED: ("未能核实", "warn"),
}


OF_THE_REST = (Finding.HOLDS, Finding.UNVERIFIED)  # what many children at once may be found


class Instead(StrEnum):
    """What was found in place of what was said (实际情况)."""

    IN_SCHOOL = "in_school"
    AWAY = "away"
    DROPPED = "dropped"
    NO_RECEPTION = "no_reception"
    NO_APPROVAL = "no_approval"
    NOT_ON_ROLL = "not_on_roll"
    OTHER = "other"

    @property
    def label(self) -> str:
        return INSTEADS[self]


INSTEADS = {
    Instead.IN_SCHOOL: "在校就读",
    Instead.AWAY: "不在校",
    Instead.DROPPED: "已经辍学",
    Instead.NO_RECEPTION: "转出没有接收证明",
    Instead.NO_APPROVAL: "休学没有批准文书",
    Instead.NOT_ON_ROLL: "没有这名学生",
    Instead.OTHER: "其他情况",
}


class Agreement(StrEnum):
    """Whether the school's ledger says what its return of a month says (台账核对)."""

    AGREES = "agrees"
    DIFFERS = "differs"

    @property
    def label(self) -> str:
        return {"agrees": "一致", "differs": "不一致"}[self]


HOLDING = Metric(
    code="holding_rate",
    label="属实率",
    numerator="核实属实的学生",
    denominator="抽查的学生",
    definition="未能核实的计入抽查的学生，不算属实。",
)
AGREEING = Metric(
    code="agreeing_rate",
    label="相符率",
    numerator="与台账一致的数字",
    denominator="核对的数字",
    definition="每个月核对本期增加、本期减少、期末在校、疑似辍学、累计辍学未返、去向不明六个数字。",
)


@dataclass(frozen=True)
class Tally:
    """What a school's sheet has come to: children by what was found of them, and numbers that were compared."""

    drawn: int = 0
    holds: int = 0
    wrong: int = 0
    unverified: int = 0
    months: int = 0
    read: int = 0
    differing: int = 0

    @property
    def left(self) -> int:
        """Children and months of which nothing has been entered."""
        return self.drawn - self.seen + self.months - self.read

    @property
    def seen(self) -> int:
        return self.holds + self.wrong + self.unverified

    @property
    def numbers(self) -> int:
        """The numbers that were compared."""
        return self.read * len(COMPARED)

    @property
    def agreeing(self) -> int:
        return self.numbers - self.differing

    @property
    def holding_rate(self) -> Rate:
        """属实率."""
        return HOLDING.of(self.holds, self.drawn)

    @property
    def agreeing_rate(self) -> Rate:
        """相符率."""
        return AGREEING.of(self.agreeing, self.numbers)


def total(tallies: Iterable[Tally]) -> Tally:
    """Of several schools; the rates are made of the sums."""
    rows = [(t.drawn, t.holds, t.wrong, t.unverified, t.months, t.read, t.differing) for t in tallies]
    return Tally(*map(sum, zip(*rows, strict=True))) if rows else Tally()
