"""Page, Excel, PDF and JSON of one table carry the same numbers, whatever stands in it."""

import json
import re
from datetime import date
from decimal import Decimal
from io import BytesIO
from operator import itemgetter

import openpyxl
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from reports.excel import KIND_FORMATS, write_excel
from reports.jsonfile import write_json
from reports.on_page import page_table
from reports.pdf import write_pdf
from reports.tables import Column, Kind, Table, text_of
from students.metrics import ENTRY_RATE, points_text
from tests.reports.small_table import IMPRINT

# What people type, formulas and markup among it; no figures, so that all figures of a paper are those of its cells.
WORDS = st.text(alphabet="高东袁然=+-@<>&'\"#$*_[]{}\\/，。 ", max_size=12).map(str.strip)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "name": WORDS,
            "code": st.from_regex(r"[0-9]{6}", fullmatch=True),
            "count": st.none() | st.integers(0, 999_999),
            "points": st.none() | st.integers(-999, 9_999).map(lambda tenths: Decimal(tenths) / 10),
            "rate": st.tuples(st.integers(0, 500), st.integers(0, 500)).map(
                lambda two: ENTRY_RATE.of(min(two), max(two))
            ),
        }
    ),
    max_size=30,
)
COLUMNS = (
    Column("name", "甲", Kind.TEXT, 8, itemgetter("name")),
    Column("code", "乙", Kind.CODE, 8, itemgetter("code")),
    Column("count", "丙", Kind.INTEGER, 8, itemgetter("count")),
    Column("points", "丁", Kind.POINTS, 8, itemgetter("points")),
    Column("rate", "戊", Kind.RATE, 8, itemgetter("rate")),
)
FIGURES = ("code", "count", "points", "rate")
ODD = [
    {"name": text, "code": "000123", "count": 0, "points": Decimal("-0.5"), "rate": ENTRY_RATE.of(0, 0)}
    for text in ("=1+1", "+86", "-1", "@甲", "#let", "*_<b>&")
]


def table(rows) -> Table:
    return Table(
        title="对照", columns=COLUMNS, rows=lambda: iter(rows), count=len(rows), as_of=date(2026, 10, 25), unit="人"
    )


def shown(rows) -> list[list[str]]:
    """The figures as people read them."""
    return [[text_of(row[name]) for name in FIGURES] for row in rows]


def bytes_of(write, drawn: Table, imprint=IMPRINT) -> BytesIO:
    file = BytesIO()
    write(drawn, file, imprint)
    file.seek(0)
    return file


def excel_rows(file: BytesIO, number: int) -> list[tuple]:
    return list(openpyxl.load_workbook(file).active.iter_rows(min_row=6, max_row=5 + number, max_col=5))


def in_excel(cell) -> str:
    """A cell as Excel shows it, by its own number format."""
    if cell.value is None or cell.data_type == "s":
        return cell.value or ""
    assert cell.data_type == "n"  # never a formula
    if cell.number_format == KIND_FORMATS[Kind.POINTS]["num_format"]:
        return points_text(cell.value)
    return {"0": "{:d}", "0.00%": "{:.2%}"}[cell.number_format].format(cell.value)


@given(rows=ROWS)
@example(rows=ODD)
@settings(max_examples=40, deadline=None)
def test_page_excel_and_json_carry_the_same_numbers(rows):
    drawn = table(rows)
    page = page_table(drawn, rows, lambda row, column: "")
    assert [[cell.text for cell in cells[1:]] for cells in page.rows] == shown(rows)
    lines = excel_rows(bytes_of(write_excel, drawn), len(rows)) if rows else []
    assert [[in_excel(cell) for cell in line[1:]] for line in lines] == shown(rows)
    assert [line[0].value or "" for line in lines] == [row["name"] for row in rows]
    for record, row in zip(json.load(bytes_of(write_json, drawn)), rows, strict=True):
        assert (record["code"], record["count"]) == (row["code"], row["count"])
        assert record["points"] == (None if row["points"] is None else float(row["points"]))
        assert record["rate"] == row["rate"].record


def figures(text: str) -> list[str]:
    return sorted(re.findall(r"-?\d+(?:\.\d+)?%?", text))


@given(rows=ROWS)
@settings(max_examples=4, deadline=None)
def test_paper_carries_the_numbers_of_the_page(rows):
    # Neither a hyphen before a figure nor a second sheet, whose head repeats the day: what is counted is the cells.
    rows = [row | {"name": row["name"].replace("-", "")} for row in rows[:15]]
    drawn = table(rows)
    [page] = PdfReader(bytes_of(write_pdf, drawn)).pages
    frame = f"{drawn.scope} {drawn.summary} {IMPRINT} 第1页 共1页"
    cells = " ".join(figure for line in shown(rows) for figure in line)
    assert figures(page.extract_text()) == figures(f"{frame} {cells}")
