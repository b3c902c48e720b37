"""控辍保学责任书 of a school: drawn up for all classes in one go, and who has not signed."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from casework.actions import pledges as actions
from casework.actions.documents import DocumentRefused
from casework.paper_jobs import issue_pledges
from casework.queries import pledges
from students.access import OFFICE_ROLES
from students.calendar import school_year_label, school_year_of
from students.models import School
from students.views.audience import only_for

pledge_page = only_for(OFFICE_ROLES, "责任书由学校生成，学校和主管部门查看；教师在文书里签自己的")


@require_safe
@pledge_page
def all_pledges(request):
    """The schools side by side; whoever sees one school comes to it at once."""
    schools = list(School.objects.visible_to(request.scope)[:2])
    if len(schools) == 1:
        return redirect("casework:school_pledges", schools[0].pk)
    year = school_year_of(request.today)
    context = {"lines": pledges.by_school(request.scope, year), "year": school_year_label(year)}
    return render(request, "casework/pledges.html", context)


@require_safe
@pledge_page
def school_pledges(request, pk):
    """Class by class: each teacher, the 责任书, and whether it is signed."""
    school = get_object_or_404(School.objects.visible_to(request.scope), pk=pk)
    year = school_year_of(request.today)
    lines = pledges.teachers_of(school, year, request.today)
    shown = [line for line in lines if not line.is_signed] if request.GET.get("show") == "unsigned" else lines
    context = {
        "school": school,
        "year": school_year_label(year),
        "lines": shown,
        "only_unsigned": request.GET.get("show") == "unsigned",
        "counts": pledges.counts_of(lines),
        "may_draw_up": request.scope.runs(school.pk),
    }
    return render(request, "casework/school_pledges.html", context)


@require_POST
@pledge_page
def draw_up_pledges(request, pk):
    """Draw up what is missing; the numbers and the papers are made in the background."""
    school = get_object_or_404(School.objects.visible_to(request.scope), pk=pk)
    year = school_year_of(request.today)
    place = {"school": school, "school_year": year}
    try:
        made = actions.draw_up(by=request.user, scope=request.scope, today=request.today, **place)
    except DocumentRefused as refused:
        raise PermissionDenied(str(refused)) from None
    issue_pledges.enqueue(school.pk, request.user.pk, year)
    text = f"已生成{made}份责任书，编号和打印版在后台生成，稍后刷新。" if made else "每位教师都有了，没有新的责任书。"
    messages.success(request, text)
    return redirect("casework:school_pledges", pk)
