"""Download of 表彰名单, to be signed and sealed."""

from django.urls import reverse
from django.views.decorators.http import require_http_methods

from reports.queries.award_lists import award_list_table
from reports.views.downloads import send_table
from scoring.award_rules import AwardKind
from scoring.views.award_lists import asked_awards, found_list
from scoring.views.awards import awards_page, kinds_of


@require_http_methods(["GET", "HEAD", "POST"])
@awards_page
def award_list_file(request, pk: int):
    """The awards of a list as the page shows them."""
    row = found_list(request, pk)
    form, awards = asked_awards(request, row)
    shows_checks = AwardKind(row.kind) in kinds_of(request.scope)
    return send_table(
        request,
        name="award_list",
        build=lambda reveal: award_list_table(row, awards, form.words, shows_checks=shows_checks),
        back_url=reverse("scoring:award_list", args=[pk]),
        asked={"award_list": pk},
        has_numbers=False,
    )
