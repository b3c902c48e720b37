"""Closing a day (每日上报), by the clerk or by the clock, and filing what was corrected afterwards."""

from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from casework.models import DailyAmendment, DailyClose
from casework.queries.closes import close_line, counts_of
from students.access import Scope
from students.actions import audit
from students.models import School
from students.register_days import WINDOW


class CloseRefused(Exception):
    """Nothing was filed; the message is a Chinese sentence that says why and what to do."""


class NotYoursToClose(CloseRefused):
    """The person sees the return of the day and does not file it."""


def close_day(*, by, scope: Scope, school: int, day: date, note: str, today: date) -> DailyClose:
    """File the counts of a school's day as they are now; the same press twice files it once.

    ``note``: why registers are missing, required where some are. Raises ``School.DoesNotExist`` outside the scope,
    ``NotYoursToClose``, and ``CloseRefused`` for a day to come or without school, or one that was closed by others.
    """
    target = _school_of_the_clerk(scope, school)
    if day > today:
        raise CloseRefused("还没有到这一天，不能上报。没有保存。")
    if day < today - timedelta(days=WINDOW):
        raise CloseRefused(f"只能上报最近{WINDOW}天，更早的由系统汇总。没有保存。")
    try:
        with transaction.atomic():
            return _close(by, target, day, note.strip())
    except IntegrityError:  # somebody else has closed it meanwhile
        standing = DailyClose.objects.get(school=target, day=day)
        if standing.closed_by_id == by.pk:
            return standing
        raise CloseRefused("这一天刚由别人上报，没有再保存。请刷新页面查看。") from None


def _close(by, school: School, day: date, note: str) -> DailyClose:
    line = close_line(school, day)
    if line is None:
        raise CloseRefused("这一天没有班级上课，不用上报。没有保存。")
    if line.now.missing and not note:
        raise CloseRefused(f"还缺{line.now.missing}次点名，没有上报。请补齐，或写明原因后再上报。")
    close = DailyClose.objects.create(
        school=school, day=day, closed_at=timezone.now(), closed_by=by, note=note, content=line.now.record
    )
    audit.record(by=by, action="daily.close", subject=close, missing=line.now.missing)
    return close


@transaction.atomic
def amend(*, by, scope: Scope, close: int, reason: str, seen: int) -> DailyAmendment:
    """File what a closed day adds up to now, as its next amendment. ``seen``: the last one that the page showed.

    Raises ``DailyClose.DoesNotExist`` outside the scope, ``NotYoursToClose``, ``CloseRefused`` where nothing has
    changed, no reason is given or somebody else has filed one meanwhile.
    """
    row = DailyClose.objects.visible_to(scope).select_for_update(of=("self",), no_key=True).get(pk=close)
    school = _school_of_the_clerk(scope, row.school_id)
    line = close_line(school, row.day)
    number = len(line.amendments)
    if not line.changes:
        raise CloseRefused("上报的数和现在的一致，没有要更正的。没有保存。")
    if number != seen:
        raise CloseRefused("别人刚报过更正，没有保存。请刷新页面核对后再报。")
    if not reason.strip():
        raise CloseRefused("请写明更正原因，没有保存。")
    amendment = DailyAmendment.objects.create(
        close=row,
        number=number + 1,
        content=line.now.record,
        reason=reason.strip(),
        filed_at=timezone.now(),
        filed_by=by,
    )
    audit.record(by=by, action="daily.amend", subject=row, number=number + 1)
    return amendment


def _school_of_the_clerk(scope: Scope, school: int) -> School:
    target = School.objects.visible_to(scope).get(pk=school)
    if target.pk not in scope.clerk_of:
        raise NotYoursToClose("每日上报由本校学籍管理员办理，你可以查看")
    return target


def close_left_open(*, today: date) -> int:
    """Close every school day of the last two weeks that nobody closed, as 系统自动汇总; how many. Once is enough.

    Zero reports count: a school that taught and missed nobody is closed as well.
    """
    number = 0
    for back in range(WINDOW, 0, -1):
        day = today - timedelta(days=back)
        with transaction.atomic():
            number += _close_all(day)
    return number


def _close_all(day: date) -> int:
    left_open = School.objects.exclude(daily_closes__day=day)
    if not left_open.exists():
        return 0
    counts = counts_of(left_open.order_by().values("pk"), [day])
    rows = [
        DailyClose(school_id=school, day=day, closed_at=timezone.now(), content=each.record)
        for (school, _), each in sorted(counts.items())
    ]
    DailyClose.objects.bulk_create(rows, ignore_conflicts=True)  # a clerk may press at the same moment
    if rows:
        audit.record(by=None, action="daily.close_left_open", subject=day.isoformat(), schools=len(rows))
    return len(rows)
