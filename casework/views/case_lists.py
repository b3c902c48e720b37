"""个案 in lists: by whose they are and when they are due, and on a board by stage."""

from collections.abc import Collection

from django.core.paginator import Paginator
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from casework.case_forms import CaseFilter
from casework.queries import case_list as queries
from students.models import School
from students.views.audience import case_page
from students.views.lists import same_filters, tabs

PAGE_SIZE = 30


@require_safe
@case_page
def cases(request):
    """Mine that are due, overdue, waiting for others, all, closed; narrowed down and sorted."""
    form = _filter(request)
    asked = queries.asked(request.scope, form.cleaned_data, request.GET.get("tab", ""), today=request.today)
    paginator = Paginator(asked.cases, PAGE_SIZE)
    paginator.count = asked.counts[asked.shown]  # counted for the tab already
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "form": form,
        "tabs": tabs(request, queries.TABS, name="tab", shown=asked.shown, counts=asked.counts),
        "shows_closed": asked.shown == queries.CLOSED,
        "page": page,
        "rows": queries.lines(page.object_list, asked.steps, request.scope, request.today),
        "board_url": reverse("casework:case_board"),
    }
    return render(request, "casework/cases.html", context)


@require_safe
@case_page
def case_board(request):
    """The open cases by stage, those that are due first on top."""
    form = _filter(request, without=("stage", "sort"))  # the columns are the stages, and have their order
    columns = queries.board(request.scope, form.cleaned_data, today=request.today)
    context = {
        "form": form,
        "columns": columns,
        "count": f"共 {sum(column.count for column in columns)} 个",
        "list_url": same_filters(request, "casework:cases"),
        "all_url": _whole_columns(request),
    }
    return render(request, "casework/case_board.html", context)


def _whole_columns(request) -> str:
    """The list of all cases, narrowed down as the board is; the stage is still to be added."""
    query = request.GET.copy()
    query.pop("stage", None)
    query["tab"] = queries.ALL
    return f"{reverse('casework:cases')}?{query.urlencode()}&stage="


def _filter(request, *, without: Collection[str] = ()) -> CaseFilter:
    """What the address asks for; what makes no sense in it filters nothing, nor does what stands ``without``."""
    form = CaseFilter(request.GET, schools=list(School.objects.visible_to(request.scope)))
    for name in without:
        del form.fields[name]
    form.full_clean()
    return form
