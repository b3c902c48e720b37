"""What waits for an answer of the reader, counted for the page that leads to it; one query each."""

from collections.abc import Callable
from datetime import date

from django.db.models import Q

from students.access import Scope
from students.models import Finding, HandOverChild, ProposedMatch, Suspension, Transfer, WorkbookUpload


def transfers(scope: Scope, today: date) -> int:
    """Children offered to a school whose registry the reader keeps."""
    return Transfer.objects.filter(to_school__in=scope.clerk_of, answer="").count()


def suspensions(scope: Scope, today: date) -> int:
    """休学 requests that the bureau or the township has not decided on."""
    if not (scope.is_bureau or scope.officer_of):
        return 0
    return Suspension.objects.visible_to(scope).filter(decision="").count()


def matches(scope: Scope, today: date) -> int:
    """Pairs of a resident and a student that the bureau or the township has not looked at."""
    if not (scope.is_bureau or scope.officer_of):
        return 0
    return ProposedMatch.objects.visible_to(scope).count()


def findings(scope: Scope, today: date) -> int:
    """Children of a sweep under way that nobody has settled: the reader's own, and those of the reader's township or
    school that have been given to nobody."""
    nobodys = Q(township__in=scope.officer_of) | Q(school__in=scope.clerk_of)
    mine = Q(follower=scope.person) | (Q(follower=None) & nobodys)
    rows = Finding.objects.visible_to(scope).filter(mine, campaign__closed_at=None)
    return rows.exclude(state__in=Finding.SETTLED).count()


def arrivals(scope: Scope, today: date) -> int:
    """Children handed over with their cohort whose arrival nobody has confirmed."""
    awaited = HandOverChild.objects.filter(state=HandOverChild.State.AWAITED, hand_over__withdrawn_at=None)
    return awaited.filter(hand_over__to_school__in=scope.clerk_of).count()


def uploads(scope: Scope, today: date) -> int:
    """One's own workbooks that have been checked and not confirmed."""
    return WorkbookUpload.objects.filter(uploaded_by=scope.person, state=WorkbookUpload.State.CHECKED).count()


WAITING: dict[str, Callable[[Scope, date], int]] = {
    "students:transfers": transfers,
    "students:suspensions": suspensions,
    "students:matches": matches,
    "students:campaigns": findings,
    "students:hand_overs": arrivals,
    "casework:uploads": uploads,
}
