"""Downloads of the year's turn: the children that move, and those who have not arrived."""

from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods

from reports.queries.year_turn import not_arrived_table, turn_table
from reports.views.downloads import send_table
from students.forms.year import NotArrivedFilter, PreviewFilter
from students.models import YearTurn
from students.queries.hand_over import not_arrived, search_children
from students.queries.year_turn import class_lines, outcome_of
from students.views.audience import hand_over_page
from students.views.lists import same_filters


@require_http_methods(["GET", "HEAD", "POST"])
def year_turn_file(request, pk: int):
    """The preview as a file, narrowed down as the page was."""
    seen = YearTurn.objects.visible_to(request.scope).filter(taken_back_at=None).select_related("school")
    found = get_object_or_404(seen, pk=pk)
    outcome = outcome_of(found)
    form = PreviewFilter(request.GET, classes=[line.own for line in class_lines(outcome, found)])
    wanted = form.cleaned_data if form.is_valid() else {}
    return send_table(
        request,
        name="year_turn",
        build=lambda reveal: turn_table(found, outcome, wanted=wanted, day=request.today, reveal=reveal),
        back_url=same_filters(request, "students:year_turn_preview", pk),
        asked={"year_turn": str(pk)} | {name: wanted[name] for name in ("school_class", "what") if wanted.get(name)},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@hand_over_page
def not_arrived_file(request):
    """The list of those who have not arrived as a file."""
    form = NotArrivedFilter(request.GET)
    rows = not_arrived(request.scope, request.today)
    rows = search_children(rows, form.cleaned_data["q"] if form.is_valid() else "")
    return send_table(
        request,
        name="not_arrived",
        build=lambda reveal: not_arrived_table(rows, day=request.today, reveal=reveal),
        back_url=same_filters(request, "students:not_arrived"),
    )
