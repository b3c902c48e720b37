"""月报上报: schools × months, for the bureau, the townships and the schools themselves."""

from collections import Counter

from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_safe

from returns.forms import GridFilter
from returns.queries.grid import Standing, grid_rows, schools_that_file
from returns.queries.months import Policies, school_years
from students.access import AREA_ROLES, OFFICE_ROLES
from students.calendar import school_year_of
from students.views.audience import only_for
from students.views.lists import tabs

PAGE_SIZE = 50
return_pages_for = only_for(OFFICE_ROLES, "月报由学校管理人员上报，县教育局、乡镇和督学查看")


@require_safe
@return_pages_for
def returns(request):
    """How far the returns of a school year are; six queries whatever their number."""
    years = school_years(request.today)
    asked = request.GET.get("year", "")
    year = next((each for each in years if str(each) == asked), years[0] if years else school_year_of(request.today))
    months = [month for month in reversed(Policies().year(year)) if month.is_begun(request.today)]
    schools = list(schools_that_file(request.scope).order_by("code"))
    townships = sorted({school.township for school in schools}, key=lambda area: area.code)
    form = GridFilter(request.GET, townships=townships, months=months)
    form.full_clean()
    rows = grid_rows(schools, months, today=request.today)
    due = next((month for month in months if month.is_due(request.today)), None)
    context = {
        "form": form if len(schools) > 1 else None,
        "months": months,
        "due": due,
        "sums": bool(request.scope.roles & AREA_ROLES),
        "standings": _standings(rows, due),
        "page": Paginator([row for row in rows if form.keeps(row)], PAGE_SIZE).get_page(request.GET.get("page")),
        "number_of_schools": f"共{len(schools)}所学校",
        "years": tabs(request, {str(each): f"{each}—{each + 1}学年" for each in years}, name="year", shown=str(year),
                      counts={}) if len(years) > 1 else [],
    }  # fmt: skip
    return render(request, "returns/returns.html", context)


def _standings(rows, due) -> list[tuple[str, int, str]]:
    """How many schools stand how in the latest month that is due: label, number, tone."""
    counts = Counter(cell.standing for row in rows for cell in row.cells if cell.month == due)
    shown = [each for each in Standing if each is not Standing.NOT_DUE] if due else []
    alarming = (Standing.OVERDUE, Standing.RETURNED)
    return [(each.label, counts[each], "alarm" if each in alarming and counts[each] else "") for each in shown]
