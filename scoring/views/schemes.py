"""考核办法: the scheme in force with its sources, a version, and two versions side by side."""

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from casework.queries.rule_pages import owner_name
from casework.rule_forms import TwoVersions
from scoring.models import SchemeAdoption
from scoring.queries import scheme_pages as pages
from scoring.queries.scheme_proposals import waiting_of
from scoring.queries.version_pages import from_words, waiting_words
from students.access import AREA_ROLES, OFFICE_ROLES
from students.models import School
from students.views.attendance import READERS
from students.views.audience import only_for

PAGE_SIZE = 30
# Whoever is scored may read by what: 科任教师 too, whom the target affects.
scheme_readers = only_for(READERS, "考核办法由教师、学校和主管部门查看，系统管理员只管账号")


@require_safe
@scheme_readers
def scheme(request):
    """Whoever belongs to one school is led to its scheme, everybody else to the county's."""
    scope = request.scope
    if not scope.roles & AREA_ROLES and len(own := list(_schools(request)[:2])) == 1:
        return redirect("scoring:school_scheme", own[0].pk)
    return redirect("scoring:county_scheme")


@require_safe
@scheme_readers
def county_scheme(request):
    """The county's scheme, and the schools of the reader's that have their own."""
    office = request.scope.roles & OFFICE_ROLES
    apart = pages.schools_apart(request.scope, request.today) if office else []
    return _show(request, None, apart=Paginator(apart, PAGE_SIZE).get_page(request.GET.get("page")))


@require_safe
def school_scheme(request, pk: int):
    """The scheme by which the classes of a school are scored."""
    return _show(request, get_object_or_404(_schools(request), pk=pk), apart=None)


def _show(request, school, *, apart):
    context = {"page": pages.scheme_page(school, request.scope, request.today), "apart": apart}
    waiting = waiting_of(school, request.scope) if request.scope.roles & OFFICE_ROLES else []
    context["waiting"] = [(waiting_words(proposal), proposal.pk) for proposal in waiting]
    return render(request, "scoring/scheme.html", context)


def _schools(request):
    return School.objects.visible_to(request.scope).distinct()


@require_safe
@scheme_readers
def scheme_version(request, pk: int):
    """One version as it was stored, and where it holds or held."""
    stored = get_object_or_404(pages.versions_seen(), pk=pk)
    adopted = SchemeAdoption.objects.filter(scheme=stored).select_related("school")
    seen = [row for row in adopted if row.school is None] + list(adopted.filter(school__in=_schools(request)))
    read = pages.scheme_of(stored)
    context = {
        "title": pages.titles_of([stored])[stored.pk],
        "stored": stored,
        "lines": pages.line_rows(read),
        "rules": pages.rule_rows(read),
        "source": pages.source_words(read.source),
        "places": [(owner_name(row.school), from_words(row.school_year)) for row in seen],
        "countys": pages.scheme_page(None, request.scope, request.today).stored,
    }
    return render(request, "scoring/scheme_version.html", context)


@require_safe
@scheme_readers
def scheme_comparison(request):
    """Two versions side by side, number by number."""
    asked = request.GET if "before" in request.GET or "after" in request.GET else None
    versions = pages.versions_offered(request.scope)
    titles = pages.titles_of(versions)
    form = TwoVersions(asked, versions=versions, titled=lambda row: titles[row.pk])
    context = {"form": form, "compared": None, "back": reverse("scoring:scheme")}
    if form.is_valid():
        before, after = form.cleaned_data["before"], form.cleaned_data["after"]
        bounds = not (before.is_a_schools or after.is_a_schools)
        context["compared"] = pages.compared(pages.scheme_of(before), pages.scheme_of(after), bounds=bounds)
        context |= {"before": titles[before.pk], "after": titles[after.pk]}
    return render(request, "scoring/scheme_comparison.html", context)
