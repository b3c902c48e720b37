"""Download of the early signs."""

from django.views.decorators.http import require_http_methods

from casework.queries.signs import computed_at
from casework.views.signs import TABS, asked_signs
from reports.queries.signs import signs_table
from reports.views.downloads import send_table
from students.forms.fields import filter_words
from students.queries.policy import policy_of
from students.views.audience import signs_page
from students.views.lists import same_filters


@require_http_methods(["GET", "HEAD", "POST"])
@signs_page
def signs_file(request):
    """Exactly what the page lists with the same filters, as a file."""
    asked = asked_signs(request)
    chosen = {name: value for name, value in asked.form.cleaned_data.items() if value}
    filters = (TABS[asked.shown],) if asked.shown else ()
    filters += filter_words(asked.form)
    shown = {
        "scope": request.scope,
        "today": request.today,
        "policy": policy_of(request.today),
        "computed_at": computed_at(request.scope),
        "filters": filters or ("全部预警",),
    }
    return send_table(
        request,
        name="signs",
        build=lambda reveal: signs_table(asked, **shown),
        back_url=same_filters(request, "casework:signs"),
        asked=chosen | ({"sign": asked.shown} if asked.shown else {}),
        has_numbers=False,
    )
