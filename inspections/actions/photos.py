"""检查照片: beside an item, while the sheet has not been signed."""

from collections.abc import Iterable
from datetime import date
from typing import BinaryIO

from django.db import transaction
from django.utils import timezone

from inspections.actions.filling import locked, refuse_other_than_inspectors
from inspections.models import Inspection, InspectionPhoto
from inspections.models.rounds import MOST_PHOTOS
from students.access import Scope
from students.actions.files import FileRefused, take_photo


@transaction.atomic
def add(*, by, scope: Scope, inspection: Inspection, item: str, uploads: Iterable[BinaryIO], today: date) -> list[str]:
    """Keep photographs of an item; a sentence for each that cannot be kept, the others are. Raises
    ``InspectionRefused``."""
    row = locked(inspection)
    refuse_other_than_inspectors(scope, row, today)
    faults = []
    for upload in uploads:
        try:
            _add(row, item, upload, by)
        except FileRefused as refused:
            faults.append(str(refused))
    return faults


@transaction.atomic
def remove(*, by, scope: Scope, photo: InspectionPhoto, today: date) -> None:
    """Take a photograph away again; a second press does nothing. Raises ``InspectionRefused``."""
    row = locked(photo.inspection)
    refuse_other_than_inspectors(scope, row, today)
    InspectionPhoto.objects.filter(pk=photo.pk).delete()


def _add(row: Inspection, item: str, upload: BinaryIO, by) -> None:
    taken = dict(row.photos.filter(item=item).values_list("position", "sha256"))
    free = sorted(set(range(1, MOST_PHOTOS + 1)) - taken.keys())
    if not free:
        raise FileRefused(f"一个项目最多{MOST_PHOTOS}张照片，“{upload.name}”没有保存。可以先去掉一张。")
    columns = take_photo(upload)
    if columns["sha256"] not in taken.values():
        InspectionPhoto.objects.create(
            inspection=row, item=item, position=free[0], uploaded_at=timezone.now(), uploaded_by=by, **columns
        )
