"""课表: which classes have one, and the grid of a class."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from students.access import CLASS_ROLES, SCHOOL_ROLES
from students.actions import timetables as actions
from students.forms.timetables import TimetableForm
from students.models import SchoolClass
from students.queries.lessons import classes_with_lessons, teachers_of, timetable_of
from students.views.audience import only_for

PAGE_SIZE = 40


@require_safe
@only_for(CLASS_ROLES | SCHOOL_ROLES, "课表由本校的教师和管理人员使用")
def timetables(request):
    """The classes in the scope that have children, with how much of each timetable is filled."""
    page = Paginator(classes_with_lessons(request.scope, request.today), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "students/timetables.html", {"page": page, "may_edit": bool(request.scope.clerk_of)})


@require_http_methods(["GET", "HEAD", "POST"])
def timetable(request, school_class):
    """The grid of a class; the school's clerk and heads edit it in place, everybody else reads it."""
    target = get_object_or_404(SchoolClass.objects.visible_to(request.scope).select_related("school"), pk=school_class)
    grid, may_edit = timetable_of(target), request.scope.runs(target.school_id)
    if request.method == "POST" and not may_edit:
        raise PermissionDenied("课表由本校教务处和校领导排，你可以查看")
    form = None
    if may_edit:
        data = request.POST if request.method == "POST" else None
        form = TimetableForm(data, timetable=grid, postings=teachers_of(target, request.today))
        if form.is_valid() and _saved(request, target, form):
            return redirect("students:timetable", target.pk)
    context = {"grid": grid, "form": form}
    return render(request, "students/timetable.html", context, status=422 if form and form.is_bound else 200)


def _saved(request, target: SchoolClass, form: TimetableForm) -> bool:
    values = {"lessons": form.lessons(), "seen": form.cleaned_data["seen"], "today": request.today}
    try:
        changed = actions.save(by=request.user, scope=request.scope, school_class=target, **values)
    except actions.TimetableRefused as refused:
        form.add_error(None, str(refused))
        return False
    messages.success(request, f"已保存{target}的课表，改了{changed}节。" if changed else "课表和原来一样，没有改动。")
    return True
