"""休学: asking for one, deciding on it, entering until when an imported one lasts."""

from datetime import timedelta

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from students.access import OFFICE_ROLES
from students.actions import suspensions as actions
from students.enrolment import EventKind, ImpossibleEvent
from students.forms.answers import ApproveForm, EndOfSuspensionForm, RefuseForm, SuspensionForm
from students.forms.changes import ChildrenFilter
from students.models import Certificate, School, Student, Suspension
from students.queries import changes, suspensions
from students.templatetags.chinese import cdate
from students.views.audience import only_for
from students.views.changes import ONLY_THE_CLERK, child_seen_by
from students.views.lists import box_shown, tabs

PAGE_SIZE = 30
NOTHING_ASKED = "没有收到要办的事，没有保存。请再点一次。"
REFUSALS = (actions.SuspensionRefused, ImpossibleEvent)


@require_safe
@only_for(OFFICE_ROLES, "休学申请由学校管理人员和主管部门查看")
def suspension_list(request):
    """Requests that wait for approval, what was decided, and suspensions without a known end."""
    form = ChildrenFilter(request.GET, schools=School.objects.visible_to(request.scope))
    boxes = suspensions.boxes(request.scope, request.today, **form.wanted)
    shown, counts = box_shown(request.GET.get("box", ""), boxes)
    page = Paginator(boxes[shown], PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": suspensions.lines(page) if shown != "endless" else [],
        "tabs": tabs(request, suspensions.BOXES, name="box", shown=shown, counts=counts),
        "shown": shown,
        "form": form,
    }
    return render(request, "students/suspensions.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request, pk):
    """Ask for a suspension; for a suspended child for a longer one, or enter until when it lasts."""
    student = child_seen_by(request, pk)
    if not changes.may_record(request.scope, changes.class_of(student)):
        raise PermissionDenied(ONLY_THE_CLERK)
    event = suspensions.standing_suspend(student)
    if event is None and EventKind.SUSPEND not in changes.kinds_offered(student, request.scope):
        messages.error(request, "这名学生现在不在校，不能申请休学。")
        return redirect("students:changes_of", pk)
    end = event and suspensions.latest_end(event)
    form = _form(request, event, end)
    if form.is_valid():
        try:
            made = _asked(request, student, event, end, form.cleaned_data)
            messages.success(request, "已登记期满日期。" if made.decision else "休学申请已提交，等待审批。")
            return redirect("students:suspension", made.pk)
        except REFUSALS as refused:
            form.add_error(None, str(refused))
    context = {"form": form, "student": student, "event": event, "end": end, "end_words": cdate(end)}
    return render(request, "students/suspension_form.html", context, status=422 if form.is_bound else 200)


def _form(request, event, end):
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    if event and end is None:
        return EndOfSuspensionForm(*sent)
    start = end + timedelta(days=1) if end else request.today
    return SuspensionForm(*sent, starts_on=start, fixed_start=bool(end), today=request.today)


def _asked(request, student: Student, event, end, values: dict) -> Suspension:
    if event and end is None:
        return actions.enter_end(by=request.user, event=event, today=request.today, **values)
    return actions.ask(by=request.user, student=student, today=request.today, **values)


@require_http_methods(["GET", "HEAD", "POST"])
def suspension(request, pk):
    """One request: what was asked, with which papers, and the decision."""
    row = get_object_or_404(suspensions.requests_seen_by(request.scope), pk=pk)
    if not changes.may_look(request.scope, row.student):
        raise PermissionDenied("休学申请由班主任和学校管理人员查看，任课教师不看")
    line = suspensions.lines([row])[0]
    may_approve = request.scope.may_manage_in(line.school_class.school.township_id)
    may_withdraw = line.school_class.school_id in request.scope.clerk_of
    do = request.POST.get("do", "")
    forms = {} if row.decision or not may_approve else {"approve": ApproveForm, "refuse": RefuseForm}
    forms = {name: make(request.POST if do == name else None) for name, make in forms.items()}
    status = 200
    if request.method == "POST":
        _refuse_strangers(do, may_approve, may_withdraw)
        if (status := _decided(request, row, do, forms.get(do))) == 302:
            return redirect("students:suspension", pk)
    papers = Certificate.objects.visible_to(request.scope).defer("content")
    papers = papers.filter(student=row.student, uploaded_at__gte=row.requested_at)
    papers = papers.filter(cancelled_at=None)
    context = {"line": line, "forms": forms, "papers": papers, "may_withdraw": may_withdraw and not row.decision}
    return render(request, "students/suspension.html", context, status=status)


def _refuse_strangers(do: str, may_approve: bool, may_withdraw: bool) -> None:
    if do in ("approve", "refuse") and not may_approve:
        raise PermissionDenied("休学由县教育局或学校所在乡镇审批，学校不能自己批准")
    if not (may_approve or may_withdraw) or (do == "withdraw" and not may_withdraw):
        raise PermissionDenied("休学由学籍管理员申请，由县教育局或乡镇审批，你可以查看")


def _decided(request, row: Suspension, do: str, form) -> int:
    """302 where it was decided, else the status of the page that says why not."""
    step, text = STEPS.get(do, (None, ""))
    if step is None:
        messages.error(request, NOTHING_ASKED)
    if step is None or (form is not None and not form.is_valid()):
        return 422
    values = dict(form.cleaned_data) if form else {}
    try:
        step(by=request.user, suspension=row, today=request.today, **values)
        messages.success(request, text)
    except ImpossibleEvent as refused:
        messages.error(request, f"{refused}，没有批准。请先核对{row.student.name}的学籍变动。")
    except actions.SuspensionRefused as refused:
        messages.error(request, str(refused))
    return 302


STEPS = {
    "approve": (actions.approve, "已批准，休学已登记。"),
    "refuse": (actions.refuse, "已答复“未批准”，学校会看到理由。"),
    "withdraw": (actions.withdraw, "已撤回这份申请。"),
}
