"""Children counted in person: a head count of a class (班级清点), and why a child is not back when a term opens."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from students.access import Scope
from students.actions import audit
from students.models import HeadCount, HeadCountMissing, OpeningAbsence, SchoolClass, Student, Term
from students.queries.calendar import current_calendar
from students.queries.head_counts import counts_from_above, term_on
from students.queries.registers import roster
from students.register_days import slot_at
from students.templatetags.chinese import ctime

Missing = Mapping[int, HeadCountMissing.Reason]


class CountRefused(Exception):
    """A count or a note that was not saved; the message is a Chinese sentence that says why and what to do."""


@transaction.atomic
def record_head_count(
    *,
    by,
    scope: Scope,
    school_class: SchoolClass,
    present: int,
    missing: Missing,
    note: str,
    on_roll: int,
    seen: datetime | None,
    today: date,
) -> HeadCount:
    """Keep what ``by`` counted in the room today; the same person may correct it on the same day. Each side, the school
    and those above it, counts a class once a day.

    ``missing``: student id → reason, for those on the roll who were not in the room. ``on_roll``: how many the page
    said attend the class; ``seen``: when the count that the page showed was recorded, None for none. The same count
    sent twice is one. Raises ``CountRefused``.
    """
    SchoolClass.objects.select_for_update(no_key=True).get(pk=school_class.pk)
    term = _term_of_school_day(school_class, today)
    children = set(roster(school_class.pk, today).values_list("student", flat=True))
    if len(children) != on_roll or not missing.keys() <= children:
        raise CountRefused("名单刚有变动，和打开页面时不同。没有保存，请刷新页面，按新名单再核对一遍。")
    _refuse_unexplained(on_roll, present, len(missing), note)
    place = {
        "school_class": school_class,
        "counted_on": today,
        "is_from_above": counts_from_above(scope, school_class.school_id),
    }
    standing = HeadCount.objects.filter(**place).select_related("counted_by").first()
    values = {"on_roll": on_roll, "present": present, "note": note}
    if standing and standing.counted_by_id == by.pk and _says_the_same(standing, values, missing):
        return standing
    _refuse_unseen(standing, by, seen)
    count = standing or _begun(by, term, **place)
    for name, value in values.items():
        setattr(count, name, value)
    count.recorded_at, count.recorded_by = timezone.now() if standing else count.counted_at, by
    count.save()
    _write_missing(count, missing)
    action = "head_count.correct" if standing else "head_count.record"
    audit.record(by=by, action=action, subject=count, on_roll=on_roll, present=present, missing=len(missing))
    return count


def _begun(by, term: Term, **place) -> HeadCount:
    """A count that begins now. The slot is kept: the school may take its registers in others one day."""
    now, slots = timezone.now(), place["school_class"].school.slot_list
    return HeadCount(
        term=term, counted_by=by, counted_at=now, slot=slot_at(slots, timezone.localtime(now)).value, **place
    )


def _write_missing(count: HeadCount, missing: Missing) -> None:
    count.missing.all().delete()
    HeadCountMissing.objects.bulk_create(
        HeadCountMissing(head_count=count, student_id=student, reason=reason)
        for student, reason in sorted(missing.items())
    )


def _term_of_school_day(school_class: SchoolClass, day: date) -> Term:
    term = term_on(day)
    if term is None:
        raise CountRefused("今天不在学期里，没有保存。开学以后再清点。")
    school_days = current_calendar().school_days(school=school_class.school_id, school_class=school_class.pk)
    if day not in school_days:
        raise CountRefused("今天这个班不上课，没有保存。请在上课日到班里清点。")
    return term


def _refuse_unexplained(on_roll: int, present: int, missing: int, note: str) -> None:
    """Every difference between roll and room has to be told: who is missing, or who is there besides."""
    if (unexplained := on_roll - present - missing) > 0:
        raise CountRefused(f"实到比在校少，还有{unexplained}人没有勾选。没有保存，请勾选不在的学生，或核对人数。")
    if (besides := -unexplained) and not note:
        raise CountRefused(
            f"名单以外多出{besides}人。没有保存，请在说明里写明多出的是谁、为什么在这个班，或核对人数和勾选。"
        )


def _says_the_same(standing: HeadCount, values: Mapping, missing: Missing) -> bool:
    kept = dict(standing.missing.values_list("student", "reason"))
    return all(getattr(standing, name) == value for name, value in values.items()) and kept == dict(missing)


def _refuse_unseen(standing: HeadCount | None, by, seen: datetime | None) -> None:
    if standing is None:
        return
    when, who = ctime(standing.recorded_at), standing.counted_by
    if standing.counted_by_id != by.pk:
        raise CountRefused(
            f"今天{when}，{who.name}已经清点过这个班：在校{standing.on_roll}人，实到{standing.present}人。没有保存；"
            "当天由清点人自己更正，别人改天另点；学校和上级各点各的。"
        )
    if standing.recorded_at != seen:
        raise CountRefused(
            f"你打开页面之后，这次清点在{when}改过：实到{standing.present}人。没有保存，请刷新页面核对后再提交。"
        )


@transaction.atomic
def note_opening_absence(
    *,
    by,
    student: Student,
    term: Term,
    school_class: SchoolClass,
    reason: OpeningAbsence.Reason,
    whereabouts: str,
    seen: datetime | None,
) -> OpeningAbsence:
    """Keep why a child is not back at the start of a term and where it is; found out more, it is noted anew.

    ``seen``: when the note that the page showed was recorded, None for none. The same note sent twice is one. Raises
    ``CountRefused``.
    """
    Student.objects.select_for_update(no_key=True).get(pk=student.pk)
    values = {"school_class": school_class, "reason": reason, "whereabouts": whereabouts}
    standing = OpeningAbsence.objects.filter(student=student, term=term).select_related("recorded_by").first()
    if standing and (standing.reason, standing.whereabouts) == (reason, whereabouts):
        return standing
    if standing and standing.recorded_at != seen:
        raise CountRefused(
            f"{standing.recorded_by.name}刚登记过：{standing.get_reason_display()}"
            f"{'，' + standing.whereabouts if standing.whereabouts else ''}。没有保存，请刷新页面核对后再提交。"
        )
    absence = standing or OpeningAbsence(student=student, term=term)
    for name, value in values.items():
        setattr(absence, name, value)
    absence.recorded_at, absence.recorded_by = timezone.now(), by
    absence.save()
    audit.record(by=by, action="opening_absence.note", subject=absence, reason=str(reason))
    return absence
