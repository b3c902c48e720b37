"""What waits for an answer of the reader, counted for the page that leads to it; one query each."""

from collections.abc import Callable
from datetime import date

from students.access import Scope
from students.models import HandOverChild, Suspension, Transfer, WorkbookUpload


def transfers(scope: Scope, today: date) -> int:
    """Children offered to a school whose registry the reader keeps."""
    return Transfer.objects.filter(to_school__in=scope.clerk_of, answer="").count()


def suspensions(scope: Scope, today: date) -> int:
    """休学 requests that the bureau or the township has not decided on."""
    if not scope.roles & {"bureau_officer", "township_officer"}:
        return 0
    return Suspension.objects.visible_to(scope).filter(decision="").count()


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
    "students:hand_overs": arrivals,
    "casework:uploads": uploads,
}
