"""重点生家访: the plan of a week, the head's check of a month, the schools side by side."""

from datetime import date, timedelta

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from casework.actions import visits as actions
from casework.contact_forms import VisitCheckForm
from casework.queries import visits
from students.access import AREA_ROLES, OFFICE_ROLES, REGISTRY_ROLES
from students.models import School
from students.views.audience import only_for

PAGE_SIZE = 30
WEEKS_AROUND = 26  # half a year back and ahead
plan_page = only_for(REGISTRY_ROLES - AREA_ROLES, "家访由班主任和本校安排，乡镇和县教育局按学校查看")
school_page = only_for(OFFICE_ROLES, "家访检查由校长或分管领导办理，主管部门查看")
area_page = only_for(AREA_ROLES, "各校的家访由乡镇、督学和县教育局查看")


@require_http_methods(["GET", "HEAD", "POST"])
@plan_page
def week_plan(request):
    """The visits of a week: who goes to whom on which day, and which were made."""
    week = _week(request)
    wanted = _wanted(request.POST) if request.method == "POST" else {}
    refused = _refusal(request, week, wanted) if request.method == "POST" else None
    if request.method == "POST" and not refused:
        return redirect(f"{reverse('casework:visits')}?week={week.isoformat()}")
    lines = visits.week_lines(request.scope, week, request.today)
    faults = _show_again(lines, wanted, refused) if refused else []
    context = {
        "week": week,
        "until": week + visits.WEEK,
        "lines": lines,
        "refused": refused,
        "faults": faults,
        "odd": _odd_week(request),
        "may_plan": any(line.may_plan for line in lines),
        "done": sum(line.is_done for line in lines),
        "unmet": sum(line.met_nobody for line in lines),
        "weeks": _weeks(week, request.today),
        "to_check": visits.month_to_check(request.scope, request.today),
    }
    return render(request, "casework/visit_week.html", context, status=422 if refused else 200)


def _refusal(request, week: date, wanted) -> actions.VisitRefused | None:
    """Plan what was sent; why that was refused, None where it was done."""
    try:
        changed = actions.plan_week(by=request.user, scope=request.scope, week=week, wanted=wanted, today=request.today)
    except actions.NotYourVisit as refused:
        raise PermissionDenied(str(refused)) from None
    except actions.VisitRefused as refused:
        return refused
    messages.success(request, f"已安排，改了{changed}名学生的家访。" if changed else "没有改动。")
    return None


def _show_again(lines, wanted, refused: actions.VisitRefused) -> list[str]:
    """Put what was sent, and what is wrong with it, into the rows; the faults of children that have no row now."""
    rowless = dict(refused.faults)
    for line in lines:
        if want := wanted.get(line.student.pk):
            line.asked, line.fault = (want.visitor, want.on), rowless.pop(line.student.pk, "")
    return list(rowless.values())


def _wanted(sent) -> dict[int, actions.Wanted]:
    """Of every child that the page showed: who and when; what is no choice of the page is nobody."""
    found = {}
    for name in sent:
        start, _, pk = name.partition("-")
        if start == "seen" and pk.isascii() and pk.isdigit() and len(pk) < 12:
            visitor, on = sent.get(f"visitor-{pk}", ""), sent.get(f"on-{pk}", "")
            person = int(visitor) if visitor.isascii() and visitor.isdigit() and len(visitor) < 12 else None
            found[int(pk)] = actions.Wanted(person, _day(on), sent[name])
    return found


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _week(request) -> date:
    """The Monday of the week asked for, within half a year of today; this week's otherwise."""
    asked = _day(request.GET.get("week", ""))
    return visits.monday_of(request.today if asked is None or _odd_week(request) else asked)


def _odd_week(request) -> str:
    """Why another week is shown than was asked for, in words; blank where it is the one."""
    asked = request.GET.get("week", "")
    day = _day(asked)
    if asked and day is None:
        return "要看的那一周没有写成日期，没有看懂，现在显示本周。"
    is_far = day is not None and abs((day - request.today).days) > WEEKS_AROUND * 7
    return "要看的那一周不在今天前后半年以内，现在显示本周。" if is_far else ""


def _weeks(week: date, today: date) -> list[dict]:
    this = visits.monday_of(today)
    shown = {"上周": this - timedelta(days=7), "本周": this, "下周": this + timedelta(days=7)}
    others = {} if week in shown.values() else {f"{week.month}月{week.day}日起": week}
    return [
        {"label": label, "url": f"?week={day.isoformat()}", "current": day == week}
        for label, day in (others | shown).items()
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@school_page
def visit_check(request, pk, month):
    """A school's month: planned and done by class, and the head's check of it."""
    school = get_object_or_404(School.objects.visible_to(request.scope), pk=pk)
    month, may_check = month.replace(day=1), pk in request.scope.led
    if not visits.FIRST_MONTH <= month <= request.today:
        raise Http404
    form = VisitCheckForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and not may_check:
        raise PermissionDenied("家访检查由校长或分管领导办理，你可以查看")
    if form.is_valid():
        try:
            place = {"by": request.user, "scope": request.scope, "today": request.today}
            actions.check_month(**place, school=school, month=month, remark=form.cleaned_data["remark"])
            messages.success(request, f"已检查{month.year}年{month.month}月的家访。")
            return redirect("casework:visit_check", pk, month)
        except actions.VisitRefused as refused:
            form.add_error(None, str(refused))
    context = {"form": form, **_month_of(request, school, month)}
    context["may_check"] = may_check and not context["check"] and context["since"] <= request.today
    return render(request, "casework/visit_check.html", context, status=422 if form.is_bound else 200)


def _month_of(request, school: School, month: date) -> dict:
    """A school's month: its figures, the visits that were not made, and the check of it."""
    undone = visits.undone_of(request.scope, school, month, request.today)
    return {
        "school": school,
        "month": month,
        "check": visits.check_of(school, month),
        "figures": visits.figures_of(school, month, request.today),
        "classes": visits.figures_by_class(school, month, request.today),
        "page": Paginator(undone, PAGE_SIZE).get_page(request.GET.get("page")),
        "since": visits.checkable_from(month),
        **_months_around(month, request.today),
    }


def _months_around(month: date, today: date) -> dict:
    """The month in words, the one before and the one after; None where there is no such month or it has not begun."""
    before, after = (month - timedelta(days=1)).replace(day=1), visits.months_of(month)[1]
    words = visits.month_words(month)
    before = before if before >= visits.FIRST_MONTH else None
    return {"month_words": words, "before": before, "after": after if after <= today else None}


@require_safe
@area_page
def visits_by_school(request):
    """The schools' visits of a month side by side, with who has checked them."""
    month = (_day(request.GET.get("month", "")) or request.today).replace(day=1)
    if not visits.FIRST_MONTH <= month <= request.today:
        month = request.today.replace(day=1)
    lines, since = visits.school_lines(request.scope, month, request.today), visits.checkable_from(month)
    context = {
        "month": month,
        **_months_around(month, request.today),
        "lines": lines,
        "total": sum((line.figures for line in lines), visits.Figures()),
        "since": since,
        "is_over": since <= request.today,
        "unchecked": sum(line.check is None and line.figures.planned > 0 for line in lines if since <= request.today),
    }
    return render(request, "casework/visits_by_school.html", context)
