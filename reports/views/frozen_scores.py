"""Download of 学期定分, to be signed and sealed."""

from django.urls import reverse
from django.views.decorators.http import require_http_methods

from reports.queries.frozen_scores import frozen_scores_table
from reports.views.downloads import send_table
from scoring.views.freezes import found_sheet, freeze_page_for


@require_http_methods(["GET", "HEAD", "POST"])
@freeze_page_for
def frozen_scores_file(request, pk: int):
    """The frozen list of a school, in the edition that the address names."""
    sheet = found_sheet(request, pk)
    return send_table(
        request,
        name="frozen_scores",
        build=lambda reveal: frozen_scores_table(sheet),
        back_url=reverse("scoring:freeze", args=[pk]),
        asked={"freeze": pk, "edition": sheet.edition},
        has_numbers=False,
    )
