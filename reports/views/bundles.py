"""Download of 三包花名册."""

from datetime import date

from django.views.decorators.http import require_http_methods

from reports.exports import ExportRefused, read_day
from reports.queries.bundles import table_of
from reports.views.downloads import DAY_MISSED, send_table
from scoring.views.bundles import bundle_page
from students.forms.fields import LONGEST_KEY
from students.views.audience import whole_schools
from students.views.lists import same_filters


@require_http_methods(["GET", "HEAD", "POST"])
@bundle_page
def bundles_file(request):
    """The roster of the schools in the scope, or of the one or the township asked for; ``?day=`` an earlier day."""
    schools = whole_schools(request).order_by("code")
    chosen = {name: request.GET.get(name, "") for name in ("school", "township")}
    asked = {name: value for name, value in chosen.items() if value.isdecimal() and len(value) <= LONGEST_KEY}
    wanted = {{"school": "pk"}.get(name, name): value for name, value in asked.items()}
    narrowed = list(schools.filter(**wanted).select_related("township"))
    words = "全部学校"
    if wanted and narrowed:
        words = narrowed[0].name if "pk" in wanted else narrowed[0].township.name
    day, missed = _asked_day(request)
    return send_table(
        request,
        name="bundles",
        build=lambda reveal: table_of(narrowed, as_of=day, filters=(words,)),
        back_url=same_filters(request, "scoring:bundles"),
        asked={"as_of": day.isoformat(), "filters": words},
        has_numbers=False,
        missed=missed,
    )


def _asked_day(request) -> tuple[date, str]:
    """The day in the address, today where it names none; and what is wrong with it."""
    text = request.GET.get("day", "")
    try:
        day = read_day(text) if text else request.today
    except ExportRefused:
        return request.today, DAY_MISSED
    return (day, "") if day <= request.today else (request.today, DAY_MISSED)
