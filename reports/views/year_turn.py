"""Downloads of the year's turn: the children that move, and those who have not arrived."""

from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods

from reports.queries.year_turn import not_arrived_table, turn_table
from reports.tables import searched
from reports.views.downloads import send_table
from students.forms.fields import filter_words
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
    wanted, words = (form.cleaned_data, filter_words(form)) if form.is_valid() else ({}, ())
    return send_table(
        request,
        name="year_turn",
        build=lambda reveal: turn_table(found, outcome, wanted=wanted, words=words, day=request.today, reveal=reveal),
        back_url=same_filters(request, "students:year_turn_preview", pk),
        asked={"year_turn": str(pk)} | {name: value for name, value in wanted.items() if value},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@hand_over_page
def not_arrived_file(request):
    """The list of those who have not arrived as a file."""
    form = NotArrivedFilter(request.GET)
    q = form.cleaned_data["q"] if form.is_valid() else ""
    rows = search_children(not_arrived(request.scope, request.today), q)
    return send_table(
        request,
        name="not_arrived",
        build=lambda reveal: not_arrived_table(rows, words=searched(q), day=request.today, reveal=reveal),
        back_url=same_filters(request, "students:not_arrived"),
        asked={"q": q} if q else None,
    )
