"""劝返漏斗: how many cases reached each step in a period, how fast, and what worked."""

from datetime import date
from typing import NamedTuple

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from casework.bureau_forms import PeriodForm
from casework.queries import funnel as queries
from students.access import OFFICE_ROLES
from students.templatetags.chinese import cdate
from students.views.audience import only_for
from students.views.lists import same_filters, tabs

PAGE_SIZE = 50
BY = {"township": "按乡镇", "school": "按学校"}


funnel_page = only_for(OFFICE_ROLES, "劝返漏斗由学校、乡镇和县教育局的管理岗位查看")


class AskedFunnel(NamedTuple):
    """What the address asks for: the period and by what parts, and what was found."""

    form: PeriodForm
    period: str
    parts_are: str
    whole: queries.PlaceFunnel
    parts: list[queries.PlaceFunnel]


def asked_funnel(request) -> AskedFunnel:
    """The funnel of everything in the scope, and of each township or school, for the page and its file."""
    form, (first, last) = _period(request)
    parts_are = "township" if request.scope.county and request.GET.get("by") != "school" else "school"
    whole, parts = queries.funnels(request.scope, first, last, today=request.today, parts_are=parts_are)
    return AskedFunnel(form, _words(first, last), parts_are, whole, parts)


def _period(request) -> tuple[PeriodForm, tuple[date, date]]:
    """The period that the address asks for; the usual one where it makes no sense."""
    first, last = queries.usual_period(request.today)
    asked = request.GET if "first" in request.GET or "last" in request.GET else None
    form = PeriodForm(asked, initial={"first": first, "last": last}, today=request.today)
    if form.is_valid():
        first, last = form.cleaned_data["first"], form.cleaned_data["last"]
    return form, (first, last)


def _words(first: date, last: date) -> str:
    return f"{cdate(first)}至{cdate(last)}建档的个案"


@require_safe
@funnel_page
def funnel(request):
    """The funnel of everything in the scope, and of each township or school."""
    asked = asked_funnel(request)
    context = {
        "form": asked.form,
        "period": asked.period,
        "is_usual": asked.form.is_bound and not asked.form.is_valid(),
        "whole": asked.whole,
        "parts": asked.parts,
        "parts_are": queries.PARTS[asked.parts_are],
        "tabs": tabs(request, BY, name="by", shown=asked.parts_are, counts={}) if request.scope.county else [],
        "file_url": same_filters(request, "reports:funnel_file"),
    }
    return render(request, "casework/funnel.html", context)


@require_safe
@funnel_page
def funnel_cases(request, step: str):
    """The cases that a number of the funnel counts."""
    has_worked = "worked" in request.GET
    title = queries.words_of(step, has_worked=has_worked)
    if title is None:
        raise Http404
    _, (first, last) = _period(request)
    place = {name: request.GET[name] for name in queries.PARTS if request.GET.get(name)}
    asked = {"today": request.today, "step": step, "has_worked": has_worked, "place": place}
    page = Paginator(queries.cases_at(request.scope, first, last, **asked), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "title": title,
        "period": _words(first, last),
        "page": page,
        "rows": queries.case_rows(page),
        "back_url": same_filters(request, "casework:funnel"),
    }
    return render(request, "casework/funnel_cases.html", context)
