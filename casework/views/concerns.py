"""日常预警 in three taps: 报预警, the child, why; taken back within a minute; and what became of it."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casework.actions import cases, concerns
from casework.case_forms import ConcernForm
from casework.models import ConcernReport
from casework.queries.case_facts import actors_over
from casework.queries.concerns import concern_lines, concerns_of
from casework.stages import Actor
from casework.steps import RAISED, Concern
from casework.views.class_tiles import class_tiles
from students.access import CLASS_ROLES, SCHOOL_ROLES
from students.models import RegistryLine
from students.views.audience import only_for

PAGE_SIZE = 30
NOT_YOURS = "报预警由这个班的任课教师、班主任和本校管理人员办理"


@require_safe
@only_for(CLASS_ROLES | SCHOOL_ROLES, NOT_YOURS)
def my_concerns(request):
    """我报的预警: what I have reported, and what became of it."""
    page = Paginator(concerns_of(request.user, request.scope), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page": page, "lines": concern_lines(list(page.object_list), request.user)}
    return render(request, "casework/my_concerns.html", context)


@require_safe
def concern_class(request, pk: int):
    """The children of a class as tiles; a tap on one asks why."""
    return render(request, "casework/concern_class.html", class_tiles(request, pk, NOT_YOURS))


@require_http_methods(["GET", "HEAD", "POST"])
def raise_concern(request, pk: int):
    """Why: a tap on a kind sends it, with the note where there is one."""
    lines = RegistryLine.objects.visible_to(request.scope).select_related("student", "school_class__school")
    line = get_object_or_404(lines, pk=pk)
    if not actors_over(request.scope, line) - {Actor.BUREAU}:
        raise PermissionDenied(NOT_YOURS)
    form = ConcernForm(request.POST or None)
    if form.is_valid():
        try:
            return _raised(request, line, form.kind, form.cleaned_data["note"])
        except cases.CaseRefused as refused:
            form.add_error(None, str(refused))
    context = {"form": form, "line": line, "kinds": [(kind.value, kind.label) for kind in RAISED]}
    return render(request, "casework/concern.html", context, status=422 if form.is_bound else 200)


def _raised(request, line: RegistryLine, concern: Concern, note: str):
    told = {"scope": request.scope, "student": line.student, "concern": concern, "note": note}
    cases.raise_concern(by=request.user, today=request.today, **told)
    row = ConcernReport.objects.get(student=line.student, day=request.today, kind=concern, cancelled_at=None)
    words = f"已报预警：{line.student.name}{concern.label}，班主任和分管领导已收到。"
    undo = reverse("casework:take_back_concern", args=[row.pk])
    is_own = row.recorded_by_id == request.user.pk
    messages.success(request, words, extra_tags=f"undo={undo} for={settings.ALERT_UNDO_SECONDS}" if is_own else "")
    return redirect("home")


@require_POST
def take_back(request, pk: int):
    """Take one's own concern back within a minute."""
    row = get_object_or_404(ConcernReport.objects.visible_to(request.scope), pk=pk)
    try:
        concerns.take_back(by=request.user, concern=row, today=request.today)
        messages.success(request, "已撤回预警。")
    except cases.NotYourCase as refused:
        raise PermissionDenied(str(refused)) from None
    except cases.CaseRefused as refused:
        messages.error(request, str(refused))
    return redirect("home")
