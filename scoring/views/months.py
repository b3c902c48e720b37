"""What the pages of months have in common: which month the address asks for, and the tabs of the others."""

from collections.abc import Sequence
from datetime import date

from scoring.queries.months import MONTH, ScoreMonth
from students.calendar import school_year_of
from students.views.lists import tabs


def asked_code(request) -> tuple[int, int] | None:
    """Year and month that the address asks for; None where it asks for none or for nonsense."""
    found = MONTH.fullmatch(request.GET.get("month", ""))
    return (int(found[1]), int(found[2])) if found else None


def days_of_year_asked(request, days: Sequence[date]) -> list[date]:
    """Of kept days (the latest first) those of the school year asked for, else of the latest."""
    asked = asked_code(request)
    years = [school_year_of(day) for day in days]
    year = school_year_of(date(*asked, 1)) if asked else None
    wanted = year if year in years else max(years, default=None)
    return [day for day in days if school_year_of(day) == wanted]


def month_of_address(request, months: Sequence[ScoreMonth]) -> ScoreMonth | None:
    """The month asked for, else the last."""
    asked = asked_code(request)
    found = (each for each in months if (each.month.year, each.month.month) == asked)
    return next(found, months[-1] if months else None)


def month_tabs(request, months: Sequence[ScoreMonth], shown: ScoreMonth | None) -> list[dict]:
    """The months, the latest first."""
    labels = {each.month.code: f"{each.month.month}月" for each in reversed(months)}
    return tabs(request, labels, name="month", shown=shown.month.code if shown else "", counts={})
