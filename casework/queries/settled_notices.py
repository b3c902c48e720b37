"""Notices about cases whose matter is over: read off the case, so that whatever ends the matter ends the notice."""

from collections.abc import Callable

from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.lookups import IsNull
from django.utils import timezone

from casework.models import Case, HandUp
from students.models import Notice


def _is_not_assigned() -> Q:
    """The case has been closed, taken back or given to somebody else."""
    return ~Exists(_open_case().filter(assigned_to=OuterRef("person")))


def _nothing_is_handed_up() -> Q:
    """Nothing of the child that has gone up is undone."""
    undone = HandUp.objects.standing(timezone.localdate()).filter(case__student=OuterRef("student")).order_by()
    # Asked notice by notice: as a condition of existence PostgreSQL reads everything that was ever owed.
    return Q(IsNull(Subquery(undone.values("pk")[:1]), True))


def _is_closed() -> Q:
    """The child has no open case any more, so nothing is handed off in one."""
    return ~Exists(_open_case())


def _open_case():
    return Case.objects.open().filter(student=OuterRef("student"))


OVER: dict[str, Callable[[], Exists | Q]] = {
    Notice.Kind.CASE_ASSIGNED: _is_not_assigned,
    Notice.Kind.CASE_HANDED_UP: _nothing_is_handed_up,
    Notice.Kind.CASE_HANDED_OFF: _is_closed,
}
