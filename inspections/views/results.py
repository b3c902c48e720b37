"""检查结果 of one school: what was judged, corrected, answered."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from inspections.actions import results as actions
from inspections.actions.filling import InspectionRefused, NotYourInspection
from inspections.checklist import items_of, total_of
from inspections.models import InspectionResult
from inspections.queries import sheets
from inspections.queries.ledger import findings_in, line_of
from inspections.queries.reading import (
    is_inspector,
    is_kept_from,
    latest_result,
    read_content,
    sections_of,
    sheet_of,
    why_not_to_fill,
)
from inspections.round_forms import AnswerForm
from inspections.sheet_forms import CorrectionForm
from inspections.views.rounds import inspection_page


@require_safe
@inspection_page
def inspection(request, pk):
    """One school's inspection: every item with its points and remark, the answer of the school, its versions."""
    row = get_object_or_404(sheets.inspections_in(request.scope), pk=pk)
    return render(request, "inspections/inspection.html", _context(request, row))


@require_POST
@inspection_page
def answer(request, pk):
    """学校回复."""
    row = get_object_or_404(sheets.inspections_in(request.scope), pk=pk)
    if row.school_id not in request.scope.led:
        raise PermissionDenied("检查结果由校长或分管领导回复")
    form = AnswerForm(request.POST)
    if form.is_valid():
        told = {name: form.cleaned_data[name] for name in ("number", "kind", "words")}
        try:
            actions.answer(by=request.user, scope=request.scope, inspection=row, **told)
        except InspectionRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "已回复检查结果。")
            return redirect("inspections:inspection", pk)
    return render(request, "inspections/inspection.html", _context(request, row) | {"form": form}, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@inspection_page
def correct(request, pk):
    """更正 by the bureau: a new version beside the signed one."""
    row = get_object_or_404(sheets.inspections_in(request.scope), pk=pk)
    latest = latest_result(row)
    if not request.scope.is_bureau or latest is None:
        raise PermissionDenied("签名以后的检查结果由县教育局更正")
    form = _correction(request, row, latest)
    if form.is_valid():
        told = {"seen": form.cleaned_data["number"], "reason": form.cleaned_data["reason"], "sheet": form.sheet}
        told["today"] = request.today
        try:
            made = actions.correct(by=request.user, scope=request.scope, inspection=row, **told)
        except NotYourInspection as refused:
            raise PermissionDenied(str(refused)) from None
        except InspectionRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"已更正，现在是第{made.number}版。")
            return redirect("inspections:inspection", pk)
    context = {"inspection": row, "form": form, "sections": form.rows(sheets.photos_by_item(row), {}), "latest": latest}
    return render(request, "inspections/correct.html", context, status=422 if form.is_bound else 200)


def _correction(request, row, latest: InspectionResult) -> CorrectionForm:
    sent = request.POST if request.method == "POST" else None
    form = CorrectionForm(sent, sections=sections_of(row), sheet=read_content(latest.content), seen={})
    form.initial["number"] = latest.number
    return form


def _context(request, row) -> dict:
    latest, sections = latest_result(row), sections_of(row)
    is_kept = is_kept_from(request.scope, row)
    judged = {} if is_kept else sheet_of(row.judgements.all())
    sheet = read_content(latest.content) if latest else judged
    answered = getattr(latest, "answer", None)
    return {
        "inspection": row,
        "latest": latest,
        "versions": list(row.results.select_related("made_by", "answer__answered_by").order_by("-number")),
        "is_kept": is_kept,
        "sections": sheets.lines_of(row, sections, sheet, with_photos=not is_kept),
        "total": total_of(items_of(sections), sheet),
        "counts": sheets.counts_of_the_day(request.scope, row, row.inspected_on),
        "why_not": why_not_to_fill(request.scope, row, request.today),
        "may_correct": request.scope.is_bureau and latest is not None,
        "may_add": bool(row.signed_at) and (request.scope.is_bureau or is_inspector(request.scope, row)),
        "findings": [line_of(each, request.today) for each in findings_in(request.scope).filter(inspection=row)],
        "answer": answered,
        "form": AnswerForm(initial={"number": latest.number})
        if latest and not answered and row.school_id in request.scope.led
        else None,
    }
