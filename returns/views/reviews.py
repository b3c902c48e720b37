"""复核: the reviews, opening one, its schools, one school with the children and months to look at, their list."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from reports.views.downloads import send_table
from returns.actions import reviews as actions
from returns.models import Review, ReviewSheet
from returns.queries import reviews as queries
from returns.queries.grid import schools_that_file
from returns.queries.quarters import quarters_to_review
from returns.queries.review_rest import last_press
from returns.queries.review_results import closing_of, request_lines
from returns.queries.review_tables import sheet_table
from returns.review_forms import AdditionForm, CloseForm, OpenForm, RequestForm, SheetFilter
from students.access import COUNTY_ROLES, OFFICE_ROLES
from students.views.audience import only_for

PAGE_SIZE = 50
review_page = only_for(OFFICE_ROLES, "复核由县教育局办理，学校、乡镇和督学查看")
bureau_step = only_for(COUNTY_ROLES, "复核由县教育局开始、录入和定稿")


@require_safe
@review_page
def reviews(request):
    """Every review of which the reader may open a school."""
    page = Paginator(queries.reviews_seen(request.scope), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "returns/reviews.html", {"page": page, "may_open": request.scope.is_bureau})


@require_http_methods(["GET", "HEAD", "POST"])
@bureau_step
def open_review(request):
    """开始复核: the quarter, the schools, how many children; who is drawn the seed says."""
    data = request.POST if request.method == "POST" else None
    quarters = quarters_to_review(request.today)
    form = OpenForm(data, quarters=quarters, schools=schools_that_file(request.scope).order_by("code"))
    if form.is_valid():
        try:
            row = actions.open_review(by=request.user, scope=request.scope, today=request.today, **form.told)
        except actions.ReviewRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"已开始{row}，学生已经抽好。")
            return redirect("returns:review", row.pk)
    context = {"form": form, "quarters": quarters}
    return render(request, "returns/review_form.html", context, status=422 if form.is_bound else 200)


def found(request, pk: int) -> Review:
    """A review of which the reader may open a school; 404 elsewhere."""
    return get_object_or_404(queries.reviews_seen(request.scope), pk=pk)


@require_safe
@review_page
def review(request, pk: int):
    """The schools of a review and what was found there."""
    return show_review(request, found(request, pk))


def show_review(request, row: Review, *, closing=None, addition=None, ending=None):
    """The page of a review; the forms are those that were sent and refused, ``ending`` with the request it is of."""
    lines = queries.sheet_lines(request.scope, row)
    form = SheetFilter(request.GET)
    form.full_clean()
    asked = request_lines(request.scope, month__sheet__review=row) if row.is_closed else []
    context = {
        "review": row,
        "form": form if len(lines) > 1 else None,
        "page": Paginator([line for line in lines if form.keeps(line)], PAGE_SIZE).get_page(request.GET.get("page")),
        "total": queries.sum_of(lines),
        "number_of_schools": f"共{len(lines)}所学校",
        "asked": [(line, _ending(request, line, ending)) for line in asked],
        "may_enter": request.scope.is_bureau,
        **_signing(request, row, lines, closing, addition),
    }
    sent = closing or addition or ending
    return render(request, "returns/review.html", context, status=422 if sent else 200)


def _signing(request, row: Review, lines, closing, addition) -> dict:
    """What the bureau may do: 定稿 once everything has been entered, 补充说明 afterwards."""
    if row.is_closed:
        added = row.additions.select_related("added_by")
        return {"added": added, "addition": (addition or AdditionForm()) if request.scope.is_bureau else None,
                "closing": None, "refused": closing}  # fmt: skip
    may_close = request.scope.is_bureau and all(line.is_done for line in lines)
    mark = closing_of(row, today=request.today).mark if may_close else ""
    if closing:
        closing.bring_up_to_date(mark)
    form = (closing or CloseForm(initial={"mark": mark})) if may_close else None
    return {"added": [], "addition": None, "closing": form, "refused": addition or (None if form else closing)}


def _ending(request, line, ending):
    """The form that no longer asks for an amendment, where the reader may say so."""
    if not (request.scope.is_bureau and line.is_open):
        return None
    return ending[1] if ending and ending[0] == line.row.pk else RequestForm(auto_id=f"id_{line.row.pk}_%s")


def found_sheet(request, pk: int) -> ReviewSheet:
    """A sheet that the reader may open; 404 elsewhere."""
    return get_object_or_404(queries.sheets_seen(request.scope), pk=pk)


@require_safe
@review_page
def sheet(request, pk: int):
    """One school: the months and the children, what is said and what was found; on request drawn again."""
    row = found_sheet(request, pk)
    children, months = queries.children_of(row), queries.months_of(row)
    may_enter = not (row.review.is_closed or actions.why_not_to_enter(request.scope, row))
    context = {
        "sheet": row,
        "parts": queries.parts_of(children),
        "months": queries.month_lines(months),
        "tally": queries.tallies_of([row])[row.pk],
        "left": [child for child in children if not child.finding],
        "may_enter": may_enter,
        "press": last_press(row, children) if may_enter else None,
        "asked": request_lines(request.scope, month__sheet=row) if row.review.is_closed else [],
        "again": queries.drawn_again(row, months) if request.GET.get("again") == "1" else None,
    }
    return render(request, "returns/review_sheet.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@review_page
def sheet_file(request, pk: int):
    """The list to take along, with blanks; filled in as far as anything has been entered."""
    row = found_sheet(request, pk)
    children, months = queries.children_of(row), queries.months_of(row)
    return send_table(
        request,
        name="review_sheet",
        build=lambda reveal: sheet_table(row, children, months, as_of=request.today, reveal=reveal),
        back_url=reverse("returns:review_sheet", args=[pk]),
        asked={"review": row.review_id, "school": row.school.code},
    )
