"""月考勤表: choosing one, reading it, what happened on a day of it, and the sheet or a blank one as a file."""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from reports.forms import MonthFilter
from reports.month_excel import write_month_excel
from reports.month_pdf import write_month_pdf
from reports.queries.month_papers import HEADS, LEGEND, blank_paper, figures_of, month_paper
from reports.views.downloads import send_paper
from students.models import School, SchoolClass
from students.month_sheet import month_before, next_month
from students.queries import month_sheets as queries
from students.views.attendance import READERS
from students.views.audience import only_for

PAGE_SIZE = 30
WRITERS = {".xlsx": write_month_excel, ".pdf": write_month_pdf}
sheet_page = only_for(READERS, "考勤表由教师、学校和主管部门使用，系统管理员只管账号")


@require_safe
@sheet_page
def sheets(request):
    """The classes in the scope, and how much of a month's registers each has taken."""
    months = queries.months_to_choose(request.today)
    schools = list(School.objects.visible_to(request.scope))
    form = MonthFilter(request.GET, months=months, schools=schools, today=request.today)
    form.full_clean()
    month = next((each for each in months if f"{each:%Y-%m}" == form.cleaned_data.get("month")), None)
    month = month or request.today.replace(day=1)
    classes = queries.classes_of(request.scope, month, school=form.cleaned_data.get("school"))
    page = Paginator(classes, PAGE_SIZE).get_page(request.GET.get("page"))
    lines = queries.class_lines(list(page), month, today=request.today)
    context = {
        "form": form,
        "month": month,
        "page": page,
        "rows": [(line, _ways(request, line.school_class, month)) for line in lines],
        "names_schools": len(schools) > 1,
    }
    return render(request, "reports/sheets.html", context)


@require_safe
@sheet_page
def month_sheet(request, school_class: int, month: date):
    """A class's month: children by days, each part of a day as its sign, with the sums."""
    target = _class(request, school_class)
    paper = month_paper(target, month, today=request.today)
    day_urls = [reverse("reports:sheet_day", args=[target.pk, column.day]) for column in paper.sheet.columns]
    context = {
        "paper": paper,
        "school_class": target,
        "day_urls": day_urls,
        "days": list(zip(paper.sheet.columns, day_urls, strict=True)),
        "heads": HEADS,
        "rows": [(row, figures_of(row.totals)) for row in paper.sheet.rows],
        "totals": figures_of(paper.sheet.totals),
        "legend": [kind for kind, _, _ in LEGEND],
        "ways": _ways(request, target, month),
        "before": month_before(month),
        "after": next_month(month) if month <= request.today else None,
    }
    return render(request, "reports/month_sheet.html", context)


@require_safe
@sheet_page
def sheet_day(request, school_class: int, day: date):
    """What happened in a class on a day: who took each register and when, who was marked, what leave made of it."""
    target = _class(request, school_class)
    record = queries.day_record(target, day)
    may_take = request.scope.may_take_register(target) and day <= request.today
    is_school_day = day in queries.school_days_of(target, day.replace(day=1))
    context = {
        "school_class": target,
        "day": day,
        "record": record,
        "may_take": may_take and is_school_day,
        "is_school_day": is_school_day,
        "back": reverse("reports:month_sheet", args=[target.pk, day.replace(day=1)]),
    }
    return render(request, "reports/sheet_day.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@sheet_page
def month_sheet_file(request, school_class: int, month: date):
    """The sheet as Excel or on paper."""
    target = _class_to_take_out(request, school_class)
    return send_paper(
        request,
        name="month_sheet",
        build=lambda reveal: month_paper(target, month, today=request.today),
        writers=WRITERS,
        back_url=reverse("reports:month_sheet", args=[target.pk, month]),
        asked={"school_class": target.pk, "month": f"{month:%Y-%m}"},
        has_numbers=False,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@sheet_page
def blank_sheet(request, school_class: int, month: date):
    """A sheet to be filled in by hand, with the names and days of the month."""
    target = _class_to_take_out(request, school_class)
    return send_paper(
        request,
        name="blank_sheet",
        build=lambda reveal: blank_paper(target, month, today=request.today),
        writers=WRITERS,
        back_url=reverse("reports:month_sheet", args=[target.pk, month]),
        asked={"school_class": target.pk, "month": f"{month:%Y-%m}"},
        has_numbers=False,
    )


def _class(request, pk: int) -> SchoolClass:
    return get_object_or_404(SchoolClass.objects.visible_to(request.scope).select_related("school"), pk=pk)


def _class_to_take_out(request, pk: int) -> SchoolClass:
    """Names leave the system only with somebody who answers for the class; a 科任教师 looks."""
    target = _class(request, pk)
    if not _may_take_out(request, target):
        raise PermissionDenied("科任教师可以查看这个班的考勤表，不能导出。要用请找班主任或教务处")
    return target


def _may_take_out(request, target: SchoolClass) -> bool:
    """Whoever sees the class in another way than by teaching lessons in it."""
    scope = request.scope
    return (
        scope.county
        or target.pk in scope.homeroom
        or target.school_id in scope.schools
        or target.school.township_id in scope.townships
    )


def _ways(request, target: SchoolClass, month: date) -> dict[str, str]:
    """Where one may go from a class's month; blank where one may not."""
    args, may_take_out = [target.pk, month], _may_take_out(request, target)
    return {
        "sheet": reverse("reports:month_sheet", args=args),
        "file": reverse("reports:month_sheet_file", args=args) if may_take_out else "",
        "blank": reverse("reports:blank_sheet", args=args) if may_take_out else "",
        "enter": reverse("students:enter_month", args=args) if _may_enter(request, target, month) else "",
    }


def _may_enter(request, target: SchoolClass, month: date) -> bool:
    return month <= request.today and request.scope.may_enter_month(target)
