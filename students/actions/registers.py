"""Taking, correcting and taking back a register (点名)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count, Subquery
from django.utils import timezone

from students.access import Scope
from students.actions import audit
from students.actions.followup import facts_changed
from students.days import MarkKind, Slot
from students.models import AbsenceMark, AuditRow, MarkCorrection, ReferenceStamp, RollCall, SchoolClass
from students.queries.calendar import calendar_under
from students.queries.registers import roster


class RegisterRefused(Exception):
    """The register was not saved; the message is a Chinese sentence that says why and what to do."""


class NotYourRegister(RegisterRefused):
    """The person sees the class but does not take its register."""


class RegisterChanged(RegisterRefused):
    """Somebody else has saved this register since the page was opened; ``roll_call`` is what stands now."""

    def __init__(self, roll_call: RollCall):
        super().__init__("你打开页面之后，别人提交过这次点名。没有保存你的修改，请核对两边的不同后再提交。")
        self.roll_call = roll_call


@dataclass(frozen=True)
class Saved:
    """A saved register; ``repeated`` where the same submission had arrived before and nothing was written."""

    roll_call: RollCall
    repeated: bool = False


def submit(
    *,
    by,
    scope: Scope,
    school_class: int,
    day: date,
    slot: Slot,
    marks: Mapping[int, MarkKind],
    submission: UUID,
    version: int,
    today: date,
    reason: str = "",
) -> Saved:
    """Take the register of a class, day and slot, or correct the one that stands.

    ``marks``: student id → kind, for the exceptions only. ``version``: that of the register the page showed, 0 for
    none. The class's row is locked, so registers of one class are saved one after another. Raises
    ``SchoolClass.DoesNotExist`` outside the scope, ``NotYourRegister`` for whoever may only look, ``RegisterRefused``
    with the reason otherwise.
    """
    values = {"marks": marks, "submission": submission, "version": version, "today": today, "reason": reason}
    place = {"school_class": school_class, "day": day, "slot": slot}
    try:
        return _submit(by=by, scope=scope, place=place, **values)
    except IntegrityError:
        if RollCall.objects.filter(submission=submission).exclude(**place).exists():
            raise RegisterRefused("这次提交已用在另一次点名上，没有保存。请刷新页面后重新点名。") from None
        # Somebody took the same register while this one waited for the class: begin again, and see it.
        return _submit(by=by, scope=scope, place=place, **values)


@transaction.atomic
def _submit(*, by, scope, place, marks, submission, version, today, reason) -> Saved:
    target = _locked_class(scope, _for_saving(**place, students=marks), place["school_class"])
    _refuse_impossible_day(target, place["day"], place["slot"], today)
    # Read again under the lock: the one that stood may have been corrected or taken back while this one waited.
    standing = RollCall.objects.filter(pk=target.standing).first() if target.standing else None
    if standing and standing.submission == submission:
        return Saved(standing, repeated=True)
    _refuse_other_version(standing, version)
    if (target.attending or 0) != len(marks):
        raise RegisterRefused("名单已有变动：有学生当天不在这个班。没有保存，请刷新页面后重新点名。")
    if standing is None:
        roll_call, touched = _take(target, place["day"], place["slot"], marks, submission, by)
    else:
        roll_call, touched = _correct(standing, marks, submission, by, reason)
    audit.record(by=by, action="register.submit", subject=roll_call, version=roll_call.version, marks=len(marks))
    _follow(roll_call, touched, today, "更正考勤" if standing else "补录考勤", stamp=target.stamp)
    return Saved(roll_call)


@transaction.atomic
def take_back(*, by, scope: Scope, roll_call: int, version: int, today: date) -> None:
    """Undo one's own submission within seconds: a correction returns to what stood before, a first register is gone.

    The audit log keeps what was taken back. Raises ``RegisterRefused`` when the moment has passed.
    """
    seen = RollCall.objects.visible_to(scope).filter(pk=roll_call).first()
    if seen is not None:
        _locked_class(scope, SchoolClass.objects.all(), seen.school_class_id)
    call = RollCall.objects.filter(pk=roll_call).first() if seen else None
    if call is None:  # taken back by another press
        raise RegisterRefused("这次提交已经撤销。")
    deadline = timezone.now() - timedelta(seconds=settings.UNDO_SECONDS)
    last = AuditRow.objects.filter(
        subject=RollCall._meta.label_lower, subject_id=call.pk, action="register.submit"
    ).last()
    is_latest = last is not None and last.details["version"] == call.version == version
    if not is_latest or last.done_by_id != by.pk or last.done_at < deadline:
        raise RegisterRefused("已过可以撤销的时间，没有撤销。要改动，请打开这次点名，改好后再提交。")
    marks = dict(call.marks.values_list("student", "kind"))
    audit.record(by=by, action="register.take_back", subject=call, version=version, marks=marks)
    if call.version == 1:
        call.marks.all().delete()
        call.delete()
    else:
        before = dict(call.corrections.filter(version=version).values_list("student", "old_kind"))
        restored = {student: kind for student, kind in {**marks, **before}.items() if kind}
        _, marks = _correct(call, restored, None, by, "撤销提交")
    _follow(call, set(marks), today, "撤销点名")


def was_taken_back(*, by, roll_call: int) -> bool:
    """Whether ``by`` has taken this register back already: a second press, not a stranger."""
    rows = AuditRow.objects.filter(subject=RollCall._meta.label_lower, subject_id=roll_call)
    return rows.filter(action="register.take_back", done_by=by).exists()


def _locked_class(scope: Scope, classes, school_class: int) -> SchoolClass:
    """The class, locked until the transaction ends; refused where the person may look but not write."""
    rows = classes.visible_to(scope).select_related("school").select_for_update(of=("self",), no_key=True)
    target = rows.get(pk=school_class)
    if not scope.may_take_register(target):
        raise NotYourRegister("你可以查看这个班的考勤，但不负责它的点名。没有保存。")
    return target


def _for_saving(*, school_class: int, day: date, slot: Slot, students):
    """Classes with what a save has to know, so that the query that locks the class brings it along.

    ``standing``: the roll call that stands; ``attending``: how many of ``students`` attend the class that day;
    ``stamp``: the reference stamp, under which the calendar is read.
    """
    call = RollCall.objects.filter(school_class=school_class, day=day, slot=slot)
    attending = roster(school_class, day).filter(student__in=students).order_by().values("school_class")
    return SchoolClass.objects.annotate(
        standing=Subquery(call.values("pk")),
        attending=Subquery(attending.annotate(count=Count("pk")).values("count")),
        stamp=Subquery(ReferenceStamp.objects.values("stamp")[:1]),
    )


def _refuse_impossible_day(target: SchoolClass, day: date, slot: Slot, today: date) -> None:
    if day > today:
        raise RegisterRefused("还没有到这一天，不能提前点名。没有保存。")
    if slot not in target.school.slot_list:
        raise RegisterRefused(f"本校不在{slot.label}点名。没有保存，请从今天的点名进入。")
    days = calendar_under(target.stamp).school_days(school=target.school_id, school_class=target.pk)
    if day not in days:
        raise RegisterRefused("这一天不是本班的上课日，不能点名。没有保存，校历有误请告诉教务处。")


def _refuse_other_version(standing: RollCall | None, version: int) -> None:
    """Refuse to overwrite in silence what somebody else saved since the page was opened."""
    if standing is None and version:
        raise RegisterRefused("这次点名刚被撤销，没有保存。请刷新页面后重新点名。")
    if standing and standing.version != version:
        raise RegisterChanged(standing)


def _take(target, day, slot, marks, submission, by) -> tuple[RollCall, set[int]]:
    roll_call = RollCall.objects.create(
        school_class=target, day=day, slot=slot, taken_by=by, taken_at=timezone.now(), submission=submission
    )
    AbsenceMark.objects.bulk_create(
        AbsenceMark(roll_call=roll_call, student_id=student, kind=kind) for student, kind in sorted(marks.items())
    )
    return roll_call, set(marks)


def _correct(call: RollCall, marks, submission, by, reason: str) -> tuple[RollCall, set[int]]:
    """Bring the marks to ``marks``; every change keeps the old value, its author and its time."""
    old = dict(call.marks.values_list("student", "kind"))
    changed = sorted(student for student in old.keys() | marks.keys() if old.get(student) != marks.get(student))
    call.version += 1
    call.submission = submission
    call.save(update_fields=["version", "submission"])
    MarkCorrection.objects.bulk_create(
        MarkCorrection(
            roll_call=call,
            student_id=student,
            old_kind=old.get(student, ""),
            new_kind=marks.get(student, ""),
            version=call.version,
            corrected_at=timezone.now(),
            corrected_by=by,
            reason=reason,
        )
        for student in changed
    )
    call.marks.filter(student__in=[student for student in changed if student not in marks]).delete()
    AbsenceMark.objects.bulk_create(
        [
            AbsenceMark(roll_call=call, student_id=student, kind=marks[student])
            for student in changed
            if student in marks
        ],
        update_conflicts=True,
        unique_fields=["roll_call", "student"],
        update_fields=["kind"],
    )
    return call, set(changed)


def _follow(call: RollCall, touched: set[int], today: date, reason: str, *, stamp: int | None = None) -> None:
    registers = [(call.school_class_id, call.day)]
    facts_changed(students=touched, registers=registers, today=today, reason=reason, stamp=stamp)
