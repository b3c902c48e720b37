"""预警: the children to look after now, why, what to do; computed anew, and put off by whoever knows already."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casework import sign_words
from casework.actions import signs as actions
from casework.forms import PutOffForm, SignFilter
from casework.queries import signs as queries
from casework.signs import SIGN_LABELS, SignCode
from students.access import AREA_ROLES
from students.models import RegistryLine, School, SchoolClass
from students.queries.listing import current_classes
from students.queries.policy import policy_of
from students.views.audience import only_for, signs_page
from students.views.lists import same_filters, tabs

PAGE_SIZE = 30
TABS = {"": "全部", **SIGN_LABELS, queries.PUT_OFF: "已了解"}


@require_safe
@signs_page
def signs(request):
    """Every child with a sign, the most urgent first, narrowed down by sign, place and name."""
    asked = asked_signs(request)
    paginator = Paginator(asked.children, PAGE_SIZE)
    paginator.count = asked.counts[asked.shown]  # counted for the tab already
    page = paginator.get_page(request.GET.get("page"))
    rows = queries.signed_children(page.object_list, asked.signs, scope=request.scope, today=request.today)
    policy = policy_of(request.today)
    context = {
        "form": asked.form,
        "tabs": tabs(request, TABS, name="sign", shown=asked.shown, counts=asked.counts),
        "page": page,
        "rows": rows,
        "shows_put_off": asked.shown == queries.PUT_OFF,
        "definitions": [(code.label, sign_words.definition(code, policy)) for code in SignCode],
        "computed_at": queries.computed_at(request.scope),
        "ways_to_compute": _ways_to_compute(request.scope),
        "by_school_url": reverse("casework:signs_by_school") if request.scope.roles & AREA_ROLES else "",
        "file_url": same_filters(request, "reports:signs_file") if request.scope.may_reveal else "",
    }
    return render(request, "casework/signs.html", context)


def asked_signs(request) -> queries.Asked:
    """The signs that the address asks for; what makes no sense in it filters nothing."""
    scope, today = request.scope.without_lessons, request.today
    classes = SchoolClass.objects.visible_to(scope).filter(current_classes(today)).select_related("school")
    form = SignFilter(request.GET, schools=list(School.objects.visible_to(scope)), classes=classes)
    form.full_clean()
    shown = request.GET.get("sign", "")
    return queries.asked(scope, form, shown if shown in TABS else "", today=today)


def _ways_to_compute(scope) -> list[tuple[str, str]]:
    """现在重算: whose signs the reader may compute anew, and where to."""
    schools = School.objects.filter(pk__in=scope.clerk_of | scope.led)
    classes = SchoolClass.objects.filter(pk__in=scope.homeroom).exclude(school__in=schools)
    return [(str(row), reverse("casework:compute_school_signs", args=[row.pk])) for row in schools] + [
        (str(row), reverse("casework:compute_class_signs", args=[row.pk])) for row in classes
    ]


@require_safe
@only_for(AREA_ROLES, "各校预警由乡镇、督学和县教育局查看")
def signs_by_school(request):
    """The schools side by side: children with a sign, and with each of them."""
    context = {
        "labels": [code.label for code in SignCode],
        "lines": queries.by_school(request.scope, request.today),
        "computed_at": queries.computed_at(request.scope),
    }
    return render(request, "casework/signs_by_school.html", context)


@require_POST
def compute_school_signs(request, pk: int):
    """现在重算 for a whole school, by its clerk or its heads."""
    school = get_object_or_404(School.objects.visible_to(request.scope), pk=pk)
    if school.pk not in request.scope.clerk_of | request.scope.led:
        raise PermissionDenied("本校的学籍管理员和校领导可以重算全校的预警，其他人每天自动更新")
    return _compute(request, school)


@require_POST
def compute_class_signs(request, pk: int):
    """现在重算 for a class, by its 班主任, the clerk or the heads."""
    school_class = get_object_or_404(SchoolClass.objects.visible_to(request.scope).select_related("school"), pk=pk)
    if not request.scope.may_answer_for(school_class):
        raise PermissionDenied("班主任、学籍管理员和校领导可以重算这个班的预警，其他人每天自动更新")
    return _compute(request, school_class)


def _compute(request, of):
    counts = actions.compute_anew(by=request.user, of=of, today=request.today)
    messages.success(request, f"已重算{of}的预警：学生{counts.students}人，预警{counts.signs}条。")
    return redirect("casework:signs")


@require_http_methods(["GET", "HEAD", "POST"])
def put_off_signs(request, pk: int):
    """已了解，下次再提醒: why, and for how long."""
    line = _answerable(request, pk)
    present = queries.waiting(request.scope, request.today)
    [child] = queries.signed_children([pk], present, scope=request.scope, today=request.today) or [None]
    form = PutOffForm(request.POST or None, initial={"codes": child.codes if child else ""})
    if form.is_valid():
        asked = {"codes": form.cleaned_data["codes"], "reason": form.cleaned_data["reason"]}
        days = int(form.cleaned_data["days"])
        actions.put_off(by=request.user, student=line.student, days=days, today=request.today, **asked)
        undo = reverse("casework:bring_back_signs", args=[pk])
        messages.success(request, f"已记下{line.student}的情况，{days}天后再提醒。", extra_tags=f"undo={undo}")
        return redirect("casework:signs")
    context = {"form": form, "line": line, "child": child}
    return render(request, "casework/sign_put_off.html", context, status=422 if form.is_bound else 200)


@require_POST
def bring_back_signs(request, pk: int):
    """恢复提醒: what was put off waits again."""
    line = _answerable(request, pk)
    actions.bring_back(by=request.user, student=line.student, today=request.today)
    messages.success(request, f"已恢复{line.student}的预警提醒。")
    return redirect("casework:signs")


def _answerable(request, pk: int) -> RegistryLine:
    """A child of the reader's, who answers for it."""
    lines = RegistryLine.objects.visible_to(request.scope).select_related("student", "school_class__school")
    line = get_object_or_404(lines, pk=pk)
    if not request.scope.may_answer_for(line.school_class):
        raise PermissionDenied("班主任、学籍管理员和校领导记录了解到的情况，其他人可以查看")
    return line
