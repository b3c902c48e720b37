"""All that time alone brings about (定时任务), done once a day however often it is asked for."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date, timedelta

from django.core.management import call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from casework.actions import cases, deliveries, drafts
from casework.actions.closes import close_left_open
from casework.actions.hand_ups import hand_up_overdue
from casework.actions.signs import compute_county
from casework.actions.uploads import KEPT_DAYS, throw_away_old
from casework.actions.watches import follow_watches
from casework.engine import escalate
from casework.jobs import queue_delivery
from casework.models import Tick
from students.actions.residents import match_residents


def recompute(day: date) -> dict:
    """Recompute runs and obligations from facts: a missed follow-up is mended the same night."""
    return asdict(escalate(through=day, reason="每日重新计算"))


def follow_cases(day: date) -> dict:
    """Open and move the cases that should have followed, and end those whose child has been back long enough."""
    return {"moved": cases.follow_all(today=day), "closed": cases.close_steady(today=day)}


def follow_attention(day: date) -> dict:
    """End what is watched of children who have left, give every 动摇生 a case, and say whose review is near."""
    return follow_watches(today=day)


def hand_up(day: date) -> dict:
    """Hand what is overdue in a case to the next post as well."""
    return {"handed_up": hand_up_overdue(today=day)}


def compute_signs(day: date) -> dict:
    """Compute the early signs of the county: they follow from the runs that have just been recomputed."""
    return asdict(compute_county(day=day))


def clear_sessions(day: date) -> dict:
    """Throw away log-ins that have expired."""
    call_command("clearsessions")
    return {}


def clear_uploads(day: date) -> dict:
    """Throw away workbooks handed in a week ago and earlier, and the jobs that are done."""
    done = DBTaskResult.objects.finished().filter(finished_at__date__lt=day - timedelta(days=KEPT_DAYS))
    done.delete()
    return {"uploads": throw_away_old(day=day)}


def clear_drafts(day: date) -> dict:
    """Throw away drafts that nobody has touched for two weeks."""
    return {"drafts": drafts.throw_away_old(day=day)}


def close_days(day: date) -> dict:
    """Close the school days that no clerk has closed: a return is never missing, also where nobody was absent."""
    return {"closed": close_left_open(today=day)}


def clear_deliveries(day: date) -> dict:
    """Throw away the texts of messages sent a month ago and earlier."""
    return {"texts": deliveries.forget_texts(day=day)}


def match_children(day: date) -> dict:
    """Link residents 户籍儿童 to students whose numbers have come or changed since, and propose the likely ones."""
    return match_residents()


DUTIES: dict[str, tuple[str, Callable[[date], dict]]] = {
    "recompute": ("重新计算待办", recompute),
    "cases": ("跟进个案", follow_cases),
    "watches": ("跟进关注学生", follow_attention),
    "hand_ups": ("上交逾期事项", hand_up),
    "close_days": ("汇总未上报的日子", close_days),
    "signs": ("计算预警", compute_signs),
    "match_residents": ("比对户籍与学籍", match_children),
    "clear_sessions": ("清理过期登录", clear_sessions),
    "clear_drafts": ("清理旧的草稿", clear_drafts),
    "clear_uploads": ("清理旧的导入文件", clear_uploads),
    "clear_deliveries": ("清理旧的提醒正文", clear_deliveries),
}
FIRST = "recompute"  # all others go by what it brings up to date


def send_reminders() -> None:
    """Have the digests of today sent, and take up what a dead worker left. Done at every call, the same result however
    often: a message has one row, and whoever takes it takes it alone."""
    now = timezone.localtime()
    deliveries.take_up(now=now, then=queue_delivery)
    deliveries.plan(now=now, then=queue_delivery)


EVERY_TIME: dict[str, Callable[[], None]] = {"安排每日提醒": send_reminders}


def tick(day: date) -> list[tuple[str, bool]]:
    """Do what is due on ``day``; (label, done now) for each duty.

    What follows the clock on the wall is looked after at every call, after the duties of the day. What failed is tried
    again at the next call and keeps nothing else from being done, but for the duties of the day where ``FIRST`` has
    failed. Raises an ``ExceptionGroup`` of the failures once all else is done.
    """
    outcome, failures = [], []
    for duty, (label, perform) in DUTIES.items():
        try:
            outcome.append((label, _done(day, duty, perform)))
        except Exception as failure:
            failure.add_note(label)
            failures.append(failure)
            if duty == FIRST:
                break
    for label, perform in EVERY_TIME.items():
        try:
            perform()
        except Exception as failure:
            failure.add_note(label)
            failures.append(failure)
        else:
            outcome.append((label, True))
    if failures:
        raise ExceptionGroup("有定时任务没有做成，下次再做", failures)
    return outcome


def _done(day: date, duty: str, perform: Callable[[date], dict]) -> bool:
    """Whether the duty was done now; not where it had been done on that day before."""
    if Tick.objects.filter(day=day, duty=duty).exists():
        return False
    result = perform(day)
    Tick.objects.get_or_create(day=day, duty=duty, defaults={"ran_at": timezone.now(), "outcome": result})
    return True


def last_ticked_at():
    """When the clock last did something, for the page that says so; None where it never ran."""
    return Tick.objects.order_by("-ran_at").values_list("ran_at", flat=True).first()
