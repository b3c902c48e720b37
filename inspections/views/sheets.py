"""到校检查: filling the sheet on a phone, photographs, the signature."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from inspections.actions import filling, photos, results
from inspections.actions.filling import InspectionRefused, Kept
from inspections.checklist import faults_of, items_of, lost_items, plain, total_of
from inspections.models import Inspection, InspectionPhoto
from inspections.presets import checklist_of
from inspections.queries import sheets
from inspections.queries.deadlines import usual_deadline
from inspections.queries.reading import is_kept_from, sections_of, sheet_of, why_not_to_fill
from inspections.queries.rounds import parts_of
from inspections.sheet_forms import PhotoForm, SheetForm, SignForm, marks_of, page_of
from inspections.views.rounds import inspection_page
from students.templatetags.chinese import ctime
from students.views.files import send_file


@require_http_methods(["GET", "HEAD", "POST"])
@inspection_page
def fill(request, pk):
    """评分, item by item; the button at its foot keeps it, or keeps it and goes on to the signature."""
    row = filled_by(request, pk)
    form, clashes = _form(request, row), {}
    if form.is_bound:
        try:
            kept = _keep(request, row, form)
        except InspectionRefused as refused:
            form.add_error(None, str(refused))
        else:
            clashes = kept.clashes
            if form.is_valid() and not clashes:
                return _go_on(request, row)
            form.has_read(kept)
    context = {
        "inspection": row,
        "form": form,
        "sections": form.rows(sheets.photos_by_item(row), clashes),
        "clashes": f"{clashes_words(row, kept)}下面两边的评分都列出来了，你填的都还在。" if clashes else "",
        "total": _total_words(row),
        "counted_url": reverse("students:head_counts") + f"?school={row.school_id}",
    }
    return render(request, "inspections/fill.html", context, status=422 if form.is_bound else 200)


@require_POST
@inspection_page
def save_sheet(request, pk):
    """Keep what has been typed so far: asked for by the page itself while one types."""
    row = filled_by(request, pk)
    form = _form(request, row)
    try:
        kept = _keep(request, row, form)
    except InspectionRefused as refused:
        return JsonResponse({"said": str(refused)})
    row.refresh_from_db()
    latest = max((each.changed_at for each in row.judgements.all()), default=None)
    said = f"已存下{f' {ctime(latest)}' if latest else ''}，{_total_words(row)}"
    if kept.clashes:
        said = f"{clashes_words(row, kept)}请点“存下”，两边的评分都会列出来"
    news = {}
    for code, held in kept.written.items():  # what others have judged is not on the page, so it has not seen it
        news |= marks_of(code, held)
    return JsonResponse({"said": said} | ({"goes_on": news} if news else {}))


@require_http_methods(["GET", "HEAD", "POST"])
@inspection_page
def item_photos(request, pk, item):
    """照片 of one item. Coming from the sheet, what was typed there is kept first."""
    row = filled_by(request, pk)
    found = next((each for each in items_of(sections_of(row)) if each.code == item), None)
    if found is None:
        raise Http404
    if request.method == "POST" and "page" in request.POST:
        return _kept_before_photos(request, row, item)
    form = PhotoForm(request.POST, request.FILES) if request.method == "POST" else PhotoForm()
    if form.is_valid():
        faults = _add_photos(request, row, item)
        if not faults:
            messages.success(request, "照片已存下。")
            return redirect("inspections:item_photos", pk, item)
        for words in faults:
            form.add_error("photo", words)
    context = {"inspection": row, "item": found, "form": form, "photos": sheets.photos_by_item(row).get(item, [])}
    return render(request, "inspections/item_photos.html", context, status=422 if form.is_bound else 200)


@require_safe
@inspection_page
def photo(request, pk):
    """A photograph, as it was kept."""
    return send_file(_photo(request, pk))


@require_safe
@inspection_page
def photo_thumbnail(request, pk):
    """The same, small enough for a list."""
    response = HttpResponse(bytes(_photo(request, pk).thumbnail), content_type="image/jpeg")
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@inspection_page
def remove_photo(request, pk):
    """Take a photograph away, before the signature."""
    found = _photo(request, pk)
    row = filled_by(request, found.inspection_id)
    try:
        photos.remove(by=request.user, scope=request.scope, photo=found, today=request.today)
        messages.success(request, "已去掉照片。")
    except InspectionRefused as refused:
        messages.error(request, str(refused))
    return redirect("inspections:item_photos", row.pk, found.item)


@require_http_methods(["GET", "HEAD", "POST"])
@inspection_page
def sign(request, pk):
    """签名完成: what the sheet comes to, what is missing, and the signature; pressed again, the result."""
    if request.method == "POST" and sheets.inspections_in(request.scope).filter(pk=pk, signed_by=request.user):
        return redirect("inspections:inspection", pk)
    row = filled_by(request, pk)
    sections, sheet = sections_of(row), sheet_of(row.judgements.all())
    lost = [(item, sheet[item.code]) for item in lost_items(sections, sheet)]
    form = _signature(request, row, bool(lost))
    if form.is_valid():
        by = {"by": request.user, "scope": request.scope, "today": request.today}
        try:
            results.sign(inspection=row, **form.told, **by)
        except InspectionRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"{row.school}的检查已经签名完成。")
            return redirect("inspections:inspection", pk)
    context = {"inspection": row, "form": form, "lost": lost, **_sums(sections, sheet)}
    return render(request, "inspections/sign.html", context, status=422 if form.is_bound else 200)


def _sums(sections, sheet) -> dict:
    """What the sheet comes to, and what keeps it from being signed."""
    return {
        "parts": parts_of(sections, sheet),
        "total": total_of(items_of(sections), sheet),
        "faults": list(faults_of(sections, sheet)),
    }


def _signature(request, row: Inspection, has_found: bool) -> SignForm:
    days = checklist_of(row.round.checklist).rectify_days
    begin = {"version": row.version, "today": request.today, "has_found": has_found}
    deadline = usual_deadline(row.school, days, request.today) if has_found else None
    return SignForm(request.POST if request.method == "POST" else None, deadline=deadline, **begin)


def filled_by(request, pk) -> Inspection:
    """The inspection of the address, for whoever may judge there now."""
    row = get_object_or_404(sheets.inspections_in(request.scope), pk=pk)
    if reason := why_not_to_fill(request.scope, row, request.today):
        raise PermissionDenied(reason)
    return row


def _form(request, row: Inspection) -> SheetForm:
    held = list(row.judgements.all())
    begin = {"sheet": sheet_of(held), "seen": {each.item: each.version for each in held}}
    return SheetForm(request.POST if request.method == "POST" else None, sections=sections_of(row), **begin)


def _keep(request, row: Inspection, form: SheetForm) -> Kept:
    """Keep every item that makes sense, whatever is wrong with others."""
    form.is_valid()
    by = {"by": request.user, "scope": request.scope, "today": request.today}
    return filling.keep(inspection=row, entered=form.entered(), page=page_of(form), **by)


def clashes_words(row: Inspection, kept: Kept) -> str:
    """Which items somebody else has judged meanwhile otherwise than was typed."""
    items = "、".join(f"“{item.text}”" for item in items_of(sections_of(row)) if item.code in kept.clashes)
    names = "、".join(sorted({each.changed_by.name for each in kept.clashes.values()}))
    return f"{items}刚才由{names}评过，你填的没有存下，其他的都存下了。"


def _go_on(request, row: Inspection):
    if "sign" in request.POST:
        return redirect("inspections:sign", row.pk)
    messages.success(request, "评分已存下。")
    return redirect("inspections:fill", row.pk)


def _kept_before_photos(request, row: Inspection, item: str):
    try:
        kept = _keep(request, row, _form(request, row))
    except InspectionRefused as refused:
        messages.error(request, str(refused))
    else:
        if kept.clashes:
            messages.warning(request, f"{clashes_words(row, kept)}请回到检查表看一看。")
    return redirect("inspections:item_photos", row.pk, item)


def _add_photos(request, row: Inspection, item: str) -> list[str]:
    """Keep what was chosen; a sentence for what could not be kept."""
    if "photo" not in request.FILES:
        return ["请选择照片"]
    by = {"by": request.user, "scope": request.scope, "today": request.today}
    try:
        return photos.add(inspection=row, item=item, uploads=request.FILES.getlist("photo"), **by)
    except InspectionRefused as refused:
        return [str(refused)]


def _total_words(row: Inspection) -> str:
    sections = sections_of(row)
    total = total_of(items_of(sections), sheet_of(row.judgements.all()))
    words = f"已评{total.judged}/{total.items}项"
    return f"{words}，得{plain(total.given)}分，满分{plain(total.full)}分" if total.full else words


def _photo(request, pk) -> InspectionPhoto:
    seen = Inspection.objects.visible_to(request.scope)
    found = get_object_or_404(InspectionPhoto.objects.select_related("inspection"), pk=pk, inspection__in=seen)
    if is_kept_from(request.scope, found.inspection):
        raise PermissionDenied("检查签名完成以后，学校可以看照片")
    return found
