"""Download of the children likely to be lost."""

from django.views.decorators.http import require_http_methods

from casework.likely_lost import GROUND_LABELS
from casework.queries.likely_lost import tallies
from casework.views.likely_lost import asked_children, lost_page
from reports.queries.likely_lost import likely_lost_table
from reports.views.downloads import send_table
from students.forms.fields import filter_words
from students.queries.policy import policy_of
from students.views.lists import same_filters


@require_http_methods(["GET", "HEAD", "POST"])
@lost_page
def likely_lost_file(request):
    """Exactly what the page lists with the same filters, as a file."""
    form, ground, found = asked_children(request)
    counted = tallies(found, request.today)
    chosen = {name: value for name, value in form.cleaned_data.items() if value}
    filters = (GROUND_LABELS[ground],) if ground else ()
    filters += filter_words(form)
    shown = {
        "number": counted.whole.by_ground[ground] if ground else counted.whole.children,
        "today": request.today,
        "suspected_days": policy_of(request.today).suspected_days,
        "filters": filters or ("全部可能流失学生",),
    }
    return send_table(
        request,
        name="likely_lost",
        build=lambda reveal: likely_lost_table(found.with_ground(ground), counted, reveal=reveal, **shown),
        back_url=same_filters(request, "casework:likely_lost"),
        asked=chosen | ({"ground": ground} if ground else {}),
    )
