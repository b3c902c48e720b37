"""Download of a list of 疑似失联."""

from django.views.decorators.http import require_http_methods

from reports.queries.unaccounted import unaccounted_table
from reports.tables import searched
from reports.views.downloads import send_table
from students.forms.changes import ChildrenFilter
from students.models import School
from students.queries.policy import policy_of
from students.queries.unaccounted import listings, shown_list
from students.views.audience import unaccounted_page
from students.views.lists import same_filters


@require_http_methods(["GET", "HEAD", "POST"])
@unaccounted_page
def unaccounted_file(request):
    """The list that the page shows as a file, narrowed down as the page was."""
    policy = policy_of(request.today)
    form = ChildrenFilter(request.GET, schools=School.objects.visible_to(request.scope))
    found = listings(request.scope, day=request.today, policy=policy, **form.wanted)
    shown = shown_list(request.GET.get("list", ""), {kind: listing.rows.count() for kind, listing in found.items()})
    text, school = form.wanted["text"], form.wanted["school"]
    filters = (*([str(school)] if school else []), *searched(text))
    return send_table(
        request,
        name="unaccounted",
        build=lambda reveal: unaccounted_table(
            shown, found[shown], day=request.today, policy=policy, filters=filters, reveal=reveal
        ),
        back_url=same_filters(request, "students:unaccounted"),
        asked={"list": str(shown)} | ({"school": school.code} if school else {}),
    )
