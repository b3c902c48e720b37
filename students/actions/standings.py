"""就读身份 changes from a day on, or was put down wrongly: what a child was before is kept, or never was."""

from collections.abc import Collection
from datetime import date, datetime
from typing import NamedTuple

from students.models import FormerStanding


class StandingChange(NamedTuple):
    """A child whose 就读身份 is about to become another one."""

    student: int
    old: str
    new: str


def keep_former(*, by, changes: Collection[StandingChange], since: date | None, at: datetime) -> None:
    """Keep what these children were until ``since``; None: the old one was wrong from its first day, and the new one
    takes its place. For whoever then writes ``Student.standing``, in the same transaction.

    An old one that never held leaves nothing behind; who becomes again what it was before that has been so all along.
    At most three statements, whatever the number of children.
    """
    rows = FormerStanding.objects.filter(student__in=[change.student for change in changes])
    last = {row.student_id: row for row in rows.order_by("student", "until")}
    kept: list[FormerStanding] = []
    undone: list[int] = []
    for change in changes:
        before = last.get(change.student)
        if since and (before is None or before.until < since):
            kept.append(
                FormerStanding(
                    student_id=change.student, standing=change.old, until=since, replaced_at=at, replaced_by=by
                )
            )
        elif before and before.standing == change.new:
            undone.append(before.pk)
    if undone:
        FormerStanding.objects.filter(pk__in=undone).delete()
    FormerStanding.objects.bulk_create(kept)
