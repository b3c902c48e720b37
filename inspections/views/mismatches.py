"""不符: children whom a register had present and a head count did not find, and what a school says of them."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from inspections.actions import mismatches as actions
from inspections.queries import mismatches as queries
from inspections.spot_forms import ExplainForm, MismatchFilter
from students.access import OFFICE_ROLES
from students.models import School
from students.views.audience import only_for
from students.views.lists import same_filters

PAGE_SIZE = 40
mismatch_page = only_for(OFFICE_ROLES, "清点与点名不符由学校查明，上级查看")


@require_safe
@mismatch_page
def mismatches(request):
    """The mismatches of a term, what is open first."""
    form, found = asked_mismatches(request)
    context = {
        "form": form,
        "page": Paginator(found, PAGE_SIZE).get_page(request.GET.get("page")),
        "open": sum(each.state != "settled" for each in found),
        "late": sum(each.state == "late" for each in found),
        "is_narrowed": bool(form.narrowed),
        "runs": request.scope.clerk_of | request.scope.led,
        "file_url": same_filters(request, "reports:mismatches_file"),
    }
    return render(request, "inspections/mismatches.html", context)


def asked_mismatches(request):
    """The filter as sent, and the mismatches that it asks for."""
    schools = list(School.objects.visible_to(request.scope.without_lessons))
    form = MismatchFilter(request.GET, schools=schools)
    form.full_clean()
    counts = queries.counts_seen(request.scope, request.today)
    if school := form.narrowed.get("school"):
        counts = counts.filter(school_class__school=school)
    state = form.narrowed.get("state")
    return form, [each for each in queries.mismatches(counts, request.today) if not state or each.state == state]


@require_http_methods(["GET", "HEAD", "POST"])
@mismatch_page
def explain(request, count, pk):
    """Say where the child was; or, where it was away, the ways to the register and to a concern."""
    mismatch = _found(request, count, pk)
    if not request.scope.runs(mismatch.count.school_class.school_id):
        raise PermissionDenied("不符由学校的教务处和校领导查明、说明，你可以查看")
    standing = mismatch.explanation
    initial = {"text": standing.text, "seen": standing.pk} if standing else {}
    form = ExplainForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        place = {"head_count": count, "student": pk, "today": request.today}
        try:
            actions.explain(by=request.user, scope=request.scope, **place, **form.cleaned_data)
        except actions.ExplanationRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"已登记{mismatch.row.student.name}的说明。")
            return redirect("inspections:mismatches")
    context = {"form": form, "mismatch": mismatch, "may_correct": request.scope.clerk_of}
    return render(request, "inspections/explain.html", context, status=422 if form.is_bound else 200)


def _found(request, count: int, pk: int) -> queries.Mismatch:
    row = get_object_or_404(queries.counts_seen(request.scope, request.today), pk=count)
    found = queries.mismatches(queries.counts_seen(request.scope, request.today).filter(pk=row.pk), request.today)
    mismatch = next((each for each in found if each.row.student_id == pk), None)
    if mismatch is None:
        raise Http404
    return mismatch
