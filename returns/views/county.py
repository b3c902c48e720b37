"""全县汇总: what the schools of a scope have filed and the bureau has accepted, on a page and as a file."""

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from reports.views.downloads import send_table
from returns.queries.county import county_return, live_differences
from returns.queries.periods import FilingCalendar, FilingPeriod
from returns.views.grid import shown_periods
from returns.views.period import not_begun, period_found
from students.access import AREA_ROLES
from students.calendar import school_year_of
from students.views.audience import only_for

area_pages_for = only_for(AREA_ROLES, "汇总由县教育局、乡镇和督学查看，学校看本校上报的")


@require_safe
@area_pages_for
def county(request, code: str):
    """The sum of the accepted returns, school by school; on request beside what the facts say now."""
    period = period_found(code)
    if not period.is_begun(request.today):
        return not_begun(request, period)
    found = county_return(request.scope, period, today=request.today)
    compares = request.GET.get("compare") == "1"
    context = {
        "found": found,
        "period": period,
        "periods": period_tabs(period, request.today),
        "compares": compares,
        "differences": live_differences(found, today=request.today) if compares else [],
    }
    return render(request, "returns/county.html", context)


def period_tabs(shown: FilingPeriod, today) -> list[dict]:
    """The periods of the school year of the one that is shown, the latest first."""
    return [
        {
            "label": each.period.short,
            "url": reverse("returns:county", args=[each.code]),
            "current": each.code == shown.code,
        }
        for each in shown_periods(FilingCalendar(), school_year_of(shown.period.cut_off), today)
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@area_pages_for
def county_file(request, code: str):
    """The sum as a file; there is none before anything has been accepted."""
    found = county_return(request.scope, period_found(code), today=request.today)
    table = found.table
    if table is None:
        raise Http404
    return send_table(
        request,
        name="county_return",
        build=lambda reveal: table,
        back_url=reverse("returns:county", args=[code]),
        asked={"period": code, "schools": len(found.lines), "missing": len(found.missing)},
        has_numbers=False,
    )
