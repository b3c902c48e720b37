"""复核录入: what was found of one child after another, and what the ledger says of a month; each saved by itself."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from returns.actions import reviews as actions
from returns.models import ReviewChild, ReviewMonth, ReviewPaper, ReviewSheet
from returns.queries import reviews as queries
from returns.review_forms import ChildForm, MonthForm
from returns.reviewing import Part
from returns.views.reviews import review_page
from students.views.files import send_file


@require_http_methods(["GET", "HEAD", "POST"])
@review_page
def child(request, pk: int):
    """核实情况 of one child; saved, the next child of the school of whom nothing has been entered."""
    row = get_object_or_404(queries.all_children(request.scope), pk=pk)
    if gone := not_open(request, row.sheet):
        return gone
    form, clash = _child_form(request, row), None
    if form.is_valid():
        told = {name: form.cleaned_data[name] for name in ("finding", "instead", "words", "paper", "seen")}
        try:
            actions.enter_child(by=request.user, scope=request.scope, child=row, **told)
        except actions.Clash as refused:
            clash = _clashing(form, refused)
        except actions.ReviewRefused as refused:
            form.add_error(None, str(refused))
        else:
            return _next(request, row)
    return _child_page(request, row, form, clash and queries.ChildLine(clash))


def _child_form(request, row: ReviewChild) -> ChildForm:
    begin = {"seen": row.version, "finding": row.finding, "instead": row.instead, "words": row.words}
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    return ChildForm(*sent, initial=begin, part=Part(row.part))


def _child_page(request, row: ReviewChild, form: ChildForm, clash):
    children = queries.children_of(row.sheet)
    place = [each.pk for each in children].index(row.pk)
    context = {
        "line": queries.ChildLine(row),
        "row": row,
        "form": form,
        "clash": clash,
        "entered": sum(bool(each.finding) for each in children),
        "number": len(children),
        "before": children[place - 1] if place else None,
        "after": children[place + 1] if place + 1 < len(children) else None,
    }
    return render(request, "returns/review_child.html", context, status=422 if form.is_bound else 200)


def _next(request, row: ReviewChild):
    """On to the next child, or back to the school where none is left or the list was asked for."""
    following = queries.next_to_enter(queries.children_of(row.sheet), row)
    if following is None or "back" in request.POST:
        messages.success(request, f"{row.student.name}已存下。", extra_tags=f"saved={request.path}")
        return redirect("returns:review_sheet", row.sheet_id)
    words = f"{row.student.name}已存下，接着是{following.student.name}。"
    messages.success(request, words, extra_tags=f"saved={request.path}")
    return redirect("returns:review_child", following.pk)


def _clashing(form, refused: actions.Clash):
    """What somebody else has entered; the next press puts in its place what was typed here."""
    form.look_again(refused.held.version)
    form.add_error(None, str(refused))
    return refused.held


def not_open(request, sheet: ReviewSheet):
    """Away from a page that enters, where nothing is entered any more; None where something is."""
    if reason := actions.why_not_to_enter(request.scope, sheet):
        raise PermissionDenied(reason)
    if sheet.review.is_closed and request.method != "POST":
        messages.info(request, f"{sheet.review}已经定稿，不再录入。")
        return redirect("returns:review_sheet", sheet.pk)
    return None


@require_http_methods(["GET", "HEAD", "POST"])
@review_page
def month(request, pk: int):
    """台账核对 of one month."""
    row = get_object_or_404(queries.all_months(request.scope), pk=pk)
    if gone := not_open(request, row.sheet):
        return gone
    form, clash = _month_form(request, row), None
    if form.is_valid():
        told = {name: form.cleaned_data[name] for name in ("agreement", "words", "seen")}
        try:
            actions.enter_month(by=request.user, scope=request.scope, month=row, found=form.found, **told)
        except actions.Clash as refused:
            clash = _clashing(form, refused)
        except actions.ReviewRefused as refused:
            form.add_error(None, str(refused))
        else:
            words = f"{queries.MonthLine(row).label}的台账核对已存下。"
            messages.success(request, words, extra_tags=f"saved={request.path}")
            return redirect("returns:review_sheet", row.sheet_id)
    context = {"line": queries.MonthLine(row), "row": row, "form": form, "clash": clash and queries.MonthLine(clash)}
    return render(request, "returns/review_month.html", context, status=422 if form.is_bound else 200)


def _month_form(request, row: ReviewMonth) -> MonthForm:
    begin = {"seen": row.version, "agreement": row.agreement, "words": row.words}
    begin |= {f"found-{code}": number for code, number in row.found.items()}
    return MonthForm(request.POST if request.method == "POST" else None, initial=begin, month=row)


def _paper(request, pk: int) -> ReviewPaper:
    """A paper of a child whose sheet the reader may open; 404 elsewhere."""
    rows = ReviewPaper.objects.select_related("child__sheet__review", "child__student")
    return get_object_or_404(rows, pk=pk, child__in=queries.all_children(request.scope))


@require_safe
@review_page
def paper(request, pk: int):
    """A paper, as it was kept."""
    return send_file(_paper(request, pk))


@require_POST
@review_page
def remove_paper(request, pk: int):
    """Take a paper away, before the review is closed."""
    row = _paper(request, pk)
    if reason := actions.why_not_to_enter(request.scope, row.child.sheet):
        raise PermissionDenied(reason)
    try:
        actions.remove_paper(by=request.user, scope=request.scope, paper=row)
        messages.success(request, "已去掉这份材料。")
    except actions.ReviewRefused as refused:
        messages.error(request, str(refused))
    return redirect("returns:review_child", row.child_id)
