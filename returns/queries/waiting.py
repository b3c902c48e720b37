"""How many returns and reviews wait for the reader, for the pages that lead to them."""

from datetime import date

from django.db.models import Exists, OuterRef, Q

from returns.models import AmendmentRequest, Edition, ReviewChild, ReviewMonth, ReviewSheet
from returns.queries.grid import grid_rows, schools_that_file
from returns.queries.periods import FilingCalendar
from returns.states import State
from students.access import Scope


def waiting(scope: Scope, today: date) -> int:
    """Of the clerk and the heads their periods that are due and not filed, or sent back, for the bureau what it has to
    accept."""
    if scope.is_bureau:
        return Edition.objects.visible_to(scope).filter(state=State.FILED).exclude(signed_by=scope.person).count()
    own = scope.clerk_of | scope.led
    if not own:
        return 0
    schools = list(schools_that_file(scope).filter(pk__in=own))
    periods = [period for period in FilingCalendar().to_file(today) if period.is_due(today)]
    rows = grid_rows(schools, periods, today=today)
    return sum(cell.is_owed for row in rows for cell in row.cells)


def waiting_reviews(scope: Scope, today: date) -> int:
    """Of the clerk and the heads the months that they are asked to amend, for the bureau the schools of open reviews of
    which not everything has been entered; a query."""
    if scope.is_bureau:
        rows = ReviewSheet.objects.shown_to(scope).filter(review__closed_at=None)
        children = ReviewChild.objects.filter(sheet=OuterRef("pk"), finding="")
        months = ReviewMonth.objects.filter(sheet=OuterRef("pk"), agreement="")
        return rows.filter(Q(Exists(children)) | Q(Exists(months))).count()
    own = scope.clerk_of | scope.led
    return AmendmentRequest.objects.open().filter(month__sheet__school__in=own).count() if own else 0
