"""Taking, correcting and taking back a register (点名)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count, Subquery
from django.db.models.functions import Greatest
from django.utils import timezone

from students.access import Scope
from students.actions import audit
from students.actions.followup import NOTHING, Followed, facts_changed
from students.days import MARK_LABELS, MarkKind, Slot
from students.models import AbsenceMark, AuditRow, MarkCorrection, ReferenceStamp, RollCall, SchoolClass
from students.prepared import Prepared
from students.queries.calendar import calendar_under
from students.queries.policy import policy_under
from students.queries.registers import roster
from students.register_days import WINDOW
from students.templatetags.chinese import cdate_short

VERIFIED = "核实"  # the reason kept with the correction of a 待核实


class RegisterRefused(Exception):
    """The register was not saved; the message is a Chinese sentence that says why and what to do."""


class NotYourRegister(RegisterRefused):
    """The person sees the class but does not take its register."""


class RegisterChanged(RegisterRefused):
    """Somebody else has meanwhile said otherwise of the same children; ``roll_call`` is what stands now.

    ``children``: ids of those on whom the two differ; ``agreed``: the marks of all others, in which both are joined.
    """

    def __init__(self, roll_call: RollCall, children: Collection[int], agreed: Mapping[int, str]):
        super().__init__("你打开页面之后，别人提交过这次点名。没有保存你的修改，请逐人选一个再提交。")
        self.roll_call = roll_call
        self.children = children
        self.agreed = agreed


@dataclass(frozen=True)
class Saved:
    """A saved register, its ``marks`` as they stand now (student id → kind), and what followed.

    ``repeated`` where the same submission had arrived before and nothing was written.
    """

    roll_call: RollCall
    marks: Mapping[int, str]
    repeated: bool = False
    followed: Followed = NOTHING


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
    taken_at: datetime | None = None,
) -> Saved:
    """Take the register of a class, day and slot, or correct the one that stands.

    ``marks``: student id → kind, for the exceptions only. ``version``: that of the register the page showed, 0 for
    none; where it has been corrected since, the two are joined child by child. ``submission``: the sending; the same
    one is written once, however often it arrives. ``taken_at``: when it was taken, where a device kept it until there
    was a network. The class's row is locked, so registers of one class are saved one after another. Raises
    ``SchoolClass.DoesNotExist`` outside the scope, ``NotYourRegister`` for whoever may only look, ``RegisterChanged``
    where two people disagree, ``RegisterRefused`` with the reason otherwise.
    """
    sent = Sent(marks, submission, version, today, reason.strip(), taken_at)
    place = {"school_class": school_class, "day": day, "slot": slot}
    try:
        return _submit(by=by, scope=scope, place=place, sent=sent)
    except IntegrityError:
        # The same sending, or somebody else's, was written while this one waited for the class: begin again, see it.
        return _submit(by=by, scope=scope, place=place, sent=sent)


@dataclass(frozen=True)
class Sent:
    """A register as it was sent (see ``submit``)."""

    marks: Mapping[int, MarkKind]
    submission: UUID
    version: int
    today: date
    reason: str
    taken_at: datetime | None

    @property
    def taken_on(self) -> date:
        """The day on which it was pressed, which is not always that of its arrival.

        Only the device says so. It is believed for as long as a register is waited for; what claims to be older counts
        as pressed when it arrived, so that nobody corrects a register of long ago without the clerk.
        """
        pressed = timezone.localdate(self.taken_at) if self.taken_at else self.today
        return pressed if (self.today - pressed).days <= WINDOW else self.today


@transaction.atomic
def _submit(*, by, scope, place, sent: Sent) -> Saved:
    target = _writable(scope, _for_saving(**_asked(scope), **place, students=sent.marks, submission=sent.submission))
    if target.sent_before:
        call = _sent_before(target.sent_before, place)
        return Saved(call, dict(call.marks.values_list("student", "kind")), repeated=True)
    _refuse_impossible_day(target, place["day"], place["slot"], sent.today)
    # Read again under the lock: the one that stood may have been corrected or taken back while this one waited.
    standing = RollCall.objects.filter(pk=target.standing).first() if target.standing else None
    if (target.attending or 0) != len(sent.marks):
        raise RegisterRefused("名单已有变动：有学生当天不在这个班。没有保存，请刷新页面后重新点名。")
    if standing is None:
        if sent.version:
            raise RegisterRefused("这次点名刚被撤销，没有保存。请刷新页面后重新点名。")
        marks = sent.marks
        roll_call, said = _take(target, place["day"], place["slot"], sent, by)
    else:
        _refuse_late_correction(target, scope, place["day"], sent)
        marks = joined(standing, sent.marks, sent.version)
        roll_call, said = correct_marks(standing, marks, by, sent.reason)
    details = {"version": roll_call.version, "marks": len(sent.marks)}
    if sent.taken_at:  # what the device claims, beside the time of its arrival
        details["pressed_at"] = sent.taken_at.isoformat()
    audit.record(by=by, action="register.submit", subject=roll_call, key=sent.submission, **details)
    # Who was not named was there: a first register may show that of children of whom nobody knew.
    followed = _follow(roll_call, said, sent.today, f"{name_of(roll_call)}点名时在校", stamp=target.stamp)
    return Saved(roll_call, marks, followed=followed)


@transaction.atomic
def take_back(*, by, scope: Scope, roll_call: int, version: int, today: date) -> Followed:
    """Undo one's own submission within seconds: a correction returns to what stood before, a first register is gone.

    The audit log keeps what was taken back. Raises ``RegisterRefused`` when the moment has passed.
    """
    seen = RollCall.objects.visible_to(scope).filter(pk=roll_call).first()
    if seen is not None:
        _writable(scope, _locked(scope, SchoolClass.objects.all(), seen.school_class_id))
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
    said = dict.fromkeys(marks, "")
    if not call.is_corrected:
        SchoolClass.objects.filter(pk=call.school_class_id).update(
            last_version_undone=Greatest("last_version_undone", call.version)
        )
        call.marks.all().delete()
        call.delete()
    else:
        before = dict(call.corrections.filter(version=version).values_list("student", "old_kind"))
        restored = {student: kind for student, kind in {**marks, **before}.items() if kind}
        _, said = correct_marks(call, restored, by, "撤销提交")
    return _follow(call, said, today, f"{name_of(call)}的点名已撤销")


@transaction.atomic
def verify(*, by, scope: Scope, school_class: int, student: int, day: date, kind: MarkKind | str, today: date) -> int:
    """Settle a child's 待核实 of a day: what is known now, ``kind`` (blank = 在校), in every slot so marked at once.

    It is not bound to the days of a correction: asking takes as long as it takes. Marks of other kinds stay. Returns
    how many slots were settled, 0 where somebody had been quicker. Raises ``SchoolClass.DoesNotExist`` outside the
    scope, ``NotYourRegister`` for whoever does not answer for the class.
    """
    target = _writable(scope, _locked(scope, SchoolClass.objects.all(), school_class))
    if not scope.may_verify(target):
        raise NotYourRegister("待核实由班主任、代班的人和教务处核实，没有保存。")
    unverified = {"marks__student": student, "marks__kind": MarkKind.UNVERIFIED}
    calls = list(RollCall.objects.filter(school_class=target, day=day, **unverified).order_by("pk"))
    said: dict[int, str] = {}
    for call in calls:
        marks = dict(call.marks.values_list("student", "kind")) | {student: kind}
        said |= correct_marks(call, {child: each for child, each in marks.items() if each}, by, VERIFIED)[1]
    if calls:
        details = {"student": student, "day": day.isoformat(), "slots": len(calls), "kind": kind}
        audit.record(by=by, action="register.verify", subject=target, **details)
        registers = [(target.pk, day)]
        facts_changed(students={student}, registers=registers, today=today, reason=VERIFIED, said=said)
    return len(calls)


def was_taken_back(*, by, roll_call: int) -> bool:
    """Whether ``by`` has taken this register back already: a second press, not a stranger."""
    rows = AuditRow.objects.filter(subject=RollCall._meta.label_lower, subject_id=roll_call)
    return rows.filter(action="register.take_back", done_by=by).exists()


def _writable(scope: Scope, found: Collection[SchoolClass]) -> SchoolClass:
    """The class that was found and locked; refused where the person may look but not write."""
    if not found:
        raise SchoolClass.DoesNotExist
    (target,) = found
    if not scope.may_take_register(target):
        raise NotYourRegister("你可以查看这个班的考勤，但不负责它的点名。没有保存。")
    return target


def _locked(scope: Scope, classes, school_class: int):
    """The class, to be locked until the transaction ends; nothing outside the scope."""
    rows = classes.visible_to(scope).select_related("school").select_for_update(of=("self",), no_key=True)
    return rows.filter(pk=school_class)


def _asked(scope: Scope) -> dict:
    """What of a scope decides which classes are seen."""
    if scope.county:
        return {"county": True, "townships": (), "schools": (), "classes": ()}
    return {"county": False, "townships": scope.townships, "schools": scope.schools, "classes": scope.classes}


@partial(Prepared, fixed=["county"])
def _for_saving(county, townships, schools, classes, school_class, day, slot, students, submission):
    """The class, locked, with what a save has to know, so that one query brings it all.

    ``standing``: the roll call that stands; ``attending``: how many of those marked attend the class that day;
    ``stamp``: the reference stamp, under which the calendar is read; ``sent_before``: the roll call that the same
    sending has been written to.
    """
    scope = Scope(county=county, townships=townships, schools=schools, homeroom=frozenset(classes))
    call = RollCall.objects.filter(school_class=school_class, day=day, slot=slot).order_by()
    attending = roster(school_class, day).filter(student__in=students).order_by().values("school_class")
    written = AuditRow.objects.filter(key=submission).order_by()
    rows = SchoolClass.objects.annotate(
        standing=Subquery(call.values("pk")),
        attending=Subquery(attending.annotate(count=Count("pk")).values("count")),
        stamp=Subquery(ReferenceStamp.objects.values("stamp")[:1]),
        sent_before=Subquery(written.values("subject_id")),
    )
    return _locked(scope, rows, school_class).order_by()


def _sent_before(roll_call: int, place: Mapping) -> RollCall:
    """The register that this sending made or corrected when it came first."""
    call = RollCall.objects.filter(pk=roll_call).first()
    if call is None:
        raise RegisterRefused("这次提交后来撤销了，没有再保存。请刷新页面后重新点名。")
    if (call.school_class_id, call.day, call.slot) != (place["school_class"], place["day"], place["slot"]):
        raise RegisterRefused("这次提交已用在另一次点名上，没有保存。请刷新页面后重新点名。")
    return call


def _refuse_impossible_day(target: SchoolClass, day: date, slot: Slot, today: date) -> None:
    if day > today:
        raise RegisterRefused("还没有到这一天，不能提前点名。没有保存。")
    if slot not in target.school.slot_list:
        raise RegisterRefused(f"本校不在{slot.label}点名。没有保存，请从今天的点名进入。")
    days = calendar_under(target.stamp).school_days(school=target.school_id, school_class=target.pk)
    if day not in days:
        raise RegisterRefused("这一天不是本班的上课日，不能点名。没有保存，校历有误请告诉教务处。")


def joined(standing: RollCall, marks: Mapping[int, str], version: int) -> dict[int, str]:
    """The marks that both people meant: what stands, with what was changed on a page that showed ``version``.

    Whoever took it for the first time has spoken of every child, whoever corrected it only of those changed; a page
    that showed a register taken back since has seen nothing of this one. Raises ``RegisterChanged`` where the two say
    different things of one child, ``RegisterRefused`` for a version to come.
    """
    if version > standing.version:
        raise RegisterRefused("这次点名刚被撤销，没有保存。请刷新页面后重新点名。")
    if version == standing.version:
        return dict(marks)
    theirs = dict(standing.marks.values_list("student", "kind"))
    if version < standing.first_version:
        touched = theirs.keys() | marks.keys()
        differing = {child for child in touched if theirs.get(child) != marks.get(child)}
    else:
        seen = marks_at(standing, version, now=theirs)
        touched = {child for child in seen.keys() | marks.keys() if seen.get(child) != marks.get(child)}
        differing = {child for child in touched if theirs.get(child) not in (seen.get(child), marks.get(child))}
    kinds = theirs | {child: marks.get(child, "") for child in touched}
    joint = {child: kind for child, kind in kinds.items() if kind and child not in differing}
    if differing:
        raise RegisterChanged(standing, differing, joint)
    return joint


def marks_at(call: RollCall, version: int, *, now: Mapping[int, str]) -> dict[int, str]:
    """The marks of a register as they were at ``version``, from those of ``now`` and the corrections since."""
    kinds = dict(now)
    for student, kind in (
        call.corrections.filter(version__gt=version).order_by("-version").values_list("student", "old_kind")
    ):
        kinds[student] = kind
    return {student: kind for student, kind in kinds.items() if kind}


def _refuse_late_correction(target: SchoolClass, scope: Scope, day: date, sent: Sent) -> None:
    """Whoever takes a register corrects it within the days that the county allows, the clerk later, with a reason."""
    allowed = policy_under(target.stamp, sent.today).correction_days
    if (sent.taken_on - day).days <= allowed:
        return
    if target.school_id not in scope.clerk_of:
        until = f"{allowed}天内" if allowed else "当天"
        raise RegisterRefused(f"点名{until}可以自己更正，现在已过时间，没有保存。请教务处更正。")
    if not sent.reason:
        raise RegisterRefused("更正以前的点名要写明原因，没有保存。请填写更正原因后再提交。")


def _take(target, day, slot, sent: Sent, by) -> tuple[RollCall, dict[int, str]]:
    now = timezone.now()
    roll_call = RollCall.objects.create(
        school_class=target,
        day=day,
        slot=slot,
        taken_by=by,
        taken_at=sent.taken_at or now,
        arrived_at=now if sent.taken_at else None,
        version=target.next_first_version,
        first_version=target.next_first_version,
    )
    AbsenceMark.objects.bulk_create(
        AbsenceMark(roll_call=roll_call, student_id=student, kind=kind) for student, kind in sorted(sent.marks.items())
    )
    return roll_call, {child: f"{name_of(roll_call)}点名记{kind.label}" for child, kind in sent.marks.items()}


def correct_marks(call: RollCall, marks, by, reason: str) -> tuple[RollCall, dict[int, str]]:
    """Bring the marks to ``marks``; every change keeps the old value, its author and its time. Returns with the call
    what has changed, in words: child → 9月7日上午旷课改为病假."""
    old = dict(call.marks.values_list("student", "kind"))
    changed = sorted(student for student in old.keys() | marks.keys() if old.get(student) != marks.get(student))
    call.version += 1
    call.save(update_fields=["version"])
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
    return call, {child: f"{name_of(call)}{_said(old, child)}改为{_said(marks, child)}" for child in changed}


def name_of(call: RollCall) -> str:
    """9月7日上午."""
    return f"{cdate_short(call.day)}{Slot(call.slot).label}"


def _said(marks: Mapping[int, str], child: int) -> str:
    return MARK_LABELS[marks[child]] if marks.get(child) else "出勤"


def _follow(call: RollCall, said: Mapping[int, str], today: date, reason: str, *, stamp: int | None = None) -> Followed:
    """``said``: the children touched, each with what has changed in words; blank = as ``reason`` says."""
    own = {child: words for child, words in said.items() if words}
    registers = [(call.school_class_id, call.day)]
    return facts_changed(students=said.keys(), registers=registers, today=today, reason=reason, said=own, stamp=stamp)
