"""规则: the ladder in force with its sources, a version, and two versions side by side."""

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from casework.models import RuleAdoption
from casework.queries import rule_pages as pages
from casework.queries.rule_proposals import waiting_of
from casework.rule_forms import TwoVersions
from students.access import AREA_ROLES, OFFICE_ROLES
from students.models import School
from students.views.attendance import READERS
from students.views.audience import only_for

PAGE_SIZE = 30
rules_page = only_for(READERS, "规则由教师、学校和主管部门查看，系统管理员只管账号")


@require_safe
@rules_page
def rules(request):
    """Whoever belongs to one school is led to its rules, everybody else to the county's."""
    scope = request.scope
    if not scope.roles & AREA_ROLES and len(own := list(_schools(request)[:2])) == 1:
        return redirect("casework:school_rules", own[0].pk)
    return redirect("casework:county_rules")


@require_safe
@rules_page
def county_rules(request):
    """The county's ladder, and the schools of the reader's that have their own."""
    office = request.scope.roles & OFFICE_ROLES
    apart = pages.schools_apart(request.scope, request.today) if office else []
    return _show(request, None, apart=Paginator(apart, PAGE_SIZE).get_page(request.GET.get("page")))


@require_safe
def school_rules(request, pk: int):
    """The ladder that a school lives by."""
    return _show(request, get_object_or_404(_schools(request), pk=pk), apart=None)


def _show(request, school, *, apart):
    context = {"page": pages.ladder_page(school, request.scope, request.today), "apart": apart}
    context["waiting"] = waiting_of(school, request.scope) if request.scope.roles & OFFICE_ROLES else []
    return render(request, "casework/rules.html", context)


def _schools(request):
    return School.objects.visible_to(request.scope).distinct()


@require_safe
@rules_page
def rule_version(request, pk: int):
    """One version as it was stored, and where it holds or held."""
    stored = get_object_or_404(pages.versions_seen(request.scope), pk=pk)
    adopted = RuleAdoption.objects.filter(rule_set=stored).select_related("school", "rule_set", "adopted_by")
    seen = [row for row in adopted if row.school is None] + list(adopted.filter(school__in=_schools(request)))
    context = {
        "title": pages.title_of(stored),
        "stored": stored,
        "rungs": pages.rung_lines(pages.rules_of(stored)),
        "source": pages.source_words(stored.content.get("source", "")),
        "places": [(pages.owner_name(row.school), pages.from_words(row.starts_on)) for row in seen],
        "countys": pages.in_force(None, request.today).rule_set,
    }
    return render(request, "casework/rule_version.html", context)


@require_safe
@rules_page
def rule_comparison(request):
    """Two versions side by side, rung by rung."""
    asked = request.GET if "before" in request.GET or "after" in request.GET else None
    form = TwoVersions(asked, versions=pages.versions_offered(request.scope))
    context = {"form": form, "lines": None}
    if form.is_valid():
        before, after = form.cleaned_data["before"], form.cleaned_data["after"]
        context["lines"] = pages.compared(before, after)
        context |= {"before": pages.title_of(before), "after": pages.title_of(after)}
    return render(request, "casework/rule_comparison.html", context)
