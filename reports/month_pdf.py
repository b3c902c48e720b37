"""月考勤表 on paper: one class and month on A4 landscape, set by typst as every table with many cells."""

from pathlib import Path
from typing import BinaryIO

from reports.pdf import HERE, set_in_type
from reports.queries.month_papers import HEADS, LEGEND, MonthPaper, figures_of
from reports.tables import Imprint
from students.month_sheet import AHEAD, OUTSIDE, Cell
from students.templatetags.chinese import WEEKDAYS
from students.templatetags.components import SIGNS

TEMPLATE: Path = HERE / "month_sheet.typ"
DASH = "—"


def write_month_pdf(paper: MonthPaper, file: BinaryIO, imprint: Imprint) -> None:
    """Write a month sheet as a PDF; raises ``CannotDraw`` where this machine cannot set it."""
    file.write(set_in_type(TEMPLATE, _document(paper, imprint)))


def _document(paper: MonthPaper, imprint: Imprint) -> dict:
    """Everything printed, as data for ``month_sheet.typ``."""
    sheet = paper.sheet
    return {
        "title": paper.heading,
        "author": imprint.by,
        "imprint": str(imprint),
        "scope": paper.scope,
        "facts": [["学校", paper.school], ["班级", paper.school_class], ["月份", paper.month]],
        "summary": "" if paper.is_blank else paper.summary,
        "days": [
            {
                "number": str(column.day.day),
                "weekday": WEEKDAYS[column.day.weekday()],
                "parts": [part.short for part in column.parts],
            }
            for column in sheet.columns
        ],
        "heads": [list(head) for head in HEADS],
        "has-notes": paper.has_notes,
        "rows": [
            {
                "name": row.child.name,
                "cells": [_cell(cell) for cells in row.cells for cell in cells],
                "figures": [] if paper.is_blank else figures_of(row.totals),
                "note": row.note,
            }
            for row in sheet.rows
        ],
        "spare": paper.spare,
        "expected": [_count(None if paper.is_blank else column.expected) for column in sheet.columns],
        "present": [[_count(number) for number in column.present] for column in sheet.columns],
        "totals": [] if paper.is_blank else figures_of(sheet.totals),
        "legend": [list(sign) for sign in LEGEND],
        "notes": list(paper.notes),
    }


def _cell(cell: Cell) -> list[str]:
    """The kind, the glyph and the periods of a cell."""
    glyph = {AHEAD: "", OUTSIDE: DASH}.get(cell.kind) if cell.kind in (AHEAD, OUTSIDE) else SIGNS[cell.kind].glyph
    return [cell.kind, glyph, str(cell.periods or "")]


def _count(number: int | None) -> str:
    return "" if number is None else str(number)
