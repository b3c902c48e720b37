"""更正与作废: a correction is a new event that names the one it corrects; what was written stays readable."""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from students.actions import audit, dropouts
from students.actions.enrolment import (
    effective_events,
    keep_places,
    next_order,
    places_from,
    refuse_unseen,
    sent_before,
)
from students.actions.followup import facts_changed
from students.actions.locks import lock_child
from students.enrolment import Event, EventKind, ImpossibleEvent, Place
from students.models import Certificate, EnrolmentEvent, HandOverChild, SchoolClass, Suspension, Transfer
from students.templatetags.chinese import cdate


class CorrectionRefused(Exception):
    """A correction that cannot be made; the message is a Chinese sentence."""


@transaction.atomic
def correct(
    *,
    by,
    event: EnrolmentEvent,
    happened_on: date,
    school_class: SchoolClass | None,
    reason: str,
    submission: UUID | None = None,
    seen: int | None = None,
    today: date,
) -> EnrolmentEvent:
    """Put another event of the same kind in the place of ``event``, with the right day and the right class.

    What hung on the old event (papers, transfer, suspension, hand-over) hangs on the new one. Raises
    ``CorrectionRefused`` where the events after it would no longer fit, naming the first that does not, and
    ``DropoutRefused`` where a child cannot have dropped out on that day.
    """
    lock_child(event.student, school_class)
    if sent := sent_before(submission):
        return sent
    old = _standing(event, seen)
    _refuse_moved_past_its_transfer(old, happened_on)
    if old.kind == EventKind.DROP_OUT:
        dropouts.refuse(old.student, happened_on, corrected=old, today=today)
    order = old.order if happened_on == old.happened_on else next_order(old.student, happened_on)
    new = Event(happened_on, order, EventKind(old.kind), school_class and school_class.pk)
    kept = _places_with(old, new)
    made = _write(by, old, old.kind, happened_on, order, school_class, reason, submission)
    _hang_on(old, made)
    _keep(by, made, kept, today, action="enrolment.correct", reason=f"更正{old.get_kind_display()}")
    return made


@transaction.atomic
def void(
    *,
    by,
    event: EnrolmentEvent,
    reason: str,
    submission: UUID | None = None,
    seen: int | None = None,
    today: date,
) -> EnrolmentEvent:
    """Take ``event`` back without putting another in its place; raises ``CorrectionRefused`` like ``correct``.

    A transfer that hung on it is withdrawn, or given back to the old school; a suspension is no longer approved; a
    child of a hand-over is awaited again.
    """
    lock_child(event.student)
    if sent := sent_before(submission):
        return sent
    old = _standing(event, seen)
    _refuse_where_taken_in(old)
    kept = _places_with(old, None)
    made = _write(by, old, EventKind.VOID, old.happened_on, old.order, None, reason, submission)
    _let_go(by, old, reason)
    _keep(by, made, kept, today, action="enrolment.void", reason=f"作废{old.get_kind_display()}")
    return made


def _standing(event: EnrolmentEvent, seen: int | None) -> EnrolmentEvent:
    """The event as it stands; refused where it has been corrected or another was recorded meanwhile."""
    refuse_unseen(event.student, seen)
    old = EnrolmentEvent.objects.effective().select_related("student").filter(pk=event.pk).first()
    if old is None:
        raise CorrectionRefused("这项变动已经更正或作废过，这次没有保存。请在最新的那一项上办理。")
    return old


def _places_with(old: EnrolmentEvent, new: Event | None) -> list[Place]:
    """The places once ``new`` stands instead of ``old``."""
    taken_out = Event(old.happened_on, old.order, EventKind(old.kind), old.school_class_id)
    events = [event for event in effective_events([old.student_id])[old.student_id] if event != taken_out]
    events = sorted([*events, new] if new else events)
    try:
        return places_from(events)
    except ImpossibleEvent as refused:
        misfit = events[refused.position]
        if misfit == new:
            raise CorrectionRefused(f"{refused}。没有保存，请核对日期和班级。") from None
        raise CorrectionRefused(
            f"改了以后，{cdate(misfit.happened_on)}的“{misfit.kind.label}”就不成立了（{refused}）。"
            "没有保存，请先更正或作废后面这一项。"
        ) from None


def _refuse_moved_past_its_transfer(old: EnrolmentEvent, happened_on: date) -> None:
    if old.confirmed_on and happened_on > old.confirmed_on:
        raise CorrectionRefused(f"接收日期是{cdate(old.confirmed_on)}，转出不能晚于它。没有保存。")


def _refuse_where_taken_in(old: EnrolmentEvent) -> None:
    """A 转出 that another school has answered by taking the child in is no longer the old school's to take back."""
    accepted = Transfer.objects.filter(out_event=old, answer=Transfer.Answer.ACCEPTED).select_related("to_school")
    if transfer := accepted.first():
        raise CorrectionRefused(
            f"{transfer.to_school}已经接收，转出不能作废，没有保存。孩子没去的，请{transfer.to_school}先作废转入。"
        )


def _write(by, old, kind, happened_on, order, school_class, reason, submission) -> EnrolmentEvent:
    stays = kind != EventKind.VOID
    return EnrolmentEvent.objects.create(
        student=old.student,
        kind=kind,
        happened_on=happened_on,
        order=order,
        school_class=school_class,
        confirmed_on=old.confirmed_on if stays else None,
        note=reason,
        recorded_at=timezone.now(),
        recorded_by=by,
        corrects=old,
        submission=submission,
        year_turn=old.year_turn if stays else None,
    )


def _hang_on(old: EnrolmentEvent, made: EnrolmentEvent) -> None:
    """Everything that named the old event names the one that stands."""
    Certificate.objects.filter(event=old).update(event=made)
    Transfer.objects.filter(out_event=old).update(out_event=made)
    Transfer.objects.filter(in_event=old).update(in_event=made)
    Suspension.objects.filter(event=old).update(event=made)
    HandOverChild.objects.filter(event=old).update(event=made)


def _let_go(by, old: EnrolmentEvent, reason: str) -> None:
    """What hung on an event that no longer stands is answered or begins anew."""
    answered = {"answered_at": timezone.now(), "answered_by": by}
    Transfer.objects.filter(out_event=old, answer="").update(
        answer=Transfer.Answer.WITHDRAWN, answer_note="转出已作废", **answered
    )
    for transfer in Transfer.objects.filter(in_event=old).select_related("out_event"):
        note = f"转入已作废：{reason}"[:200]
        Transfer.objects.filter(pk=transfer.pk).update(
            answer=Transfer.Answer.REFUSED, answer_note=note, in_event=None, **answered
        )
        EnrolmentEvent.objects.filter(pk=transfer.out_event_id).update(confirmed_on=None)
    Suspension.objects.filter(event=old).update(
        decision=Suspension.Decision.WITHDRAWN,
        decision_note=f"休学已作废：{reason}"[:200],
        event=None,
        decided_at=timezone.now(),
        decided_by=by,
    )
    HandOverChild.objects.filter(event=old).update(
        state=HandOverChild.State.AWAITED, event=None, answered_at=None, answered_by=None
    )


def _keep(by, made: EnrolmentEvent, kept: list[Place], today: date, *, action: str, reason: str) -> None:
    keep_places({made.student_id: kept})
    audit.record(by=by, action=action, subject=made, corrects=made.corrects_id, student=made.student_id)
    facts_changed(students={made.student_id}, today=today, reason=reason)
