"""The cells of 月考勤表 on the page: some three thousand, each the sign that stands for a part of a day."""

from functools import cache

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from students.month_sheet import AHEAD, OUTSIDE, Cell, MonthSheet, Row
from students.templatetags.components import SIGNS

register = template.Library()


@cache
def drawn(cell: Cell) -> SafeString:
    """A sign; what is to come stays empty, and a day in another class is a dash."""
    if cell.kind == AHEAD:
        return SafeString("")
    if cell.kind == OUTSIDE:
        return format_html('<span class="quiet" aria-label="{}" role="img">—</span>', "不在本班")
    sign = render_to_string("components/sign.html", {"kind": cell.kind, "sign": SIGNS[cell.kind], "words": False})
    return format_html('{}<span class="unit">{}</span>', sign.strip(), cell.periods) if cell.periods else sign.strip()


@register.simple_tag
def month_cells(sheet: MonthSheet, row: Row, day_urls: list[str]) -> SafeString:
    """The cells of a child's row; a sign that says more than 出勤 leads to what happened on its day."""
    return mark_safe("".join(_cells(sheet, row, day_urls)))  # nosec B308 B703  made of drawn signs and addresses


def _cells(sheet: MonthSheet, row: Row, day_urls: list[str]):
    for column, cells, url in zip(sheet.columns, row.cells, day_urls, strict=True):
        for number, cell in enumerate(cells):
            name = "sign-cell" if number or column.is_ahead else "sign-cell day-start"
            if cell.is_mark:
                yield f'<td class="{name}"><a href="{url}#child-{row.child.pk}">{drawn(cell)}</a></td>'
            else:
                yield f'<td class="{name}">{drawn(cell)}</td>'
