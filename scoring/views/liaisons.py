"""联点: which officer of bureau or township goes with which school, and which school has nobody."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from scoring.actions import assignments as actions
from scoring.assigning import Kind
from scoring.bundle_forms import LiaisonForm, TownshipFilter
from scoring.queries import bundle_totals
from scoring.queries.assignments import people_for
from scoring.queries.bundles import open_rows
from students.access import AREA_ROLES
from students.views.audience import only_for, whole_schools
from students.views.lists import tabs

PAGE_SIZE = 50
BOXES = {"none": "没有人联点", "held": "有人联点"}
liaison_page = only_for(AREA_ROLES, "联点由县教育局安排，乡镇和督学查看；本校的联点人在三包页上")


@require_safe
@liaison_page
def liaisons(request):
    """School × person; first the schools with which nobody goes."""
    form = TownshipFilter(request.GET, schools=list(whole_schools(request)))
    form.full_clean()
    totals = bundle_totals.school_totals(
        request.scope.of_whole_schools, request.today, township=form.cleaned_data.get("township", "")
    )
    boxes = {
        "none": [total for total in totals if not total.has_liaison],
        "held": [total for total in totals if total.has_liaison],
    }
    shown = request.GET.get("tab", "")
    if shown not in boxes:
        shown = "none" if boxes["none"] else "held"
    counts = {name: len(rows) for name, rows in boxes.items()}
    context = {
        "form": form,
        "whole": bundle_totals.whole_of(totals),
        "shown": shown,
        "tabs": tabs(request, BOXES, name="tab", shown=shown, counts=counts),
        "page": Paginator(boxes[shown], PAGE_SIZE).get_page(request.GET.get("page")),
        "may_assign": request.scope.is_bureau,
    }
    return render(request, "scoring/liaisons.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@liaison_page
def assign_liaison(request, pk: int):
    """Who goes with a school, from when and perhaps until when."""
    school = get_object_or_404(whole_schools(request), pk=pk)
    if not request.scope.is_bureau:
        raise PermissionDenied("联点由县教育局安排，你可以查看")
    before = open_rows(Kind.LIAISON, request.today).filter(school=school).first()
    people = people_for(Kind.LIAISON, school, request.today)
    form = LiaisonForm(request.POST or None, people=people, before=before, today=request.today)
    if form.is_valid():
        told = {name: form.cleaned_data[name] for name in ("since", "planned_until", "seen")}
        told |= {"by": request.user, "scope": request.scope, "school": school, "today": request.today}
        try:
            row = actions.assign_liaison(person=form.chosen_person, **told)
            messages.success(request, f"已安排{row.person.name}联点{school}。")
            return redirect("scoring:liaisons")
        except actions.AssignmentRefused as refused:
            form.add_error(None, str(refused))
    context = {"form": form, "school": school, "before": before}
    return render(request, "scoring/liaison_form.html", context, status=422 if form.is_bound else 200)
