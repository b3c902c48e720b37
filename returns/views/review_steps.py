"""What the bureau does with a review: 定稿, 补充说明, no longer asking a school to amend; its results as files."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from reports.views.downloads import send_table
from returns.actions import review_closing as actions
from returns.actions.reviews import ReviewRefused
from returns.models import AmendmentRequest
from returns.queries.review_results import results_of
from returns.queries.reviews import sheet_lines
from returns.review_forms import AdditionForm, CloseForm, RequestForm
from returns.views.reviews import bureau_step, found, review_page, show_review


def _done(request, form, act, said: str, /, **given) -> bool:
    """Do what the form asks for and say so; where it is not done the form says why."""
    if not form.is_valid():
        return False
    try:
        act(by=request.user, scope=request.scope, **given, **form.cleaned_data)
    except ReviewRefused as refused:
        form.add_error(None, str(refused))
        return False
    messages.success(request, said)
    return True


@require_POST
@bureau_step
def close(request, pk: int):
    """定稿."""
    row, form = found(request, pk), CloseForm(request.POST)
    said = "复核已经定稿，学校会收到通知。"
    if _done(request, form, actions.close_review, said, review=row, today=request.today):
        return redirect("returns:review", pk)
    return show_review(request, row, closing=form)


@require_POST
@bureau_step
def add(request, pk: int):
    """补充说明."""
    row, form = found(request, pk), AdditionForm(request.POST)
    if _done(request, form, actions.add_words, "补充说明已存下。", review=row):
        return redirect("returns:review", pk)
    return show_review(request, row, addition=form)


@require_POST
@review_page
def close_request(request, pk: int):
    """不再要求更正, with a reason."""
    rows = AmendmentRequest.objects.visible_to(request.scope.of_whole_schools).select_related("month__sheet__review")
    row, form = get_object_or_404(rows, pk=pk), RequestForm(request.POST)
    if not request.scope.is_bureau:
        raise PermissionDenied("要求更正由县教育局了结，学校核对后另报更正")
    if _done(request, form, actions.close_request, "已经了结，学校不用再更正。", request=row):
        return redirect("returns:review", row.month.sheet.review_id)
    return show_review(request, found(request, row.month.sheet.review_id), ending=(row.pk, form))


@require_http_methods(["GET", "HEAD", "POST"])
@review_page
def results_file(request, pk: int):
    """The results of a closed review; there are none before."""
    row = found(request, pk)
    if not row.is_closed:
        raise Http404
    lines = sheet_lines(request.scope, row)
    return send_table(
        request,
        name="review",
        build=lambda reveal: results_of(row, request.scope, lines),
        back_url=reverse("returns:review", args=[pk]),
        asked={"review": pk, "schools": len(lines)},
        has_numbers=False,
    )
