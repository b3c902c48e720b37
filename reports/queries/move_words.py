"""What is said of a child that came or went: the event that was counted, of a transfer also from or to where."""

from collections.abc import Collection, Sequence
from datetime import date

from django.db.models import Q

from reports.queries.figures import Move
from students.access import Scope
from students.enrolment import EVENT_LABELS, EventKind
from students.models import EnrolmentEvent, Transfer
from students.templatetags.chinese import cdate

BETWEEN_SCHOOLS = (EventKind.TRANSFER_IN, EventKind.TRANSFER_OUT)
IN_VAIN = {Transfer.Answer.REFUSED: "答复未接收", Transfer.Answer.WITHDRAWN: "撤回"}  # nobody waits for an answer


def event_words(day: date, kind: EventKind) -> str:
    """2026年10月12日转出."""
    return f"{cdate(day)}{EVENT_LABELS[kind]}"


def move_words(moves: Sequence[Move], *, day: date, scope: Scope) -> dict[int, str]:
    """Event → what is said of it on ``day``; two queries more where somebody came from or went to another school."""
    words = {move.event: event_words(move.day, move.kind) for move in moves}
    moved = {move.event for move in moves if move.kind in BETWEEN_SCHOOLS}
    if not moved:
        return words
    places, in_vain = _places(moved, scope)
    events = EnrolmentEvent.objects.filter(pk__in=moved).values_list("pk", "kind", "confirmed_on", "note")
    for event, kind, confirmed_on, note in events:
        said = [words[event], places.get(event) or note]
        if kind == EventKind.TRANSFER_OUT:
            is_confirmed = confirmed_on and confirmed_on <= day
            said.append(f"{cdate(confirmed_on)}确认接收" if is_confirmed else in_vain.get(event, "还没有确认接收"))
        words[event] = "，".join(filter(None, said))
    return words


def _places(events: Collection[int], scope: Scope) -> tuple[dict[int, str], dict[int, str]]:
    """Event → 转往西岭小学 or 由西岭小学转来, and event → when that school said no or the offer was taken back; as far
    as the reader sees the transfer. The last offer stands."""
    rows = Transfer.objects.visible_to(scope).filter(Q(out_event__in=events) | Q(in_event__in=events))
    found: dict[int, str] = {}
    in_vain: dict[int, str] = {}
    for row in rows.select_related("from_school", "to_school").order_by("offered_at", "pk"):
        found[row.out_event_id] = f"转往{row.to_school or row.to_place}"
        in_vain.pop(row.out_event_id, None)
        if how := IN_VAIN.get(row.answer):
            in_vain[row.out_event_id] = f"{cdate(row.answered_at)}{how}"
        if row.in_event_id:
            found[row.in_event_id] = f"由{row.from_school}转来"
    return found, in_vain
