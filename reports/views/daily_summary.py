"""每日考勤汇总: the page, its file, and the children behind a number."""

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_safe

from reports.forms import DaySummaryFilter
from reports.queries import daily_summary as queries
from reports.views.downloads import DAY_MISSED, send_table
from students.access import AREA_ROLES, OFFICE_ROLES
from students.models import School, SchoolClass
from students.templatetags.chinese import cdate
from students.views.audience import only_for
from students.views.lists import same_filters

PAGE_SIZE = 60
summary_page = only_for(OFFICE_ROLES, "每日考勤汇总由学校管理岗位和主管部门查看")


@require_safe
@summary_page
def daily_summary(request):
    """A row a class, or a row a school for whoever sees several and has chosen none."""
    form, found, school = _asked(request)
    page = Paginator(found.rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "found": found,
        "school": school,
        "of_day": f"day={found.day.isoformat()}",
        "page": page,
        "notes": (*queries.NOTES, queries.DAY_RATE.note),
        "file_url": same_filters(request, "reports:daily_summary_file"),
    }
    return render(request, "reports/daily_summary.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@summary_page
def daily_summary_file(request):
    """The summary as a file."""
    form, found, school = _asked(request)
    place = school.name if school else "全部学校"
    return send_table(
        request,
        name="daily_summary",
        build=lambda reveal: queries.summary_table(found, filters=(place,)),
        back_url=same_filters(request, "reports:daily_summary"),
        asked={"school": school.pk} if school else {},
        has_numbers=False,
        missed=DAY_MISSED if form.has_error("day") else "",
    )


@require_safe
@summary_page
def daily_children(request, column: str):
    """The children behind a number of a school or a class, by name."""
    if column not in queries.OPENED:
        raise Http404
    form, _, school = _asked(request, count=False)
    classes = _classes(request, school)
    if pk := request.GET.get("school_class", ""):
        classes = classes.filter(pk=get_object_or_404(classes, pk=pk if pk.isdecimal() and len(pk) < 10 else 0).pk)
    day = form.cleaned_data.get("day") or request.today
    rows = queries.named_children(classes, day, column)
    context = {
        "title": queries.LABELS[column],
        "note": f"{school.name if school else '全部学校'} · {cdate(day)}",
        "missed": form.has_error("day"),
        "page": (page := Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))),
        "lines": queries.lines(page, day),
        "back_url": same_filters(request, "reports:daily_summary"),
    }
    return render(request, "reports/daily_children.html", context)


def _asked(request, *, count: bool = True):
    """The filter as sent, the summary that it asks for (None unless ``count``), and the one school it speaks of."""
    schools = School.objects.visible_to(request.scope)
    form = DaySummaryFilter(request.GET, today=request.today, schools=schools)
    form.full_clean()
    chosen = form.cleaned_data.get("school")
    if request.scope.roles & AREA_ROLES:
        school = schools.filter(pk=chosen).first() if chosen else None
    else:
        school = schools.filter(pk=chosen).first() or schools.first()
    if not count:
        return form, None, school
    day = form.cleaned_data.get("day") or request.today
    return form, queries.summary(_classes(request, school), day, by_school=school is None), school


def _classes(request, school: School | None):
    classes = SchoolClass.objects.visible_to(request.scope)
    return classes.filter(school=school) if school else classes
