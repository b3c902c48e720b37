"""表彰名单: what would be confirmed, confirmed lists, one list with its changes, its papers."""

from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from scoring import jobs
from scoring.actions import award_lists as actions
from scoring.award_forms import ChangeForm, ConfirmForm
from scoring.award_rules import AwardKind
from scoring.forms import AwardFilter
from scoring.models import Award, AwardList, AwardPaper
from scoring.queries import award_lists as queries
from scoring.queries.award_candidates import named
from scoring.queries.award_list_page import papers_of, sheet_of
from scoring.views.awards import PAGE_SIZE, awards_page, kinds_of, schools_of
from students.models import Term
from students.views.lists import same_filters, tabs

print_later = jobs.print_awards.enqueue


@require_http_methods(["GET", "HEAD", "POST"])
@awards_page
def confirm_awards(request, pk: int, kind: str):
    """评定: who would be awarded, and the form; the bureau's."""
    term = get_object_or_404(Term, pk=pk)
    if kind not in tuple(AwardKind):
        raise Http404
    if not request.scope.is_bureau:
        raise PermissionDenied("评定由县教育局办理，你可以查看候选和名单")
    if request.method == "POST":
        return _confirm(request, term, AwardKind(kind))
    return _show_proposal(request, term, AwardKind(kind))


def _confirm(request, term: Term, kind: AwardKind):
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        return _show_proposal(request, term, kind, form=form)
    given = {"term": term, "kind": kind, "today": request.today} | form.cleaned_data
    try:
        row = actions.confirm(by=request.user, scope=request.scope, **given)
    except actions.AwardRefused as refused:
        form.add_error(None, str(refused))
        return _show_proposal(request, term, kind, form=form)
    print_later(row.pk, 0, request.user.pk)
    messages.success(request, f"已评定，文号{row.reference}。名单和奖状在后台制作，稍后刷新。")
    return redirect("scoring:award_list", row.pk)


def _show_proposal(request, term: Term, kind: AwardKind, *, form=None):
    proposal = queries.proposal_of(kind, term, request.today)
    fresh = {"rule": proposal.field.rule.key, "mark": proposal.mark}
    if form is not None:
        form.show_again(fresh)
    context = {
        "term": term,
        "kind": kind,
        "proposal": proposal,
        "refusal": actions.refusal_of(proposal),
        "left": proposal.field.awaited if kind is AwardKind.SCHOOL else proposal.field.unfrozen,
        "unled": named(proposal.field.unled) if proposal.field.unled else "",
        "bare": named(proposal.without_months) if proposal.without_months else "",
        "late": actions.late_words(proposal),
        "appeals": sum(line.appeals for line in proposal.chosen),
        "page": Paginator(proposal.chosen, PAGE_SIZE).get_page(request.GET.get("page")),
        "count": f"共{len(proposal.chosen)}{kind.unit}",
        "form": form or ConfirmForm(initial=fresh),
    }
    return render(request, "scoring/award_confirm.html", context, status=422 if form else 200)


@require_safe
@awards_page
def award_lists(request):
    """Confirmed lists that speak of a school in the scope."""
    kind = request.GET.get("kind", "")
    rows = queries.lists_seen(request.scope)
    labels = {"": "全部", **{each.value: each.label for each in AwardKind}}
    shown = kind if kind in labels else ""
    if shown:
        rows = rows.filter(kind=shown)
    context = {
        "kinds": tabs(request, labels, name="kind", shown=shown, counts={}),
        "page": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
    }
    return render(request, "scoring/award_lists.html", context)


def found_list(request, pk: int) -> AwardList:
    """A list that speaks of a school in the scope; else 404."""
    rows = AwardList.objects.visible_to(request.scope).select_related("term", "rule", "confirmed_by")
    return get_object_or_404(rows, pk=pk)


@require_safe
@awards_page
def award_list(request, pk: int):
    """One list: its awards in the scope, how it came about, what changed."""
    return _show_list(request, found_list(request, pk))


def asked_awards(request, row: AwardList) -> tuple[AwardFilter, list[Award]]:
    """The awards of the scope's schools that the address asks for."""
    form = AwardFilter(request.GET, schools=schools_of(request.scope))
    awards = Award.objects.visible_to(request.scope.of_whole_schools).filter(award_list=row)
    found = awards.select_related("school__township", "person", "withdrawal__change").order_by("number")
    return form, [award for award in found if form.keeps(award.school, award.full_name)]


def _show_list(request, row: AwardList, *, form=None):
    filters, awards = asked_awards(request, row)
    changes = queries.changes_of(row, request.today) if request.scope.is_bureau else None
    seen = row.changes.count()
    fresh = {"seen": seen, "mark": changes.mark if changes else ""}
    if form is not None:
        form.show_again(fresh)
    context = {
        "row": row,
        "kind": AwardKind(row.kind),
        "filters": filters,
        "sheet": sheet_of(row, request.scope),
        "changes": changes,
        "page": Paginator(awards, PAGE_SIZE).get_page(request.GET.get("page")),
        "count": f"共{len(awards)}{AwardKind(row.kind).unit}",
        "papers": papers_of(request.scope, row),
        "shows_checks": AwardKind(row.kind) in kinds_of(request.scope),
        "file_url": same_filters(request, "reports:award_list_file", row.pk),
        "form": form or ChangeForm(initial=fresh),
    }
    return render(request, "scoring/award_list.html", context, status=422 if form else 200)


@require_POST
@awards_page
def change_award_list(request, pk: int):
    """变更 by what amendments of the frozen scores say."""
    row, form = found_list(request, pk), ChangeForm(request.POST)
    if not request.scope.is_bureau:
        raise PermissionDenied("变更名单由县教育局办理，你可以查看")
    if not form.is_valid():
        return _show_list(request, row, form=form)
    act = partial(actions.change, by=request.user, scope=request.scope, award_list=row, today=request.today)
    try:
        made = act(**form.cleaned_data)
    except actions.AwardRefused as refused:
        form.add_error(None, str(refused))
        return _show_list(request, row, form=form)
    print_later(row.pk, made.number, request.user.pk)
    messages.success(request, "变更已编号保存，原来的名单不变。变更后的名单在后台制作，稍后刷新。")
    return redirect("scoring:award_list", row.pk)


@require_safe
@awards_page
def award_paper(request, pk: int):
    """The PDF of a list or of certificates: the bytes that were kept."""
    paper = get_object_or_404(AwardPaper.objects.visible_to(request.scope), pk=pk)
    response = HttpResponse(bytes(paper.pdf), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="awards-{paper.pk}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@awards_page
def print_award_list(request, pk: int):
    """Ask once more for the papers of the latest edition, where they have not come."""
    row = found_list(request, pk)
    if not request.scope.is_bureau:
        raise PermissionDenied("名单和奖状由县教育局制作，做好以后在这里打印")
    print_later(row.pk, row.changes.count(), request.user.pk)
    messages.success(request, "名单和奖状在后台制作，稍后刷新。")
    return redirect("scoring:award_list", row.pk)
