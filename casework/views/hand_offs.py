"""移交: what is handed from side to side, one with its history, and dealing with it."""

from datetime import timedelta

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casework.actions import hand_offs as actions
from casework.bureau_forms import HandOffFilter, HandOffForm, StepForm
from casework.handing_off import HandOffState, Side
from casework.models import Case, HandOff
from casework.queries import hand_offs as queries
from students.access import OFFICE_ROLES
from students.views.audience import only_for
from students.views.lists import box_shown, tabs

PAGE_SIZE = 30
USUAL_DAYS = 7
TABS = {state.value: state.label for state in HandOffState}
office_page = only_for(OFFICE_ROLES, "个案移交由学校、乡镇和县教育局的管理岗位使用")


@require_safe
@office_page
def hand_offs(request):
    """The hand-offs in the scope by their state; what is due first stands first."""
    form = HandOffFilter(request.GET)
    rows = queries.narrowed(queries.visible(request.scope), form.cleaned_data if form.is_valid() else {})
    shown, counts = box_shown(request.GET.get("state", ""), {state: rows.filter(state=state) for state in TABS})
    order = ("due_on", "pk") if shown in ("sent", "accepted") else ("-pk",)
    page = Paginator(rows.filter(state=shown).order_by(*order), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "tabs": tabs(request, TABS, name="state", shown=shown, counts=counts),
        "page": page,
        "lines": [queries.line_of(row, request.scope, request.today) for row in page.object_list],
    }
    return render(request, "casework/hand_offs.html", context)


@require_safe
@office_page
def hand_off(request, pk):
    """One hand-off: what it asks, what was done with it, and the buttons of whoever it waits for."""
    row = get_object_or_404(queries.visible(request.scope), pk=pk)
    context = {
        "each": queries.line_of(row, request.scope, request.today),
        "entries": queries.history(row),
        "form": StepForm(initial={"seen": row.version}),
    }
    return render(request, "casework/hand_off.html", context)


@require_safe
@office_page
def latest_hand_off(request, pk):
    """The last hand-off of a child, where a notice leads."""
    rows = HandOff.objects.visible_to(request.scope).filter(case__student=pk).order_by("-pk")
    if not (row := rows.first()):
        raise Http404
    return redirect("casework:hand_off", row.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def send_hand_off(request, pk):
    """移交 a case to another side."""
    case = _case(request, pk)
    sides = queries.sides_of(request.scope, case.student.line)
    if not sides:
        raise PermissionDenied("移交由教务处、校领导、乡镇干部或县教育局办理，你可以查看")
    ways = [(sender, receiver) for sender in Side if sender in sides for receiver in Side if receiver is not sender]
    initial = {"due_on": request.today + timedelta(days=USUAL_DAYS)}
    form = HandOffForm(_sent(request), ways=ways, initial=initial)
    if form.is_valid():
        sender, receiver = form.cleaned_data["way"]
        fields = {name: form.cleaned_data[name] for name in ("message", "due_on")}
        try:
            row = actions.send(
                by=request.user, scope=request.scope, case=case, from_side=sender, to_side=receiver,
                today=request.today, **fields,
            )  # fmt: skip
        except actions.HandOffRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"已把{case.student}的个案移交{receiver.label}。")
            return redirect("casework:hand_off", row.pk)
    context = {"form": form, "case": case, "under_way": queries.under_way(case)}
    return render(request, "casework/hand_off_send.html", context, status=422 if form.is_bound else 200)


@require_POST
@office_page
def step_hand_off(request, pk):
    """接收, 退回 or 办结."""
    row = get_object_or_404(queries.visible(request.scope), pk=pk)
    form = StepForm(request.POST)
    if form.is_valid():
        action, note, seen = (form.cleaned_data[name] for name in ("do", "note", "seen"))
        by = {"by": request.user, "scope": request.scope, "today": request.today}
        try:
            actions.step(hand_off=row, action=action, note=note, version=seen, **by)
        except actions.NotYourHandOff as refused:
            raise PermissionDenied(str(refused)) from None
        except actions.HandOffRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"已{action.label}：{row.case.student}的个案移交。")
            return redirect("casework:hand_off", pk)
    each = queries.line_of(row, request.scope, request.today)
    context = {"each": each, "entries": queries.history(row), "form": form}
    return render(request, "casework/hand_off.html", context, status=422)


def _case(request, pk) -> Case:
    rows = Case.objects.visible_to(request.scope.without_lessons)
    return get_object_or_404(rows.select_related("student__line__school_class__school"), pk=pk)


def _sent(request):
    return request.POST if request.method == "POST" else None
