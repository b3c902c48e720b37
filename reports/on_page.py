"""The page: a table as HTML shows it, cell by cell, with the addresses of what stands behind its figures."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from reports.tables import Column, Kind, Table, text_of
from students.metrics import Rate


class Cell(NamedTuple):
    """A cell: its text, the address behind it ("" = none), and how it stands; ``of``: what a rate is a share of."""

    text: str
    url: str
    is_figure: bool
    is_strong: bool
    of: str = ""


@dataclass(frozen=True)
class PageTable:
    """What a template draws. ``heads``: header and whether a column of figures stands under it; ``groups``: the heads
    over them, with their widths; ``count``: the rows of the whole table."""

    groups: Sequence[tuple[str, int]]
    heads: Sequence[tuple[str, bool]]
    rows: Sequence[Sequence[Cell]]
    total: Sequence[Cell]
    notes: Sequence[str]


def nowhere(row: Any, column: Column) -> str:
    """Nothing is behind any cell."""
    return ""


def page_table(
    table: Table, rows: Iterable[Any], address: Callable[[Any, Column], str] = nowhere, *, with_counts: bool = False
) -> PageTable:
    """``table`` with those of its ``rows`` that the page shows; ``address`` gives what is behind a cell of a row.

    ``with_counts``: beside a rate stands what it is a share of, where no other column says so.
    """
    columns = table.columns

    def cells(row: Any) -> list[Cell]:
        return [
            Cell(
                text_of(column.cell(row)),
                "" if column.kind is Kind.SHARE else address(row, column),  # the rate beside it leads there
                column.kind.is_figure,
                bool(column.stressed) and column.value(row) in column.stressed,
                _of(column.cell(row)) if with_counts else "",
            )
            for column in columns
        ]

    return PageTable(
        table.groups,
        [(column.header, column.kind.is_figure) for column in columns],
        [cells(row) for row in rows],
        [] if table.total is None else cells(table.total),
        table.footnotes,
    )


def _of(cell: Any) -> str:
    return f"{cell.numerator}/{cell.denominator}" if isinstance(cell, Rate) and cell.denominator else ""
