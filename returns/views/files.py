"""Editions and the county's return as files: the paper that was kept, and its table in Excel and JSON."""

from functools import partial

from django.http import Http404
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from reports.excel import write_excel
from reports.jsonfile import write_json
from reports.views.downloads import send_paper
from returns.models import Edition, Snapshot
from returns.queries.editions import content_of, filing_of
from returns.queries.page import edition_asked
from returns.queries.tables import edition_table
from returns.views.grid import return_pages_for
from returns.views.period import found, period_found
from students.models import School


@require_http_methods(["GET", "HEAD", "POST"])
@return_pages_for
def return_file(request, pk: int, code: str):
    """An edition that was filed, as it was filed."""
    school = found(request, pk)
    period = period_found(code, school)
    edition = edition_asked(filing_of(school, period), request.GET.get("edition", ""))
    if edition is None:
        raise Http404
    back = f"{reverse('returns:school_return', args=[pk, code])}?edition={edition.number}"
    return send_edition(request, school, code, edition, back_url=back)


def send_edition(request, school: School, code: str, edition: Edition, *, back_url: str):
    """What was signed: the paper that was kept, and its table."""
    table = edition_table(content_of(edition))
    return send_paper(
        request,
        name="school_return",
        build=lambda reveal: table,
        writers={".xlsx": write_excel, ".pdf": partial(_kept_paper, edition.snapshot_id), ".json": write_json},
        back_url=back_url,
        asked={"school": school.code, "period": code, "edition": edition.number, "attempt": edition.attempt},
        has_numbers=False,
    )


def _kept_paper(snapshot: int, table, file, imprint) -> None:
    """The bytes that were kept when it was signed, whoever asks for them and whenever."""
    file.write(bytes(Snapshot.objects.values_list("pdf", flat=True).get(pk=snapshot)))
