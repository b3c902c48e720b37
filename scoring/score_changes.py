"""What another scheme would do to scores 预算: class by class and counted together. Pure."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from hashlib import sha256
from typing import NamedTuple

from scoring.class_scores import ClassScore
from scoring.scheme import signed

SHOWN_CLASSES = 20


OUTCOMES = {"met": "变为完成目标", "missed": "变为没有完成目标", "unrated": "目标变为不予评定"}


def _outcome(made: ClassScore) -> str:
    """What the target comes to; one that is missed is missed on any registers."""
    if not made.target_met:
        return "missed"
    return "met" if made.is_rated else "unrated"


class ScoreChange(NamedTuple):
    """A class's score under two schemes, on the same day."""

    before: ClassScore
    after: ClassScore

    @property
    def by(self) -> Decimal:
        """The points gained, or lost."""
        return self.after.total - self.before.total

    @property
    def words(self) -> list[str]:
        """What became different, line by line, and about the target."""
        return [*self._lines(), *self._judgements()]

    def _lines(self) -> Iterator[str]:
        for measure, line in self.after.lines.items():
            was = self.before.lines[measure].points
            if line.points != was:
                yield f"{measure.label}由{signed(was)}变为{signed(line.points)}"

    def _judgements(self) -> Iterator[str]:
        if (was := _outcome(self.before)) != (now := _outcome(self.after)):
            yield "目标变为予以评定" if (was, now) == ("unrated", "met") else OUTCOMES[now]
        if self.before.veto != self.after.veto:
            yield "变为一票否决" if self.after.veto else "不再一票否决"


@dataclass
class Tally:
    """How many classes there are, how many gain, lose and stay, and of how many the target is judged otherwise."""

    classes: int = 0
    up: int = 0
    down: int = 0
    same: int = 0
    newly_met: int = 0
    newly_missed: int = 0
    newly_vetoed: int = 0
    no_longer_vetoed: int = 0
    newly_rated: int = 0
    newly_unrated: int = 0


@dataclass
class Changes:
    """The classes counted as they come; ``mark`` is the same where the same follows.

    ``largest`` are the classes whose score or judgement changes most: those judged otherwise first, then by points.
    """

    tally: Tally = field(default_factory=Tally)
    largest: list[tuple] = field(default_factory=list)
    before: Decimal = Decimal(0)
    after: Decimal = Decimal(0)
    _digest: object = field(default_factory=sha256)

    def note(self, change: ScoreChange) -> None:
        """Count a class. One that had no children to answer for is left out, as on the lists."""
        facts = change.before.facts
        if not facts.is_scored:
            return
        self._count(change)
        self.before += change.before.total
        self.after += change.after.total
        words = change.words
        self._digest.update(f"{facts.school_class} {change.before.total} {change.after.total} {words}\n".encode())
        if words:
            judged = change.before.veto != change.after.veto or change.before.target_met != change.after.target_met
            told = {"school_class": facts.school_class, "before": float(change.before.total),
                    "after": float(change.after.total), "words": words}  # fmt: skip
            self.largest.append((not judged, -abs(change.by), facts.school_class, told))
            self.largest = sorted(self.largest)[:SHOWN_CLASSES]

    def _count(self, change: ScoreChange) -> None:
        tally, before, after = self.tally, change.before, change.after
        tally.classes += 1
        tally.up += change.by > 0
        tally.down += change.by < 0
        tally.same += change.by == 0
        was, now = _outcome(before), _outcome(after)
        tally.newly_met += (was, now) == ("missed", "met")
        tally.newly_missed += was != now == "missed"
        tally.newly_rated += (was, now) == ("unrated", "met")
        tally.newly_unrated += was != now == "unrated"
        tally.newly_vetoed += after.veto > before.veto
        tally.no_longer_vetoed += after.veto < before.veto

    @property
    def mark(self) -> str:
        return self._digest.hexdigest()

    def as_json(self) -> dict:
        """What is kept: the tally, the sums of all points, the classes that change most."""
        sums = {"sum_before": float(self.before), "sum_after": float(self.after)}
        return asdict(self.tally) | sums | {"shown": [told for *_, told in self.largest]}
