"""评分: what is typed at a school is kept item by item while it is typed, by two inspectors at once if need be.

What is only being judged proves nothing, so it leaves no audit row; the signature does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from inspections.checklist import Judged, impossible, items_of
from inspections.models import Inspection, Judgement
from inspections.queries.reading import is_inspector, sections_of, why_not_to_fill
from students.access import Scope


class InspectionRefused(Exception):
    """Nothing was saved; the message is a Chinese sentence that says why and what to do."""


class NotYourInspection(InspectionRefused):
    """The person sees the inspection and has no say in it."""


class Entered(NamedTuple):
    """What a page says of one item, and the version of it that the page had seen (0: not judged then)."""

    mark: Judged
    seen: int


@dataclass
class Kept:
    """What became of a page: ``versions`` of all items now, and ``clashes``: the items that somebody else has judged
    otherwise meanwhile, which were not touched."""

    versions: dict[str, int]
    clashes: dict[str, Judgement] = field(default_factory=dict)
    saved: int = 0


def locked(inspection: Inspection) -> Inspection:
    """The row, held until the transaction ends."""
    rows = Inspection.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("round__checklist", "school").get(pk=inspection.pk)


def refuse_other_than_inspectors(scope: Scope, row: Inspection, today: date) -> None:
    """Raises ``InspectionRefused`` where the sheet is not the person's, or not open."""
    if reason := why_not_to_fill(scope, row, today):
        raise (InspectionRefused if is_inspector(scope, row) else NotYourInspection)(f"{reason}，没有保存。")


@transaction.atomic
def keep(
    *, by, scope: Scope, inspection: Inspection, entered: Mapping[str, Entered], page: UUID | None, today: date
) -> Kept:
    """Keep what a page says. An item that another has changed since ``page`` saw it stays as it is, and is told.

    Raises ``InspectionRefused``.
    """
    row = locked(inspection)
    refuse_other_than_inspectors(scope, row, today)
    held = {each.item: each for each in row.judgements.select_related("changed_by")}
    kept = Kept({code: each.version for code, each in held.items()})
    for item in items_of(sections_of(row)):
        if item.code not in entered:
            continue
        mark, seen = entered[item.code]
        if reason := impossible(item, mark):
            raise InspectionRefused(f"“{item.text}”：{reason}，没有保存。")
        before = held.get(item.code)
        if mark == (Judged(before.points, before.applies, before.remark) if before else Judged()):
            continue
        if before and before.version != seen and not (page and before.page == page):
            kept.clashes[item.code] = before
            continue
        kept.versions[item.code] = _write(row, item.code, before, mark, by, page)
        kept.saved += 1
    if kept.saved:
        row.version += 1
        row.save(update_fields=["version"])
    return kept


def _write(row: Inspection, code: str, before: Judgement | None, mark: Judged, by, page: UUID | None) -> int:
    judgement = before or Judgement(inspection=row, item=code, version=0)
    judgement.points, judgement.applies, judgement.remark = mark.points, mark.applies, mark.remark
    judgement.version, judgement.page = judgement.version + 1, page
    judgement.changed_at, judgement.changed_by = timezone.now(), by
    judgement.save()
    return judgement.version
