"""A school year as a calendar of small squares (考勤日历), a square a day, months side by side.

The geometry is computed here, the partial only draws it. Twelve small months fit a phone where one strip of 53 weeks
would not, and a square stays large enough for its sign, so that paper without colour says the same.
"""

from collections.abc import Iterable
from itertools import groupby

from django import template

from students.attendance_year import AHEAD, NO_SCHOOL, OUTSIDE, DayCell
from students.templatetags.chinese import cdate_short, cweekday
from students.templatetags.components import SIGNS

register = template.Library()

STEP, SIDE = 20, 18  # from square to square, and the side of one
WEEKS = 6  # rows of the longest month; every month has them, so that the months stand in line
WIDTH, HEIGHT = 7 * STEP - (STEP - SIDE), WEEKS * STEP - (STEP - SIDE)


def months_of(cells: Iterable[DayCell]) -> list[dict]:
    """The months of a year: their squares, the hatching of days without school, and what was missed, in words.

    ``later``: after everything that is known; a narrow screen leaves such months away.
    """
    months = []
    for (year, month), group in groupby(cells, key=lambda cell: (cell.day.year, cell.day.month)):
        days = list(group)
        offset = days[0].day.weekday()
        places = [(cell, *place(offset + number)) for number, cell in enumerate(days)]
        marked = sum(cell.is_mark for cell in days)
        months.append({
            "label": f"{month}月",
            "name": f"{year}年{month}月" + (f"，有缺勤记录{marked}天" if marked else "，没有缺勤记录"),
            "marked": marked,
            "squares": [square(cell, x, y) for cell, x, y in places if cell.kind not in (NO_SCHOOL, OUTSIDE)],
            "hatched": "".join(f"M{x} {y + SIDE}l{SIDE}-{SIDE}" for cell, x, y in places if cell.kind == NO_SCHOOL),
            "later": False,
            "known": any(cell.kind not in (AHEAD, NO_SCHOOL, OUTSIDE) for cell in days),
        })  # fmt: skip
    for month in reversed(months):
        if month["known"]:
            break
        month["later"] = True
    return months


def place(number: int) -> tuple[int, int]:
    """Left and top of the ``number``-th square, Monday first.

    >>> place(8)
    (20, 20)
    """
    return number % 7 * STEP, number // 7 * STEP


def square(cell: DayCell, x: int, y: int) -> dict:
    """One day: where it stands, its sign, and the words that a pointer brings up."""
    sign = SIGNS.get(cell.kind)
    return {
        "x": x, "y": y, "text_x": x + SIDE // 2, "text_y": y + SIDE - 5,
        "kind": cell.kind, "part": cell.part,
        "glyph": sign.glyph if sign and cell.kind != "present" else "",
        "words": "" if cell.kind == AHEAD else f"{cdate_short(cell.day)} {cweekday(cell.day)}：{cell.words}",
        "row": f"day-{cell.day.isoformat()}" if cell.is_mark else "",
    }  # fmt: skip


@register.inclusion_tag("components/heat_calendar.html")
def heat_calendar(cells):
    """``{% heat_calendar year.cells %}``: a square with a mark leads to the row ``day-2026-09-07`` of the page."""
    return {"months": months_of(cells), "width": WIDTH, "height": HEIGHT, "side": SIDE}
