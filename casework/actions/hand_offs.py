"""移交 of a case: sent, accepted, returned with a reason, settled (domain.md §5).

The child is locked first, with its classes, as for everything that is written about it.
"""

from datetime import date

from django.db import transaction
from django.utils import timezone

from casework.actions.case_notes import keep_note
from casework.handing_off import MOST_DAYS, TRANSITIONS, HandOffAction, HandOffState, Side, refusal
from casework.models import Case, HandOff
from casework.queries.case_facts import postings_around
from casework.queries.hand_offs import POSTS_OF, sides_of
from students.access import Scope
from students.actions import audit, notices
from students.actions.locks import lock_children
from students.models import Notice, Person, RegistryLine


class HandOffRefused(Exception):
    """Nothing was saved; the message is a Chinese sentence that says why and what to do."""


class NotYourHandOff(HandOffRefused):
    """The person sees the case but is not on the side that does this."""


@transaction.atomic
def send(
    *, by, scope: Scope, case: Case, from_side: Side, to_side: Side, message: str, due_on: date, today: date
) -> HandOff:
    """移交: let another side take the case up by ``due_on``. The same one pressed twice is one.

    Raises ``NotYourHandOff``, ``HandOffRefused``.
    """
    line = _locked_line(case)
    case = Case.objects.select_related("student").get(pk=case.pk)
    last = HandOff.objects.filter(case=case).order_by("-pk").first()
    wanted = {"from_side": from_side, "to_side": to_side, "message": message, "due_on": due_on}
    if last and last.is_waiting and last.sent_by_id == by.pk and all(getattr(last, k) == v for k, v in wanted.items()):
        return last
    if not case.is_open:
        raise HandOffRefused("这个个案已销号，没有移交。要继续办，请先重新打开。")
    _refuse(last and HandOffState(last.state), HandOffAction.SEND, from_side, to_side, sides_of(scope, line))
    if not message:
        raise HandOffRefused("移交要写明原因和请对方办什么，没有保存。请填写后再提交。")
    if due_on < today:
        raise HandOffRefused("办结期限已经过去，没有移交。请选今天或以后的日子。")
    if (due_on - today).days > MOST_DAYS:
        raise HandOffRefused("办结期限太远，最多一年以后，没有移交。请选一年以内的日子。")
    row = HandOff.objects.create(case=case, state=HandOffState.SENT, sent_at=timezone.now(), sent_by=by, **wanted)
    note = f"{from_side.label}移交{to_side.label}：{message}"[:200]
    keep_note(case, "hand_off", by=by, day=today, note=note, hand_off=row.pk)
    audit.record(by=by, action="hand_off.send", subject=row, student=case.student_id)
    _settle(line, from_side, by=by, today=today)
    _tell(row, line, _people(line, to_side, today), by=by, today=today)
    return row


@transaction.atomic
def step(
    *, by, scope: Scope, hand_off: HandOff, action: HandOffAction, note: str = "", version: int, today: date
) -> HandOff:
    """接收, 退回 or 办结 what was handed off; 退回 needs its reason and 办结 its result as ``note``.

    Raises ``NotYourHandOff``, ``HandOffRefused``.
    """
    line = _locked_line(hand_off.case)
    row = HandOff.objects.select_related("case__student", "sent_by").get(pk=hand_off.pk)
    target = TRANSITIONS[action].target
    told = {HandOffAction.RETURN: row.returned_reason, HandOffAction.FINISH: row.done_note}
    if row.state == target and getattr(row, f"{target}_by_id") == by.pk and told.get(action, note) == note:
        return row  # a second press
    if row.version != version:
        raise HandOffRefused("你打开页面之后，这次移交有了新的办理，没有保存。请看过最新情况再办。")
    _refuse(HandOffState(row.state), action, Side(row.from_side), Side(row.to_side), sides_of(scope, line))
    if action is HandOffAction.RETURN and not note:
        raise HandOffRefused("退回要写明原因，没有保存。请填写后再提交。")
    if action is HandOffAction.FINISH and not note:
        raise HandOffRefused("办结要写明办理结果，没有保存。请填写后再提交。")
    setattr(row, f"{target}_at", timezone.now())
    setattr(row, f"{target}_by", by)
    row.returned_reason = note if action is HandOffAction.RETURN else ""
    row.done_note = note if action is HandOffAction.FINISH else ""
    row.state, row.version = target, row.version + 1
    row.save()
    keep_note(row.case, f"hand_off_{target}", by=by, day=today, note=note, hand_off=row.pk)
    audit.record(by=by, action=f"hand_off.{action}", subject=row, student=row.case.student_id)
    _settle(line, Side(row.to_side), by=by, today=today)
    _tell(row, line, [row.sent_by], by=by, today=today)
    return row


def _people(line: RegistryLine, side: Side, today: date) -> list[Person]:
    return [posting.person for posting in postings_around(line, today).filter(role__in=POSTS_OF[side])]


def _settle(line: RegistryLine, side: Side, *, by, today: date) -> None:
    """What one of a side has dealt with waits for none of the others there."""
    about = {"kind": Notice.Kind.CASE_HANDED_OFF, "school_class": line.school_class, "student": line.student}
    notices.settle(by=by, to=_people(line, side, today), **about)


def _tell(row: HandOff, line: RegistryLine, people: list[Person], *, by, today: date) -> None:
    notices.send(
        by=by, to=people, kind=Notice.Kind.CASE_HANDED_OFF, school_class=line.school_class, day=today,
        student=row.case.student,
    )  # fmt: skip


def _locked_line(case: Case) -> RegistryLine:
    lock_children([case.student_id])
    return RegistryLine.objects.select_related("student", "school_class__school").get(pk=case.student_id)


def _refuse(state: HandOffState | None, action: HandOffAction, sender: Side, receiver: Side, sides) -> None:
    if reason := refusal(state, action, sender=sender, receiver=receiver, sides=sides):
        wrong_person = not refusal(state, action, sender=sender, receiver=receiver, sides=set(Side))
        raise (NotYourHandOff if wrong_person else HandOffRefused)(f"{reason}。没有保存。")
