"""提醒核对 (warnings): what a school should look at before it signs; none of them keeps it from filing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from casework.models import Obligation
from casework.ruleset import Tier
from returns.queries.live import Live
from students.enrolment import EventKind
from students.models import EnrolmentEvent, SchoolClass
from students.queries.head_counts import count_board, term_on
from students.queries.register_board import registers_by_school
from students.queries.register_days import days_through
from students.queries.unaccounted import last_events


@dataclass(frozen=True)
class Warning:
    """One thing to look at: in words, and where it is put right."""

    text: str
    url: str
    label: str


def warnings_of(live: Live, *, today: date) -> list[Warning]:
    """What is to be looked at in the days of the return."""
    return [each for find in FINDERS for each in find(live, today)]


def _unbalanced(live: Live, today: date) -> Iterator[Warning]:
    for row in live.unbalanced:
        words = f"{row.grade_name}期初＋增加－减少与期末相差{abs(row.figures.balance)}人，请核对学籍变动"
        yield Warning(words, reverse("reports:students"), "看学生")


def _registers(live: Live, today: date) -> Iterator[Warning]:
    span = (live.period.day - live.period.period.first).days + 1
    days = days_through(live.period.day, span)
    classes = SchoolClass.objects.filter(school=live.school)
    board = registers_by_school(classes, days, now=timezone.localtime()).get(live.school.pk, {})
    if missing := sum(each.missing for each in board.values()):
        yield Warning(f"本期缺点名{missing}次", reverse("students:school_registers", args=[live.school.pk]), "看缺哪些")


def _duties(live: Live, today: date) -> Iterator[Warning]:
    rows = Obligation.objects.filter(school_class__school=live.school, due_on__lt=today).undone_on(live.period.day)
    # All contacts that a class owes for one child are one.
    late = {
        (student, of) if tier == Tier.CONTACT else pk
        for pk, student, of, tier in rows.order_by().values_list("pk", "student", "school_class", "tier")
    }
    if late:
        yield Warning(f"逾期未办的待办{len(late)}件", reverse("casework:duties"), "去办")


def _transfers(live: Live, today: date) -> Iterator[Warning]:
    here = EnrolmentEvent.objects.filter(student__line__school=live.school)
    gone = last_events(here, [EventKind.TRANSFER_OUT], live.period.day)
    if number := gone.filter(Q(confirmed_on=None) | Q(confirmed_on__gt=live.period.day)).count():
        yield Warning(f"转出没有确认接收的{number}人", reverse("students:transfers"), "催接收学校")


def _head_counts(live: Live, today: date) -> Iterator[Warning]:
    term = term_on(live.period.day)
    if term is None:
        return
    lines = count_board(SchoolClass.objects.filter(school=live.school), term, day=live.period.day).lines
    names = [line.school_class.name for line in lines if line.counted and line.counted[-1].differs]
    if names:
        shown = "、".join(names[:3]) + (f"等{len(names)}个班" if len(names) > 3 else "")
        yield Warning(f"最近一次清点与名册不符：{shown}", reverse("students:head_counts"), "看清点")


FINDERS = (_unbalanced, _registers, _duties, _transfers, _head_counts)
