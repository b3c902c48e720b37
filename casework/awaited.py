"""What a case waits for besides its duties: a promise to come back, trips that are planned, the limit of a letter.

``earliest`` says what comes next when a step is done, called off or taken back; where nothing is waited for, the stage
says (``case_engine.replan``).
"""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from casework.contacts import ContactMethod
from casework.documents import DocumentState
from casework.models import Case, CaseEvent, Contact, LetterDelivery, TripChild
from casework.stages import OUT_OF_SCHOOL, CaseStage
from casework.steps import CaseStep
from students.calendar import SchoolDays
from students.templatetags.chinese import cdate_short


class Awaited(NamedTuple):
    """A step that is waited for: ``on`` is its day, ``words`` says what stands on that day, in Chinese."""

    on: date
    step: CaseStep
    note: str
    words: str


def earliest(case: Case, school_days: SchoolDays, today: date, *, told: Contact | None = None) -> Awaited | None:
    """What is waited for first from today on; of a day a promise before a trip, a trip before a limit.

    ``told``: the contact that has just been recorded; a joint visit is the trip of its day, and its promise, whenever
    that is for, stands in place of those before it.
    """
    return first_of([*bound(case, school_days, today, told=told), *_limits(case, today)])


def bound(case: Case, school_days: SchoolDays, today: date, *, told: Contact | None = None) -> list[Awaited]:
    """What is agreed with others and no plan may pass over: the promise that stands, and trips."""
    is_promise = told is not None and told.promised_on is not None
    promises = [promise_of(told, school_days)] if is_promise else _promises(case, school_days, today)
    return [*promises, *_trips(case, today, told)]


def first_of(found: Iterable[Awaited]) -> Awaited | None:
    return min(found, key=lambda each: each.on, default=None)


def promise_of(contact: Contact, school_days: SchoolDays) -> Awaited:
    """What a promise is waited for with: it is checked on the day promised, or the first school day after it."""
    on, day = school_days.on_or_after(contact.promised_on), cdate_short(contact.promised_on)
    if on == contact.promised_on:
        return Awaited(on, CaseStep.PROMISED, contact.next_note, f"孩子答应{day}返校")
    note = "；".join(filter(None, [f"答应{day}返校", contact.next_note]))[:200]
    return Awaited(on, CaseStep.PROMISED, note, f"孩子答应{day}返校，{cdate_short(on)}核实")


def limit_of(delivery: LetterDelivery, today: date) -> Awaited:
    """The 回访 at the end of a letter's limit; one that was told after its limit is followed up today."""
    note = f"{delivery.document.get_kind_display()}的期限到{cdate_short(delivery.limit_on)}"
    return Awaited(max(delivery.limit_on, today), CaseStep.FOLLOW_UP, note, note)


def _promises(case: Case, school_days: SchoolDays, today: date) -> list[Awaited]:
    """The last promise that was neither taken back nor kept, where its day has not passed."""
    if case.stage == CaseStage.RETURNED:
        return []
    events = CaseEvent.objects.filter(case=case)
    came = Q(action="promise_kept") | Q(to_stage=CaseStage.RETURNED) & ~Q(from_stage=F("to_stage"))
    settled = events.filter(came | Q(to_stage=CaseStage.CLOSED)).order_by("-pk").values("pk")[:1]
    told = events.filter(action="promise", pk__gt=Coalesce(Subquery(settled), 0)).values_list("details", flat=True)
    contacts = Contact.objects.filter(pk__in=[details["contact"] for details in told], cancelled_at=None)
    last = contacts.order_by("pk").last()
    promise = last and promise_of(last, school_days)
    return [promise] if promise and promise.on >= today else []


def _trips(case: Case, today: date, told: Contact | None) -> list[Awaited]:
    if case.stage not in OUT_OF_SCHOOL:
        return []
    rows = TripChild.objects.filter(case=case, trip__day__gte=today).waited_for().select_related("trip")
    is_joint = told is not None and told.method == ContactMethod.JOINT_VISIT
    if is_joint and not TripChild.objects.filter(contact=told).exists():  # told without the page of the trip
        rows = rows.exclude(trip__day=told.day)
    return [_trip(row) for row in rows.order_by("trip__day", "pk")]


def _trip(row: TripChild) -> Awaited:
    led = f"{row.trip.leader}带队"
    return Awaited(row.trip.day, CaseStep.JOINT_PERSUADE, led, f"{cdate_short(row.trip.day)}有联合劝返（{led}）")


def _limits(case: Case, today: date) -> list[Awaited]:
    """The limits of letters served in this case that have not ended, or end today and nobody has asked since."""
    if case.stage == CaseStage.RETURNED:
        return []
    asked = Contact.objects.filter(student=case.student_id, cancelled_at=None, day__gte=OuterRef("limit_on"))
    rows = LetterDelivery.objects.filter(
        ~Exists(asked), document__student=case.student_id, limit_on__gte=today, delivered_on__gte=case.since
    )
    rows = rows.exclude(document__state=DocumentState.VOIDED).select_related("document")
    return [limit_of(row, today) for row in rows.order_by("limit_on", "pk")]
