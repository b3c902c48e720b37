"""Download of 班级责任考核."""

from django.http import Http404
from django.views.decorators.http import require_http_methods

from reports.queries.class_scores import table_of
from reports.views.downloads import send_table
from scoring.queries.score_pages import days_kept
from scoring.views.class_scores import asked_classes, asked_day, score_page
from students.views.lists import same_filters


@require_http_methods(["GET", "HEAD", "POST"])
@score_page
def class_scores_file(request):
    """The scores of the classes that the page shows, on the day that it shows."""
    day = asked_day(request, days_kept(request.scope))
    if day is None:
        raise Http404
    classes, filters = asked_classes(request, day)
    return send_table(
        request,
        name="class_scores",
        build=lambda reveal: table_of(classes, as_of=day, filters=filters),
        back_url=same_filters(request, "scoring:scores"),
        asked={"as_of": day.isoformat(), "filters": "、".join(filters)},
        has_numbers=False,
    )
