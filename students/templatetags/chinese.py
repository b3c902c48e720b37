"""Dates, numbers and masked identifiers as a Chinese reader expects them. Built in: templates need no ``load``.

Dates are written 2026年9月7日, times by the 24-hour clock (15:05). A missing value is printed as ``—``.
"""

from datetime import date, datetime
from decimal import Decimal

from django import template
from django.utils import timezone

from students import identity
from students.metrics import points_text

register = template.Library()

MISSING = "—"
WEEKDAYS = "一二三四五六日"


def local(value):
    """A moment as the clock on the wall has it, whoever asks: a template is given local time, Python is not."""
    return timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value


@register.filter
def cdate(value: date | None) -> str:
    """2026年9月7日, of a date or of the local day of a datetime."""
    value = local(value)
    return f"{value.year}年{cdate_short(value)}" if value else MISSING


@register.filter
def cdate_short(value: date | None) -> str:
    """9月7日, where the year is plain from the page."""
    value = local(value)
    return f"{value.month}月{value.day}日" if value else MISSING


@register.filter
def cdate_near(value: date | None, today: date | None) -> str:
    """9月7日, with its year where that is another than today's."""
    value = local(value)
    return cdate_short(value) if value and today and value.year == today.year else cdate(value)


@register.filter
def cweekday(value: date | None) -> str:
    """周一 to 周日."""
    value = local(value)
    return f"周{WEEKDAYS[value.weekday()]}" if value else MISSING


@register.filter
def ctime(value) -> str:
    """15:05, of a time or of a moment."""
    value = local(value)
    return f"{value.hour}:{value.minute:02}" if value is not None and value != "" else MISSING


@register.filter
def cdatetime(value: datetime | None) -> str:
    """2026年9月7日 15:05."""
    return f"{cdate(value)} {ctime(value)}" if value else MISSING


@register.filter
def masked_phone(value: str | int | None) -> str:
    """138****5678; ``—`` where there is none."""
    return identity.masked_phone(str(value)) if value else MISSING


@register.filter
def masked_id(value: str | None) -> str:
    """3501********1234; ``—`` where there is none."""
    return identity.masked_number(value) if value else MISSING


@register.filter
def points(value: float | Decimal | None, signed: str = "") -> str:
    """A score with at most one decimal and a true minus sign: 8.5, −0.5, 10. With ``"signed"`` a gain is +2."""
    if value is None or value == "":
        return MISSING
    return points_text(value, signed=bool(signed))
