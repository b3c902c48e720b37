"""点名情况: the board of registers of today and the last two weeks, and 催点名."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from students.access import OFFICE_ROLES
from students.actions import reminders
from students.forms.register_board import ClassBoardFilter, SchoolBoardFilter
from students.models import School, SchoolClass
from students.queries import register_board as queries
from students.views.attendance import READERS
from students.views.audience import only_for
from students.views.notices import way_back

PAGE_SIZE = 50
REFUSAL = "点名情况由教师、学校和主管部门查看，系统管理员只管账号"


@require_safe
@only_for(READERS, REFUSAL)
def register_board(request):
    """The classes of the only school that the reader sees, or every school that they see, side by side."""
    schools = list(School.objects.visible_to(request.scope).select_related("township")[:2])
    return _classes(request, schools[0], alone=True) if len(schools) == 1 else _schools(request)


@require_safe
@only_for(READERS, REFUSAL)
def school_registers(request, pk: int):
    """The classes of one school."""
    return _classes(request, get_object_or_404(School.objects.visible_to(request.scope), pk=pk), alone=False)


def _classes(request, school: School, *, alone: bool):
    board = queries.class_board(school, request.scope, now=timezone.localtime())
    grades = [line.school_class.grade_on(request.today) for line in board.lines]
    form = ClassBoardFilter(request.GET, grades=grades)
    form.full_clean()
    lines = board.shown(grade=form.cleaned_data.get("grade"), only_missing=bool(form.cleaned_data.get("show")))
    context = {
        "board": board,
        "school": school,
        "lines": lines,
        "form": form,
        "may_remind": reminders.may_remind(request.scope, school),
        "reminds_classes": school.pk in request.scope.clerk_of | request.scope.led,
        "sees_returns": bool(request.scope.roles & OFFICE_ROLES),
        "back_url": "" if alone else reverse("students:register_board"),
    }
    return render(request, "students/register_classes.html", context)


def _schools(request):
    lines = queries.school_lines(request.scope, now=timezone.localtime())
    form = SchoolBoardFilter(request.GET, schools=[line.school for line in lines])
    form.full_clean()
    page = Paginator([line for line in lines if form.keeps(line)], PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "totals": queries.Totals.of(lines),
        "sees_returns": bool(request.scope.roles & OFFICE_ROLES),
        "form": form,
        "page": page,
        "rows": [(line, reminders.may_remind(request.scope, line.school)) for line in page],
    }
    return render(request, "students/register_schools.html", context)


@require_POST
@only_for(READERS, REFUSAL)
def remind_class(request, pk: int):
    """催点名 of one class."""
    return _remind(request, lambda **asked: reminders.remind_class(school_class=pk, **asked))


@require_POST
@only_for(READERS, REFUSAL)
def remind_school(request, pk: int):
    """催一次 of every class of a school, or of the school itself."""
    return _remind(request, lambda **asked: reminders.remind_school(school=pk, **asked))


def _remind(request, send):
    try:
        told = send(by=request.user, scope=request.scope, now=timezone.localtime())
    except (School.DoesNotExist, SchoolClass.DoesNotExist):
        raise Http404 from None
    except reminders.NotYoursToRemind as refused:
        raise PermissionDenied(str(refused)) from None
    except reminders.ReminderRefused as refused:
        messages.warning(request, str(refused))
    else:
        words = f"已提醒{told}人，登录后就能看到。" if told else "已经催过，对方还没有看，没有再发。"
        messages.success(request, words)
    return redirect(way_back(request, "students:register_board"))
