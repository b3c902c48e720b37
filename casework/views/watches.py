"""关注学生: the lists, the page of one proposal, the way to propose a child, and what is done with a proposal."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casework.actions import watches as actions
from casework.models import Watch
from casework.queries import watches as queries
from casework.queries.case_facts import may_raise
from casework.views.class_tiles import class_tiles
from casework.watch_forms import FORMS, ProposeForm, WatchFilter
from casework.watching import TRANSITIONS, WatchAction, WatchKind, WatchState, refusal
from students.access import CLASS_ROLES, REGISTRY_ROLES
from students.models import RegistryLine, School, SchoolClass
from students.queries.listing import current_classes
from students.views.audience import only_for
from students.views.lists import tabs

PAGE_SIZE = 30
NOT_YOURS = "提出关注学生由这个班的教师、教务处和校领导办理"
staff_page = only_for(REGISTRY_ROLES | CLASS_ROLES, "关注学生由教师、学校和主管部门查看")
STEPS = {
    WatchAction.CONFIRM: actions.confirm,
    WatchAction.REFUSE: actions.refuse,
    WatchAction.REVIEW: actions.review,
    WatchAction.ASSIGN: actions.assign,
    WatchAction.END: actions.end,
}
DONE = {
    WatchAction.CONFIRM: "已确认{child}为{kind}。",
    WatchAction.REFUSE: "已退回，提出的人会收到原因。",
    WatchAction.REVIEW: "已复核{child}，继续关注。",
    WatchAction.ASSIGN: "已更换{child}的责任人。",
    WatchAction.END: "已结束对{child}的关注，记录保留。",
}


@require_safe
@staff_page
def watches(request):
    """待确认, 关注中, 待复核, 已结束; narrowed down by kind, class and person."""
    form = _filter(request)
    boxes = queries.boxes(request.scope, form.cleaned_data, request.today)
    counts = {name: rows.count() for name, rows in boxes.items()}
    shown = request.GET.get("tab", "")
    if shown not in boxes:
        shown = next((name for name in (queries.PROPOSED, queries.DUE) if counts[name]), queries.CONFIRMED)
    paginator = Paginator(queries.in_order(boxes[shown], shown), PAGE_SIZE)
    paginator.count = counts[shown]
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "form": form,
        "tabs": tabs(request, queries.TABS, name="tab", shown=shown, counts=counts),
        "shown": shown,
        "page": page,
        "lines": [queries.line_of(row, request.scope, request.today) for row in page.object_list],
        "opens_lost": bool(request.scope.roles & REGISTRY_ROLES),
        "classes": SchoolClass.objects.filter(pk__in=request.scope.classes).select_related("school"),
    }
    return render(request, "casework/watches.html", context)


def _filter(request) -> WatchFilter:
    """What the address asks for; what makes no sense in it filters nothing."""
    classes = SchoolClass.objects.visible_to(request.scope).filter(current_classes(request.today))
    schools = list(School.objects.visible_to(request.scope))
    form = WatchFilter(request.GET, schools=schools, classes=classes.select_related("school"))
    form.full_clean()
    return form


@require_safe
@staff_page
def watch(request, pk: int):
    """One proposal: what was said, who has the child in care until when, and everything that has happened."""
    row = get_object_or_404(queries.found(request.scope, request.today), pk=pk)
    context = {
        "each": queries.line_of(row, request.scope, request.today),
        "row": row,
        "entries": queries.history(row, request.today),
        "case": queries.case_of(row, request.scope),
        "may_open_child": row.student.line.school_class_id in request.scope.classes or _oversees(request, row),
    }
    return render(request, "casework/watch.html", context)


def _oversees(request, row: Watch) -> bool:
    """Whether the reader sees the child otherwise than by having it in care."""
    return RegistryLine.objects.visible_to(request.scope).filter(pk=row.student_id).exists()


@require_safe
@staff_page
def latest_watch(request, pk: int):
    """The last proposal about a child, where a notice leads: what is open first."""
    rows = Watch.objects.seen_by(request.scope).filter(student=pk)
    if not (row := rows.open().order_by("-pk").first() or rows.order_by("-pk").first()):
        raise Http404
    return redirect("casework:watch", row.pk)


@require_safe
def watch_class(request, pk: int):
    """The children of a class as tiles; a tap on one leads to the proposal."""
    return render(request, "casework/watch_class.html", class_tiles(request, pk, NOT_YOURS))


@require_http_methods(["GET", "HEAD", "POST"])
def propose(request, pk: int):
    """提出 a child."""
    lines = RegistryLine.objects.visible_to(request.scope).select_related("student", "school_class__school")
    line = get_object_or_404(lines, pk=pk)
    if not may_raise(request.scope, line):
        raise PermissionDenied(NOT_YOURS)
    standing = list(Watch.objects.open().filter(student=pk).select_related("proposed_by"))
    kinds = [kind for kind in WatchKind if kind not in {row.kind for row in standing}]
    # A press that comes a second time finds its kind taken: the action knows it again.
    form = ProposeForm(request.POST or None, kinds=list(WatchKind) if request.method == "POST" else kinds)
    if form.is_valid():
        try:
            told = {"by": request.user, "scope": request.scope, "student": line.student, "today": request.today}
            row = actions.propose(**told, **form.cleaned_data)
            messages.success(request, f"已提出{line.student.name}为{row.get_kind_display()}，等教务处确认。")
            return redirect("casework:watch", row.pk)
        except actions.WatchRefused as refused:
            form.add_error(None, str(refused))
    context = {"form": form, "line": line, "standing": standing, "is_full": not kinds}
    return render(request, "casework/watch_propose.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def step(request, pk: int, action: WatchAction):
    """确认, 退回, 复核, 更换责任人, 结束: what each asks for, and doing it."""
    row = get_object_or_404(queries.found(request.scope, request.today), pk=pk)
    parts = queries.parts_of(request.scope, row.student.line, row)
    if not parts & TRANSITIONS[action].parts:
        raise PermissionDenied(f"{refusal(_source(action), action, parts)}，没有保存")
    staff, latest = queries.staff_of_child(row.student.line, request.today), queries.latest_review(request.today)
    form = FORMS[action](request.POST or None, watch=row, staff=staff, latest=latest)
    if form.is_valid():
        try:
            told = {"by": request.user, "scope": request.scope, "watch": row, "today": request.today}
            STEPS[action](**told, **form.cleaned_data)
            messages.success(request, DONE[action].format(child=row.student.name, kind=row.get_kind_display()))
            return redirect("casework:watch", pk)
        except actions.WatchRefused as refused:
            form.add_error(None, str(refused))
    context = {"form": form, "row": row, "action": action, "line": row.student.line}
    context["impossible"] = refusal(WatchState(row.state), action, parts)
    return render(request, "casework/watch_form.html", context, status=422 if form.is_bound else 200)


def _source(action: WatchAction) -> WatchState | None:
    """A state in which the action can be done."""
    return min(TRANSITIONS[action].sources)


@require_POST
@staff_page
def withdraw(request, pk: int):
    """撤回 one's own proposal."""
    row = get_object_or_404(Watch.objects.seen_by(request.scope), pk=pk)
    try:
        actions.withdraw(by=request.user, scope=request.scope, watch=row, today=request.today)
        messages.success(request, "已撤回。")
    except actions.NotYourWatch as refused:
        raise PermissionDenied(str(refused)) from None
    except actions.WatchRefused as refused:
        messages.error(request, str(refused))
    return redirect("casework:watch", pk)
