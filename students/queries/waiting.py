"""What waits for an answer of the reader, counted for the page that leads to it; a query or two each."""

from collections.abc import Callable
from datetime import date

from django.db.models import Q

from students.access import Scope
from students.models import Finding, HandOverChild, LeaveSlip, ProposedMatch, Suspension, Transfer, WorkbookUpload
from students.queries.alerts import boxes
from students.queries.leave_slips import classes_answered_for, missing_slips
from students.queries.notices import waiting_notices
from students.queries.unverified import number_unverified


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


def unverified(scope: Scope, today: date) -> int:
    """待核实 of the classes whose absences the reader clears up."""
    return number_unverified(scope) if scope.homeroom or scope.clerk_of else 0


def alerts(scope: Scope, today: date) -> int:
    """Alerts that nobody has answered: today's of one's own class, for the clerk those of earlier days."""
    return boxes(scope, today)["waiting"].count() if scope.homeroom or scope.clerk_of else 0


def notices(scope: Scope, today: date) -> int:
    """One's own notices that are neither put aside nor done."""
    return len(waiting_notices(scope, scope.person))


def leave_slips(scope: Scope, today: date) -> int:
    """Slips 请假条 that wait for the school, and for whoever runs no school the absences that none answers for."""
    if scope.clerk_of or scope.led:
        here = Q(student__line__school__in=scope.clerk_of | scope.led)
        return LeaveSlip.objects.filter(here, decision="").count()
    if not scope.homeroom:
        return 0
    return len(missing_slips(classes_answered_for(scope), today))


WAITING: dict[str, Callable[[Scope, date], int]] = {
    "students:transfers": transfers,
    "students:suspensions": suspensions,
    "students:matches": matches,
    "students:campaigns": findings,
    "students:hand_overs": arrivals,
    "casework:uploads": uploads,
    "students:unverified": unverified,
    "students:alerts": alerts,
    "students:notices": notices,
    "students:leave_slips": leave_slips,
}
