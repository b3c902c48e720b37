"""Download of 检查汇总."""

from django.views.decorators.http import require_http_methods

from inspections.round_forms import RoundFilter
from inspections.views.rounds import asked_board, asked_lines, inspection_page
from reports.queries.inspections import round_table
from reports.views.downloads import send_table
from students.identity import Searched
from students.views.lists import same_filters


@require_http_methods(["GET", "HEAD", "POST"])
@inspection_page
def inspection_file(request, pk):
    """The schools of a round that the page lists, those not done included."""
    board, form = asked_board(request, pk), RoundFilter(request.GET)
    lines = asked_lines(board, form)
    asked = form.cleaned_data.get("q", "") if form.is_valid() else ""
    filters = (Searched(f"学校：{asked}"),) if asked else ("全部学校",)
    return send_table(
        request,
        name="inspections",
        build=lambda reveal: round_table(board, lines, as_of=request.today, filters=filters),
        back_url=same_filters(request, "inspections:round", pk),
        asked={"round": pk, "q": asked},
        has_numbers=False,
    )
