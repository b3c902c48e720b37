"""关注学生: proposed, withdrawn, confirmed or sent back, reviewed, given to another, ended (domain.md §2 and §5).

The child is locked first, with its classes, as for everything that is written about it. A confirmed one has a row among
the special groups 特殊群体; a confirmed 动摇生 also stands in a case.
"""

from datetime import date

from django.db import transaction
from django.utils import timezone

from casework.actions import watch_cases
from casework.causes import Reason
from casework.models import Watch, WatchEvent
from casework.queries.watches import latest_review, offices_of, parts_of, rows_to_follow, staff_of_child
from casework.watching import TRANSITIONS, WatchAction, WatchEnd, WatchKind, WatchState, is_review_day, refusal
from students.access import Scope
from students.actions import audit, groups, notices
from students.actions.locks import lock_children
from students.enrolment import REGISTERED, STANDING_LABELS, Standing
from students.models import Notice, Person, RegistryLine, SpecialGroup, Student
from students.templatetags.chinese import cdate


class WatchRefused(Exception):
    """Nothing was saved; the message is a Chinese sentence that says why and what to do."""


class NotYourWatch(WatchRefused):
    """The person sees the child but has no part in this."""


class WatchChanged(WatchRefused):
    """Somebody else has done something with the proposal since the page was opened."""


@transaction.atomic
def propose(
    *, by, scope: Scope, student: Student, kind: WatchKind, reason: Reason | None, grounds: str, today: date
) -> Watch:
    """提出: a teacher of the class or the school names a child, with the grounds; who decides at the school is told.

    ``reason``: why a 动摇生 wavers; of the others it is not asked. The same one sent twice is one. Raises
    ``NotYourWatch``, ``WatchRefused``.
    """
    line = _locked_line(student)
    if words := refusal(None, WatchAction.PROPOSE, parts_of(scope, line, None)):
        raise NotYourWatch(f"{words}，没有提出。")
    reason = reason if kind is WatchKind.WAVERING else None
    if row := Watch.objects.open().filter(student=student, kind=kind).select_related("proposed_by").first():
        if row.state == WatchState.PROPOSED and row.proposed_by_id == by.pk and row.grounds == grounds:
            return row
        told = f"{row.proposed_by.name}{cdate(row.proposed_on)}提出"
        raise WatchRefused(f"这名学生已列为“{kind.label}”（{told}，{row.get_state_display()}），没有重复提出。")
    if line.standing != Standing.ATTENDING:
        raise WatchRefused(f"这名学生现在不在校（{_standing(line)}），没有提出。")
    if not grounds:
        raise WatchRefused("提出要写明依据，没有提出。请填写后再提交。")
    if kind is WatchKind.WAVERING and reason is None:
        raise WatchRefused("动摇生要选原因，没有提出。请选择后再提交。")
    row = Watch.objects.create(
        student=student, kind=kind, state=WatchState.PROPOSED, reason=reason or "", grounds=grounds, proposed_on=today,
        proposed_at=timezone.now(), proposed_by=by,
    )  # fmt: skip
    _keep(row, WatchAction.PROPOSE, by=by, today=today, note=grounds)
    _tell(row, line, offices_of(line, today), Notice.Kind.WATCH_PROPOSED, by=by, today=today)
    return row


@transaction.atomic
def withdraw(*, by, scope: Scope, watch: Watch, today: date) -> Watch:
    """撤回 one's own proposal while nobody has decided on it. A second press does nothing. Raises ``WatchRefused``."""
    row, line = _locked(watch)
    if row.state == WatchState.WITHDRAWN and row.closed_by_id == by.pk:
        return row
    _refuse(row, WatchAction.WITHDRAW, scope, line)
    row.state, row.closed_on, row.closed_at, row.closed_by = WatchState.WITHDRAWN, today, timezone.now(), by
    _save(row, WatchAction.WITHDRAW, by=by, today=today)
    _settle(row, by=by)
    return row


