"""The page: a table as HTML shows it, cell by cell, with the addresses of what stands behind its figures."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from reports.tables import Column, Table, text_of


class Cell(NamedTuple):
    """A cell: its text, the address behind it ("" = none), and how it stands."""

    text: str
    url: str
    is_figure: bool
    is_strong: bool


@dataclass(frozen=True)
class PageTable:
    """What a template draws. ``heads``: header and whether a column of figures stands under it; ``groups``: the heads
    over them, with their widths; ``count``: the rows of the whole table."""

    groups: Sequence[tuple[str, int]]
    heads: Sequence[tuple[str, bool]]
    rows: Sequence[Sequence[Cell]]
    total: Sequence[Cell]
    notes: Sequence[str]


def page_table(table: Table, rows: Iterable[Any], address: Callable[[Any, Column], str]) -> PageTable:
    """``table`` with those of its ``rows`` that the page shows; ``address`` gives what is behind a cell of a row."""
    columns = table.columns

    def cells(row: Any) -> list[Cell]:
        return [
            Cell(
                text_of(column.cell(row)),
                address(row, column),
                column.kind.is_figure,
                bool(column.stressed) and column.value(row) in column.stressed,
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
