"""The papers of a list of awards are set once and kept as bytes; printed again they are the same."""

from collections.abc import Sequence
from hashlib import sha256

from django.db import transaction
from django.utils import timezone

from scoring.award_papers import AwardSheet, Honoured, Set, certificates, list_paper, term_words
from scoring.award_rules import AwardKind
from scoring.models import Award, AwardChange, AwardList, AwardPaper
from students.actions import audit
from students.models import School


@transaction.atomic
def make_papers(*, by, award_list: AwardList, edition: int) -> int:
    """Set the list as it stands after change ``edition`` (0: as confirmed), and the certificates that came with it;
    how many papers. What has been set is not set again."""
    row = AwardList.objects.select_for_update(no_key=True, of=("self",)).select_related("term").get(pk=award_list.pk)
    if row.papers.filter(edition=edition).exists():
        return 0
    change = row.changes.get(number=edition) if edition else None
    standing = row.awards.filter(edition__lte=edition).exclude(withdrawal__change__number__lte=edition)
    awards = list(standing.select_related("school", "person").order_by("number"))
    kept = [_paper(row, edition, AwardPaper.Kind.LIST, list_paper(_sheet(row, awards, change)), by=by)]
    if fresh := [award for award in awards if award.edition == edition]:
        schools = {award.school.pk: award.school for award in fresh}
        whole, parts = certificates(_sheet(row, fresh, change))
        kind = AwardPaper.Kind.CERTIFICATES
        kept.append(_paper(row, edition, kind, whole, by=by))
        kept += [_paper(row, edition, kind, part, by=by, school=schools[key]) for key, part in parts.items()]
    AwardPaper.objects.bulk_create(kept)
    audit.record(by=by, action="awards.print", subject=row, edition=edition, papers=len(kept))
    return len(kept)


def _paper(row: AwardList, edition: int, kind: str, made: Set, *, by, school: School | None = None) -> AwardPaper:
    return AwardPaper(
        award_list=row, edition=edition, kind=kind, school=school, pdf=made.pdf, sha256=sha256(made.pdf).hexdigest(),
        pages=made.pages, made_at=timezone.now(), made_by=by,
    )  # fmt: skip


def _sheet(row: AwardList, awards: Sequence[Award], change: AwardChange | None) -> AwardSheet:
    return AwardSheet(
        kind=AwardKind(row.kind),
        issuer=row.issuer,
        reference=row.reference,
        term=term_words(row.term.school_year, row.term.get_number_display()),
        day=change.issued_on if change else row.confirmed_on,
        honoured=[
            Honoured(award.number, award.school_id, award.school.name, award.name, _whole(award)) for award in awards
        ],
        changes=change.number if change else 0,
    )


def _whole(award: Award) -> str:
    return f"{award.full_name}同志" if award.person_id else award.full_name
