"""提醒核对 (warnings): what a school should look at before it signs; none of them keeps it from filing.

Each counts what the page behind it shows now, so that number and page agree; only registers are those of the period.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from casework.models import Obligation
from casework.queries.duties import filtered
from returns.queries.live import Live
from students.models import EnrolmentEvent, SchoolClass
from students.queries.head_counts import count_board, latest_term
from students.queries.policy import policy_of
from students.queries.register_days import days_through, registers_of
from students.queries.transfers import sent_out
from students.queries.unaccounted import List, unconfirmed_transfers
from students.templatetags.chinese import cdate_short

NAMED = 3  # of what a warning is about; how many more there are is said


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
        yield Warning(words, _address("reports:students", live), "看学生")


def _registers(live: Live, today: date) -> Iterator[Warning]:
    """The days are named: the page behind it shows two weeks, the period has more."""
    span = (live.period.day - live.period.period.first).days + 1
    days = days_through(live.period.day, span)
    classes = SchoolClass.objects.filter(school=live.school)
    gaps: dict[str, list[date]] = {}
    for each in registers_of(classes, days, now=timezone.localtime()):
        if missing := [day for day, state in each.days.items() for _ in state.missing]:
            gaps[each.school_class.name] = missing
    if not gaps:
        return
    named = (
        f"{name}{len(found)}次（{_some(map(cdate_short, dict.fromkeys(found)), '天')}）" for name, found in gaps.items()
    )
    words = f"本期缺点名{sum(map(len, gaps.values()))}次：{_some(named, '个班')}"
    yield Warning(words, reverse("students:school_registers", args=[live.school.pk]), "看最近14天的点名")


def _duties(live: Live, today: date) -> Iterator[Warning]:
    owed = Obligation.objects.filter(school_class__school=live.school, triggered_on__lte=today)
    if late := filtered(owed, {"state": "late"}, today=today).count():
        yield Warning(f"逾期未办的待办{late}件", _address("casework:duties", live, state="late"), "看待办")


def _transfers(live: Live, today: date) -> Iterator[Warning]:
    if waiting := sent_out(live.school).count():
        yield Warning(f"转学还没有确认接收的{waiting}人", _address("students:transfers", live, box="out"), "看转学往来")
    here = EnrolmentEvent.objects.filter(student__line__school=live.school)
    policy = policy_of(today)
    if lost := unconfirmed_transfers(here, day=today, policy=policy).count():
        words = f"转出超过{policy.unconfirmed_days}天没有确认接收的{lost}人，算疑似失联"
        yield Warning(words, _address("students:unaccounted", live, list=List.UNCONFIRMED), "看疑似失联")


def _head_counts(live: Live, today: date) -> Iterator[Warning]:
    term = latest_term(live.period.day)
    if term is None:
        return
    lines = count_board(SchoolClass.objects.filter(school=live.school), term, day=today).lines
    last = ((line.school_class.name, line.days[-1]) for line in lines if line.counted)
    if names := [name for name, counts in last if any(each.differs for each in counts)]:
        url = _address("students:head_counts", live, term=term.pk, state="differs")
        yield Warning(f"最近一次清点与名册不符：{_some(names, '个班')}", url, "看清点")


def _address(name: str, live: Live, **query) -> str:
    """A page narrowed down to the school; who sees no other is shown it anyway."""
    return f"{reverse(name)}?{urlencode({'school': live.school.pk} | query)}"


def _some(words: Iterable[str], unit: str) -> str:
    """一年级1班、一年级2班、二年级1班等5个班."""
    words = list(words)
    return "、".join(words[:NAMED]) + (f"等{len(words)}{unit}" if len(words) > NAMED else "")


FINDERS = (_unbalanced, _registers, _duties, _transfers, _head_counts)
