"""户籍儿童: the list of registered residents, and the pairs that a person has to look at."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from students.actions import residents as actions
from students.forms.sweeps import ResidentFilter
from students.matching import CONFIDENCES
from students.models import Finding, ProposedMatch, RefusedMatch, Resident
from students.queries import residents as queries
from students.school_age import full_years
from students.views.audience import resident_page
from students.views.lists import tabs

PAGE_SIZE = 50
PAIRS_A_PAGE = 10


@require_safe
@resident_page
def residents(request):
    """The residents of the area, with search and filters."""
    visible = Resident.objects.visible_to(request.scope)
    townships, villages = queries.areas_of(request.scope)
    form = ResidentFilter(request.GET, townships=townships, villages=villages)
    listed = queries.filtered(visible, form.cleaned_data if form.is_valid() else {}, today=request.today)
    page = Paginator(listed, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "lines": queries.lines(page.object_list, today=request.today),
        "counts": queries.counts(visible, today=request.today),
        "to_confirm": ProposedMatch.objects.visible_to(request.scope).count(),
    }
    return render(request, "students/residents.html", context)


@require_safe
@resident_page
def resident(request, pk):
    """One resident: what the list says, to whom it is linked and how, where it stands in the sweeps."""
    visible = Resident.objects.visible_to(request.scope)
    row = get_object_or_404(visible.select_related("village", "township", "student", "matched_by"), pk=pk)
    context = {
        "resident": row,
        "age": full_years(row.birth_date, request.today),
        "place": queries.places_of([row.student_id]).get(row.student_id, ""),
        "may_manage": request.scope.may_manage_in(row.township_id),
        "proposal": ProposedMatch.objects.filter(resident=row).first(),
        "refused": row.refused_matches.select_related("student", "refused_by"),
        "findings": Finding.objects.visible_to(request.scope).filter(resident=row).select_related("campaign"),
    }
    return render(request, "students/resident.html", context)


@require_safe
@resident_page
def matches(request):
    """Pairs that may be one child, the surest first."""
    visible = ProposedMatch.objects.visible_to(request.scope)
    chosen = request.GET.get("confidence", "")
    chosen = chosen if chosen in CONFIDENCES else ""
    pairs = visible.filter(confidence=chosen) if chosen else visible
    page = Paginator(queries.proposals(pairs), PAIRS_A_PAGE).get_page(request.GET.get("page"))
    labels = {"": "全部"} | {each.value: each.label for each in CONFIDENCES}
    counts = queries.confidence_counts(visible)
    context = {
        "tabs": tabs(request, labels, name="confidence", shown=chosen, counts=counts),
        "page": page,
        "cards": queries.pair_cards(page.object_list, scope=request.scope),
    }
    return render(request, "students/resident_matches.html", context)


@require_POST
@resident_page
def confirm_match(request, pk):
    """是同一人."""
    _decidable(request, pk)
    try:
        row = actions.confirm_match(by=request.user, proposal=pk)
        undo = reverse("students:undo_match", args=[row.pk])
        messages.success(request, f"已确认：{row.name}就是学生{row.student.name}。", extra_tags=f"undo={undo}")
    except actions.MatchRefused as refused:
        messages.warning(request, str(refused))
    return redirect("students:matches")


@require_POST
@resident_page
def refuse_match(request, pk):
    """不是同一人."""
    _decidable(request, pk)
    try:
        row = actions.refuse_match(by=request.user, proposal=pk)
        undo = reverse("students:undo_refusal", args=[row.pk])
        text = f"已记下：{row.resident.name}和学生{row.student.name}不是同一人，不再提示这一对。"
        messages.success(request, text, extra_tags=f"undo={undo}")
    except actions.MatchRefused as refused:
        messages.warning(request, str(refused))
    return redirect("students:matches")


def _decidable(request, pk) -> None:
    """Refuse a pair out of sight. One that is there no more goes on to the action, which says what happened."""
    pair = ProposedMatch.objects.select_related("resident").filter(pk=pk).first()
    if pair:
        get_object_or_404(ProposedMatch.objects.visible_to(request.scope), pk=pk)
        _refuse_unless_managing(request, pair.resident)


@require_POST
@resident_page
def undo_match(request, pk):
    """Take back what a person confirmed."""
    row = get_object_or_404(Resident.objects.visible_to(request.scope), pk=pk)
    _refuse_unless_managing(request, row)
    try:
        actions.undo_match(by=request.user, resident=row)
        messages.success(request, f"已撤销{row.name}的比对，这一对重新列入待确认。")
    except actions.MatchRefused as refused:
        messages.warning(request, str(refused))
    return redirect("students:resident", pk)


@require_POST
@resident_page
def undo_refusal(request, pk):
    """Let a refused pair be proposed again."""
    visible = RefusedMatch.objects.filter(resident__in=Resident.objects.visible_to(request.scope))
    refused = get_object_or_404(visible.select_related("resident"), pk=pk)
    _refuse_unless_managing(request, refused.resident)
    actions.undo_refusal(by=request.user, refused=refused)
    messages.success(request, f"已撤销，{refused.resident.name}的这一对重新列入待确认。")
    return redirect("students:resident", refused.resident_id)


def _refuse_unless_managing(request, resident: Resident) -> None:
    if not request.scope.may_manage_in(resident.township_id):
        raise PermissionDenied("督学可以查看比对，由县教育局和乡镇干部确认")
