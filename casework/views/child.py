"""The child's page: identity, family, groups, attendance, and everything that happened, on one page."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_safe

from casework.queries.child import child_page
from casework.queries.timeline import KINDS, by_month, timeline
from students.actions import identity
from students.forms.child import RevealForm
from students.models import Guardian, Student
from students.queries.attendance_year import attendance_year
from students.queries.child import present_place, rights_over

PAGE_SIZE = 25


@require_safe
def child(request, pk):
    """One child, as far as the person looking may see it."""
    return _page(request, _visible(request, pk))


@require_http_methods(["GET", "HEAD", "POST"])
def reveal(request, pk):
    """显示完整号码: asks for a reason, keeps it, and shows the page once with the numbers in full."""
    student = _visible(request, pk)
    if not rights_over(present_place(student), request.scope).reveal:
        raise PermissionDenied("只有班主任、学校管理岗位和上级部门可以查看本辖区在读学生的完整号码")
    form = RevealForm(request.POST or None)
    if form.is_valid():
        identity.reveal(by=request.user, student=student, reason=form.reason, page="casework:child")
        return _page(request, student, reason=form.reason)
    status = 422 if form.is_bound else 200
    return render(request, "casework/child_reveal.html", {"student": student, "form": form}, status=status)


def _page(request, student: Student, *, reason: str = ""):
    page = child_page(student, scope=request.scope, today=request.today, revealed=bool(reason))
    wanted, kind = request.GET.get("year", ""), request.GET.get("kind", "")
    kind = kind if kind in KINDS else ""
    entries = timeline(student, scope=request.scope, rights=page.rights, today=request.today, kind=kind)
    shown = Paginator(entries, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "student": student,
        "year": attendance_year(
            student, page.enrolments, int(wanted) if wanted.isdecimal() and len(wanted) < 5 else None,
            scope=request.scope, today=request.today,
        ),
        "shown": shown,
        "months": by_month(shown.object_list),
        "kinds": [{"code": code, "label": label, "current": code == kind} for code, label in KINDS.items()],
        "kind": kind,
        "phone_states": Guardian.PhoneState.choices,
        "reveal_form": RevealForm(),
        "reason": reason,
    }  # fmt: skip
    return render(request, "casework/child.html", context)


def _visible(request, pk: int) -> Student:
    return get_object_or_404(Student.objects.visible_to(request.scope), pk=pk)
