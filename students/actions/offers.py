"""Open transfers 转学 whose answer the facts have given, through whichever door those came in."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from django.utils import timezone

from students.actions import audit
from students.enrolment import ENTRIES, EventKind
from students.models import EnrolmentEvent, Transfer


def settle_offers(students: Collection[int], *, by, today: date) -> None:
    """Answer the open transfers of these children who have come in somewhere, or whose 转出 stands confirmed.

    Nobody is left waiting for an answer that is known: 已接收 where the school that was offered the child has it by a
    转入 (which confirms the 转出), 已撤回 where it has come in otherwise, 全国系统办结 where the 转出 was confirmed on
    paper. To be called inside the transaction that wrote the events; ``by`` is None for an import from the console.
    """
    rows = Transfer.objects.select_for_update(of=("self",)).select_related("out_event")
    offers = list(rows.filter(student__in=students, answer="").order_by("pk"))
    if not offers:
        return
    entries: dict[int, list[EnrolmentEvent]] = defaultdict(list)
    effective = EnrolmentEvent.objects.effective().filter(student__in=[offer.student_id for offer in offers])
    for event in effective.filter(kind__in=ENTRIES).select_related("school_class").order_by("happened_on", "order"):
        entries[event.student_id].append(event)
    for offer in offers:
        left = (offer.out_event.happened_on, offer.out_event.order)
        came = next((each for each in entries[offer.student_id] if (each.happened_on, each.order) > left), None)
        if came:
            _answer_by_entry(offer, came, by, today)
        elif offer.out_event.confirmed_on:
            answer_offer(offer, by, Transfer.Answer.REGISTERED, note="导入的学籍变动写明已接收")


def _answer_by_entry(offer: Transfer, came: EnrolmentEvent, by, today: date) -> None:
    if came.kind != EventKind.TRANSFER_IN or came.school_class.school_id != offer.to_school_id:
        answer_offer(offer, by, Transfer.Answer.WITHDRAWN, note="孩子已到别处就读")
        return
    if offer.out_event.confirmed_on is None:
        offer.out_event.confirmed_on = today
        offer.out_event.save(update_fields=["confirmed_on"])
    answer_offer(offer, by, Transfer.Answer.ACCEPTED, in_event=came)


def answer_offer(offer: Transfer, by, answer: Transfer.Answer, *, note: str = "", in_event=None) -> None:
    """Keep an answer, with its audit row; the offer is locked by whoever calls."""
    offer.answer, offer.answer_note, offer.in_event = answer, note, in_event
    offer.answered_at, offer.answered_by = timezone.now(), by
    offer.save(update_fields=["answer", "answer_note", "in_event", "answered_at", "answered_by"])
    audit.record(by=by, action=f"transfer.{answer}", subject=offer, event=offer.out_event_id)
