"""三包: a school's key children with whom they have, one's own, and the schools side by side."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from scoring.bundle_forms import BundleFilter, TownshipFilter
from scoring.queries import bundle_totals
from scoring.queries import bundles as queries
from scoring.queries import my_bundles as mine
from students.access import AREA_ROLES, CLASS_ROLES, OFFICE_ROLES
from students.models import School
from students.views.audience import only_for, whole_schools
from students.views.lists import same_filters, tabs

PAGE_SIZE = 30
bundle_page = only_for(OFFICE_ROLES, "全校的三包由教务处、校领导和主管部门查看，你包的学生在“我包的学生”里")
my_page = only_for(OFFICE_ROLES | CLASS_ROLES, "“我包的学生”由教师、学校和主管部门使用")
TABS = {"nobody": "没有人包", "people": "教师包学生", "villages": "领导包村", "classes": "班主任包班", "past": "经过"}


@require_safe
@bundle_page
def bundles(request):
    """The schools side by side; whoever works at one school goes straight to its page."""
    scope = request.scope.of_whole_schools
    if not scope.roles & AREA_ROLES and len(scope.schools) == 1:
        return redirect("scoring:school_bundles", next(iter(scope.schools)))
    form = TownshipFilter(request.GET, schools=list(whole_schools(request)))
    form.full_clean()
    totals = bundle_totals.school_totals(scope, request.today, township=form.cleaned_data.get("township", ""))
    context = {
        "form": form,
        "whole": bundle_totals.whole_of(totals),
        "page": Paginator(totals, PAGE_SIZE).get_page(request.GET.get("page")),
        "file_url": same_filters(request, "reports:bundles_file"),
    }
    return render(request, "scoring/bundles.html", context)


@require_safe
@bundle_page
def school_bundles(request, pk: int):
    """A school's 三包: first whom nobody answers for, then by teacher, by village, by class."""
    school = get_object_or_404(whole_schools(request), pk=pk)
    made = queries.school_bundles(school, request.today)
    form = BundleFilter(request.GET)
    form.full_clean()
    parts = _parts(made, form.cleaned_data.get("q", ""))
    counts = {name: len(rows) for name, rows in parts.items()}
    counts["past"] = queries.history_of(school).count()
    shown = request.GET.get("tab", "")
    if shown not in TABS:
        shown = "nobody" if made.nobodys else "people"
    listed = queries.history_of(school) if shown == "past" else parts[shown]
    context = {
        "school": school,
        "made": made,
        "form": form if shown == "people" else None,
        "shown": shown,
        "tabs": tabs(request, TABS, name="tab", shown=shown, counts=counts),
        "page": Paginator(listed, PAGE_SIZE).get_page(request.GET.get("page")),
        "runs": request.scope.runs(school.pk),
        "file_url": f"{reverse('reports:bundles_file')}?school={school.pk}",
    }
    return render(request, "scoring/school_bundles.html", context)


def _parts(made: queries.SchoolBundles, text: str) -> dict[str, list]:
    """What each tab lists; ``text``: the name of a child or of a person."""
    people = made.people
    if text := text.strip():
        people = [each for each in people if text in each.words or any(text in c.student.name for c in each.children)]
    return {"nobody": made.nobodys, "people": people, "villages": made.villages, "classes": made.classes}


@require_safe
@my_page
def my_bundles(request):
    """我包的: one's own children to call and to visit, one's villages and schools."""
    made = mine.my_bundles(request.scope, request.today)
    return render(request, "scoring/my_bundles.html", {"made": made})


def school_to_run(request, pk: int) -> School:
    """A school whose 三包 the reader assigns. 404 outside the scope, 403 for whoever only looks."""
    school = get_object_or_404(whole_schools(request), pk=pk)
    if not request.scope.runs(school.pk):
        raise PermissionDenied("三包分工由本校教务处和校领导安排，你可以查看")
    return school
