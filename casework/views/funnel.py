"""劝返漏斗: how many cases reached each step in a period, how fast, and what worked."""

from typing import NamedTuple

from django.shortcuts import render
from django.views.decorators.http import require_safe

from casework.bureau_forms import PeriodForm
from casework.queries import funnel as queries
from students.access import OFFICE_ROLES
from students.templatetags.chinese import cdate
from students.views.audience import only_for
from students.views.lists import same_filters, tabs

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
    first, last = queries.usual_period(request.today)
    asked = request.GET if "first" in request.GET or "last" in request.GET else None
    form = PeriodForm(asked, initial={"first": first, "last": last}, today=request.today)
    if form.is_valid():
        first, last = form.cleaned_data["first"], form.cleaned_data["last"]
    parts_are = "township" if request.scope.county and request.GET.get("by") != "school" else "school"
    whole, parts = queries.funnels(request.scope, first, last, today=request.today, parts_are=parts_are)
    return AskedFunnel(form, f"{cdate(first)}至{cdate(last)}建档的个案", parts_are, whole, parts)


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
