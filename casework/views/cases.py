"""个案: one child's case, and what is done to it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from casework.actions import cases as actions
from casework.case_forms import AssignForm, MoveForm, PaperForm, PlanForm, cleaned_move
from casework.models import Case
from casework.queries import case_page as queries
from casework.queries.case_facts import last_case, last_day_to_plan, may_assign, may_work_on, people_around
from casework.queries.dropouts import earliest_dropout
from casework.stages import CaseAction
from casework.steps import CaseStep
from students.models import Person, Student
from students.views.audience import case_page

PAGE_SIZE = 25
MOVES = {
    CaseAction.CONFIRM_DROPOUT: actions.confirm_dropout,
    CaseAction.CLOSE: actions.close,
    CaseAction.REOPEN: actions.reopen,
}


@require_safe
@case_page
def case(request, pk: int):
    """Who, how far, what next by whom and when, and everything that has happened."""
    row = seen_case(request, pk)
    events = Paginator(queries.history(row), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": queries.case_page(row, scope=request.scope, today=request.today),
        "case": row,
        "events": events,
        "entries": queries.history_entries(events.object_list, request.today),
    }
    return render(request, "casework/case.html", context)


@require_safe
@case_page
def case_of(request, pk: int):
    """On to the child's open case, else its last one: where a notice about a child leads."""
    student = get_object_or_404(Student.objects.visible_to(request.scope), pk=pk)
    found = last_case(student.pk, request.scope)
    return redirect("casework:case", found.pk) if found else redirect("casework:child", student.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@case_page
def plan(request, pk: int):
    """安排下一步."""
    row = _workable(request, pk)
    now = {"version": row.version, "step": row.plan_step, "on": row.plan_on, "note": row.plan_note}
    form = PlanForm(request.POST or None, initial=now, last=last_day_to_plan(request.today))

    def save(cleaned):
        step = {"step": CaseStep(cleaned.pop("step")), **cleaned}
        actions.plan(by=request.user, scope=request.scope, case=row, today=request.today, **step)
        return f"已安排{row.student}的下一步：{step['step'].label}。"

    return _handled(request, row, form, save, title="安排下一步", verb="安排")


@require_http_methods(["GET", "HEAD", "POST"])
@case_page
def assign(request, pk: int):
    """交办 to somebody who holds a post around the child, and 收回."""
    row = _workable(request, pk)
    if not may_assign(request.scope, row.student.line):
        raise PermissionDenied("交办由教务处、校领导或县教育局办理")
    people, back = people_around(row.student.line, request.today), queries.post_of(row, request.today)
    now = {"version": row.version, "person": row.assigned_to_id, "reason": row.assigned_reason}
    form = AssignForm(request.POST or None, initial=now, people=people, back=back)

    def save(cleaned):
        person = Person.objects.get(pk=chosen) if (chosen := cleaned["person"]) else None
        whom = {**cleaned, "person": person}
        actions.assign(by=request.user, scope=request.scope, case=row, today=request.today, **whom)
        return f"已把{row.student}的个案交给{person}。" if person else f"{row.student}的个案已收回，由{back}负责。"

    return _handled(request, row, form, save, title="交办", verb="提交")


@require_http_methods(["GET", "HEAD", "POST"])
@case_page
def move(request, pk: int, action: CaseAction):
    """认定辍学, 销号, 重新打开: a move of the table, with what it needs."""
    row = seen_case(request, pk)
    if refused := queries.refused(row, action, request.scope):
        raise PermissionDenied(f"{refused}，没有保存")
    if action is CaseAction.CLOSE and row.was_lost:
        return redirect("casework:propose_closing", pk)
    outcomes, waiting = queries.open_ways(row, action, request.today)
    asks = {"outcomes": outcomes, "needs_paper": queries.lacks_evidence(row), "latest": request.today}
    asks["earliest"] = earliest_dropout(row.student_id) if action is CaseAction.CONFIRM_DROPOUT else None
    now = {"version": row.version}
    form = MoveForm(request.POST or None, request.FILES or None, action=action, initial=now, **asks)

    def save(_):
        MOVES[action](by=request.user, scope=request.scope, case=row, today=request.today, **cleaned_move(form))
        return f"{row.student}：已{action.label}。"

    blocked = not form.is_bound and outcomes == []
    words = {"title": action.label, "verb": action.label, "waiting": waiting, "is_blocked": blocked}
    return _handled(request, row, form, save, **words)


@require_http_methods(["GET", "HEAD", "POST"])
@case_page
def add_paper(request, pk: int):
    """上传材料."""
    row = _workable(request, pk)
    form = PaperForm(request.POST, request.FILES) if request.method == "POST" else PaperForm()

    def save(cleaned):
        actions.add_paper(by=request.user, scope=request.scope, case=row, today=request.today, **cleaned)
        return f"已上传{row.student}的个案材料。"

    return _handled(request, row, form, save, title="上传材料", verb="上传")


def _handled(request, row: Case, form, save, **words):
    """Save a sent form and go to the case; show it again where it cannot be, with what is new and what was typed."""
    status, news = 200, []
    if form.is_bound:
        status = 422
        if form.is_valid():
            try:
                messages.success(request, save(form.cleaned_data))
                return redirect("casework:case", row.pk)
            except actions.CaseChanged as changed:
                status, news = 409, _taken_note_of(row, form, str(changed), request.today)
            except actions.CaseRefused as refused:
                form.add_error(None, str(refused))
    context = {"case": row, "form": form, "news": news, "waiting": [], "is_blocked": False, **words}
    return render(request, "casework/case_form.html", context, status=status)


def _taken_note_of(row: Case, form, words: str, today) -> list[dict]:
    """What is new since the page was opened; the form, as it was typed, is one of the case as it is now."""
    shown = form.cleaned_data["version"]
    row.refresh_from_db(fields=["version"])
    form.data = form.data.copy()
    form.data["version"] = row.version
    form.add_error(None, words + ("附件请再选一次。" if form.files else ""))
    return queries.news_since(row, shown, today)


def seen_case(request, pk: int) -> Case:
    """A case of the reader's; whoever only teaches lessons in the class is told that it is not theirs."""
    rows = Case.objects.select_related("student__line__school_class__school__township", "assigned_to")
    row = get_object_or_404(rows.visible_to(request.scope), pk=pk)
    if not Case.objects.visible_to(request.scope.without_lessons).filter(pk=pk).exists():
        raise PermissionDenied("个案由班主任、学校和主管部门查看；你报过的，在“考勤”里的“我报的预警”看办到哪一步")
    return row


def _workable(request, pk: int) -> Case:
    """An open case that the reader has a part in."""
    row = seen_case(request, pk)
    if not may_work_on(request.scope, row.student.line):
        raise PermissionDenied("你可以查看这个个案，但不负责办理")
    if not row.is_open:
        raise PermissionDenied("这个个案已销号，要先重新打开")
    return row
