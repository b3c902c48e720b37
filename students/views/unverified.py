"""待核实: what nobody knows the reason of yet, answered in one tap a child."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from students.access import SCHOOL_ROLES
from students.actions import registers
from students.forms.unverified import UnverifiedFilter, VerifyForm
from students.models import SchoolClass, Student
from students.queries.calendar import current_calendar
from students.queries.unverified import ANSWERS, unverified, unverified_lines
from students.templatetags.chinese import cdate_short
from students.views.audience import only_for
from students.views.filed_days import say_filed
from students.views.notices import way_back

PAGE_SIZE = 30
READERS = SCHOOL_ROLES | {"homeroom_teacher"}


@require_safe
@only_for(READERS, "待核实由班主任和学校管理人员查看")
def unverified_list(request):
    """The children whose absence nobody has explained, the longest ago first."""
    classes = SchoolClass.objects.visible_to(request.scope.without_lessons).select_related("school")
    form = UnverifiedFilter(request.GET, classes=classes)
    days = unverified(request.scope, calendar := current_calendar())
    form.full_clean()
    if school_class := form.cleaned_data.get("school_class"):
        days = days.filter(roll_call__school_class=school_class)
    if q := (form.cleaned_data.get("q") or "").strip():
        days = days.filter(student__in=Student.objects.search(q))
    page = Paginator(days, PAGE_SIZE).get_page(request.GET.get("page"))
    lines = unverified_lines(page, request.scope, request.today, calendar)
    context = {"form": form, "page": page, "lines": lines, "answers": ANSWERS}
    return render(request, "students/unverified.html", context)


@require_POST
def verify(request, school_class, student, day):
    """Settle a child's 待核实 of a day."""
    child = get_object_or_404(Student.objects.visible_to(request.scope), pk=student)
    form = VerifyForm(request.POST)
    if not form.is_valid():
        messages.error(request, "没有收到核实的结果，没有保存。请再点一次。")
        return redirect(way_back(request, "students:unverified"))
    place = {"school_class": school_class, "student": student, "day": day}
    values = {"kind": form.cleaned_data["kind"], "today": request.today}
    try:
        settled = registers.verify(by=request.user, scope=request.scope, **place, **values)
    except SchoolClass.DoesNotExist:
        raise Http404 from None
    except registers.NotYourRegister as refused:
        raise PermissionDenied(str(refused)) from None
    if settled:
        messages.success(request, f"已核实{child.name}{cdate_short(day)}：{form.words}。")
        say_filed(request, school_class, day)
    else:
        messages.info(request, f"{child.name}{cdate_short(day)}已经没有待核实，没有改动。")
    return redirect(way_back(request, "students:unverified"))
