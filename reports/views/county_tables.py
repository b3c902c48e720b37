"""Tables beside the board 控辍看板: the month by parts, the last three years, the bulletin of the day."""

from urllib.parse import urlencode

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from reports.on_page import page_table
from reports.queries.bulletin import behind, bulletin_table
from reports.queries.county import place_name
from reports.queries.figure_parts import BY, parts_table
from reports.queries.kept_figures import KeptMonth, months_kept
from reports.queries.three_years import behind as rates_behind
from reports.queries.three_years import three_years_table
from reports.tables import Column, Table
from reports.templatetags.behind import children_address
from reports.views.county import NOTHING_KEPT, asked_board, county_page, month_tabs
from reports.views.downloads import MONTH_MISSED, send_table
from students.access import AREA_ROLES
from students.views.audience import only_for
from students.views.lists import same_filters, tabs

PAGE = "reports/county_table.html"
area_page = only_for(AREA_ROLES, "三年对照和每日通报由县教育局、乡镇和督学查看")
# What an empty table says: a heading, and what it means.
NO_GROUP = ("没有登记", "这个月末没有学生登记在任何群体里。")
ALL_WELL = ("没有要通报的", "到现在为止点名齐全，没有逾期待办，没有疑似辍学学生。")


def _by(request) -> str:
    """What the month is parted by: what the address asks for, else the sexes."""
    asked = request.GET.get("by")
    return asked if asked in BY else next(iter(BY))


def _filtered(month: KeptMonth, by: str):
    """A part → the page 月报数字 of its children alone, school by school; a number of it → the children behind it."""

    def address(row, column: Column) -> str:
        of = {by: row.key} if row.key else {}
        if column.key != "part":
            return children_address(row.figures, column.key, **month.query, **of)
        return f"{reverse('reports:figures')}?{urlencode({'month': month.code} | of)}" if of else ""

    return address


@require_safe
@county_page
def figure_parts(request):
    """The month's figures by sex, township or special group."""
    asked, by = asked_board(request), _by(request)
    context = {
        "title": "按性别、乡镇和群体",
        "table": None,
        "missed": asked.month.label if asked and asked.is_missed else "",
    }
    if asked:
        table = parts_table(request.scope, asked.month, by, place=asked.place, days=asked.days)
        context |= {
            "table": table,
            "nothing": NO_GROUP,
            "shown": page_table(table, table.rows(), _filtered(asked.month, by)),
            "caption": f"{asked.month.label}，{asked.days}",
            "place": asked.place,
            "months": month_tabs(request, asked),
            "tabs": tabs(request, BY, name="by", shown=by, counts={}),
            "file_url": same_filters(request, "reports:figure_parts_file"),
        }
    return render(request, PAGE, context)


@require_http_methods(["GET", "HEAD", "POST"])
@county_page
def figure_parts_file(request):
    """The same as a file."""
    asked, by = asked_board(request), _by(request)
    if asked is None:
        raise NOTHING_KEPT
    return send_table(
        request,
        name="figure_parts",
        build=lambda reveal: parts_table(request.scope, asked.month, by, place=asked.place, days=asked.days),
        back_url=same_filters(request, "reports:figure_parts"),
        asked={"month": asked.month.code, "parted_by": by},
        has_numbers=False,
        missed=MONTH_MISSED if asked.is_missed else "",
    )


@require_safe
@area_page
def bulletin(request):
    """The day's bulletin as it stands by now."""
    table = _bulletin(request)
    context = {
        "title": "每日通报",
        "table": table,
        "months": [],
        "missed": "",
        "tabs": [],
        "place": "　".join(table.filters),
    }
    context |= {
        "shown": page_table(table, table.rows(), behind),
        "caption": "",
        "file_url": reverse("reports:bulletin_file"),
    }
    return render(request, PAGE, context | {"nothing": ALL_WELL})


@require_http_methods(["GET", "HEAD", "POST"])
@area_page
def bulletin_file(request):
    """The same as a file."""
    return send_table(
        request,
        name="bulletin",
        build=lambda reveal: _bulletin(request),
        back_url=reverse("reports:bulletin"),
        has_numbers=False,
    )


def _bulletin(request) -> Table:
    return bulletin_table(request.scope, now=timezone.localtime(), place=place_name(request.scope))


def _three_years(request) -> Table | None:
    months = months_kept()
    return three_years_table(request.scope, months, place=place_name(request.scope)) if months else None


@require_safe
@area_page
def years(request):
    """The last three school years side by side, and what they are measured by."""
    table = _three_years(request)
    context = {"title": "三年对照", "table": table, "months": [], "missed": "", "tabs": []}
    if table:
        shown = page_table(table, table.rows(), rates_behind, with_counts=True)
        context |= {
            "shown": shown,
            "nothing": ("", ""),
            "caption": "",
            "place": table.filters[0],
            "file_url": reverse("reports:years_file"),
        }
    return render(request, PAGE, context)


@require_http_methods(["GET", "HEAD", "POST"])
@area_page
def years_file(request):
    """The same as a file."""
    table = _three_years(request)
    if table is None:
        raise NOTHING_KEPT
    return send_table(
        request, name="three_years", build=lambda reveal: table, back_url=reverse("reports:years"), has_numbers=False
    )
