"""抽取: the history of draws, one draw with its counts, drawing, calling off, and what the reader is to count."""

from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from inspections.actions import draws as actions
from inspections.drawing import shares
from inspections.models import Draw
from inspections.queries import draws as queries
from inspections.queries.results import results_of
from inspections.spot_forms import CancelForm, DrawForm, draws_somewhere, places_for
from inspections.views.reasons import spot_page
from students.access import OFFICE_ROLES
from students.queries.policy import policy_of
from students.templatetags.chinese import cdatetime
from students.views.audience import only_for
from students.views.lists import same_filters

PAGE_SIZE = 30
EXAMPLE = 8  # classes of a draw whose shares the form tells [D]


@require_safe
@spot_page
def draws(request):
    """Every draw of which the reader sees a class, those called off too."""
    page = Paginator(queries.draws_seen(request.scope), PAGE_SIZE).get_page(request.GET.get("page"))
    rows = list(page.object_list.select_related("school", "township", "drawn_by", "cancellation__cancelled_by"))
    context = {
        "page": page,
        "lines": queries.draw_lines(request.scope, rows, request.today),
        "may_draw": draws_somewhere(request.scope),
    }
    return render(request, "inspections/draws.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@spot_page
def draw_classes(request):
    """Draw classes: nobody chooses the seed, and what is drawn stays."""
    places = places_for(request.scope)
    if not places:
        raise PermissionDenied("抽取由县教育局办理，学校领导可以在本校抽取；乡镇和督学到班清点")
    data = request.POST if request.method == "POST" else None
    form = DrawForm(data, places=places, initial={"submission": uuid4(), "size": EXAMPLE, "place": next(iter(places))})
    if form.is_valid():
        try:
            made = actions.make_draw(by=request.user, scope=request.scope, today=request.today, **form.cleaned_data)
        except actions.DrawRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"抽中{made.size}个班，{made}。")
            return redirect("inspections:draw", made.pk)
    policy = policy_of(request.today)
    parts = shares(EXAMPLE, by_reasons=policy.drawn_by_reason, by_owed=policy.drawn_owed)
    context = {"form": form, "parts": [(part.label, number) for part, number in parts.items()], "example": EXAMPLE}
    return render(request, "inspections/draw_form.html", context, status=422 if form.is_bound else 200)


@require_safe
@spot_page
def draw(request, pk):
    """One draw: its classes with what was counted, and the same draw made again from its seed."""
    row = seen_draw(request, pk)
    results = results_of(request.scope, row, request.today)
    context = {
        "line": queries.draw_lines(request.scope, [row], request.today)[0],
        "row": row,
        "called_off": _called_off(row),
        "results": results,
        "mismatched": sum(len(each.mismatches) for each in results),
        "again": queries.drawn_again(row) if queries.lots_seen(request.scope, row) else None,
        "may_cancel": actions.may_cancel(request.scope, row) and not hasattr(row, "cancellation"),
        "file_url": same_filters(request, "reports:draw_file", row.pk),
        "lots_url": same_filters(request, "reports:lots_file", row.pk),
    }
    return render(request, "inspections/draw.html", context)


def _called_off(row: Draw) -> str:
    """Who has called a draw off, when and why; blank where it stands."""
    if not hasattr(row, "cancellation"):
        return ""
    made = row.cancellation
    return f"{made.cancelled_by.name}在{cdatetime(made.cancelled_at)}作废：{made.reason}"


def seen_draw(request, pk) -> Draw:
    """A draw that the reader sees a class of."""
    rows = queries.draws_seen(request.scope)
    return get_object_or_404(rows.select_related("school", "township", "drawn_by", "cancellation__cancelled_by"), pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@spot_page
def cancel_draw(request, pk):
    """Call a draw off with a reason."""
    row = seen_draw(request, pk)
    if not actions.may_cancel(request.scope, row):
        raise PermissionDenied("作废由抽取的一方办理：县教育局抽的由县教育局，学校抽的由学校领导")
    form = CancelForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            actions.cancel_draw(by=request.user, scope=request.scope, draw=row.pk, **form.cleaned_data)
        except actions.DrawRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"已作废{row}。")
            return redirect("inspections:draw", row.pk)
    context = {"form": form, "row": row}
    return render(request, "inspections/draw_cancel.html", context, status=422 if form.is_bound else 200)


@require_safe
@only_for(OFFICE_ROLES, "抽中的班由上级或本校领导、教务处清点")
def to_count(request):
    """The classes that the reader is to count, the most urgent first."""
    rows = queries.to_count(request.scope, request.today).select_related("draw", "school_class__school__township")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "inspections/to_count.html", {"page": page})
