"""The last press that entered one finding for the rest of a sheet, as far as it still stands."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from returns.models import ReviewChild, ReviewSheet
from returns.reviewing import Finding
from students.models import AuditRow
from students.templatetags.chinese import cdatetime

ENTERED = "review.rest"  # the audit row of a press


@dataclass(frozen=True)
class RestPress:
    """``children``: those whom it entered and nobody has entered anew since."""

    row: AuditRow
    children: Sequence[ReviewChild]

    @property
    def words(self) -> str:
        """苏远2026年11月30日 15:20把其余12人记为属实."""
        found = Finding(self.row.details["finding"]).label
        number, standing = len(self.row.details["children"]), len(self.children)
        still = "" if standing == number else f"，其中{standing}人没有再改"
        return f"{self.row.done_by.name}{cdatetime(self.row.done_at)}把其余{number}人记为{found}{still}。"


def last_press(sheet: ReviewSheet, children: Iterable[ReviewChild]) -> RestPress | None:
    """None where nothing of it stands any more; a query. ``children``: of the sheet."""
    rows = AuditRow.objects.filter(action=ENTERED, subject=ReviewSheet._meta.label_lower, subject_id=sheet.pk)
    row = rows.select_related("done_by").order_by("pk").last()
    if row is None:
        return None
    standing = still_standing(row, children)
    return RestPress(row, standing) if standing else None


def still_standing(row: AuditRow, children: Iterable[ReviewChild]) -> list[ReviewChild]:
    """Those of a press, by its audit row, whom nobody has entered anew or taken back since."""
    entered = set(row.details["children"])
    return [child for child in children if child.pk in entered and child.changed_at == row.done_at]
