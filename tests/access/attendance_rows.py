"""One row of every scoped model of attendance that belongs to a class; the test of scopes asks who sees it."""

from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from casework.models import DailyAmendment, DailyClose, EarlySign, SignComputation, SignDismissal
from students.models import (
    CalendarChange,
    LeaveSlip,
    MissingAlert,
    Notice,
    SchoolClass,
    Student,
    TimetableEntry,
)
from tests import cast
from tests.scene import MONDAY


def rows_of_attendance(school_class: SchoolClass, child: Student) -> dict[type, object]:
    """Those of alerts, notices, slips, the timetable, the calendar, closes and early signs."""
    now, somebody, school = timezone.now(), cast.person(), school_class.school
    close, _ = DailyClose.objects.get_or_create(school=school, day=MONDAY, defaults={"closed_at": now, "content": {}})
    amended = {"content": {}, "reason": "补登", "filed_at": now, "filed_by": somebody}
    sign = {"student": child, "code": "unseen"}
    of_the_class = {"school_class": school_class}
    place = {"day": MONDAY, "slot": "AM", **of_the_class}
    put_off = {"until": MONDAY + timedelta(days=7), "reason": "已联系", "dismissed_at": now, "dismissed_by": somebody}
    return {
        MissingAlert: MissingAlert.objects.create(student=child, reported_at=now, reported_by=somebody, **place),
        Notice: Notice.objects.create(person=somebody, kind="register_missing", sent_at=now, sent_by=somebody, **place),
        LeaveSlip: LeaveSlip.objects.create(
            student=child,
            kind="sick_leave",
            first_day=MONDAY,
            last_day=MONDAY,
            reason="发烧",
            applicant="母亲",
            submission=uuid4(),
            handed_in_at=now,
            handed_in_by=somebody,
        ),
        TimetableEntry: TimetableEntry.objects.create(weekday=1, slot="AM", teacher=somebody, **of_the_class),
        CalendarChange: CalendarChange.objects.create(
            school=school, title="停课", made_at=now, made_by=somebody, **of_the_class
        ),
        DailyClose: close,
        DailyAmendment: DailyAmendment.objects.get_or_create(close=close, number=1, defaults=amended)[0],
        EarlySign: EarlySign.objects.create(
            since=MONDAY, unseen_days=14, details={}, computed_on=MONDAY, **sign, **of_the_class
        ),
        SignDismissal: SignDismissal.objects.create(**sign, **put_off),
        SignComputation: SignComputation.objects.create(computed_at=now, **of_the_class),
    }
