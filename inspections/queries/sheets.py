"""One school's sheet as it is read: the items with how they were judged, photographs, versions, what was counted."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count

from inspections.checklist import NOT_YET, Item, Judged, Section, Sum, total_of
from inspections.models import Inspection, InspectionPhoto
from students.access import Scope
from students.models import HeadCount


@dataclass(frozen=True)
class ItemLine:
    """An item of a signed sheet, with its photographs."""

    item: Item
    mark: Judged
    photos: Sequence[InspectionPhoto]

    @property
    def lost(self):
        return self.mark.lost_of(self.item)


@dataclass(frozen=True)
class SectionLines:
    """A section of a signed sheet."""

    section: Section
    total: Sum
    lines: Sequence[ItemLine]


def inspections_in(scope: Scope):
    """到校检查 of the schools in a scope, with all that a page names."""
    rows = Inspection.objects.visible_to(scope)
    return rows.select_related("round__checklist", "round__opened_by", "school__township", "signed_by")


def photos_by_item(inspection: Inspection) -> dict[str, list[InspectionPhoto]]:
    """The photographs of a sheet without their content."""
    found = defaultdict(list)
    for photo in inspection.photos.defer("content", "thumbnail").order_by("item", "position"):
        found[photo.item].append(photo)
    return found


def lines_of(
    inspection: Inspection, sections: Sequence[Section], sheet: Mapping[str, Judged], *, with_photos: bool
) -> list[SectionLines]:
    """A sheet section by section."""
    photos = photos_by_item(inspection) if with_photos else {}
    return [
        SectionLines(
            section,
            total_of(section.items, sheet),
            [ItemLine(item, sheet.get(item.code, NOT_YET), photos.get(item.code, ())) for item in section.items],
        )
        for section in sections
    ]


def counts_of_the_day(scope: Scope, inspection: Inspection, day: date | None) -> list[HeadCount]:
    """The classes of the school that were counted in person on the day of the inspection 班级清点."""
    rows = HeadCount.objects.visible_to(scope).filter(school_class__school=inspection.school, counted_on=day)
    rows = rows.select_related("school_class", "counted_by").annotate(missed=Count("missing"))
    return list(rows.order_by("school_class__number", "-is_from_above"))
