"""What somebody wants single days to be: a span, a pattern of weeks, and what cannot be (校历调整). Pure.

A plan speaks for one place: the county, a school or a class. Days on which it would change nothing are left out, so
that a holiday over a weekend says nothing of Saturday and Sunday.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from students.calendar import DAY, Calendar, DayKind, Override, Source, school_year_of, school_year_start

LONGEST_SPAN = 60  # days, both ends included
LONGEST_PATTERN = 200  # days: a term and a little more
MOST_DAYS = 120  # that one change may speak of
WEEK = timedelta(days=7)


class Plan(StrEnum):
    """What a day shall be."""

    OFF = "off"
    CLOSED = "closed"
    TAUGHT = "taught"
    RULE = "rule"

    @property
    def label(self) -> str:
        return {"off": "放假", "closed": "停课", "taught": "上课", "rule": "按原来的安排"}[self]


class PlanRefused(ValueError):
    """A plan that cannot be; the message is a Chinese sentence."""


class DayPlan(NamedTuple):
    """A day, what it shall be, the weekday whose timetable it follows (0 = Monday, None = not said), and why."""

    day: date
    what: Plan
    follows: int | None = None
    note: str = ""

    @property
    def said(self) -> Override | None:
        """What the place would say; None where it would say nothing any more."""
        if self.what is Plan.RULE:
            return None
        return Override(self.what is Plan.TAUGHT, self.what is Plan.CLOSED, self.follows)


def plan_of(said: Override | None) -> Plan:
    """The plan that what is said carries out."""
    if said is None:
        return Plan.RULE
    return Plan.TAUGHT if said.is_taught else Plan.CLOSED if said.is_closure else Plan.OFF


def span(
    first: date,
    last: date,
    what: Plan,
    *,
    calendar: Calendar,
    own: Collection[date],
    place: Mapping[str, int | None],
    follows: int | None = None,
    note: str = "",
) -> list[DayPlan]:
    """Every day from ``first`` to ``last`` that ``what`` changes for a place; ``own``: days of which it speaks already.

    Raises ``PlanRefused`` where that is none, or the span cannot be.
    """
    if last < first:
        raise PlanRefused("结束日期在开始日期之前，请核对")
    if (last - first).days >= LONGEST_SPAN:
        raise PlanRefused(f"一次最多改{LONGEST_SPAN}天，现在太长；整个学期的变化请改学期日期")
    days = [first + DAY * n for n in range((last - first).days + 1)]
    taught = calendar.school_days(**place)
    if what is Plan.RULE:
        wanted = [day for day in days if day in own]
        if not wanted:
            raise PlanRefused("这些天没有调整过，本来就按原来的安排")
    elif what is Plan.TAUGHT:
        wanted = [day for day in days if day not in taught or follows is not None]
        if not wanted:
            raise PlanRefused("这些天本来就上课；要改课表，请选按周几的课表上课")
    else:
        wanted = [day for day in days if day in taught or day in own]
        if not wanted:
            raise PlanRefused("这些天本来就不上课，不用改")
    return [DayPlan(day, what, follows if what is Plan.TAUGHT else None, note) for day in wanted]


def check(plans: Collection[DayPlan], *, calendar: Calendar, today: date, place: Mapping[str, int | None]) -> None:
    """Raise ``PlanRefused`` for what nobody may plan: a day twice, long ago, taught outside every term, without the
    reason that has to be given."""
    if not plans:
        raise PlanRefused("没有选要改的日子")
    if len(plans) > MOST_DAYS:
        raise PlanRefused(f"一次最多改{MOST_DAYS}天，请分几次改")
    seen: set[date] = set()
    year_start = school_year_start(school_year_of(today))
    for plan in plans:
        words = f"{plan.day.year}年{plan.day.month}月{plan.day.day}日"
        if plan.day in seen:
            raise PlanRefused(f"{words}写了两次，请留一次")
        seen.add(plan.day)
        if plan.day < year_start:
            raise PlanRefused(f"{words}在上学年，以前学年的校历不再改动")
        told = calendar.explain(plan.day, **place)
        if plan.what is Plan.TAUGHT and told.kind is DayKind.OUTSIDE:
            raise PlanRefused(f"{words}不在任何学期内，要上课先请县教育局把学期日期填好")
        if plan.follows is not None and plan.what is not Plan.TAUGHT:
            raise PlanRefused(f"{words}不上课，不用选课表")
        if not plan.note and plan.what is Plan.CLOSED:
            raise PlanRefused(f"{words}停课，请写明原因")
        if not plan.note and plan.what is Plan.TAUGHT and not told.kind.is_taught:
            raise PlanRefused(f"{words}本来不上课，改为上课请写明原因")


# ---- patterns ----------------------------------------------------------------------------------


def big_and_small_weeks(
    first: date, last: date, *, first_is_big: bool, big: Collection[int], small: Collection[int]
) -> dict[date, bool]:
    """大小周: whether each day from ``first`` to ``last`` is taught, weeks taking turns.

    ``big`` and ``small``: the weekdays (0 = Monday) taught in a big and in a small week. The week of ``first`` is
    big where ``first_is_big``.
    """
    _check_pattern(first, last)
    if not big or not small:
        raise PlanRefused("大周和小周都要选上课的日子")
    monday = first - DAY * first.weekday()
    days = (first + DAY * n for n in range((last - first).days + 1))
    return {
        day: day.weekday() in (big if ((day - monday).days // 7 % 2 == 0) is first_is_big else small) for day in days
    }


def monthly_holidays(
    first: date, last: date, *, every: int, length: int, weekends: Collection[int]
) -> dict[date, bool]:
    """月假: ``length`` days off from ``first`` on and again every ``every`` weeks; between them Monday–Friday is taught
    and the days of the weekend (5, 6) named in ``weekends``."""
    _check_pattern(first, last)
    if not 2 <= every <= 8:
        raise PlanRefused("月假每2到8周一次")
    if not 2 <= length <= 10:
        raise PlanRefused("一次月假放2到10天")
    days = (first + DAY * n for n in range((last - first).days + 1))
    return {
        day: (day - first).days % (7 * every) >= length and (day.weekday() < 5 or day.weekday() in weekends)
        for day in days
    }


def _check_pattern(first: date, last: date) -> None:
    if last < first:
        raise PlanRefused("结束日期在开始日期之前，请核对")
    if (last - first).days >= LONGEST_PATTERN:
        raise PlanRefused(f"一次最多排{LONGEST_PATTERN}天，请按学期排")


def against_the_rule(
    wanted: Mapping[date, bool], *, calendar: Calendar, place: Mapping[str, int | None], note: str
) -> list[DayPlan]:
    """The days of a pattern that are not as they are without it. What the state or the county has decided stays.

    Raises ``PlanRefused`` where the pattern changes nothing.
    """
    wider = calendar.changed(dict.fromkeys(wanted), **place)
    plans = []
    for day, is_taught in sorted(wanted.items()):
        told = wider.explain(day, **place)
        if told.source is Source.RULE and told.kind is not DayKind.OUTSIDE and told.kind.is_taught is not is_taught:
            plans.append(DayPlan(day, Plan.TAUGHT if is_taught else Plan.OFF, None, note))
    if not plans:
        raise PlanRefused("按这个规律，没有哪天和现在的安排不同")
    return plans


def summary(plans: Iterable[DayPlan]) -> str:
    """9月7日至9日停课; the first and last day where a plan has holes."""
    plans = sorted(plans)
    words = {plan.what.label for plan in plans}
    what = words.pop() if len(words) == 1 else "调整"
    first, last = plans[0].day, plans[-1].day
    until = "" if first == last else f"至{f'{last.month}月' if last.month != first.month else ''}{last.day}日"
    count = f"共{len(plans)}天" if (last - first).days + 1 != len(plans) else ""
    return f"{first.month}月{first.day}日{until}{count}{what}"
