"""What an import found and did: every mistake by its cell, and per sheet what was created, updated or left alone."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

VALUE_SHOWN = 40  # characters; enough to find a cell by


def shortened(written: str, most: int = VALUE_SHOWN) -> str:
    """A text of at most ``most`` characters, the last of them … where it was longer."""
    return written if len(written) <= most else written[: most - 1] + "…"


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


@dataclass
class Outcome:
    """What came of an import: either ``problems``, and nothing was written, or ``counts``.

    ``counts``: sheet → result → rows. ``written`` is False after a rehearsal, after mistakes, and where all rows were
    known already.
    """

    problems: list[Problem] = field(default_factory=list)
    counts: dict[str, dict[Result, int]] = field(default_factory=dict)
    written: bool = False

    @property
    def succeeded(self) -> bool:
        return not self.problems


class Report:
    """Gathers problems and counts while an import runs."""

    def __init__(self):
        self.problems: list[Problem] = []
        self.counts: dict[str, dict[Result, int]] = {}

    def add(self, problem: Problem) -> None:
        self.problems.append(problem)

    def open_sheet(self, sheet: str) -> None:
        self.counts.setdefault(sheet, dict.fromkeys(Result, 0))

    def count(self, sheet: str, result: Result, rows: int = 1) -> None:
        self.counts[sheet][result] += rows

    def upgrade(self, sheet: str) -> None:
        """A row counted as unchanged has changed something after all."""
        self.counts[sheet][Result.UNCHANGED] -= 1
        self.counts[sheet][Result.UPDATED] += 1

    @property
    def changed(self) -> bool:
        """Whether any row changed anything."""
        return any(count[Result.CREATED] or count[Result.UPDATED] for count in self.counts.values())

    def in_order(self, files: Iterable[str], sheets: Iterable[str]) -> list[Problem]:
        """The problems as a reader goes through the files: by file, sheet, row."""
        file_order = {name: position for position, name in enumerate(files)}
        sheet_order = {name: position for position, name in enumerate(sheets)}
        return sorted(
            self.problems,
            key=lambda found: (file_order.get(found.file, -1), sheet_order.get(found.sheet, -1), found.row or 0),
        )
