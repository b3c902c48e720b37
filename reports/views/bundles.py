"""Download of 三包花名册."""

from django.views.decorators.http import require_http_methods

from reports.exports import ExportRefused, read_day
from reports.queries.bundles import table_of
from reports.views.downloads import send_table
from scoring.views.bundles import bundle_page
from students.views.audience import whole_schools
from students.views.lists import same_filters


@require_http_methods(["GET", "HEAD", "POST"])
@bundle_page
def bundles_file(request):
    """The roster of the schools in the scope, or of the one or the township asked for; ``?day=`` an earlier day."""
    schools = whole_schools(request).order_by("code")
    chosen = {name: request.GET.get(name, "") for name in ("school", "township")}
    wanted = {{"school": "pk"}.get(name, name): value for name, value in chosen.items() if value.isdecimal()}
    narrowed = list(schools.filter(**wanted).select_related("township"))
    words = "全部学校"
    if wanted and narrowed:
        words = narrowed[0].name if "pk" in wanted else narrowed[0].township.name
    day = _asked_day(request)
    return send_table(
        request,
        name="bundles",
        build=lambda reveal: table_of(narrowed, as_of=day, filters=(words,)),
        back_url=same_filters(request, "scoring:bundles"),
        asked={"as_of": day.isoformat(), "filters": words},
        has_numbers=False,
    )


def _asked_day(request):
    """The day in the address; today where it makes no sense or is still to come."""
    try:
        day = read_day(request.GET.get("day", ""))
    except ExportRefused:
        return request.today
    return min(day, request.today)
