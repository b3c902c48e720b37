"""控辍看板 on paper: the month, the course of the year as the charts of the page, and the schools compared.

WeasyPrint sets it: it draws the SVG of the page as it is, which typst would have to be handed as pictures.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO

from django.conf import settings

from casework.papers import set_in_type
from reports.excel import write_excel
from reports.on_page import PageTable, page_table
from reports.queries.county import Headline, Trend
from reports.tables import Imprint, Table

STYLE = settings.BASE_DIR / "static" / "css" / "board_paper.css"


@dataclass(frozen=True)
class BoardPaper:
    """A month of a place: its figures, its trends, and ``table``, the schools compared, which is all of it in Excel."""

    place: str
    days: str
    headlines: Sequence[Headline]
    trends: Sequence[Trend]
    table: Table

    title = "控辍看板"

    @property
    def scope(self) -> str:
        return f"{self.place}　{self.days}"

    scope_logged = scope

    @property
    def summary(self) -> str:
        return self.table.summary

    @property
    def count(self) -> int:
        return self.table.count

    @property
    def as_of(self) -> date:
        return self.table.as_of

    @property
    def file_name(self) -> str:
        return self.table.file_name.replace(self.table.title, self.title)

    @property
    def shown(self) -> PageTable:
        """The table as the paper prints it."""
        return page_table(self.table, self.table.rows())


def write_board_pdf(paper: BoardPaper, file: BinaryIO, imprint: Imprint) -> None:
    """Write the board as a PDF."""
    set_in_type("papers/board.html", {"paper": paper, "imprint": str(imprint)}, STYLE).write_pdf(file)


def write_board_excel(paper: BoardPaper, file: BinaryIO, imprint: Imprint) -> None:
    """Write the schools compared as a workbook; charts stay on paper."""
    write_excel(paper.table, file, imprint)


WRITERS = {".xlsx": write_board_excel, ".pdf": write_board_pdf}
