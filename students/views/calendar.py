"""校历: the month of the county, of a school and of a class."""

from datetime import date

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from students.access import AREA_ROLES, OFFICE_ROLES, SCHOOL_ROLES
from students.calendar import Source
from students.models import School, SchoolClass
from students.queries.calendar_months import Place, month_page, places_apart
from students.views.attendance import READERS
from students.views.audience import only_for

calendar_page = only_for(READERS, "校历由教师、学校和主管部门使用，系统管理员只管账号")
FIRST_YEAR, LAST_YEAR = 2000, 2100
CHANGE_PAGES = {
    Source.COUNTY: "casework:change_county",
    Source.SCHOOL: "casework:change_school",
    Source.CLASS: "casework:change_class",
}
PATTERN_PAGES = [("casework:big_and_small_weeks", "排大小周"), ("casework:monthly_holidays", "排月假")]


@require_safe
@calendar_page
def calendar(request):
    """Whoever belongs to one school or one class is led to its calendar, everybody else to the county's."""
    scope = request.scope
    if not scope.roles & AREA_ROLES:
        if scope.roles & SCHOOL_ROLES and len(schools := list(_schools(request)[:2])) == 1:
            return redirect("students:school_calendar", schools[0].pk)
        if len(scope.classes) == 1:
            return redirect("students:class_calendar", *scope.classes)
    return redirect("students:county_calendar")


@require_safe
@calendar_page
def county_calendar(request):
    """The month of the county, and which schools of the reader's have days of their own in it."""
    return _show(request, Place(), schools=_schools(request), classes=SchoolClass.objects.none())


@require_safe
def school_calendar(request, pk: int):
    """The month of a school, and which of its classes differ."""
    school = get_object_or_404(_schools(request), pk=pk)
    classes = SchoolClass.objects.visible_to(request.scope).filter(school=school)
    return _show(request, Place(school), schools=School.objects.none(), classes=classes)


@require_safe
def class_calendar(request, pk: int):
    """The month of a class."""
    classes = SchoolClass.objects.visible_to(request.scope).select_related("school")
    place = Place.of_class(get_object_or_404(classes, pk=pk))
    return _show(request, place, schools=School.objects.none(), classes=SchoolClass.objects.none())


def _schools(request):
    return School.objects.visible_to(request.scope).distinct()


def _show(request, place: Place, *, schools, classes):
    first = _month(request.GET.get("month"), request.today)
    context = {
        "page": month_page(place, first, today=request.today),
        "apart": places_apart(first, schools=schools, classes=classes),
        "month": request.GET.get("month", ""),
        "change_url": reverse(CHANGE_PAGES[place.source], args=[pk for pk in _narrowest(place) if pk]),
        "may_change": request.scope.keeps_calendar_of(place.ids["school"]),
        "ways": _ways(request, place),
    }
    return render(request, "students/calendar_month.html", context)


def _narrowest(place: Place) -> list[int | None]:
    return [place.ids["school_class"] or place.ids["school"]]


def _ways(request, place: Place) -> list[dict]:
    """What else is done about this calendar, as far as the reader does it."""
    ways = [("casework:terms", [], "学期的起止日期")]
    if place.source is Source.SCHOOL and request.scope.keeps_calendar_of(place.school.pk):
        ways += [(name, [place.school.pk], label) for name, label in PATTERN_PAGES]
    if request.scope.roles & OFFICE_ROLES:
        ways.append(("casework:calendar_changes", [], "校历改动的记录"))
    return [{"url": reverse(name, args=args), "label": label} for name, args, label in ways]


def _month(text: str | None, today: date) -> date:
    """The first day of the month asked for, of this one by default. Centuries without a school are no addresses."""
    if not text:
        return today.replace(day=1)
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        raise Http404 from None
    if not FIRST_YEAR <= first.year < LAST_YEAR:
        raise Http404
    return first
