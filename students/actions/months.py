"""补录: the registers of a month entered from paper, all of them or none."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Subquery
from django.utils import timezone

from students.access import Scope
from students.actions import audit
from students.actions.followup import facts_changed
from students.actions.registers import (
    NotYourRegister,
    RegisterChanged,
    RegisterRefused,
    correct_marks,
    joined,
)
from students.attendance_year import Stay
from students.days import Slot
from students.models import AbsenceMark, AuditRow, ReferenceStamp, RollCall, SchoolClass
from students.month_entry import Entered, Place
from students.month_sheet import next_month
from students.queries.calendar import calendar_under
from students.queries.month_sheets import children_of
from students.queries.policy import policy_under

ACTION = "register.submit_month"


class MonthChanged(RegisterRefused):
    """Somebody has meanwhile said otherwise in some registers; ``children``: place → ids on whom the two differ."""

    def __init__(self, children: Mapping[Place, Collection[int]]):
        super().__init__("你打开页面之后，别人提交过下面这些点名，和你填的不同。什么也没有保存，请核对后再保存。")
        self.children = children


@dataclass(frozen=True)
class SavedMonth:
    """How many registers were taken and corrected; ``repeated`` where the same sending had arrived before."""

    taken: int = 0
    corrected: int = 0
    repeated: bool = False


def submit_month(
    *,
    by,
    scope: Scope,
    school_class: int,
    month: date,
    registers: Sequence[Entered],
    submission: UUID,
    today: date,
    reason: str = "",
) -> SavedMonth:
    """Take the registers of a month that are missing and correct those that stand, in one transaction.

    What stands and was not changed on the page stays untouched. Each register says the version that the page showed;
    ``submission`` is the sending, written once however often it arrives. ``taken_at`` is now: the register is late, and
    that stays visible. Raises ``SchoolClass.DoesNotExist`` outside the scope, ``NotYourRegister`` for whoever may only
    look, ``MonthChanged`` where two people disagree, ``RegisterRefused`` with the reason otherwise.
    """
    entry = _Entry(month, tuple(registers), submission, today, reason.strip())
    try:
        return _submit(by=by, scope=scope, school_class=school_class, entry=entry)
    except IntegrityError:
        # The same sending was written while this one waited for the class: begin again, see it.
        return _submit(by=by, scope=scope, school_class=school_class, entry=entry)


@dataclass(frozen=True)
class _Entry:
    """A month as it was sent (see ``submit_month``)."""

    month: date
    registers: tuple[Entered, ...]
    submission: UUID
    today: date
    reason: str


@transaction.atomic
def _submit(*, by, scope: Scope, school_class: int, entry: _Entry) -> SavedMonth:
    target = _locked_class(scope, school_class)
    if written := AuditRow.objects.filter(key=entry.submission).first():
        return _sent_before(written, target, entry)
    _refuse_impossible_days(target, entry)
    _, stays = children_of(target, entry.month, next_month(entry.month))
    _refuse_strangers(stays, entry)
    standing = _standing(target, entry)
    missing, corrections = _differences(standing, stays, entry)
    _refuse_late_corrections(target, scope, [register.place.day for register, _ in corrections], entry)
    if not missing and not corrections:
        raise RegisterRefused("没有要保存的内容：格子都空着，也没有勾选“点过名”，或者和已登记的一样。")
    touched = _take(target, missing, by)
    for register, marks in corrections:
        _, changed = correct_marks(standing[register.place], marks, by, entry.reason)
        touched.update(changed)
    saved = SavedMonth(taken=len(missing), corrected=len(corrections))
    counts = {"taken": saved.taken, "corrected": saved.corrected, "marks": len(touched)}
    audit.record(by=by, action=ACTION, subject=target, key=entry.submission, month=f"{entry.month:%Y-%m}", **counts)
    days = sorted({register.place.day for register in [*missing, *(each for each, _ in corrections)]})
    facts_changed(
        students=touched, registers=[(target.pk, day) for day in days], today=entry.today, reason="补录考勤",
        stamp=target.stamp,
    )  # fmt: skip
    return saved


def _locked_class(scope: Scope, school_class: int) -> SchoolClass:
    """The class with the reference stamp, locked until the transaction ends."""
    stamp = Subquery(ReferenceStamp.objects.values("stamp")[:1])
    rows = SchoolClass.objects.visible_to(scope).annotate(stamp=stamp).select_related("school")
    target = rows.select_for_update(of=("self",), no_key=True).get(pk=school_class)
    if not scope.may_enter_month(target):
        raise NotYourRegister("整月补录由班主任和教务处办理。没有保存。")
    return target


def _sent_before(written: AuditRow, target: SchoolClass, entry: _Entry) -> SavedMonth:
    if (written.action, written.subject_id) != (ACTION, target.pk) or written.details[
        "month"
    ] != f"{entry.month:%Y-%m}":
        raise RegisterRefused("这次提交已用在另一张表上，没有保存。请刷新页面后重新填写。")
    return SavedMonth(written.details["taken"], written.details["corrected"], repeated=True)


def _refuse_impossible_days(target: SchoolClass, entry: _Entry) -> None:
    school_days = calendar_under(target.stamp).school_days(school=target.school_id, school_class=target.pk)
    places = [register.place for register in entry.registers]
    if len(set(places)) != len(places):
        raise RegisterRefused("提交的内容不完整，没有保存。请刷新页面后重新填写。")
    for place in places:
        day = f"{place.day.month}月{place.day.day}日"
        if place.day > entry.today:
            raise RegisterRefused(f"{day}还没有到，不能提前登记。什么也没有保存。")
        if not entry.month <= place.day < next_month(entry.month) or place.day not in school_days:
            raise RegisterRefused(f"{day}不是本班这个月的上课日，不能登记。什么也没有保存，校历有误请告诉教务处。")
        if place.slot not in target.school.slot_list:
            raise RegisterRefused(f"本校不在{place.slot.label}点名。什么也没有保存，请刷新页面后重新填写。")


def _refuse_strangers(stays: Mapping[int, Sequence[Stay]], entry: _Entry) -> None:
    """Nobody is marked on a day on which they are not in the class."""
    for register in entry.registers:
        day = register.place.day
        if any(not _is_here(stays, student, day) for student in register.marks):
            raise RegisterRefused(
                f"名单已有变动：有学生{day.month}月{day.day}日不在这个班。什么也没有保存，请刷新页面后重新填写。"
            )


def _is_here(stays: Mapping[int, Sequence[Stay]], student: int, day: date) -> bool:
    return any(stay.holds(day) for stay in stays.get(student, ()))


def _standing(target: SchoolClass, entry: _Entry) -> dict[Place, RollCall]:
    """The roll calls that stand at the places entered, with their marks; two queries."""
    days = {register.place.day for register in entry.registers}
    calls = RollCall.objects.filter(school_class=target, day__in=days).prefetch_related("marks")
    return {Place(call.day, Slot(call.slot)): call for call in calls}


def _differences(standing: Mapping[Place, RollCall], stays: Mapping[int, Sequence[Stay]], entry: _Entry):
    """(registers to take, registers to correct with their marks); what is not changed is in neither."""
    missing, corrections, differing = [], [], {}
    for register in entry.registers:
        call = standing.get(register.place)
        if call is None and register.version:
            raise RegisterRefused("有一次点名刚被撤销，什么也没有保存。请刷新页面后重新填写。")
        if call is None:
            missing.append(register)
            continue
        try:
            marks = _meant(call, register, stays)
        except RegisterChanged as changed:
            differing[register.place] = changed.children
            continue
        if marks != {mark.student_id: mark.kind for mark in call.marks.all()}:
            corrections.append((register, marks))
    if differing:
        raise MonthChanged(differing)
    return missing, corrections


def _meant(call: RollCall, register: Entered, stays: Mapping[int, Sequence[Stay]]) -> dict[int, str]:
    """The marks that the register shall have: those typed, and of children who now stand on another sheet that day
    those that were written. Raises ``RegisterChanged`` where two people disagree."""
    written = {mark.student_id: mark.kind for mark in call.marks.all()}
    kept = {student: kind for student, kind in written.items() if not _is_here(stays, student, call.day)}
    return joined(call, {**kept, **register.marks}, register.version)


def _refuse_late_corrections(target: SchoolClass, scope: Scope, days: Collection[date], entry: _Entry) -> None:
    """What stands is corrected as on its own page: in time by whoever takes the register, later by the clerk with a
    reason."""
    allowed = timedelta(days=policy_under(target.stamp, entry.today).correction_days)
    late = sorted(day for day in days if entry.today - day > allowed)
    if late and target.school_id not in scope.clerk_of:
        raise RegisterRefused(
            f"{late[0].month}月{late[0].day}日的点名已经登记，过了可以自己更正的时间。什么也没有保存，请教务处更正。"
        )
    if late and not entry.reason:
        raise RegisterRefused("更正以前的点名要写明原因。什么也没有保存，请填写更正原因后再保存。")


def _take(target: SchoolClass, missing: Sequence[Entered], by) -> set[int]:
    """Write the registers and their marks; returns the children marked."""
    now = timezone.now()
    calls = RollCall.objects.bulk_create(
        RollCall(
            school_class=target,
            day=register.place.day,
            slot=register.place.slot,
            taken_by=by,
            taken_at=now,
            version=target.next_first_version,
            first_version=target.next_first_version,
        )
        for register in missing
    )
    AbsenceMark.objects.bulk_create(
        AbsenceMark(roll_call=call, student_id=student, kind=kind)
        for call, register in zip(calls, missing, strict=True)
        for student, kind in sorted(register.marks.items())
    )
    return {student for register in missing for student in register.marks}
