"""检查表: every version in daylight, and a new one made by form."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from inspections.actions.checklists import make_version
from inspections.actions.filling import InspectionRefused
from inspections.checklist_forms import HeadForm, ItemRows, content_of, rows_of
from inspections.models import StoredChecklist
from inspections.presets import checklist_of
from inspections.queries import checklists as queries
from inspections.views.rounds import inspection_page


@require_safe
@inspection_page
def checklists(request):
    """Every version, the newest first."""
    return render(request, "inspections/checklists.html", {"rows": queries.all_versions()})


@require_safe
@inspection_page
def checklist(request, pk):
    """One version: what is looked at, for how many points, how it is judged and why."""
    stored = get_object_or_404(StoredChecklist.objects.select_related("made_by"), pk=pk)
    context = {
        "stored": stored,
        "checklist": checklist_of(stored),
        "changes": queries.changes_of(stored),
        "may_make": request.scope.is_bureau,
    }
    return render(request, "inspections/checklist.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@inspection_page
def new_version(request, pk):
    """改检查表: a new version after this one."""
    stored = get_object_or_404(StoredChecklist, pk=pk)
    if not request.scope.is_bureau:
        raise PermissionDenied("检查表由县教育局制定")
    follows, newest = checklist_of(stored), queries.latest_by_form(stored)
    sent = (request.POST,) if request.method == "POST" else ()
    head = HeadForm(*sent, initial=HeadForm.begin(follows, newest.version if newest else 0))
    rows = ItemRows(*sent, initial=rows_of(follows), prefix="items")
    if sent and all([head.is_valid(), rows.is_valid()]):
        told = dict(head.cleaned_data)
        what = {"content": content_of(told, rows, follows), "seen": told["version"], "reason": told["reason"]}
        try:
            made = make_version(by=request.user, scope=request.scope, follows=stored, **what)
        except InspectionRefused as refused:
            head.add_error(None, str(refused))
        else:
            messages.success(request, f"已制定第{made.version}版，新的检查批次可以选它。")
            return redirect("inspections:checklist", made.pk)
    context = {"head": head, "rows": rows, "stored": stored}
    return render(request, "inspections/checklist_form.html", context, status=422 if sent else 200)
