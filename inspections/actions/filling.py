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
from inspections.queries.reading import is_inspector, judged_as, sections_of, why_not_to_fill
from students.access import Scope


class InspectionRefused(Exception):
    """Nothing was saved; the message is a Chinese sentence that says why and what to do."""


class NotYourInspection(InspectionRefused):
    """The person sees the inspection and has no say in it."""


class Entered(NamedTuple):
    """What a page says of one item, and the version of it that the page had seen (0: not judged then).

    ``is_typed``: the page says something else than it was opened with.
    """

    mark: Judged
    seen: int
    is_typed: bool = True


@dataclass
class Kept:
    """What became of a page: ``held``, all items as they stand now; ``written``, those that the page has judged; and
    ``clashes``: what was typed in it and somebody else has judged otherwise meanwhile, which was not kept."""

    held: dict[str, Judgement]
    written: dict[str, Judgement] = field(default_factory=dict)
    clashes: dict[str, Judgement] = field(default_factory=dict)

    @property
    def saved(self) -> int:
        return len(self.written)


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
    """Keep what was typed in a page. An item that another has changed since ``page`` saw it stays as it is, and is told
    where the page says otherwise; one that nobody touched there has nothing to say.

    Raises ``InspectionRefused``.
    """
    row = locked(inspection)
    refuse_other_than_inspectors(scope, row, today)
    held = {each.item: each for each in row.judgements.select_related("changed_by")}
    kept = Kept(held)
    for item in items_of(sections_of(row)):
        if item.code not in entered:
            continue
        mark, seen, is_typed = entered[item.code]
        before = held.get(item.code)
        own = bool(page and before and before.page == page)  # the page may not have heard that its words arrived
        if not is_typed and not own:
            continue
        if reason := impossible(item, mark):
            raise InspectionRefused(f"“{item.text}”：{reason}，没有保存。")
        if mark == (judged_as(before) if before else Judged()):
            continue
        if before and before.version != seen and not own:
            kept.clashes[item.code] = before
            continue
        held[item.code] = kept.written[item.code] = _write(row, item.code, before, mark, by, page)
    if kept.saved:
        row.version += 1
        row.save(update_fields=["version"])
    return kept


def _write(row: Inspection, code: str, before: Judgement | None, mark: Judged, by, page: UUID | None) -> Judgement:
    judgement = before or Judgement(inspection=row, item=code, version=0)
    judgement.points, judgement.applies, judgement.remark = mark.points, mark.applies, mark.remark
    judgement.version, judgement.page = judgement.version + 1, page
    judgement.changed_at, judgement.changed_by = timezone.now(), by
    judgement.save()
    return judgement
