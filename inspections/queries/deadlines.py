"""By when a finding can be mended: a school day, not over yet, within half a year."""

from datetime import date, timedelta

from students.models import School
from students.queries.calendar import current_calendar
from students.templatetags.chinese import cdate

LONGEST_DAYS = 180


def why_not_due_on(school: School, day: date, today: date) -> str:
    """Why a school cannot be given until ``day``; blank where it can."""
    if day < today:
        return f"{cdate(day)}已经过去，整改期限请选今天或以后的上课日"
    if (day - today).days > LONGEST_DAYS:
        return f"整改期限最长{LONGEST_DAYS}天"
    if not current_calendar().explain(day, school=school.pk).kind.is_taught:
        return f"{cdate(day)}按校历不上课，整改期限请选上课日"
    return ""


def usual_deadline(school: School, days: int, today: date) -> date | None:
    """The first school day at least ``days`` after today; None where the calendar holds none so near."""
    calendar = current_calendar()
    near = (today + timedelta(days=number) for number in range(days, LONGEST_DAYS + 1))
    return next((day for day in near if calendar.explain(day, school=school.pk).kind.is_taught), None)
