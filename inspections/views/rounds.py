"""检查批次: the list, opening one, its sums and ranks, changing it, the paper."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from inspections.actions import rounds as actions
from inspections.actions.filling import InspectionRefused
from inspections.models import InspectionRound, StoredChecklist
from inspections.queries import rounds as queries
from inspections.queries.checklists import current_checklists
from inspections.round_forms import ChangeRoundForm, RoundFilter, RoundForm
from students.access import COUNTY_ROLES, OFFICE_ROLES
from students.models import Area, School
from students.views.audience import only_for
from students.views.lists import same_filters, tabs

PAGE_SIZE = 50
SENT = "POST"
inspection_page = only_for(OFFICE_ROLES, "专项检查由县教育局、督学、乡镇和学校的管理岗位查看")
bureau_page = only_for(COUNTY_ROLES, "检查批次由县教育局开始和更改")


@require_safe
@inspection_page
def rounds(request):
    """The rounds that look at a school of the reader."""
    page = Paginator(queries.rounds_in(request.scope), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "inspections/rounds.html", {"page": page, "may_open": request.scope.is_bureau})


@require_http_methods(["GET", "HEAD", "POST"])
@bureau_page
def open_round(request):
    """开始检查批次."""
    schools = School.objects.visible_to(request.scope).select_related("township")
    offered = {
        "checklists": StoredChecklist.objects.filter(pk__in=[row.pk for row in current_checklists()]),
        "schools": schools,
        "townships": Area.objects.filter(pk__in=schools.order_by().values("township")),
        "inspectors": actions.possible_inspectors(request.today),
    }
    form = RoundForm(request.POST if request.method == SENT else None, today=request.today, **offered)
    if form.is_valid():
        try:
            by = {"by": request.user, "scope": request.scope, "today": request.today}
            opened = actions.open_round(**by, **form.told)
        except InspectionRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"已开始{opened.title}。")
            return redirect("inspections:round", opened.pk)
    return render(request, "inspections/round_form.html", {"form": form}, status=422 if form.is_bound else 200)


@require_safe
@inspection_page
def round_page(request, pk):
    """检查汇总: schools in the order of their rate, and those that wait."""
    board = asked_board(request, pk)
    form = RoundFilter(request.GET)
    lines = asked_lines(board, form)
    counts = {"done": len([line for line in lines if line.result])}
    counts["waiting"] = len(lines) - counts["done"]
    shown = (
        "waiting" if request.GET.get("show") == "waiting" or not (counts["done"] or form.data.get("show")) else "done"
    )
    page = Paginator([line for line in lines if bool(line.result) is (shown == "done")], PAGE_SIZE)
    context = {
        "round": board.round,
        "board": board,
        "form": form,
        "shown": shown,
        "tabs": tabs(request, {"done": "已检查", "waiting": "未检查完"}, name="show", shown=shown, counts=counts),
        "page": page.get_page(request.GET.get("page")),
        "may_change": request.scope.is_bureau,
        "file_url": same_filters(request, "reports:inspection_file", pk),
    }
    return render(request, "inspections/round.html", context)


def asked_board(request, pk) -> queries.Board:
    """The round of the address, with what the reader sees of it."""
    rows = InspectionRound.objects.visible_to(request.scope).select_related("checklist", "opened_by")
    return queries.board_of(get_object_or_404(rows, pk=pk), request.scope)


def asked_lines(board: queries.Board, form: RoundFilter) -> list[queries.SchoolLine]:
    """The lines of a board that the address asks for."""
    asked = form.cleaned_data.get("q", "").strip() if form.is_valid() else ""
    return [line for line in board.lines if asked in line.inspection.school.name]


@require_safe
@inspection_page
def round_paper(request, pk):
    """检查汇总 to be printed."""
    board = asked_board(request, pk)
    context = {"board": board, "round": board.round, "places": ["制表", "审核"]}
    context |= {"printed_by": request.user.name, "printed_at": timezone.now()}
    return render(request, "inspections/round_paper.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@inspection_page
def change_round(request, pk):
    """改批次: last day, inspectors, schools."""
    row = get_object_or_404(InspectionRound.objects.visible_to(request.scope), pk=pk)
    if not request.scope.is_bureau:
        raise PermissionDenied("检查批次由县教育局开始和更改")
    schools = School.objects.visible_to(request.scope).select_related("township")
    offered = {"round": row, "schools": schools, "inspectors": actions.possible_inspectors(request.today)}
    form = ChangeRoundForm(request.POST if request.method == SENT else None, **offered)
    if form.is_valid():
        told = {name: form.cleaned_data[name] for name in ("last_day", "inspectors", "schools")}
        by = {"by": request.user, "scope": request.scope, "today": request.today}
        try:
            actions.change_round(round=row, seen=form.cleaned_data["version"], **told, **by)
        except InspectionRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"已改{row.title}。")
            return redirect("inspections:round", pk)
    context = {"form": form, "round": row}
    return render(request, "inspections/round_change.html", context, status=422 if form.is_bound else 200)
