"""Download of 整改台账."""

from django.views.decorators.http import require_http_methods

from inspections.queries.ledger import TABS
from inspections.views.rectifications import asked_findings
from inspections.views.rounds import inspection_page
from reports.queries.rectifications import ledger_table
from reports.views.downloads import send_table
from students.templatetags.components import chip_text
from students.views.lists import same_filters


@require_http_methods(["GET", "HEAD", "POST"])
@inspection_page
def rectifications_file(request):
    """Exactly the findings that the page lists."""
    form, found, shown = asked_findings(request)
    filters = (TABS[shown], *(chip_text(form[name], value) for name, value in form.narrowed.items()))
    return send_table(
        request,
        name="rectifications",
        build=lambda reveal: ledger_table(list(found[shown]), as_of=request.today, filters=filters),
        back_url=same_filters(request, "inspections:rectifications"),
        asked=form.narrowed | {"show": shown},
        has_numbers=False,
    )
