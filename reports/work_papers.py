"""工作情况报告 on paper: A4 after GB/T 9704, set like every document (``casework.papers``)."""

from typing import NamedTuple

from casework.papers import NUMERALS, STYLE, set_in_type
from reports.models import WorkReport
from students.queries.places import UNNAMED


class Line(NamedTuple):
    """A line of the text: a heading 一、…, or a paragraph."""

    text: str
    is_heading: bool


def lines_of(text: str) -> list[Line]:
    """The text as it is set: empty lines are left out."""
    found = (line.strip() for line in text.splitlines())
    return [Line(line, line[0] in NUMERALS and line[1:2] == "、") for line in found if line]


def sealed_by(report: WorkReport) -> str:
    """Who puts the seal under it: of the county's report its bureau."""
    if report.township_id:
        return report.unit_name
    return f"{'县' if report.unit_name == UNNAMED else report.unit_name}教育局"


def printed(report: WorkReport, *, draft: str = "") -> bytes:
    """The PDF of a report; ``draft``: who printed a draft and when, blank on what is finished."""
    context = {"report": report, "sealed_by": sealed_by(report), "lines": lines_of(report.text), "draft": draft}
    return set_in_type("papers/work_report.html", context, STYLE).write_pdf()
