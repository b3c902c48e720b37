"""Rosters as pages show them: the same columns as on paper, the child's name leading."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from reports.queries.ledgers import columns_of, wanted_of
from reports.queries.roster_rows import RosterRow
from reports.queries.rosters import ROSTERS, Roster, RosterList, counts
from reports.tables import Column, text_of
from students.access import Scope

# The name leads the row; the others fit paper and not a screen, and the child's own page has them.
NOT_AMONG_THE_CELLS = ("number", "name", "sex", "birth_date")
GROUPS = {
    "三台账": ("school_age", "suspected", "dropped_out"),
    "花名册": ("children", "in_need", "left_behind", "dropped_out_6_15", "out_of_poverty", "taught_apart", "disabled"),
}


@dataclass(frozen=True)
class Count:
    """A roster and how many children stand on it."""

    roster: Roster
    count: int


@dataclass(frozen=True)
class Cell:
    """What a cell shows on a page; ``head`` is said beside it where the columns fold."""

    head: str
    text: str
    is_figure: bool


class Line:
    """One child on the page."""

    def __init__(self, row: RosterRow, columns: Iterable[Column]):
        self.row = row
        self._columns = columns

    @cached_property
    def cells(self) -> list[Cell]:
        return [Cell(column.header, text_of(column.cell(self.row)), column.kind.is_figure) for column in self._columns]


def _columns(roster: Roster) -> list[Column]:
    return [column for column in columns_of(roster, reveal=False) if column.key not in NOT_AMONG_THE_CELLS]


def headers(roster: Roster) -> list[dict]:
    return [{"text": column.header, "is_figure": column.kind.is_figure} for column in _columns(roster)]


def lines(roster: Roster, rows: Iterable[RosterRow]) -> list[Line]:
    """The rows of a page; numbers are masked there."""
    columns = _columns(roster)
    return [Line(row, columns) for row in rows]


def overview(scope: Scope, as_of: date) -> dict[str, list[Count]]:
    """Every roster with its count; a fixed number of queries."""
    lists = [RosterList(roster, wanted_of(roster, as_of=as_of, scope=scope)) for roster in ROSTERS.values()]
    number = counts(lists)
    return {title: [Count(ROSTERS[code], number[code]) for code in codes] for title, codes in GROUPS.items()}
