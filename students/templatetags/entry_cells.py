"""The cells of the grid in which a month is entered from paper: up to four thousand, so drawn without partials."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from students.models import Student
from students.month_entry import PRESENT_SIGN
from students.templatetags.components import SIGNS

if TYPE_CHECKING:
    from students.queries.month_entry import EntryColumn, EntryPage

register = template.Library()


@register.simple_tag
def entry_cells(page: EntryPage, child: Student, wrong: set[str]) -> SafeString:
    """The cells of a child: a field where the register may be filled in, a sign where it only stands, else a dash."""
    cells = (_cell(page, child, column, column is columns[0], wrong) for _, columns in page.days for column in columns)
    return mark_safe("".join(cells))  # nosec B308 B703  each made by format_html


def _cell(page: EntryPage, child: Student, column: EntryColumn, is_first: bool, wrong: set[str]) -> SafeString:
    place = "sign-cell day-start" if is_first else "sign-cell"
    if not page.is_here(child.pk, column.place.day):
        return format_html(
            '<td class="{}"><span class="quiet" role="img" aria-label="{}">—</span></td>', place, "不在本班"
        )
    if not column.open:
        return format_html('<td class="{}">{}</td>', place, _sign(column, child))
    ident, value = f"c-{child.pk}-{column.key}", column.typed.cells.get(child.pk, "")
    more = SafeString(' aria-invalid="true"') if ident in wrong else ""
    if column.call:  # whoever has no mark in it was there: seen faintly, not written
        more = format_html('{} placeholder="{}"', more, PRESENT_SIGN)
    return format_html(
        '<td class="{}"><input class="entry-cell" name="{}" id="{}" value="{}" maxlength="4" autocomplete="off"'
        ' aria-label="{} {}"{}></td>',
        place, ident, ident, value, child.name, column.label, more,
    )  # fmt: skip


def _sign(column: EntryColumn, child: Student) -> SafeString:
    kind = next((mark.kind for mark in column.call.marks.all() if mark.student_id == child.pk), "present")
    return render_to_string("components/sign.html", {"kind": kind, "sign": SIGNS[kind], "words": False})
