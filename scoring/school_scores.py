"""学校月考核 (the month of a school): what its classes earned in a month, taken together, and its band (domain.md §8).
Pure.

A school's points come from those of its classes, so what tempts no class tempts no school. A month is what two
standings differ by: a duty that is late only after a cut-off counts in the month in which it is late, a report that is
written after all earns back its half in the month in which it is written, and the months add up to the year.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from scoring.scheme import Measure, Target
from scoring.school_scheme import Band, SchoolScheme
from students.metrics import tenths

NOTHING = Decimal(0)
# 控辍目标 is judged by stage for the whole school, not by the mean of its classes.
MEAN_LINES = (Measure.MISSED_ROLL_CALL, Measure.LATE_CONTACT, Measure.LATE_REPORT, Measure.VERIFIED_RETURN)


@dataclass(frozen=True)
class StageCount:
    """The children of a stage 学段 of a school: who was there when the year began, and how many of them are lost."""

    stage: str
    baseline: int
    lost: int
    waived: int = 0

    @property
    def counted(self) -> int:
        """The lost that count: those that an appeal has taken off are lost, and cost nothing."""
        return self.lost - self.waived


@dataclass(frozen=True)
class Standing:
    """Where a school stands on a day, from the first day of the school year.

    ``classes``: those that had children; ``points``: the sums of their lines; ``due`` and ``missing``: registers.
    """

    stages: tuple[StageCount, ...] = ()
    classes: int = 0
    points: Mapping[Measure, Decimal] = field(default_factory=dict)
    due: int = 0
    missing: int = 0

    @property
    def baseline(self) -> int:
        """学年初人数 of the whole school."""
        return sum(each.baseline for each in self.stages)

    @property
    def lost(self) -> int:
        """流失人数 of the whole school."""
        return sum(each.lost for each in self.stages)

    @property
    def counted(self) -> int:
        """Those of them that count."""
        return sum(each.counted for each in self.stages)


def together(parts: Iterable[Standing]) -> Standing:
    """The standing of several parts of a school, one of each stage or class, taken together."""
    parts = list(parts)
    stages: dict[str, StageCount] = {}
    for each in (each for part in parts for each in part.stages):
        before = stages.get(each.stage, StageCount(each.stage, 0, 0))
        stages[each.stage] = StageCount(
            each.stage, before.baseline + each.baseline, before.lost + each.lost, before.waived + each.waived
        )
    return Standing(
        tuple(stages[stage] for stage in sorted(stages, reverse=True)),  # 小学 before 初中
        sum(part.classes for part in parts),
        {line: sum((part.points.get(line, NOTHING) for part in parts), NOTHING) for line in MEAN_LINES},
        sum(part.due for part in parts),
        sum(part.missing for part in parts),
    )


@dataclass(frozen=True)
class SchoolScore:
    """A school's month. ``standing``: at its end; ``due`` and ``missing``: registers of the month; ``means``: what the
    classes earned in it on average, ``lines`` what it is worth to the school; ``missed``: the stages whose target was
    not met."""

    standing: Standing
    due: int
    missing: int
    means: Mapping[Measure, Decimal]
    lines: Mapping[Measure, Decimal]
    missed: tuple[str, ...]
    is_vetoed: bool
    is_registered: bool
    is_founded: bool
    total: Decimal
    band: Band

    @property
    def stands_last(self) -> bool:
        """Whether the school is 不合格 whatever its points, and so stands behind all whose points count."""
        return self.is_vetoed or not self.is_founded


def school_score(after: Standing, before: Standing, scheme: SchoolScheme, targets: Mapping[str, Target]) -> SchoolScore:
    """How a school did in a month; ``before`` is where it stood at the cut-off before (in September nothing).

    ``targets``: those of its classes' scheme, by stage.
    """
    means = {line: _mean(after, before, line) for line in MEAN_LINES}
    missed = tuple(each.stage for each in after.stages if not targets[each.stage].is_met(each.counted, each.baseline))
    lines = {Measure.TARGET: _tenth(scheme.target_missed * len(missed))}
    lines |= {line: _tenth(mean * scheme.each_class_point) for line, mean in means.items()}
    total = min(max(scheme.base + sum(lines.values(), NOTHING), scheme.lowest), scheme.highest)
    due, missing = after.due - before.due, after.missing - before.missing
    vetoed, registered = scheme.is_vetoed(after.counted, after.baseline), scheme.is_registered(missing, due)
    founded = scheme.is_founded(missing, due)
    band = scheme.band(total, is_vetoed=vetoed, is_registered=registered, is_founded=founded)
    return SchoolScore(after, due, missing, means, lines, missed, vetoed, registered, founded, total, band)


def _mean(after: Standing, before: Standing, line: Measure) -> Decimal:
    earned = after.points.get(line, NOTHING) - before.points.get(line, NOTHING)
    return earned / after.classes if after.classes else NOTHING


def _tenth(points: Decimal) -> Decimal:
    return tenths(points) + NOTHING  # a zero without a sign


def ranks(totals: Sequence[Decimal]) -> list[int]:
    """名次 of totals in falling order; equals share one, and the next is counted on."""
    found: list[int] = []
    for position, total in enumerate(totals, start=1):
        found.append(found[-1] if found and totals[position - 2] == total else position)
    return found
