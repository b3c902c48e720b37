"""核对差异 as a file."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from reports.queries.comparisons import differences_table
from reports.views.downloads import send_table
from students.models import Comparison, Difference
from students.queries import comparisons as queries
from students.views.audience import comparison_page


@require_http_methods(["GET", "HEAD", "POST"])
@comparison_page
def comparison_file(request, pk):
    """One tab of a comparison; its numbers were never kept whole."""
    row = get_object_or_404(Comparison.objects.visible_to(request.scope), pk=pk)
    view = request.GET.get("view", Difference.Kind.ONLY_THERE)
    if view not in queries.VIEWS:
        raise Http404
    found = row.differences.visible_to(request.scope)
    rows = queries.in_view(found, queries.earlier_of(row, request.scope), view)
    return send_table(
        request,
        name="comparison",
        build=lambda reveal: differences_table(row, rows, view=queries.VIEWS[view]),
        back_url=f"{reverse('students:comparison', args=[pk])}?view={view}",
        asked={"comparison": str(pk), "view": view},
        has_numbers=False,
    )
