"""请假条: the lists, a new one, one of them, and the paper to keep."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from students.access import REGISTRY_ROLES
from students.actions import leave_slips as actions
from students.forms.answers import RefuseForm
from students.forms.changes import ChildrenFilter
from students.forms.leave_slips import ApproveSlipForm, EndSlipForm, FindChildForm, LeaveSlipForm, prefilled
from students.models import LeaveSlip, School, SchoolClass, Student
from students.queries import leave_slips as slips
from students.queries.changes import class_of
from students.queries.policy import policy_of
from students.views.audience import only_for
from students.views.filed_days import say_filed
from students.views.lists import tabs

PAGE_SIZE = 30
leave_page = only_for(REGISTRY_ROLES, "请假条由班主任和学校管理岗位办理，任课教师在点名里能看到谁请了假")


@require_safe
@leave_page
def leave_slips(request):
    """待批, 生效中, 缺请假条 and 已结束."""
    form = ChildrenFilter(request.GET, schools=School.objects.visible_to(request.scope))
    boxes = slips.boxes(request.scope, request.today, **form.wanted)
    counts = {name: rows.count() for name, rows in boxes.items()}
    if asks := slips.asks_for_slips(request.scope):
        classes = slips.classes_answered_for(request.scope)
        boxes["missing"] = slips.missing_slips(classes, request.today, text=form.wanted["text"])
        counts["missing"] = len(boxes["missing"])
    shown = slips.box_shown(request.GET.get("box", ""), counts)
    labels = {name: label for name, label in slips.BOXES.items() if name in boxes}
    context = {
        "page": Paginator(boxes[shown], PAGE_SIZE).get_page(request.GET.get("page")),
        "tabs": tabs(request, labels, name="box", shown=shown, counts=counts),
        "shown": shown,
        "form": form,
        "allowed": str(policy_of(request.today).slip_days),
        "may_hand_in": asks,
    }
    return render(request, "students/leave_slips.html", context)


@require_safe
@leave_page
def find_child(request):
    """Which child a slip is handed in for."""
    form = FindChildForm(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    children = Student.objects.filter(
        line__school_class__in=slips.classes_answered_for(request.scope), line__standing="attending"
    )
    children = children.search(text).select_related("line__school_class__school").order_by("line__place_key", "pk")
    page = Paginator(children, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "students/leave_slip_child.html", {"form": form, "page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@leave_page
def new_slip(request, pk):
    """Hand in a slip for a child; the days may have been named by the link."""
    student = get_object_or_404(Student.objects.visible_to(request.scope), pk=pk)
    school_class = class_of(student)
    if school_class is None:
        raise PermissionDenied("这名学生现在不在校，不能请假")
    _refuse_strangers(request.scope, school_class)
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = LeaveSlipForm(*sent, student=student, today=request.today, initial=prefilled(request.GET))
    if form.is_valid():
        place = {"by": request.user, "scope": request.scope, "today": request.today}
        try:
            return _said(request, actions.hand_in(**place, student=student, **form.values))
        except actions.SlipRefused as refused:
            form.add_error(None, str(refused))
    context = {"form": form, "student": student, "school_class": school_class}
    context["allowed"] = str(policy_of(request.today).teacher_leave_days)
    context["decides"] = slips.may_decide(request.scope, school_class)
    return render(request, "students/leave_slip_form.html", context, status=422 if form.is_bound else 200)


def _said(request, done: actions.Done):
    """To the slip's page, with what became of it."""
    slip = done.slip
    words = f"{slip.student.name}{slips.span_words((slip.first_day, slip.last_day))}{slip.get_kind_display()}"
    text = f"已保存并批准：{words}。" if slip.decision else f"已提交：{words}，等学校批准。"
    messages.success(request, f"{text}{done.followed.words}")
    _say_filed(request, slip)
    return redirect("students:leave_slip", slip.pk)


def _say_filed(request, slip: LeaveSlip) -> None:
    """Only what was approved counts."""
    if slip.decision == LeaveSlip.Decision.APPROVED:
        school_class = class_of(slip.student)
        say_filed(request, school_class and school_class.pk, slip.first_day)


