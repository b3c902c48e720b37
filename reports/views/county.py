"""控辍看板: the month of a county, a township or a school, and its schools compared."""

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from casework.queries.funnel import funnels, usual_period
from reports.board_pdf import WRITERS, BoardPaper
from reports.figures import LOST
from reports.queries import county as queries
from reports.queries import county_today
from reports.queries.kept_figures import KeptMonth, months_kept
from reports.queries.return_months import filed_until
from reports.queries.school_rates import school_rates_table
from reports.templatetags.behind import children_address
from reports.views.downloads import MONTH_MISSED, send_paper
from students.access import OFFICE_ROLES, Scope
from students.metrics import DROPOUT_RATE, RETENTION_RATE
from students.models import SchoolClass
from students.queries.policy import policy_of
from students.views.audience import only_for
from students.views.lists import same_filters, tabs

PAGE_SIZE = 50
KEPT_NOTE = "本月的数字每天夜里算到前一天；各月的数字都按现在的登记重新算过，更正过的月份与当时报出的可能不同。"
IN_THE_CHART = 10  # schools; more bars than that are a table
NOTHING_KEPT = Http404("还没有数字：每天夜里算到前一天")
county_page = only_for(OFFICE_ROLES, "控辍看板由学校管理岗位和主管部门查看")


@dataclass(frozen=True)
class AskedBoard:
    """The month that the address asks for, with those of its school year; the stage that schools are compared in.

    ``goes_on``: its cut-off is still to come; ``is_missed``: the address asks for a month of which nothing is kept.
    """

    months: list[KeptMonth]
    month: KeptMonth
    stage: SchoolClass.Stage
    place: str
    goes_on: bool
    is_missed: bool

    @property
    def through(self) -> list[KeptMonth]:
        return [each for each in self.months if each <= self.month]

    @property
    def days(self) -> str:
        """10月26日至11月25日; of a month that goes on that these are not all."""
        return f"{self.month.days}，暂计" if self.goes_on else self.month.days

    @property
    def before(self) -> KeptMonth | None:
        return self.through[-2] if len(self.through) > 1 else None


def asked_board(request) -> AskedBoard | None:
    """What the address asks for, else the month in hand; None while nothing has been counted."""
    found = months_kept()
    if not found:
        return None
    policy, code = policy_of(found[-2:][0].day), request.GET.get("month", "")
    in_hand = found[-2:][0] if request.today <= filed_until(found[-2:][0].day, policy) else found[-1]
    named = next((each for each in found if each.code == code), None)
    month = named or in_hand
    months = [each for each in found if each.school_year == month.school_year]
    stage = request.GET.get("stage")
    stages = {each.value: each for each in SchoolClass.Stage}
    return AskedBoard(
        months,
        month,
        stages.get(stage, SchoolClass.Stage.PRIMARY),
        queries.place_name(request.scope),
        goes_on=month == found[-1] and month.goes_on(policy),
        is_missed=bool(code) and named is None,
    )


@require_safe
@county_page
def county(request):
    """The month's figures with their change, the course of the year, schools compared, and what waits today."""
    asked = asked_board(request)
    if asked is None:
        return render(request, "reports/county.html", {"months": []})
    trends = queries.trends(request.scope, asked.through)
    first, last = usual_period(request.today)
    context = {
        "asked": asked,
        "months": month_tabs(request, asked),
        "headlines": queries.headlines(request.scope, asked.month, asked.before),
        "trends": trends,
        "today": county_today.today_by_place(request.scope, now=timezone.localtime()),
        "stages": county_today.open_stages(request.scope),
        "funnel": funnels(request.scope, first, last, today=request.today)[0],
        "definitions": (KEPT_NOTE, RETENTION_RATE.note, DROPOUT_RATE.note),
        **_compared(request, asked, trends),
    }
    return render(request, "reports/county.html", context)


def month_tabs(request, asked: AskedBoard) -> list[dict]:
    """The months of the year, the latest first."""
    labels = {each.code: each.number for each in reversed(asked.months)}
    return tabs(request, labels, name="month", shown=asked.month.code, counts={})


def _stage(asked: AskedBoard, trends: list[queries.Trend]) -> SchoolClass.Stage:
    """The stage asked for where it is taught, else the first that is."""
    taught = [SchoolClass.Stage(each.stage) for each in trends]
    return asked.stage if asked.stage in taught else next(iter(taught), asked.stage)


def _compared(request, asked: AskedBoard, trends: list[queries.Trend]) -> dict:
    """The schools of the stage asked for, a page at a time; the worst of them as bars."""
    stage = _stage(asked, trends)
    rows = queries.compared_schools(request.scope, asked.month, stage)
    lost = [row for row in rows if row.figures[LOST]][:IN_THE_CHART]
    line = next((each.lines[0] for each in trends if each.stage == stage), (None, None))
    return {
        "schools": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")) if len(rows) > 1 else None,
        "bars": [(row.label, row.dropout_rate.percent, row.share, _lost_of(row, asked, stage)) for row in lost],
        "line": line,
        "stage": stage,
        "stage_tabs": tabs(request, {each.stage: each.label for each in trends}, name="stage", shown=stage, counts={}),
        "file_url": same_filters(request, "reports:school_rates_file"),
    }


def _lost_of(row: queries.PlaceFigures, asked: AskedBoard, stage: str) -> str:
    """Where those who are lost to a school are listed."""
    return children_address(row.figures, LOST, **asked.month.query, school=row.school.pk, stage=stage)


def _paper(scope: Scope, asked: AskedBoard) -> BoardPaper:
    """The board with the schools of the stage asked for."""
    trends = queries.trends(scope, asked.through)
    stage = _stage(asked, trends)
    rows = queries.compared_schools(scope, asked.month, stage)
    table = school_rates_table(rows, month=asked.month, stage=stage.label, place=asked.place)
    headlines = queries.headlines(scope, asked.month, asked.before)
    days = f"{asked.month.label}：{asked.days}"
    return BoardPaper(asked.place, days, headlines, trends, table)


@require_http_methods(["GET", "HEAD", "POST"])
@county_page
def school_rates_file(request):
    """The board on paper, or the schools compared as a workbook."""
    asked = asked_board(request)
    if asked is None:
        raise NOTHING_KEPT
    return send_paper(
        request,
        name="school_rates",
        build=lambda reveal: _paper(request.scope, asked),
        writers=WRITERS,
        back_url=same_filters(request, "reports:county"),
        asked={"month": asked.month.code, "stage": asked.stage},
        has_numbers=False,
        missed=MONTH_MISSED if asked.is_missed else "",
    )  # fmt: skip
