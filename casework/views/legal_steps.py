"""依法措施 of a case: all of them with their ground, entering one, taking one back."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from casework.actions import legal_steps as actions
from casework.bureau_forms import LegalStepForm
from casework.legal import kinds_of
from casework.models import LegalStep
from casework.queries import legal_steps as queries
from casework.views.cases import seen_case
from students.views.audience import case_page


@require_http_methods(["GET", "HEAD", "POST"])
@case_page
def legal_steps(request, pk):
    """The steps of a case; whoever may take one enters it here."""
    case = seen_case(request, pk)
    held = queries.authorities_of(request.scope, case.student.line)
    if request.method == "POST" and not held:
        raise PermissionDenied("依法措施由学校、乡镇和县教育局登记，你可以查看")
    form = LegalStepForm(_sent(request), held=held, papers=queries.papers_of(case), initial={"day": request.today})
    if form.is_valid():
        by = {"by": request.user, "scope": request.scope, "today": request.today}
        try:
            row = actions.enter(case=case, **form.cleaned_data, **by)
        except actions.LegalStepRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"已登记{row.get_authority_display()}{row.get_kind_display()}。")
            return redirect("casework:legal_steps", pk)
    steps = queries.steps_of(case)
    context = {
        "case": case,
        "form": form if held and (case.is_open or form.is_bound) else None,
        "kinds": kinds_of(held),
        "entries": queries.entries(steps),
        "own": [step for step in steps if held and not step.cancelled_at and _may_cancel(request, step)],
    }
    return render(request, "casework/legal_steps.html", context, status=422 if form.is_bound else 200)


@require_POST
@case_page
def cancel_legal_step(request, pk):
    """撤销 a step that was entered wrongly."""
    step = get_object_or_404(LegalStep.objects.visible_to(request.scope.without_lessons), pk=pk)
    try:
        actions.cancel(by=request.user, scope=request.scope, step=step, today=request.today)
    except actions.NotYourLegalStep as refused:
        raise PermissionDenied(str(refused)) from None
    messages.success(request, f"已撤销{step.get_kind_display()}。")
    return redirect("casework:legal_steps", step.case_id)


def _may_cancel(request, step: LegalStep) -> bool:
    return request.scope.is_bureau or step.recorded_by_id == request.user.pk


def _sent(request):
    return request.POST if request.method == "POST" else None
