"""每日上报: the days of a school, the schools of a day, closing one and filing what was corrected."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casework.actions import closes
from casework.forms import AmendmentForm, CloseForm, DailyFilter
from casework.models import DailyClose
from casework.queries import closes as queries
from students.access import AREA_ROLES, OFFICE_ROLES
from students.day_counts import DayCounts
from students.models import School
from students.templatetags.chinese import cdate
from students.views.audience import only_for

PAGE_SIZE = 50
REFUSAL = "每日上报由学校管理岗位和主管部门办理、查看"
STATES = {
    "open": lambda line: line.close is None,
    "filed": lambda line: line.close is not None,
    "changed": lambda line: bool(line.changes),
}


@require_safe
@only_for(OFFICE_ROLES, REFUSAL)
def daily(request):
    """The schools of a day for whoever sees several, else the last two weeks of the school."""
    schools, by_day = School.objects.visible_to(request.scope), not request.scope.roles & AREA_ROLES
    form = DailyFilter(request.GET, today=request.today, by_day=by_day)
    form.full_clean()
    day = form.cleaned_data.get("day") or request.today
    lines = queries.close_lines(schools, queries.days_of_return(request.today) if by_day else [day])
    shown = [line for line in lines if STATES.get(form.cleaned_data.get("state"), bool)(line)]
    context = {
        "form": form,
        "day": day,
        "by_day": by_day,
        "tallies": queries.tallies(lines),
        "page": (page := Paginator(shown, PAGE_SIZE).get_page(request.GET.get("page"))),
        "total": None if by_day else DayCounts.total(line.shown for line in shown),
        "names_school": not by_day or len({line.school.pk for line in page}) > 1,
    }
    return render(request, "casework/daily.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@only_for(OFFICE_ROLES, REFUSAL)
def daily_close(request, pk: int, day):
    """A school's day: what it adds up to, what was filed; POST files it."""
    school = get_object_or_404(School.objects.visible_to(request.scope), pk=pk)
    if request.method != "POST":
        return _show(request, school, day, CloseForm())
    form = CloseForm(request.POST)
    if form.is_valid():
        note, who = form.cleaned_data["note"], {"by": request.user, "scope": request.scope}
        try:
            closes.close_day(school=pk, day=day, note=note, today=request.today, **who)
        except closes.NotYoursToClose as refused:
            raise PermissionDenied(str(refused)) from None
        except closes.CloseRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"{cdate(day)}已上报。")
            return redirect("casework:daily_close", pk, day)
    return _show(request, school, day, form, status=422)


def _show(request, school: School, day, form, *, status=200, amendment=None):
    if day > request.today:
        raise Http404
    line = queries.close_line(school, day)
    number = len(line.amendments) if line else 0
    context = {
        "school": school,
        "day": day,
        "line": line,
        "rows": queries.count_rows(line) if line else [],
        "entries": queries.entries(line) if line else [],
        "form": form,
        "amendment": amendment or AmendmentForm(initial={"seen": number}),
        "may_file": school.pk in request.scope.clerk_of,
        "may_close": line is not None and line.close is None and day in queries.days_of_return(request.today),
    }
    return render(request, "casework/daily_close.html", context, status=status)


@require_POST
@only_for(OFFICE_ROLES, REFUSAL)
def amend_close(request, pk: int):
    """File the correction of a closed day."""
    close = get_object_or_404(DailyClose.objects.visible_to(request.scope).select_related("school"), pk=pk)
    form = AmendmentForm(request.POST)
    if form.is_valid():
        try:
            row = closes.amend(by=request.user, scope=request.scope, close=pk, **form.cleaned_data)
        except closes.NotYoursToClose as refused:
            raise PermissionDenied(str(refused)) from None
        except closes.CloseRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"已报第{row.number}次更正。")
            return redirect("casework:daily_close", close.school_id, close.day)
    if close.school_id not in request.scope.clerk_of:
        raise PermissionDenied("每日上报由本校学籍管理员办理，你可以查看")
    return _show(request, close.school, close.day, CloseForm(), status=422, amendment=form)
