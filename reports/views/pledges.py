"""Download of 控辍保学责任书."""

from django.views.decorators.http import require_http_methods

from reports.queries.pledges import pledges_table
from reports.views.downloads import send_table
from scoring.views.pledges import asked_pledges, pledge_page
from students.views.audience import whole_schools
from students.views.lists import same_filters


@require_http_methods(["GET", "HEAD", "POST"])
@pledge_page
def pledges_file(request):
    """The 责任书 that the page shows, of the school year that it shows."""
    book, form, lines = asked_pledges(request, whole_schools(request))
    filters = form.in_words
    return send_table(
        request,
        name="pledges",
        build=lambda reveal: pledges_table(book, lines, as_of=request.today, filters=filters),
        back_url=same_filters(request, "scoring:pledges"),
        asked={"school_year": book.school_year, "filters": "、".join(filters)},
        has_numbers=False,
    )
