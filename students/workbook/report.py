"""What an import found and did: every mistake by its cell, and per sheet what was created, updated or left alone."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

RowKey = tuple[str, str, int]  # file, sheet, row
VALUE_SHOWN = 40  # characters; enough to find a cell by


def shortened(written: str, most: int = VALUE_SHOWN) -> str:
    """A text of at most ``most`` characters, the last of them … where it was longer."""
    return written if len(written) <= most else written[: most - 1] + "…"


def in_words(column: str, sentence: str) -> str:
    """A mistake as it stands in the row of a marked copy."""
    return f"“{shortened(column)}”：{sentence}" if column else sentence


class Problem(NamedTuple):
    """One mistake. ``row`` is Excel's number (the header is 1), None where the whole sheet or file is meant."""

    file: str
    sheet: str
    row: int | None
    column: str
    value: str
    message: str
    remedy: str = ""

    @property
    def sentence(self) -> str:
        """Message and remedy as one text."""
        return f"{self.message}。{self.remedy}。" if self.remedy else f"{self.message}。"

    @property
    def line(self) -> str:
        """The whole as a person reads it, long values shortened: 《学生》第5行“身份证件号”值“…”：…"""
        place = f"《{self.sheet}》" if self.sheet else ""
        place += f"第{self.row}行" if self.row else ""
        place += f"“{shortened(self.column)}”" if self.column else ""
        place += f"值“{shortened(self.value)}”" if self.value else ""
        return f"{place}：{self.sentence}" if place else self.sentence


class Result(StrEnum):
    """What a row did to the database."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


class Place(NamedTuple):
    """Where a sheet stands in its file: its title there, its header row, and its columns by header, the first being 0.

    ``marks_at``: the column of mistakes that a marked copy has.
    """

    title: str
    header_row: int
    columns: dict[str, int]
    marks_at: int | None = None


@dataclass
class Outcome:
    """What came of an import: either ``problems``, and nothing was written, or ``counts`` alone.

    ``counts``: sheet → result → rows; beside problems, those of the rows without. ``written`` is False after a
    rehearsal, after mistakes, and where all rows were known already. ``report`` says more about rows and children.
    """

    problems: list[Problem] = field(default_factory=list)
    counts: dict[str, dict[Result, int]] = field(default_factory=dict)
    written: bool = False
    report: "Report" = field(default_factory=lambda: Report())

    @property
    def succeeded(self) -> bool:
        return not self.problems


class Report:
    """Gathers problems and counts while an import runs.

    ``rows``: sheet → rows that are not blank; ``left``: rows without a mistake of their own that cannot be taken, and
    why; ``places``: where the sheets stand; ``children``: the first of those created or changed, ``child_count`` all.
    """

    def __init__(self):
        self.problems: list[Problem] = []
        self.counts: dict[str, dict[Result, int]] = {}
        self.rows: Counter[str] = Counter()
        self.left: dict[RowKey, str] = {}
        self.places: dict[tuple[str, str], Place] = {}
        self.children: list[NamedTuple] = []
        self.child_count = 0

    def add(self, problem: Problem) -> None:
        self.problems.append(problem)

    def leave(self, key: RowKey, reason: str) -> None:
        """A row is not taken for what is wrong elsewhere."""
        self.left.setdefault(key, reason)

    def is_of_a_row(self, problem: Problem) -> bool:
        """Whether a mistake concerns one row, not a header, a sheet or a file."""
        place = self.places.get((problem.file, problem.sheet))
        return problem.row is not None and place is not None and problem.row > place.header_row

    def open_sheet(self, sheet: str) -> None:
        self.counts.setdefault(sheet, dict.fromkeys(Result, 0))

    def count(self, sheet: str, result: Result, rows: int = 1) -> None:
        self.counts[sheet][result] += rows

    def upgrade(self, sheet: str) -> None:
        """A row counted as unchanged has changed something after all."""
        self.counts[sheet][Result.UNCHANGED] -= 1
        self.counts[sheet][Result.UPDATED] += 1

    @property
    def changed(self) -> int:
        """How many rows changed anything."""
        return sum(count[Result.CREATED] + count[Result.UPDATED] for count in self.counts.values())

    def in_order(self, files: Iterable[str], sheets: Iterable[str]) -> list[Problem]:
        """The problems as a reader goes through the files: by file, sheet, row."""
        file_order = {name: position for position, name in enumerate(files)}
        sheet_order = {name: position for position, name in enumerate(sheets)}
        return sorted(
            self.problems,
            key=lambda found: (file_order.get(found.file, -1), sheet_order.get(found.sheet, -1), found.row or 0),
        )
