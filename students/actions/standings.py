"""就读身份 changes from a day on, or was put down wrongly: what a child was before is kept, or never was."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Min

from students.models import Enrolment, FormerStanding


class StandingChange(NamedTuple):
    """A child whose 就读身份 is about to become another one."""

    student: int
    old: str
    new: str


def keep_former(*, by, changes: Collection[StandingChange], since: date | None, at: datetime) -> None:
    """Keep what these children were until ``since``; None: the old one was wrong from its first day, and the new one
    takes its place. For whoever then writes ``Student.standing``, in the same transaction.

    From ``since`` on nothing stands but the new one, whatever had been kept of later days. What never held on a day on
    which the child was there leaves nothing behind; who becomes again what it was before that has been so all along.
    At most four statements, whatever the number of children.
    """
    children = [change.student for change in changes]
    begun = first_days(children) if since else {}
    rows: dict[int, list[FormerStanding]] = defaultdict(list)
    for row in FormerStanding.objects.filter(student__in=children).order_by("student", "until"):
        rows[row.student_id].append(row)
    kept: list[FormerStanding] = []
    undone: list[FormerStanding] = []
    for change in changes:
        before = rows[change.student]
        standing = change.old
        while since and before and before[-1].until > since:
            undone.append(before[-1])
            standing = before.pop().standing
        last = before[-1] if before else None
        held_from = last.until if last else begun.get(change.student, since)
        if since and held_from < since:
            if standing != change.new:
                kept.append(_former(change.student, standing, since, by, at))
        elif last and last.standing == change.new:
            undone.append(last)
    if undone:
        FormerStanding.objects.filter(pk__in=[row.pk for row in undone]).delete()
    FormerStanding.objects.bulk_create(kept)


def _former(student: int, standing: str, until: date, by, at: datetime) -> FormerStanding:
    return FormerStanding(student_id=student, standing=standing, until=until, replaced_at=at, replaced_by=by)


def first_days(students: Collection[int]) -> dict[int, date]:
    """Student → the first day in a class of the county; whoever was in none is missing."""
    places = Enrolment.objects.filter(student__in=students).order_by()
    return dict(places.values_list("student").annotate(Min("since")))
