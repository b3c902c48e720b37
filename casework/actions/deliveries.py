"""发送记录: what is to be sent today, and how one message moves from waiting to sent; the sending itself is ``jobs``'s.

Every step is an update that names the state and the try before it, so of two workers one goes on. Nothing is sent twice
by the program itself: from the moment before a message leaves it is either noted what became of it, or nobody knows,
and then a person decides (``resend``, ``settle``).
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from casework.models import Channel, Delivery, DeliveryTry, OwnDigest
from casework.queries.reminders import is_taught, reader_of_channel, reader_of_person, teaches_anywhere
from students.actions import audit

PAUSES = (1, 5, 30, 120)  # minutes before the second, third, … try; after the last 失败
LEASE = timedelta(minutes=5)  # longer than any try takes: whoever holds a row longer is dead
QUEUED_AGAIN = timedelta(
    minutes=5
)  # a job that has not begun by then is lost, or waits behind others: one more does no harm
KEPT_WAITING = timedelta(days=2)
TEXTS_KEPT_DAYS = 30
DIED_SENDING = "发送途中程序中断，不知道送到没有"
NO_LONGER_WANTED = "超过两天没有送出，不再发送"
State, Outcome = Delivery.State, DeliveryTry.Outcome
ENDS = {
    Outcome.SENT: State.SENT,
    Outcome.UNKNOWN: State.UNKNOWN,
    Outcome.NOTHING: State.NOTHING,
    Outcome.CANCELLED: State.CANCELLED,
}
Then = Callable[[int, datetime], object]  # queues the job of a delivery, at a time


class DeliveryRefused(Exception):
    """Nothing was changed; the message is a Chinese sentence that says why and what to do."""


# -- what is to be sent --------------------------------------------------------------------------------------------


def plan(*, now: datetime, then: Then) -> int:
    """The digests of today, one row a recipient, however often it is asked for; how many are new. ``now`` is local."""
    school_day = teaches_anywhere(now.date())
    wanted = [*_of_channels(now, school_day), *(_of_people(now) if school_day else ())]
    with transaction.atomic():
        Delivery.objects.bulk_create(wanted, ignore_conflicts=True)
        keys = [row.key for row in wanted]
        new = list(Delivery.objects.filter(key__in=keys).values_list("pk", "due_at")) if keys else []
        for pk, due_at in new:
            then(pk, due_at)
    return len(new)


def _of_channels(now: datetime, school_day: bool) -> Iterator[Delivery]:
    told: set[tuple] = set()
    planned = set(Delivery.objects.filter(kind=Delivery.Kind.DIGEST, day=now.date()).values_list("channel", "address"))
    for channel in Channel.objects.filter(paused_at=None).select_related("school", "township").order_by("pk"):
        due_at = moment(now.date(), channel.send_at)
        if due_at < channel.changed_at:  # saved after its time: from tomorrow on
            continue
        open_addresses = [each for each in channel.recipients or [""] if (channel.pk, each) not in planned]
        if not open_addresses:
            continue
        if channel.school_days_only and not (school_day and is_taught(reader_of_channel(channel, now))):
            continue
        for address in open_addresses:
            place = (channel.township_id, channel.school_id, address or channel.pk)
            if place not in told:  # an address that stands in two channels of a place
                told.add(place)
                yield new_delivery(channel=channel, address=address, day=now.date(), due_at=due_at, now=now)


def _of_people(now: datetime) -> Iterator[Delivery]:
    planned = Delivery.objects.filter(kind=Delivery.Kind.DIGEST, day=now.date()).exclude(own=None)
    rows = OwnDigest.objects.filter(state=OwnDigest.State.ON, person__is_active=True)
    for own in rows.exclude(pk__in=planned.values("own")).select_related("person").order_by("pk"):
        due_at = moment(now.date(), own.send_at)
        if due_at >= own.changed_at and is_taught(reader_of_person(own.person, now)):
            yield new_delivery(own=own, address=own.address, day=now.date(), due_at=due_at, now=now)


def moment(day: date, at: time) -> datetime:
    """A time of the day on the wall."""
    return timezone.make_aware(datetime.combine(day, at))


def new_delivery(*, now: datetime, kind: str = Delivery.Kind.DIGEST, **values) -> Delivery:
    return Delivery(kind=kind, queued_at=now, retries_left=len(PAUSES), **values)


# -- one try -------------------------------------------------------------------------------------------------------


def claim(*, pk: int, now: datetime) -> Delivery | None:
    """Take a message that is due for one try; None where another has it, or it is over or not due yet."""
    rows = Delivery.objects.filter(pk=pk, state=State.WAITING, due_at__lte=now)
    if not rows.update(state=State.TAKEN, claimed_at=now, tries=F("tries") + 1, problem=""):
        return None
    related = ("channel__school", "channel__township", "own__person")
    return Delivery.objects.select_related(*related).get(pk=pk)


def hand_over(*, delivery: Delivery, title: str, text: str, now: datetime) -> bool:
    """Keep the message, and that it may be on its way from now on; False where the row is no longer this try's."""
    mine = Delivery.objects.filter(pk=delivery.pk, state=State.TAKEN, tries=delivery.tries)
    return bool(mine.update(state=State.SENDING, claimed_at=now, title=title, text=text))