@transaction.atomic
def confirm(
    *, by, scope: Scope, watch: Watch, responsible: Person, review_on: date, version: int, today: date
) -> Watch:
    """确认: the child has a person 责任人 and a review date from now on, and a row among the special groups.

    A row of that kind which stands already is taken over. Raises ``NotYourWatch``, ``WatchRefused``.
    """
    row, line = _locked(watch)
    if row.state == WatchState.CONFIRMED and row.decided_by_id == by.pk and _cares(row, responsible, review_on):
        return row  # a second press
    _refuse(row, WatchAction.CONFIRM, scope, line, version)
    if line.standing != Standing.ATTENDING:
        raise WatchRefused(f"这名学生现在不在校（{_standing(line)}），没有确认。请退回，写明情况。")
    _refuse_care(line, responsible, review_on, today)
    row.state, row.decided_at, row.decided_by = WatchState.CONFIRMED, timezone.now(), by
    row.responsible, row.review_on, row.group = responsible, review_on, _group_of(row, by=by, today=today)
    _save(row, WatchAction.CONFIRM, by=by, today=today)
    watch_cases.enter(row, line, by=by, today=today, note=row.grounds)
    _settle(row, by=by)
    _tell(row, line, [row.proposed_by, responsible], Notice.Kind.WATCH_DECIDED, by=by, today=today)
    return row


@transaction.atomic
def refuse(*, by, scope: Scope, watch: Watch, reason: str, version: int, today: date) -> Watch:
    """退回 a proposal, with the reason. Raises ``NotYourWatch``, ``WatchRefused``."""
    row, line = _locked(watch)
    if row.state == WatchState.REFUSED and row.decided_by_id == by.pk and row.decision_note == reason:
        return row  # a second press
    _refuse(row, WatchAction.REFUSE, scope, line, version)
    if not reason:
        raise WatchRefused("退回要写明原因，没有退回。请填写后再提交。")
    row.state, row.decided_at, row.decided_by, row.decision_note = WatchState.REFUSED, timezone.now(), by, reason
    _save(row, WatchAction.REFUSE, by=by, today=today, note=reason)
    _settle(row, by=by)
    _tell(row, line, [row.proposed_by], Notice.Kind.WATCH_DECIDED, by=by, today=today)
    return row


@transaction.atomic
def review(
    *, by, scope: Scope, watch: Watch, responsible: Person, review_on: date, note: str, version: int, today: date
) -> Watch:
    """复核，继续关注: how it stands, the next review date, perhaps another person. Raises ``WatchRefused``."""
    row, line = _locked(watch)
    if _is_second_press(row, WatchAction.REVIEW, by, version) and _cares(row, responsible, review_on):
        return row
    _refuse(row, WatchAction.REVIEW, scope, line, version)
    if not note:
        raise WatchRefused("复核要写明现在的情况，没有保存。请填写后再提交。")
    if line.standing not in (Standing.ATTENDING, Standing.SUSPENDED):
        raise WatchRefused(f"这名学生现在不在校（{_standing(line)}），不能继续关注，没有保存。请结束关注，写明情况。")
    _refuse_care(line, responsible, review_on, today)
    is_new = row.responsible_id != responsible.pk
    row.responsible, row.review_on = responsible, review_on
    _save(row, WatchAction.REVIEW, by=by, today=today, note=note)
    watch_cases.enter(row, line, by=by, today=today, note=note, step="watch_reviewed")
    _settle(row, by=by)
    if is_new:
        _tell(row, line, [responsible], Notice.Kind.WATCH_DECIDED, by=by, today=today)
    return row


@transaction.atomic
def assign(*, by, scope: Scope, watch: Watch, responsible: Person, note: str, version: int, today: date) -> Watch:
    """更换责任人, with the reason (调离、病假…). Raises ``NotYourWatch``, ``WatchRefused``."""
    row, line = _locked(watch)
    if row.state == WatchState.CONFIRMED and row.responsible_id == responsible.pk:
        return row  # a second press
    _refuse(row, WatchAction.ASSIGN, scope, line, version)
    if not note:
        raise WatchRefused("更换责任人要写明原因，没有保存。请填写后再提交。")
    _refuse_person(line, responsible, today)
    row.responsible = responsible
    _save(row, WatchAction.ASSIGN, by=by, today=today, note=note)
    _tell(row, line, [responsible], Notice.Kind.WATCH_DECIDED, by=by, today=today)
    return row


