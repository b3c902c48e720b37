"""各校上报: schools × periods, for the bureau, the townships and the schools themselves."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_safe

from returns.forms import GridFilter
from returns.queries.grid import OWED, Row, Standing, grid_rows, schools_that_file
from returns.queries.next_step import next_step
from returns.queries.periods import FilingCalendar, FilingPeriod
from returns.queries.posts import posts_of
from students.access import AREA_ROLES, OFFICE_ROLES
from students.calendar import school_year_label, school_year_of
from students.periods import PeriodKind
from students.views.audience import only_for
from students.views.lists import same_filters, tabs

PAGE_SIZE = 50
WAITING = (*OWED, Standing.FILED, Standing.FILED_LATE)  # for the school, or for the bureau
return_pages_for = only_for(OFFICE_ROLES, "月报和报告由学校管理人员上报，县教育局、乡镇和督学查看")


class Tile(NamedTuple):
    """How many schools stand how; ``url``: the grid narrowed down to them."""

    standing: Standing
    number: int
    url: str

    @property
    def tone(self) -> str:
        return "alarm" if self.number and self.standing in (Standing.OVERDUE, Standing.RETURNED) else ""


@dataclass(frozen=True)
class Due:
    """The latest period of a kind that is due, and how many schools stand how in it."""

    period: FilingPeriod
    tiles: Sequence[Tile]


@require_safe
@return_pages_for
def returns(request):
    """How far the returns of a school year are; eight queries whatever their number."""
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
    is_alone = len(rows) == 1 and not request.scope.roles & AREA_ROLES
    context = {
        "other_year": school_year_label(year) if asked and asked != str(year) else "",
        "years": tabs(request, {str(each): school_year_label(each) for each in years}, name="year", shown=str(year),
                      counts={}) if len(years) > 1 else [],
        "periods": periods,
        **(_of_one(request, rows[0]) if is_alone else _of_several(request, form, rows, periods)),
    }  # fmt: skip
    return render(request, "returns/returns.html", context)


def _of_one(request, row: Row) -> dict:
    """The periods of the only school that the reader sees, and what comes next."""
    held = posts_of(request.scope, row.school.pk)
    return {"own": row, "next": next_step(row, held, request.today)}


def _of_several(request, form: GridFilter, rows: Sequence[Row], periods: Sequence[FilingPeriod]) -> dict:
    """Schools side by side, narrowed down, with what waits of the latest periods and of those before them."""
    due = latest_due(request, rows, periods)
    latest = {each.period.code for each in due}
    earlier = [period.code for period in periods if period.is_due(request.today) and period.code not in latest]
    return {
        "own": None,
        "form": form,
        "due": due,
        "earlier": [tile for tile in _tiles(request, rows, earlier) if tile.standing in WAITING and tile.number],
        "sums": bool(request.scope.roles & AREA_ROLES),
        "page": Paginator([row for row in rows if form.keeps(row)], PAGE_SIZE).get_page(request.GET.get("page")),
    }


def shown_periods(calendar: FilingCalendar, year: int, today) -> list[FilingPeriod]:
    """The latest first: months that have begun, terms and the year once they are over."""
    return [
        period
        for period in reversed(calendar.year(year))
        if (period.is_begun(today) if period.kind is PeriodKind.MONTH else period.is_due(today))
    ]


def latest_due(request, rows: Sequence[Row], periods: Sequence[FilingPeriod]) -> list[Due]:
    """Of the months and of the reports of terms and years the latest each; ``periods`` the latest first."""
    due = [period for period in periods if period.is_due(request.today)]
    firsts = (
        next((period for period in due if (period.kind is PeriodKind.MONTH) is is_month), None)
        for is_month in (True, False)
    )
    return [Due(period, _tiles(request, rows, [period.code])) for period in firsts if period]


def _tiles(request, rows: Sequence[Row], codes: Sequence[str]) -> list[Tile]:
    """How returns of some periods stand; of several periods together the address names none."""
    counts = Counter(cell.standing for row in rows for cell in row.cells if cell.period.code in codes)
    period = codes[0] if len(codes) == 1 else ""
    return [
        Tile(each, counts[each], same_filters(request, "returns:returns", period=period, standing=each.value))
        for each in Standing
        if each not in (Standing.NOT_DUE, Standing.UNNEEDED)
    ]
