"""Who is told of a return, in the transaction of what they are told of.

A notice hangs on a class of the school and on the day on which the period ends, by which the return is found again.
"""

from collections.abc import Collection, Iterable
from datetime import date

from django.utils import timezone

from returns.matters import Matter, notice_kind
from returns.models import Edition, SchoolReturn
from returns.states import State
from students.access import COUNTY_ROLES, SCHOOL_ROLES, in_force
from students.actions import notices
from students.models import Notice, Person, Posting, Role, School, SchoolClass

HEADS = frozenset({Role.PRINCIPAL, Role.DEPUTY_HEAD})


def tell_heads(row: SchoolReturn, *, by, today: date) -> None:
    """That a return waits for the signature, in place of what reminded of it before."""
    _settle(row, [Matter.DUE, Matter.LATE, Matter.TAKEN_BACK], by=by)
    _tell(row, HEADS, Matter.TO_SIGN, by=by, today=today)


def tell_clerks(row: SchoolReturn, *, by, today: date) -> None:
    """That a return is signed and waits to be filed."""
    _tell(row, [Role.REGISTRY_CLERK], Matter.TO_FILE, by=by, today=today)


def tell_signer(edition: Edition, *, by) -> None:
    """That what they signed was taken back."""
    row = edition.school_return
    _send(row.school, [edition.signed_by], notice_kind(row.kind, Matter.TAKEN_BACK), day=row.cut_off, by=by)


def tell_school(edition: Edition, *, matter: Matter, by, today: date) -> None:
    """The heads and the clerk, what the bureau has decided; the same notice of an earlier edition is over, and what
    told the bureau of it, unless another amendment waits."""
    row = edition.school_return
    _settle(row, [Matter.SENT_BACK, Matter.STILL_BACK, Matter.ACCEPTED], by=by)
    told = filing_matter(edition)
    waiting = row.editions.filter(state=State.FILED).only("number")
    if told not in [filing_matter(other) for other in waiting]:
        _settle(row, [told], by=by)
    _tell(row, SCHOOL_ROLES, matter, by=by, today=today)


def tell_bureau(edition: Edition, *, by, today: date) -> None:
    """That a return or an amendment has been filed; what the school was to do for it is done."""
    row = edition.school_return
    _settle(
        row,
        [Matter.SENT_BACK, Matter.STILL_BACK, Matter.TO_SIGN, Matter.TO_FILE, Matter.TAKEN_BACK, Matter.TO_AMEND],
        by=by,
    )
    people = Person.objects.filter(pk__in=_posted(today).filter(role__in=COUNTY_ROLES).values("person"))
    _send(row.school, people, notice_kind(row.kind, filing_matter(edition)), day=row.cut_off, by=by)


def filing_matter(edition: Edition) -> Matter:
    """What the bureau is told of an edition."""
    return Matter.AMENDED if edition.number else Matter.FILED


def settle_signing(row: SchoolReturn, *, by) -> None:
    """Nobody waits for the signature any more, nor for what was signed."""
    _settle(row, [Matter.TO_SIGN, Matter.TO_FILE], by=by)


def settle_sent_back(row: SchoolReturn, *, by) -> None:
    """What the bureau sent back is to be filed no more."""
    _settle(row, [Matter.SENT_BACK, Matter.STILL_BACK], by=by)


def tell_of_due(row: SchoolReturn, *, today: date) -> None:
    """That the facts say something else than what was filed."""
    _tell(row, SCHOOL_ROLES, Matter.TO_AMEND, by=None, today=today)


def untell_of_due(row: SchoolReturn) -> None:
    """The facts say again what was filed: there is nothing to be told of any more."""
    kind = notice_kind(row.kind, Matter.TO_AMEND)
    Notice.objects.filter(kind=kind, seen_at=None, day=row.cut_off, school_class__school=row.school_id).delete()


def remind(school: School, people: Iterable[Person], kind: str, *, cut_off: date) -> int:
    """What the clock tells of a period; how many have been told now."""
    return _send(school, people, kind, day=cut_off, by=None)


def tell_reviewed(school: School, *, kind: Notice.Kind, day: date, by, today: date) -> None:
    """The heads and the clerk, that a review is closed, or that it asks for an amendment of the month that ends on
    ``day``."""
    _tell_posted(school, SCHOOL_ROLES, kind, day=day, by=by, today=today)


def _tell(row: SchoolReturn, roles: Collection[str], matter: Matter, *, by, today: date) -> None:
    _tell_posted(row.school, roles, notice_kind(row.kind, matter), day=row.cut_off, by=by, today=today)


def _tell_posted(school: School, roles: Collection[str], kind: str, *, day: date, by, today: date) -> None:
    posted = _posted(today).filter(school=school, role__in=roles)
    people = Person.objects.filter(pk__in=posted.values("person"))
    _send(school, people, kind, day=day, by=by)


def _posted(today: date):
    return in_force(Posting.objects.all(), today)


def _send(school: School, people: Iterable[Person], kind: str, *, day: date, by) -> int:
    # A return is of the whole school, so any class of it will do.
    school_class = SchoolClass.objects.filter(school=school).order_by("pk").first()
    return notices.send(by=by, to=people, kind=kind, school_class=school_class, day=day) if school_class else 0


def _settle(row: SchoolReturn, matters: Collection[Matter], *, by) -> None:
    kinds = [notice_kind(row.kind, matter) for matter in matters]
    waiting = Notice.objects.filter(kind__in=kinds, seen_at=None, day=row.cut_off, school_class__school=row.school_id)
    waiting.update(seen_at=timezone.now(), seen_by=by)
