"""核对: upload the national system's export, look through the differences, settle them one by one."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from students.actions import comparisons as actions
from students.forms.comparisons import CompareForm, DifferenceFilter, SettleForm
from students.models import Comparison, Difference, School, Student
from students.queries import comparisons as queries
from students.views.audience import comparison_page
from students.workbook.comparison import NotAnExport, read_export

PAGE_SIZE, LISTED = 50, 20


@require_http_methods(["GET", "HEAD", "POST"])
@comparison_page
def comparisons(request):
    """The comparisons made so far, and the form for another one."""
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = CompareForm(*sent, today=request.today)
    if form.is_valid() and (made := _compare(request, form)):
        return redirect("students:comparison", made.pk)
    listed = (
        Comparison.objects.visible_to(request.scope)
        .select_related("compared_by")
        .annotate(open=Count("differences", filter=queries.open_in(request.scope)))
    )
    page = Paginator(listed.order_by("-compared_at", "-pk"), LISTED).get_page(request.GET.get("page"))
    context = {"form": form, "page": page}
    return render(request, "students/comparisons.html", context, status=422 if form.is_bound else 200)


@require_safe
@comparison_page
def comparison(request, pk):
    """The differences of one comparison, by kind; what has been dealt with, and what has gone since the last one."""
    row = get_object_or_404(Comparison.objects.visible_to(request.scope).select_related("compared_by"), pk=pk)
    found = row.differences.visible_to(request.scope)
    earlier = queries.earlier_of(row, request.scope)
    counts = queries.counts_of(found) | {queries.GONE_SINCE: earlier.gone.count()}
    view = queries.view_of(request.GET.get("view"), counts)
    form = DifferenceFilter(request.GET, schools=_schools(request, row), headers=queries.headers_of(found))
    form.full_clean()
    rows = queries.filtered(queries.in_view(found, earlier, view), form.cleaned_data)
    page = Paginator(rows.select_related("school", "settled_by"), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "comparison": row,
        "earlier": earlier,
        "view": view,
        "tabs": _tabs(row, counts, view),
        "form": form,
        "several_schools": "school" in form.fields,
        "page": page,
        "lines": queries.lines(page.object_list, scope=request.scope, is_gone=view == queries.GONE_SINCE),
        "file_url": f"{reverse('reports:comparison_file', args=[pk])}?{urlencode({'view': view})}",
    }
    return render(request, "students/comparison.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@comparison_page
def difference(request, pk):
    """One difference, and how it has been dealt with."""
    visible = Difference.objects.visible_to(request.scope).select_related("school", "comparison", "settled_by")
    row = get_object_or_404(visible, pk=pk)
    form = SettleForm(request.POST or None)
    back = f"{reverse('students:comparison', args=[row.comparison_id])}?view={row.kind}"
    if form.is_valid():
        try:
            actions.settle(by=request.user, difference=row, note=form.cleaned_data["note"])
            messages.success(request, f"已记下{row.name}这条差异的处理情况。")
        except actions.AlreadySettled as refused:
            messages.warning(request, str(refused))
        return redirect(back)
    is_known = Student.objects.visible_to(request.scope).filter(pk=row.student_id).exists()
    context = {"row": row, "form": form, "back": back, "is_known": is_known}
    return render(request, "students/comparison_difference.html", context, status=422 if form.is_bound else 200)


def _compare(request, form: CompareForm) -> Comparison | None:
    """Read and compare; what stands in the way is told at the file, and nothing is kept."""
    file, given = form.cleaned_data["file"], form.cleaned_data
    try:
        export = read_export(file, file.name)
        return actions.compare(
            by=request.user,
            scope=request.scope,
            name=file.name,
            children=export.children,
            headers=export.headers,
            as_of=given["as_of"],
            submission=given["submission"],
        )
    except (NotAnExport, actions.ComparisonRefused) as refused:
        form.add_error("file", str(refused))
        return None


def _schools(request, row: Comparison) -> list[School]:
    return list(School.objects.visible_to(request.scope).filter(pk__in=row.schools.values("pk")))


def _tabs(row: Comparison, counts: dict[str, int], view: str) -> list[dict]:
    address = reverse("students:comparison", args=[row.pk])
    return [
        {"label": label, "url": f"{address}?view={kind}", "count": counts[kind], "current": kind == view}
        for kind, label in queries.VIEWS.items()
    ]