@require_http_methods(["GET", "HEAD", "POST"])
@leave_page
def leave_slip(request, pk):
    """One slip: what was asked, what was decided, and what may be done with it now."""
    slip = get_object_or_404(slips.slips_seen_by(request.scope), pk=pk)
    school_class = slip.student.line.school_class
    do = request.POST.get("do", "")
    offered = _offered(request.scope, slip, school_class)
    forms = {name: make(request.POST if do == name else None) for name, make in offered.items() if make}
    status = 200
    if request.method == "POST":
        _refuse_strangers(request.scope, school_class, decides=do in ("approve", "refuse"))
        if (status := _stepped(request, slip, do, forms)) == 302:
            return redirect("students:leave_slip", pk)
    context = {"slip": slip, "forms": forms, "offered": offered, "school_class": school_class}
    context["days"] = slips.school_days_of(slip, school_class)
    context["together"] = slips.school_days_together(slip, school_class) if not slip.decision else 0
    context["ended_early"] = slip.ended_at and not slip.is_void
    return render(request, "students/leave_slip.html", context, status=status)


FORMS = {"approve": ApproveSlipForm, "refuse": RefuseForm, "end": EndSlipForm}


def _offered(scope, slip: LeaveSlip, school_class: SchoolClass) -> dict:
    """Step → its form (None where it asks nothing), of the steps that may be taken now by this person."""
    steps = {}
    if not slip.decision and slips.may_decide(scope, school_class):
        steps = {"approve": FORMS["approve"], "refuse": FORMS["refuse"]}
    if not slip.decision and scope.may_answer_for(school_class):
        steps["withdraw"] = None
    if slip.leave and not slip.is_void and not slip.ended_at and scope.may_answer_for(school_class):
        steps["end"] = FORMS["end"]
    return steps


def _refuse_strangers(scope, school_class: SchoolClass, *, decides: bool = False) -> None:
    """Before the form is looked at: what a stranger has filled in wrongly is not theirs to put right."""
    try:
        actions.refuse_strangers(scope, school_class, decides=decides)
    except actions.NotYourSlip as refused:
        raise PermissionDenied(str(refused)) from None


STEPS = {
    "approve": (actions.approve, "已批准。"),
    "refuse": (actions.refuse, "已答复“不批准”，班主任会看到理由。"),
    "withdraw": (actions.withdraw, "已撤回这份请假条。"),
    "end": (actions.end, "已登记提前到校。"),
}


def _stepped(request, slip: LeaveSlip, do: str, forms: dict) -> int:
    """302 where there is nothing to be put right on the page."""
    if do not in STEPS:
        messages.error(request, "没有收到要办的事，没有保存。请再点一次。")
        return 422
    # A step that somebody else has made impossible meanwhile is no longer offered, and is told by whom.
    form = forms.get(do) or (FORMS[do](request.POST) if do in FORMS else None)
    if form is not None and not form.is_valid():
        if do not in forms:  # its mistakes would be shown nowhere
            messages.error(request, "这份请假条已经办理，没有保存你刚才的填写。结果见下面。")
        return 422
    step, text = STEPS[do]
    who = {"by": request.user, "scope": request.scope, "today": request.today}
    try:
        done = step(slip=slip, **who, **(form.cleaned_data if form else {}))
        messages.success(request, f"{text}{done.followed.words}")
        _say_filed(request, done.slip)
    except actions.SlipRefused as refused:
        messages.error(request, str(refused))
    return 302


@require_safe
@leave_page
def leave_slip_paper(request, pk):
    """The slip as a paper to sign and keep."""
    slip = get_object_or_404(slips.slips_seen_by(request.scope), pk=pk)
    school_class = slip.student.line.school_class
    context = {
        "slip": slip,
        "school_class": school_class,
        "days": slips.school_days_of(slip, school_class),
        "printed_by": request.user.name,
        "printed_at": timezone.now(),
        "places": ("家长", "班主任", "学校"),
    }
    return render(request, "students/leave_slip_paper.html", context)
