"""Two ladders side by side 规则对照: rung by rung what stays, is changed, comes and goes. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from casework.ruleset import RuleSet, Tier, Trigger


class Change(StrEnum):
    """What becomes of a rung."""

    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"
    DROPPED = "dropped"

    @property
    def label(self) -> str:
        return {"same": "不变", "changed": "改为", "added": "新增", "dropped": "取消"}[self]


# What a rung says, by the name of the part; ``words`` stands for measure, threshold, window, premise and events.
PARTS = ("words", "due_words", "responsible", "receiver", "source")


@dataclass(frozen=True)
class RungPair:
    """A rung of two ladders: as it is in the first, and in the second; ``changed`` names the parts that differ."""

    before: Trigger | None
    after: Trigger | None
    changed: frozenset[str]

    @property
    def tier(self) -> Tier:
        return (self.after or self.before).tier

    @property
    def change(self) -> Change:
        if self.before is None:
            return Change.ADDED
        if self.after is None:
            return Change.DROPPED
        return Change.CHANGED if self.changed else Change.SAME

    @property
    def counts(self) -> bool:
        """Whether what is owed, or by when or by whom, is another; a source said otherwise changes nothing."""
        return self.change is not Change.SAME and self.changed != {"source"}


def compare(before: RuleSet, after: RuleSet) -> list[RungPair]:
    """The rungs of both ladders in pairs, in the order of the second; what was dropped stands with its tier.

    Rungs of one tier belong together where they count alike; what is left of a tier is paired in its order.
    """
    tiers = list(dict.fromkeys(trigger.tier for trigger in (*after.triggers, *before.triggers)))
    return [pair for tier in tiers for pair in _pairs(_of(before, tier), _of(after, tier))]


def _of(rule_set: RuleSet, tier: Tier) -> list[Trigger]:
    return [trigger for trigger in rule_set.triggers if trigger.tier is tier]


def _pairs(before: list[Trigger], after: list[Trigger]) -> Iterator[RungPair]:
    partner: dict[int, Trigger] = {}
    for one in after:
        alike = next((other for other in before if other.measure is one.measure), None)
        if alike:
            before.remove(alike)
            partner[one.step] = alike
    for one in after:
        other = partner.get(one.step) or (before.pop(0) if before else None)
        yield RungPair(other, one, _differences(other, one) if other else frozenset())
    yield from (RungPair(other, None, frozenset()) for other in before)


def _differences(before: Trigger, after: Trigger) -> frozenset[str]:
    return frozenset(part for part in PARTS if getattr(before, part) != getattr(after, part))
