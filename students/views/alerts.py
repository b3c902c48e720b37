"""有学生不在: two taps of a subject teacher, the answer of the 班主任, and what nobody has answered."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from students.access import CLASS_ROLES, SCHOOL_ROLES, Scope
from students.actions import alerts as actions
from students.forms.alerts import AnswerForm, ReportForm
from students.models import MissingAlert, SchoolClass
from students.queries import alerts as queries
from students.queries.registers import first_untaken, roster
from students.templatetags.components import LONG_NAME
from students.views.audience import only_for
from students.views.lists import box_shown, tabs
from students.views.notices import way_back

PAGE_SIZE = 30


@require_http_methods(["GET", "HEAD", "POST"])
def report_missing(request, school_class):
    """The children of a class as tiles; a tap on one reports it."""
    target = get_object_or_404(SchoolClass.objects.visible_to(request.scope).select_related("school"), pk=school_class)
    if target.pk not in request.scope.taught - request.scope.homeroom:
        raise PermissionDenied("有学生不在，由这个班的科任教师报告；班主任请直接点名")
    form = ReportForm(request.POST if request.method == "POST" else request.GET)
    if request.method == "POST" and form.is_valid():
        return _report(request, target, form.cleaned_data)
    missing = queries.missing_today(target.pk, request.today)
    context = {
        "school_class": target,
        "slot": form.slot_chosen,
        "children": [
            {"place": row, "card": missing.get(row.student_id), "is_long": len(row.student.name) > LONG_NAME}
            for row in roster(target.pk, request.today)
        ],
        "is_bad": request.method == "POST",
    }
    return render(request, "students/report_missing.html", context, status=422 if request.method == "POST" else 200)


def _report(request, target: SchoolClass, values: dict):
    try:
        alert = actions.report(
            by=request.user, scope=request.scope, school_class=target.pk, today=request.today, **values
        )
    except actions.AlertRefused as refused:
        messages.error(request, str(refused))
        return redirect("students:report_missing", target.pk)
    if alert.reported_by_id == request.user.pk:
        undo = reverse("students:take_back_alert", args=[alert.pk])
        messages.success(request, f"已告诉班主任：{alert.student.name}不在。", extra_tags=f"undo={undo}")
    else:
        messages.info(request, f"{alert.reported_by.name}已经报告{alert.student.name}不在，班主任已收到。")
    return redirect("home")


@require_POST
def take_back_alert(request, pk):
    """Take one's own report back within a minute."""
    try:
        actions.take_back(by=request.user, scope=request.scope, alert=pk)
        messages.success(request, "已撤回，班主任那边不再显示。")
    except MissingAlert.DoesNotExist:
        raise Http404 from None
    except actions.NotYourAlert as refused:
        raise PermissionDenied(str(refused)) from None
    except actions.AlertRefused as refused:
        messages.error(request, str(refused))
    return redirect("home")


@require_POST
def answer_alert(request, pk):
    """Answer an alert; 缺课 leads to the register of the slot, with the child marked on it, where it is still owed."""
    form = AnswerForm(request.POST)
    if not form.is_valid():
        messages.error(request, "没有收到答复，没有保存。请再点一次。")
        return redirect(way_back(request, "students:alerts"))
    try:
        alert = actions.answer(by=request.user, scope=request.scope, alert=pk, answer=form.cleaned_data["answer"])
    except MissingAlert.DoesNotExist:
        raise Http404 from None
    except actions.NotYourAlert as refused:
        raise PermissionDenied(str(refused)) from None
    except actions.AlertRefused as refused:
        messages.error(request, str(refused))
        return redirect(way_back(request, "students:alerts"))
    messages.success(request, f"已答复{alert.reported_by.name}：{alert.student.name}{alert.get_answer_display()}。")
    return redirect(_register_owed(request.scope, alert) or way_back(request, "students:alerts"))


def _register_owed(scope: Scope, alert: MissingAlert) -> str:
    """The register on which a child answered for as 缺课 is to be marked; blank where it stands already."""
    if alert.answer != MissingAlert.Answer.ABSENT or not scope.may_take_register(alert.school_class):
        return ""
    slot = first_untaken(alert.school_class, alert.day, only=alert.slot)
    if not slot:
        return ""
    register = reverse("students:register", args=[alert.school_class_id, alert.day, slot])
    return f"{register}?missing={alert.pk}"


@require_safe
@only_for(CLASS_ROLES, "这里只给教师本人的首页使用")
def alerts_now(request):
    """The part of a teacher's home that asks again every few seconds; 204 while nothing has changed."""
    board = queries.alert_board(request.scope, request.user, request.today)
    if request.GET.get("seen") == board.mark:
        return HttpResponse(status=204)
    return render(request, "students/alerts_now.html", {"alerts": board})


@require_safe
@only_for(CLASS_ROLES | SCHOOL_ROLES, "有学生不在的报告由教师和学校管理人员查看")
def alerts(request):
    """Every alert in the scope: without an answer, today's, earlier ones."""
    boxes = queries.boxes(request.scope, request.today)
    shown, counts = box_shown(request.GET.get("box", ""), boxes)
    page = Paginator(queries.with_people(boxes[shown]), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "cards": queries.alert_cards(list(page), request.scope),
        "tabs": tabs(request, queries.BOXES, name="box", shown=shown, counts=counts),
        "shown": shown,
    }
    return render(request, "students/alerts.html", context)
