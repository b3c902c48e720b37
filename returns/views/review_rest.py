"""其余学生: one finding for all children of a school of whom nothing has been entered, after a look at who they are."""

from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from returns.actions import review_rest as actions
from returns.actions.reviews import ReviewRefused, why_not_to_enter
from returns.models import ReviewSheet
from returns.queries.reviews import ChildLine, children_of
from returns.review_forms import RestForm
from returns.reviewing import OF_THE_REST, Finding
from returns.views.review_entry import not_open
from returns.views.reviews import found_sheet, review_page

UNDO_SECONDS = 60


@require_http_methods(["GET", "HEAD", "POST"])
@review_page
def rest(request, pk: int, finding: str):
    """Who they are and how many; one press enters them all."""
    sheet = found_sheet(request, pk)
    if gone := not_open(request, sheet):
        return gone
    if finding not in OF_THE_REST:
        raise Http404
    left = [row for row in children_of(sheet) if not row.finding]
    sent = request.POST if request.method == "POST" else None
    form = RestForm(sent, finding=Finding(finding), children=left, initial={"submission": uuid4()})
    if form.is_valid():
        try:
            told = {"sheet": sheet, "finding": Finding(finding), **form.cleaned_data}
            number = actions.enter_rest(by=request.user, scope=request.scope, **told)
        except ReviewRefused as refused:
            form.show_anew(left)
            form.add_error(None, str(refused))
        else:
            return _entered(request, sheet, Finding(finding), number)
    if not left:
        messages.info(request, "这所学校抽查的学生已经全部录入。")
        return redirect("returns:review_sheet", pk)
    context = {"sheet": sheet, "form": form, "finding": Finding(finding), "lines": [ChildLine(row) for row in left]}
    return render(request, "returns/review_rest.html", context, status=422 if form.is_bound else 200)


def _entered(request, sheet: ReviewSheet, finding: Finding, number: int):
    undo = reverse("returns:undo_review_rest", args=[sheet.pk])
    messages.success(request, f"其余{number}人已记为{finding.label}。", extra_tags=f"undo={undo} for={UNDO_SECONDS}")
    return redirect("returns:review_sheet", sheet.pk)


@require_POST
@review_page
def undo_rest(request, pk: int):
    """撤销 the last press, as far as nobody has entered anything else since."""
    sheet = found_sheet(request, pk)
    if reason := why_not_to_enter(request.scope, sheet):
        raise PermissionDenied(reason)
    try:
        number = actions.undo_rest(by=request.user, scope=request.scope, sheet=sheet)
        messages.success(request, f"已撤销，{number}人恢复为没有录入。")
    except ReviewRefused as refused:
        messages.error(request, str(refused))
    return redirect("returns:review_sheet", pk)