@transaction.atomic
def end(*, by, scope: Scope, watch: Watch, reason: WatchEnd, note: str, version: int, today: date) -> Watch:
    """结束关注, with what became of the child; its special group ends the same day. Raises ``WatchRefused``.

    The case of a 动摇生 ends with it only where nothing else keeps it open.
    """
    row, line = _locked(watch)
    if row.state == WatchState.ENDED and row.closed_by_id == by.pk and (row.end_reason, row.end_note) == (reason, note):
        return row  # a second press
    _refuse(row, WatchAction.END, scope, line, version)
    if not note:
        raise WatchRefused("结束关注要写明情况，没有保存。请填写后再提交。")
    _end(row, line, reason, by=by, today=today, note=note)
    _settle(row, by=by)
    _tell(row, line, [row.responsible], Notice.Kind.WATCH_DECIDED, by=by, today=today)
    return row


def follow_watches(*, today: date) -> dict[str, int]:
    """By the clock: end those of children who have left, give every 动摇生 its case, and say whose review is near."""
    ended = opened = told = 0
    for pk in list(rows_to_follow(today).values_list("pk", flat=True)):
        with transaction.atomic():
            row, line = _locked(Watch.objects.get(pk=pk))
            if row.is_open and line.standing not in REGISTERED:
                _leave(row, line, today)
                ended += 1
            elif row.state == WatchState.CONFIRMED:
                opened += watch_cases.enter_again(row, line, today=today)
                told += _remind(row, line, today)
    return {"ended": ended, "opened": opened, "told": told}


def held(group: SpecialGroup) -> str:
    """Why a special group is not ended by itself: it belongs to a child that is watched. Blank = it is not."""
    if not Watch.objects.confirmed().filter(group=group).exists():
        return ""
    return f"“{group.get_kind_display()}”有责任人和复核日期，没有结束。请教务处在“关注学生”里结束关注。"


def _leave(row: Watch, line: RegistryLine, today: date) -> None:
    """The child has left: what was proposed falls away, what was confirmed ends."""
    note = f"学生已不在籍（{_standing(line)}）"
    if row.state == WatchState.CONFIRMED:
        _end(row, line, WatchEnd.LEFT, by=None, today=today, note=note)
    else:
        row.state, row.closed_on, row.closed_at, row.end_note = WatchState.WITHDRAWN, today, timezone.now(), note
        _save(row, WatchAction.WITHDRAW, by=None, today=today, note=note)
    _settle(row, by=None)


def _end(row: Watch, line: RegistryLine, reason: WatchEnd, *, by, today: date, note: str) -> None:
    row.state, row.closed_on, row.closed_at, row.closed_by = WatchState.ENDED, today, timezone.now(), by
    row.end_reason, row.end_note = reason, note
    _save(row, WatchAction.END, by=by, today=today, note=f"{reason.label}：{note}"[:200])
    groups.end_kept(by=by, group=row.group, until=today, today=today)
    watch_cases.leave(row, line, by=by, today=today, note=note)


def _remind(row: Watch, line: RegistryLine, today: date) -> int:
    """Say once that a review is near; how many people have been told."""
    if not row.is_due_on(today):
        return 0
    asked = {"kind": Notice.Kind.WATCH_REVIEW, "student": row.student_id, "day": row.review_on}
    if Notice.objects.filter(**asked).exists():
        return 0
    people = [row.responsible, *offices_of(line, today)]
    return _tell(row, line, people, Notice.Kind.WATCH_REVIEW, by=None, today=row.review_on)


