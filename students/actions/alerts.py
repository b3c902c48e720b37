"""有学生不在: reported by a subject teacher, answered by whoever has the class, taken back within a minute."""

from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from students.access import Scope, in_force
from students.actions import audit, notices
from students.days import Slot
from students.models import MissingAlert, Notice, Person, Posting, Role, SchoolClass, TimetableEntry
from students.queries.calendar import current_calendar
from students.queries.homeroom import homeroom_teachers
from students.queries.lessons import weekday_followed
from students.queries.registers import roster
from students.templatetags.chinese import ctime


class AlertRefused(Exception):
    """Nothing was saved; the message is a Chinese sentence that says why and what to do."""


class NotYourAlert(AlertRefused):
    """The person sees the alert or the class, and has no part in this."""


@transaction.atomic
def report(*, by, scope: Scope, school_class: int, student: int, slot: Slot | str, today: date) -> MissingAlert:
    """Tell the 班主任 and the substitute that a child is not in the lesson; where there is neither, the clerk.

    A child who has been reported and not found yet is not reported twice: the standing alert is returned. Raises
    ``SchoolClass.DoesNotExist`` outside the scope, ``NotYourAlert``, ``AlertRefused`` with the reason.
    """
    target = _locked(scope, school_class)
    if target.pk not in scope.taught - scope.homeroom:
        raise NotYourAlert("有学生不在，由这个班的科任教师报告。没有报告。")
    calendar = current_calendar()
    if today not in calendar.school_days(school=target.school_id, school_class=target.pk):
        raise AlertRefused("今天这个班不上课，没有报告。")
    if slot and slot not in target.school.slot_list:
        raise AlertRefused("本校没有这个节次，没有报告。请从今天的页面进入。")
    child = roster(target.pk, today).filter(student=student).first()
    if child is None:
        raise AlertRefused("这名学生今天不在这个班的名单里，没有报告。请刷新页面再看。")
    place = {"student": child.student, "school_class": target, "day": today, "slot": slot}
    if standing := MissingAlert.objects.open().filter(student=student, day=today, slot=slot).first():
        return standing
    subject = _subject(by, place, weekday_followed(target, today, calendar))
    alert = MissingAlert.objects.create(reported_by=by, reported_at=timezone.now(), subject=subject, **place)
    audit.record(by=by, action="alert.report", subject=alert, student=student, school_class=target.pk)
    notices.send(by=by, to=_who_answers(target, today), kind=Notice.Kind.CHILD_MISSING, **place)
    return alert


@transaction.atomic
def answer(*, by, scope: Scope, alert: int, answer: MissingAlert.Answer) -> MissingAlert:
    """Say where the child is; whoever was told need not be told any longer. 去找了 may be followed by another answer.

    The same answer again does nothing. Raises ``MissingAlert.DoesNotExist`` outside the scope, ``NotYourAlert``,
    ``AlertRefused`` where somebody else has answered otherwise or it was taken back.
    """
    target = _locked(scope, MissingAlert.objects.visible_to(scope).get(pk=alert).school_class_id)
    if not scope.may_answer_for(target):
        raise NotYourAlert("由班主任、代班的人或教务处答复，没有保存。")
    people = ("student", "school_class__school", "answered_by", "reported_by")
    row = MissingAlert.objects.select_related(*people).get(pk=alert)
    if row.taken_back_at:
        raise AlertRefused(f"{row.reported_by.name}已经撤回这次报告，不用答复。")
    if row.answer == answer:
        return row
    if row.answer not in MissingAlert.OPEN:
        raise AlertRefused(
            f"{row.answered_by.name} {ctime(row.answered_at)}已经答复：{row.get_answer_display()}。没有保存你的答复。"
        )
    row.answer, row.answered_at, row.answered_by = answer, timezone.now(), by
    row.save(update_fields=["answer", "answered_at", "answered_by"])
    _notices_of(row).update(seen_at=row.answered_at, seen_by=by)
    audit.record(by=by, action="alert.answer", subject=row, answer=answer)
    return row


@transaction.atomic
def take_back(*, by, scope: Scope, alert: int) -> None:
    """Take one's own report back while nobody has acted on it. A second press does nothing.

    Raises ``MissingAlert.DoesNotExist`` outside the scope, ``NotYourAlert`` or ``AlertRefused``.
    """
    _locked(scope, MissingAlert.objects.visible_to(scope).get(pk=alert).school_class_id)
    row = MissingAlert.objects.select_related("answered_by").get(pk=alert)
    if row.reported_by_id != by.pk:
        raise NotYourAlert("只有报告的人可以撤回，没有撤回。")
    if row.taken_back_at:
        return
    if row.answer:
        raise AlertRefused(f"{row.answered_by.name}已经答复：{row.get_answer_display()}。不用撤回。")
    if row.reported_at < timezone.now() - timedelta(seconds=settings.ALERT_UNDO_SECONDS):
        raise AlertRefused("已过一分钟，不能撤回。学生在的话，请直接告诉班主任。")
    row.taken_back_at, row.taken_back_by = timezone.now(), by
    row.save(update_fields=["taken_back_at", "taken_back_by"])
    _notices_of(row).delete()
    audit.record(by=by, action="alert.take_back", subject=row)


def _locked(scope: Scope, school_class: int) -> SchoolClass:
    rows = SchoolClass.objects.visible_to(scope).select_related("school")
    return rows.select_for_update(of=("self",), no_key=True).get(pk=school_class)


def _subject(by, place: dict, weekday: int) -> str:
    """What the reporter teaches there: in this slot by the timetable, else the one subject of their posting."""
    target, slot, day = place["school_class"], place["slot"], place["day"]
    lesson = TimetableEntry.objects.filter(school_class=target, weekday=weekday, slot=slot, teacher=by).first()
    if lesson and lesson.subject:
        return lesson.subject
    postings = in_force(Posting.objects.filter(person=by, school_class=target, role=Role.SUBJECT_TEACHER), day)
    subjects = set(postings.values_list("subject", flat=True))
    return subjects.pop() if len(subjects) == 1 else ""


def _who_answers(target: SchoolClass, day: date) -> list[Person]:
    homeroom = homeroom_teachers([target.pk], day).get(target.pk)
    if homeroom and (people := notices.reachable(homeroom.people)):
        return people
    clerks = in_force(Posting.objects.filter(school=target.school_id, role=Role.REGISTRY_CLERK), day)
    return list(Person.objects.filter(pk__in=clerks.values("person")))


def _notices_of(row: MissingAlert):
    """What has been sent about an alert and still waits."""
    place = {"student": row.student_id, "day": row.day, "slot": row.slot}
    return Notice.objects.filter(kind=Notice.Kind.CHILD_MISSING, seen_at=None, **place)
