"""劝返漏斗: how many cases reached each step in a period, how fast, and what worked."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from casework.bureau_forms import PeriodForm
from casework.queries import funnel as queries
from students.access import OFFICE_ROLES
from students.templatetags.chinese import cdate
from students.views.audience import only_for
from students.views.lists import tabs

BY = {"township": "按乡镇", "school": "按学校"}


@require_safe
@only_for(OFFICE_ROLES, "劝返漏斗由学校、乡镇和县教育局的管理岗位查看")
def funnel(request):
    """The funnel of everything in the scope, and of each township or school."""
    first, last = queries.usual_period(request.today)
    asked = request.GET if "first" in request.GET or "last" in request.GET else None
    form = PeriodForm(asked, initial={"first": first, "last": last}, today=request.today)
    if form.is_valid():
        first, last = form.cleaned_data["first"], form.cleaned_data["last"]
    parts_are = "township" if request.scope.county and request.GET.get("by") != "school" else "school"
    whole, parts = queries.funnels(request.scope, first, last, today=request.today, parts_are=parts_are)
    context = {
        "form": form,
        "period": f"{cdate(first)}至{cdate(last)}建档的个案",
        "whole": whole,
        "parts": parts,
        "parts_are": queries.PARTS[parts_are],
        "tabs": tabs(request, BY, name="by", shown=parts_are, counts={}) if request.scope.county else [],
    }
    return render(request, "casework/funnel.html", context)