def _group_of(row: Watch, *, by, today: date) -> SpecialGroup:
    kind = SpecialGroup.Kind(row.kind)
    if known := SpecialGroup.objects.filter(student=row.student_id, kind=kind, until=None).first():
        return known
    try:
        return groups.add(by=by, student=row.student, kind=kind, detail="", since=today, today=today)
    except groups.GroupRefused as refused:
        raise WatchRefused(str(refused)) from None


def _save(row: Watch, action: WatchAction, *, by, today: date, note: str = "") -> None:
    row.version += 1
    row.save()
    _keep(row, action, by=by, today=today, note=note)


def _keep(row: Watch, action: WatchAction, *, by, today: date, note: str = "") -> None:
    """One event and one audit row; ``row`` says already what it says from now on."""
    WatchEvent.objects.create(
        watch=row, action=action, day=today, at=timezone.now(), by=by, note=note, responsible=row.responsible,
        review_on=row.review_on,
    )  # fmt: skip
    audit.record(by=by, action=f"watch.{action}", subject=row, student=row.student_id, kind=row.kind)


def _is_second_press(row: Watch, action: WatchAction, by, version: int) -> bool:
    last = row.events.order_by("-pk").first()
    return row.version == version + 1 and last.action == action and last.by_id == by.pk


def _cares(row: Watch, responsible: Person, review_on: date) -> bool:
    return row.responsible_id == responsible.pk and row.review_on == review_on


def _standing(line: RegistryLine) -> str:
    return STANDING_LABELS[Standing(line.standing)]


def _refuse(row: Watch, action: WatchAction, scope: Scope, line: RegistryLine, version: int | None = None) -> None:
    parts = parts_of(scope, line, row)
    if words := refusal(WatchState(row.state), action, parts):
        has_part = parts & TRANSITIONS[action].parts
        raise (WatchRefused if has_part else NotYourWatch)(f"{words}，没有保存。")
    if version is not None and row.version != version:
        raise WatchChanged("你打开页面之后，这名学生的关注有了新的办理，没有保存。请看过最新情况再提交。")


def _refuse_care(line: RegistryLine, responsible: Person, review_on: date, today: date) -> None:
    _refuse_person(line, responsible, today)
    latest = latest_review(today)
    if not is_review_day(review_on, day=today, latest=latest):
        raise WatchRefused(f"复核日期要在今天以后，最迟{cdate(latest)}，没有保存。请另选一天。")


def _refuse_person(line: RegistryLine, responsible: Person, today: date) -> None:
    if responsible.pk not in dict(staff_of_child(line, today)):
        raise WatchRefused(f"{responsible.name}现在不在这所学校任职，没有保存。请另选责任人。")


def _tell(row: Watch, line: RegistryLine, people, kind: Notice.Kind, *, by, today: date) -> int:
    return notices.send(by=by, to=people, kind=kind, school_class=line.school_class, day=today, student=row.student)


def _settle(row: Watch, *, by) -> None:
    """Nobody has to decide on the child, or to review it, any more; unless it is proposed for something else, too."""
    kinds = {Notice.Kind.WATCH_PROPOSED, Notice.Kind.WATCH_REVIEW}
    if Watch.objects.filter(student=row.student_id, state=WatchState.PROPOSED).exists():
        kinds.remove(Notice.Kind.WATCH_PROPOSED)
    waiting = Notice.objects.filter(kind__in=kinds, student=row.student_id, seen_at=None)
    if by is None:
        waiting.delete()  # nobody has seen to it: the child has left
    else:
        waiting.update(seen_at=timezone.now(), seen_by=by)


def _locked_line(student: Student) -> RegistryLine:
    lock_children([student.pk])
    line = RegistryLine.objects.select_related("school_class__school").filter(pk=student.pk).first()
    if line is None:
        raise WatchRefused("这名学生还没有学籍记录，没有保存。")
    return line


def _locked(watch: Watch) -> tuple[Watch, RegistryLine]:
    """The proposal as it is now, its child locked."""
    line = _locked_line(watch.student)
    rows = Watch.objects.select_related("student", "proposed_by", "responsible", "group")
    return rows.get(pk=watch.pk), line