@transaction.atomic
def note(
    *, delivery: Delivery, outcome: str, now: datetime, then: Then, problem: str = "", for_good: bool = False
) -> None:
    """Keep what became of a try. ``for_good``: another try would end the same way.

    One who was taken for dead and has sent after all is believed, unless somebody has decided meanwhile.
    """
    mine = Delivery.objects.select_for_update(no_key=True).filter(pk=delivery.pk, tries=delivery.tries)
    row = mine.filter(state__in=(*Delivery.HELD, State.UNKNOWN)).first()
    if row is None or (row.state == State.UNKNOWN and outcome != Outcome.SENT):
        return
    if outcome == Outcome.LOST and row.state != State.TAKEN:  # it was only slow, and is on its way now
        return
    DeliveryTry.objects.update_or_create(
        delivery=row,
        number=row.tries,
        defaults={"began_at": row.claimed_at, "ended_at": now, "outcome": outcome, "problem": problem},
    )
    row.problem, row.ended_at = problem, now
    if outcome in ENDS:
        row.state = ENDS[outcome]
    elif for_good or not row.retries_left:
        row.state = State.FAILED
    else:
        # one that was lost while it was being written found nothing wrong at the other end
        pause = 0 if outcome == Outcome.LOST else PAUSES[len(PAUSES) - row.retries_left]
        row.state, row.ended_at, row.retries_left = State.WAITING, None, row.retries_left - 1
        row.due_at, row.queued_at = now + timedelta(minutes=pause), now
        then(row.pk, row.due_at)
    row.save()


def hold_back(*, pk: int, problem: str) -> None:
    """Say why a message that is due waits without a try being counted."""
    Delivery.objects.filter(pk=pk, state=State.WAITING).update(problem=problem)


# -- what was left lying -------------------------------------------------------------------------------------------


def take_up(*, now: datetime, then: Then) -> dict[str, int]:
    """What dead workers left: messages not yet sent wait again, those on their way are 不确定; what is due and has no
    job gets one; what has waited for two days is given up and can be sent again by hand."""
    silent = Delivery.objects.filter(claimed_at__lt=now - LEASE)
    lost, unknown = list(silent.filter(state=State.TAKEN)), list(silent.filter(state=State.SENDING))
    for row in lost:
        died = "准备时程序中断，没有发出"
        note(delivery=row, outcome=Outcome.LOST, problem=died, now=now, then=then)
    for row in unknown:
        note(delivery=row, outcome=Outcome.UNKNOWN, problem=DIED_SENDING, now=now, then=then)
    waiting = Delivery.objects.filter(state=State.WAITING)
    stale = waiting.filter(due_at__lt=now - KEPT_WAITING)
    expired = stale.update(state=State.FAILED, ended_at=now, problem=NO_LONGER_WANTED)
    queued = _queue_again(waiting, now, then)
    return {"lost": len(lost), "unknown": len(unknown), "expired": expired, "queued": queued}


@transaction.atomic
def _queue_again(waiting, now: datetime, then: Then) -> int:
    due = waiting.filter(due_at__lte=now, queued_at__lte=now - QUEUED_AGAIN).select_for_update(no_key=True)
    rows = list(due.order_by("pk").values_list("pk", flat=True))
    Delivery.objects.filter(pk__in=rows).update(queued_at=now)
    for pk in rows:
        then(pk, now)
    return len(rows)


def forget_texts(*, day: date) -> int:
    """Throw away what was written a month ago: that it was sent stays."""
    old = Delivery.objects.filter(day__lt=day - timedelta(days=TEXTS_KEPT_DAYS)).exclude(text="")
    return old.exclude(state__in=Delivery.UNDER_WAY).update(text="")


# -- what a person decides -----------------------------------------------------------------------------------------


@transaction.atomic
def resend(*, by, delivery: int, now: datetime, then: Then) -> None:
    """再发一次 of one that did not arrive or may not have; raises ``DeliveryRefused`` where it has, or is under way."""
    row = Delivery.objects.select_for_update(no_key=True).get(pk=delivery)
    if row.state in Delivery.UNDER_WAY:
        raise DeliveryRefused("这一条正在等待发送，没有另发一次。")
    if row.state not in Delivery.RESENT:
        raise DeliveryRefused(f"这一条{row.get_state_display()}，不会再发一次。")
    row.state, row.ended_at, row.problem = State.WAITING, None, ""
    row.due_at = row.queued_at = row.decided_at = now
    row.retries_left, row.decided_by = len(PAUSES), by
    row.save()
    audit.record(by=by, action="delivery.resend", subject=row, tries=row.tries)
    then(row.pk, now)


@transaction.atomic
def settle(*, by, delivery: int, now: datetime) -> None:
    """已收到: somebody has seen one that was 不确定 arrive; a second press does nothing. Raises ``DeliveryRefused``."""
    row = Delivery.objects.select_for_update(no_key=True).get(pk=delivery)
    if row.state == State.SENT:
        return
    if row.state != State.UNKNOWN:
        raise DeliveryRefused("只有“不确定”的可以确认收到，没有改动。")
    row.state, row.problem, row.decided_at, row.decided_by = State.SENT, "", now, by
    row.save(update_fields=["state", "problem", "decided_at", "decided_by"])
    audit.record(by=by, action="delivery.settle", subject=row)
