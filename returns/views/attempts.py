"""退回的上报: an attempt that was sent back, opened from the history of its return, with its paper."""

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from returns.models import Edition
from returns.queries.attempts import attempt_page, returned_attempt
from returns.queries.editions import filing_of
from returns.queries.periods import FilingPeriod
from returns.views.files import send_edition
from returns.views.grid import return_pages_for
from returns.views.period import found, period_found
from students.models import School


@require_safe
@return_pages_for
def attempt(request, pk: int, code: str, number: int, attempt: int):
    """What was filed, why it was sent back, and by whom."""
    school, period, edition = _asked(request, pk, code, number, attempt)
    context = {"school": school, "period": period, "page": attempt_page(edition, request.scope)}
    return render(request, "returns/attempt.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@return_pages_for
def attempt_file(request, pk: int, code: str, number: int, attempt: int):
    """The paper that was signed then, and its table."""
    school, _, edition = _asked(request, pk, code, number, attempt)
    back = reverse("returns:attempt", args=[pk, code, number, attempt])
    return send_edition(request, school, code, edition, back_url=back)


def _asked(request, pk: int, code: str, number: int, attempt: int) -> tuple[School, FilingPeriod, Edition]:
    """The attempt that the address names; 404 where it was not sent back."""
    school = found(request, pk)
    period = period_found(code, school)
    edition = returned_attempt(filing_of(school, period), number, attempt)
    if edition is None:
        raise Http404
    return school, period, edition
