"""Days, months, periods and slots in addresses."""

from datetime import date

from django.urls import register_converter

from students.days import Slot
from students.periods import PATTERN


class MonthConverter:
    """A month in an address: 2026-09, as its first day. Centuries without a school are no addresses."""

    regex = "(?:19|20|21)[0-9]{2}-(?:0[1-9]|1[0-2])"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(f"{value}-01")

    def to_url(self, value: date) -> str:
        return f"{value:%Y-%m}"


class PeriodConverter:
    """A period of returns in an address: its code. 2026-10 is a month, 2026-1 a term, 2026 a school year."""

    regex = PATTERN

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class DayConverter:
    """A day in an address: 2026-09-07. Centuries without a school are no addresses."""

    regex = "(?:19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)  # a day that does not exist raises ValueError: 404

    def to_url(self, value: date) -> str:
        return value.isoformat()


class SlotConverter:
    """A slot in an address: its code."""

    regex = "|".join(Slot)

    def to_python(self, value: str) -> Slot:
        return Slot(value)

    def to_url(self, value: str) -> str:
        return str(value)


register_converter(DayConverter, "day")
register_converter(MonthConverter, "month")
register_converter(PeriodConverter, "period")
register_converter(SlotConverter, "slot")
