"""各校上报: schools × periods, for the bureau, the townships and the schools themselves."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_safe

from returns.forms import GridFilter
from returns.queries.grid import Row, Standing, grid_rows, schools_that_file
from returns.queries.periods import FilingCalendar, FilingPeriod
from students.access import AREA_ROLES, OFFICE_ROLES
from students.calendar import school_year_label, school_year_of
from students.periods import PeriodKind
from students.views.audience import only_for
from students.views.lists import tabs

PAGE_SIZE = 50
return_pages_for = only_for(OFFICE_ROLES, "月报和报告由学校管理人员上报，县教育局、乡镇和督学查看")


@dataclass(frozen=True)
class Due:
    """The latest period of a kind that is due, and how many schools stand how in it: label, number, tone."""

    period: FilingPeriod
    standings: Sequence[tuple[str, int, str]]


@require_safe
@return_pages_for
def returns(request):
    """How far the returns of a school year are; six queries whatever their number."""
    calendar = FilingCalendar()
    years = calendar.years(request.today)
    asked = request.GET.get("year", "")
    year = next((each for each in years if str(each) == asked), years[0] if years else school_year_of(request.today))
    periods = shown_periods(calendar, year, request.today) if years else []
    schools = list(schools_that_file(request.scope).order_by("code"))
    townships = sorted({school.township for school in schools}, key=lambda area: area.code)
    form = GridFilter(request.GET, townships=townships, periods=periods)
    form.full_clean()
    rows = grid_rows(schools, periods, today=request.today)
    context = {
        "other_year": school_year_label(year) if asked and asked != str(year) else "",
        "form": form if len(schools) > 1 else None,
        "periods": periods,
        "due": latest_due(rows, periods, request.today),
        "sums": bool(request.scope.roles & AREA_ROLES),
        "page": Paginator([row for row in rows if form.keeps(row)], PAGE_SIZE).get_page(request.GET.get("page")),
        "number_of_schools": f"共{len(schools)}所学校",
        "years": tabs(request, {str(each): f"{each}—{each + 1}学年" for each in years}, name="year", shown=str(year),
                      counts={}) if len(years) > 1 else [],
    }  # fmt: skip
    return render(request, "returns/returns.html", context)


def shown_periods(calendar: FilingCalendar, year: int, today) -> list[FilingPeriod]:
    """The latest first: months that have begun, terms and the year once they are over."""
    return [
        period
        for period in reversed(calendar.year(year))
        if (period.is_begun(today) if period.kind is PeriodKind.MONTH else period.is_due(today))
    ]


def latest_due(rows: Sequence[Row], periods: Sequence[FilingPeriod], today) -> list[Due]:
    """Of the months and of the reports of terms and years the latest each; ``periods`` the latest first."""
    due = [period for period in periods if period.is_due(today)]
    firsts = (
        next((period for period in due if (period.kind is PeriodKind.MONTH) is is_month), None)
        for is_month in (True, False)
    )
    return [Due(period, _standings(rows, period)) for period in firsts if period]


def _standings(rows: Sequence[Row], due: FilingPeriod) -> list[tuple[str, int, str]]:
    counts = Counter(cell.standing for row in rows for cell in row.cells if cell.period.code == due.code)
    shown = [each for each in Standing if each is not Standing.NOT_DUE]
    alarming = (Standing.OVERDUE, Standing.RETURNED)
    return [(each.label, counts[each], "alarm" if each in alarming and counts[each] else "") for each in shown]
