"""县教育局's desk for cases: what waits there; 确认复学, 提出销号, 批准."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from casework.actions import closings as actions
from casework.actions.cases import CaseRefused, NotYourCase
from casework.bureau_forms import ClosingForm, ConfirmReturnForm, DecisionForm
from casework.closing import ClosingAction
from casework.models import Case, Closing
from casework.queries import desk as queries
from casework.queries.case_page import lacks_evidence, open_ways
from casework.stages import CaseAction
from students.access import AREA_ROLES
from students.queries.policy import policy_of
from students.views.audience import only_for
from students.views.lists import box_shown, tabs

PAGE_SIZE = 30
area_page = only_for(AREA_ROLES, "个案办理由县教育局使用，乡镇和督学可以查看")


@require_safe
@area_page
def desk(request):
    """What waits: 待认定, 待核实复学, 待销号, 待审批."""
    boxes = queries.boxes(request.scope)
    shown, counts = box_shown(request.GET.get("box", ""), boxes)
    page = Paginator(boxes[shown], PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "tabs": tabs(request, queries.BOXES, name="box", shown=shown, counts=counts),
        "shown": shown,
        "page": page,
        "lines": queries.lines_of(list(page.object_list), request.today),
        "may_decide": request.scope.is_bureau,
    }
    return render(request, "casework/desk.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@area_page
def confirm_return(request, pk):
    """确认复学."""
    case = _bureaus_case(request, pk)
    form = ConfirmReturnForm(_sent(request), initial={"version": case.version})
    status = 422 if form.is_bound else 200
    if form.is_valid():
        try:
            actions.confirm_return(
                by=request.user, scope=request.scope, case=case, today=request.today, **form.cleaned_data
            )
        except CaseRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"已确认{case.student}复学，可以提出销号。")
            return redirect("casework:case", pk)
    context = {"form": form, "each": queries.lines_of([case], request.today)[0], "case": case}
    context["is_done"] = case.return_confirmed_at is not None and not form.is_bound
    return render(request, "casework/desk_return.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@area_page
def propose_closing(request, pk):
    """提出销号."""
    case = _bureaus_case(request, pk)
    outcomes, waiting = open_ways(case, CaseAction.CLOSE, request.today)
    asks = {"outcomes": outcomes, "needs_paper": lacks_evidence(case), "initial": {"version": case.version}}
    form = ClosingForm(_sent(request), request.FILES or None, **asks)
    status = 422 if form.is_bound else 200
    if form.is_valid():
        by = {"by": request.user, "scope": request.scope, "today": request.today}
        try:
            row = actions.propose(case=case, **form.cleaned_data, **by)
        except CaseRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"已提出{case.student}的个案销号，等另一名工作人员批准。")
            return redirect("casework:closing", row.pk)
    context = {"form": form, "case": case, "waiting": waiting, "is_blocked": not outcomes and not form.is_bound}
    context["pending"] = None if form.is_bound else queries.proposed(case)
    return render(request, "casework/closing_propose.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@area_page
def closing(request, pk):
    """A proposal to close: what it says, and 批准 or 退回."""
    rows = Closing.objects.visible_to(request.scope).select_related("case__student__line__school_class__school")
    row = get_object_or_404(rows.select_related("proposed_by", "decided_by"), pk=pk)
    form = DecisionForm(_sent(request))
    status = 422 if form.is_bound else 200
    if form.is_valid():
        try:
            return _decided(request, row, form.cleaned_data)
        except NotYourCase as refused:
            raise PermissionDenied(str(refused)) from None
        except CaseRefused as refused:
            form.add_error(None, str(refused))
    context = {
        "row": row,
        "form": form,
        "may_decide": request.scope.is_bureau and row.state == "proposed",
        "is_own": row.proposed_by_id == request.user.pk,
        "needs_another": policy_of(request.today).close_needs_two and actions.officers_of_the_bureau(request.today) > 1,
    }
    return render(request, "casework/closing.html", context, status=status)


@require_safe
@area_page
def latest_closing(request, pk):
    """The last proposal about a child, where a notice leads."""
    row = Closing.objects.visible_to(request.scope).filter(case__student=pk).order_by("-pk").first()
    return redirect("casework:closing", row.pk) if row else redirect("casework:case_of", pk)


def _decided(request, row: Closing, told):
    by = {"by": request.user, "scope": request.scope, "closing": row, "today": request.today}
    if told["do"] is ClosingAction.APPROVE:
        actions.approve(alone_reason=told["note"], **by)
        messages.success(request, f"已批准，{row.case.student}的个案已销号。")
    else:
        actions.refuse(reason=told["note"], **by)
        messages.success(request, f"已退回{row.case.student}的销号申请。")
    return redirect("casework:closing", row.pk)


def _bureaus_case(request, pk) -> Case:
    """A case that the reader sees, for an officer of the bureau."""
    rows = Case.objects.visible_to(request.scope.without_lessons)
    case = get_object_or_404(rows.select_related("student__line__school_class__school", "return_confirmed_by"), pk=pk)
    if not request.scope.is_bureau:
        raise PermissionDenied("确认复学和销号由县教育局办理，你可以查看")
    return case


def _sent(request):
    return request.POST if request.method == "POST" else None
