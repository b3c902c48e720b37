"""What another scheme for schools would do to a month: school by school and counted together. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256
from typing import NamedTuple

from scoring.scheme import signed
from scoring.school_scheme import Band
from scoring.school_scores import SchoolScore

SHOWN_SCHOOLS = 50
ORDER = tuple(Band)


class MonthChange(NamedTuple):
    """A school's month under two schemes."""

    school: int
    before: SchoolScore
    after: SchoolScore

    @property
    def by(self) -> Decimal:
        """The points gained, or lost."""
        return self.after.total - self.before.total

    @property
    def moves(self) -> bool:
        """Whether the school changes bands."""
        return self.before.band is not self.after.band

    @property
    def words(self) -> list[str]:
        """What became different: the band, the veto, the lines."""
        return [*self._judgements(), *self._lines()]

    def _judgements(self) -> Iterator[str]:
        if self.moves:
            yield f"等级由{self.before.band.label}变为{self.after.band.label}"
        if self.before.is_vetoed != self.after.is_vetoed:
            yield "变为一票否决" if self.after.is_vetoed else "不再一票否决"
        if self.before.is_registered != self.after.is_registered:
            yield "点名够得上优秀了" if self.after.is_registered else "点名够不上优秀了"
        if self.before.is_founded != self.after.is_founded:
            yield "没有点名的节次不再超过界线" if self.after.is_founded else "没有点名的节次超过界线，变为不合格"

    def _lines(self) -> Iterator[str]:
        for measure, points in self.after.lines.items():
            was = self.before.lines[measure]
            if points != was:
                yield f"{measure.label}由{signed(was)}变为{signed(points)}"


@dataclass
class MonthChanges:
    """The schools counted as they come; ``mark`` is the same where the same follows.

    ``bands``: band → how many schools are in it before and after; ``shown``: those that change most, whoever changes
    bands first and of these whoever falls.
    """

    schools: int = 0
    up: int = 0
    down: int = 0
    moved: int = 0
    bands: dict[Band, list[int]] = field(default_factory=lambda: {band: [0, 0] for band in Band})
    shown: list[tuple] = field(default_factory=list)
    _digest: object = field(default_factory=sha256)

    def note(self, change: MonthChange) -> None:
        """Count a school. One without classes is left out, as on the lists."""
        if not change.after.standing.classes:
            return
        self.schools += 1
        self.up += change.by > 0
        self.down += change.by < 0
        self.moved += change.moves
        self.bands[change.before.band][0] += 1
        self.bands[change.after.band][1] += 1
        words = change.words
        self._digest.update(f"{change.school} {change.before.total} {change.after.total} {words}\n".encode())
        if words or change.by:
            fallen = ORDER.index(change.after.band) > ORDER.index(change.before.band)
            told = {
                "school": change.school, "before": str(change.before.total), "after": str(change.after.total),
                "bands": [str(change.before.band), str(change.after.band)], "words": words or ["总分不同"],
            }  # fmt: skip
            self.shown.append((not change.moves, not fallen, -abs(change.by), change.school, told))
            self.shown = sorted(self.shown, key=lambda row: row[:4])[:SHOWN_SCHOOLS]

    @property
    def mark(self) -> str:
        return self._digest.hexdigest()

    def as_json(self) -> dict:
        """What is kept: the counts, and the schools that change most."""
        counts = {"schools": self.schools, "up": self.up, "down": self.down, "moved": self.moved}
        bands = {str(band): pair for band, pair in self.bands.items()}
        return counts | {"bands": bands, "shown": [told for *_, told in self.shown]}
