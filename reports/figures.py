"""上报数字 (the figures of a return): what is counted of a school and grade, and what follows from it. Pure.

The source of every count and rate is domain.md §7; their codes are those of contract.md.

Counts are added up, rates are made of the sums. 期末＝期初＋增加－减少 is not assumed: both ends are counted from where
the children are, the movements from what happened, and ``balance`` is what is left over.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from students.enrolment import EVENT_LABELS, LEADS_TO, MOVES, EventKind, Standing
from students.metrics import DROPOUT_RATE, RAW_RATIO, RETENTION_RATE, Rate

INS = (EventKind.ENROL, EventKind.TRANSFER_IN, EventKind.RESUME, EventKind.RETURN, EventKind.OTHER_IN)
OUTS = (
    EventKind.TRANSFER_OUT,
    EventKind.SUSPEND,
    EventKind.DROP_OUT,
    EventKind.DECEASE,
    EventKind.LEAVE_COUNTRY,
    EventKind.GRADUATE,
    EventKind.OTHER_OUT,
)
MOVEMENTS = tuple(str(kind) for kind in (*INS, *OUTS))
# The rest of the counts, as contract.md names them; the last three are what the rates are made of.
OPENING, CLOSING, REGISTERED, SUSPECTED = "opening", "closing", "registered", "suspected"
DROPPED_TOTAL, UNACCOUNTED, BASELINE = "dropped_total", "unaccounted", "baseline"
LEFT_IN_ORDER, LOST_OF_BASELINE, LOST = "left_in_order", "lost_of_baseline", "lost"

LABELS: Mapping[str, str] = MappingProxyType(
    {
        OPENING: "期初在校",
        **{str(kind): EVENT_LABELS[kind] for kind in (*INS, *OUTS)},
        CLOSING: "期末在校",
        REGISTERED: "期末在籍",
        SUSPECTED: "疑似辍学",
        DROPPED_TOTAL: "累计辍学未返",
        UNACCOUNTED: "去向不明",
        BASELINE: "学年初在校",
        LEFT_IN_ORDER: "正常减少",
        LOST_OF_BASELINE: "学年初学生流失",
        LOST: "本学年流失",
    }
)
CODES = tuple(LABELS)
# What is opened behind a rate: the children that it is lower, or higher, for.
BEHIND_RATES: Mapping[str, str] = MappingProxyType({RETENTION_RATE.code: LOST_OF_BASELINE, DROPOUT_RATE.code: LOST})
NO_COUNTS: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True)
class Figures:
    """The counts of some children, by code; a code without a count is 0."""

    counts: Mapping[str, int] = field(default_factory=lambda: NO_COUNTS)

    def __getitem__(self, code: str) -> int:
        return self.counts.get(code, 0)

    def __bool__(self) -> bool:
        """Whether there is anything to say."""
        return any(self.counts.values())

    @property
    def came(self) -> int:
        """本期增加."""
        return sum(self[kind] for kind in INS)

    @property
    def went(self) -> int:
        """本期减少."""
        return sum(self[kind] for kind in OUTS)

    @property
    def balance(self) -> int:
        """期初＋增加－减少－期末: 0, or the figures contradict each other."""
        return self[OPENING] + self.came - self.went - self[CLOSING]

    @property
    def retention_rate(self) -> Rate:
        """学年巩固率."""
        staying = self[BASELINE] - self[LEFT_IN_ORDER]
        return RETENTION_RATE.of(staying - self[LOST_OF_BASELINE], staying)

    @property
    def dropout_rate(self) -> Rate:
        """辍学率."""
        return DROPOUT_RATE.of(self[LOST], self[BASELINE])

    @property
    def raw_ratio(self) -> Rate:
        """期末/期初比; it may exceed 1."""
        return RAW_RATIO.of(self[CLOSING], self[OPENING])


NO_FIGURES = Figures()


def total(parts: Iterable[Figures]) -> Figures:
    """The figures of several groups of children taken together; no child may stand in two of them."""
    parts = list(parts)
    return Figures({code: sum(part.counts.get(code, 0) for part in parts) for code in CODES})


def movements(
    kind: EventKind, *, was: EventKind | None, left: int | None, joined: int | None, rows: Mapping[int, object]
) -> Iterator[tuple[str, int]]:
    """What an event adds to the counts: each code with the class in which it counts.

    ``was``: the child's event before it; ``left``, ``joined``: the classes. ``rows``: class → the row of the return
    in which it stands; a move inside one row moves nothing. A child counts where 在校 changes: who is transferred out
    after having dropped out makes no class smaller.
    """
    if kind in INS:
        yield kind, joined
    elif was is None or LEADS_TO[was] is not Standing.ATTENDING:
        return
    elif kind in OUTS:
        yield kind, left
    elif kind in MOVES and rows[left] != rows[joined]:
        yield EventKind.OTHER_OUT, left
        yield EventKind.OTHER_IN, joined
