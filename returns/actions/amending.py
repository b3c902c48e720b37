"""What else a school does with an amendment: other words for it before it is signed, and the end of one that the bureau
sent back and of which nothing is left."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from returns.actions.place import (
    MEANWHILE,
    Place,
    ReturnRefused,
    locked,
    of_the_page,
    save,
    set_prepared,
    set_reason,
    why_not,
)
from returns.actions.telling import settle_sent_back
from returns.models import Edition
from returns.queries.editions import changes_now, is_closing
from returns.queries.live import live_figures
from returns.queries.periods import FilingPeriod
from returns.states import State, Step
from students.access import Scope
from students.models import School

STILL_DIFFERS = "现在的事实和已经上报的还不同，没有了结。请核对后重新上报更正。"
RETURN_ITSELF = "退回的是{title}本身，没有了结。请核对后重新上报。"


@transaction.atomic
def reword(
    *,
    by,
    scope: Scope,
    school: School,
    period: FilingPeriod,
    remark: str,
    reason: str,
    seen: int,
    today: date,
    at: datetime | None = None,
) -> Edition:
    """改原因和说明 of what waits for the signature; who prepared it stays its author. ``seen``: its version that the
    page showed. A second press does nothing. Raises ``NotYoursToFile``, ``ReturnRefused``."""
    place = Place(school, period, by, scope, today, at or timezone.now())
    filing = locked(place, Step.REWORD)
    row, typed = filing.work, (remark, reason if filing.next_number else "")
    if row and row.state == State.PREPARED and (row.remark, row.reason) == typed:
        return row
    row = of_the_page(place, filing, Step.REWORD, seen)
    set_reason(row, reason)
    row.remark = remark
    save(row, "returns.reword", place)
    return row


@transaction.atomic
def close(
    *,
    by,
    scope: Scope,
    school: School,
    period: FilingPeriod,
    reason: str,
    seen: int,
    today: date,
    at: datetime | None = None,
) -> Edition:
    """了结 an amendment that was sent back, where the facts say again what the bureau has: the attempt that would have
    followed is taken back in the press that begins it, with the school's words, and nobody is reminded any more.

    ``seen``: the id of what was sent back, as the page showed it. A second press does nothing. Raises
    ``NotYoursToFile``, ``ReturnRefused``.
    """
    place = Place(school, period, by, scope, today, at or timezone.now())
    filing = locked(place, Step.CLOSE)
    closed = [row for row in filing.editions if is_closing(row) and row.number == filing.next_number]
    if not filing.returned and closed and (closed[-1].withdrawn_by_id, closed[-1].reason) == (by.pk, reason):
        return closed[-1]  # a second press
    if said := why_not(place, Step.CLOSE, filing.state):
        raise ReturnRefused(said)
    if not filing.returned.number:
        raise ReturnRefused(RETURN_ITSELF.format(title=period.kind.label))
    if filing.returned.pk != seen:
        raise ReturnRefused(MEANWHILE.format(title=period.kind.label))
    if changes_now(live_figures(school, period, today=today), filing, None):
        raise ReturnRefused(STILL_DIFFERS)
    row = filing.next_edition()
    set_reason(row, reason)
    set_prepared(row, place, "")
    row.state, row.withdrawn_at, row.withdrawn_by = State.WITHDRAWN, place.at, by
    save(row, "returns.close", place)
    settle_sent_back(row.school_return, by=by)
    return row
