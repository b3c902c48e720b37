"""提醒通道: kept by the bureau everywhere, by 乡镇干部 for the township, by clerk and heads for a school."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils.crypto import salted_hmac

from casework.actions.deliveries import Then, moment, new_delivery
from casework.models import Channel, ChannelKind, Delivery
from casework.robots import AddressRefused, Robot, check_address, hint
from casework.sealing import seal
from students.access import Scope
from students.actions import audit
from students.models import Area, School

MOST_RECIPIENTS = 20
TESTS_A_DAY = 20


class ChannelRefused(Exception):
    """Nothing was saved; the message is a Chinese sentence that says why and what to do."""


class NotYoursToKeep(ChannelRefused):
    """The person may not keep this channel."""


class ChangedMeanwhile(ChannelRefused):
    """Somebody else has saved the channel since the page was opened."""


@dataclass(frozen=True)
class Wanted:
    """A channel as a form sends it. ``address`` and ``secret`` of a robot: blank keeps what there is."""

    name: str
    send_at: time
    school_days_only: bool
    sends_nothing: bool
    recipients: tuple[str, ...] = ()
    address: str = ""
    secret: str = ""

    @property
    def values(self) -> Mapping[str, object]:
        names = ("name", "send_at", "school_days_only", "sends_nothing")
        return {name: getattr(self, name) for name in names}


def add(
    *, by, scope: Scope, kind: str, wanted: Wanted, now: datetime, school: School | None = None,
    township: Area | None = None,
) -> Channel:  # fmt: skip
    """A new channel of a school, a township or, where neither is named, the county. Raises ``ChannelRefused``.

    The same robot of the same place sent twice is one.
    """
    if not scope.keeps_channels_of(school and school.pk, township and township.pk):
        raise NotYoursToKeep("通道由县教育局、本乡镇干部和本校的学籍管理员、校领导设置，没有保存。")
    if kind == ChannelKind.EMAIL:
        target = _recipients(wanted, Channel.objects.filter(school=school, township=township))
    elif not wanted.address.strip():
        raise ChannelRefused("请填写机器人的地址，没有保存。")
    else:
        target = _sealed(wanted, Robot(kind))
    values = {**wanted.values, **target, "changed_at": now, "changed_by": by}
    try:
        with transaction.atomic():
            made = Channel.objects.create(kind=kind, school=school, township=township, **values)
            audit.record(by=by, action="channel.add", subject=made, kind=kind)
    except IntegrityError:
        raise ChannelRefused("这个机器人已经设置过了，没有再保存。请在列表里找到它。") from None
    return made


@transaction.atomic
def change(*, by, scope: Scope, channel: int, wanted: Wanted, seen: int, now: datetime, then: Then) -> Channel:
    """Save a channel anew. Another address or other recipients end the permission to name children.

    What of today still waits goes at the new time. Raises ``ChannelRefused``; ``seen`` is the version of the page.
    """
    row = _mine(scope, channel)
    if row.version != seen:
        raise ChangedMeanwhile("别人刚改过这个通道，没有保存。请刷新页面，看过现在的设置再改。")
    target: dict = {}
    if row.is_email:
        others = Channel.objects.filter(school=row.school, township=row.township).exclude(pk=row.pk)
        target = _recipients(wanted, others)
    elif wanted.address.strip():
        target = _sealed(wanted, Robot(row.kind))
    elif wanted.secret.strip():
        raise ChannelRefused("要改加签密钥，请把机器人的地址也重新填上。没有保存。")
    elsewhere = any(getattr(row, name) != value for name, value in target.items() if name in ("mark", "recipients"))
    if elsewhere and row.may_name:
        target |= {"names_allowed_at": None, "names_allowed_by": None, "names_reason": ""}
    _save(row, **wanted.values, **target, changed_at=now, changed_by=by)
    audit.record(by=by, action="channel.change", subject=row, elsewhere=elsewhere)
    _follow(row, now, then)
    return row


def _save(row: Channel, **values) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.version += 1
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise ChannelRefused("这个机器人已经设置过了，没有保存。请在列表里找到它。") from None


def _follow(row: Channel, now: datetime, then: Then) -> None:
    """Today's message that no worker has touched goes at the time that now stands."""
    due_at = max(now, moment(now.date(), row.send_at))
    waiting = Delivery.objects.filter(channel=row, day=now.date(), state=Delivery.State.WAITING, tries=0)
    for pk in list(waiting.filter(kind=Delivery.Kind.DIGEST).values_list("pk", flat=True)):
        Delivery.objects.filter(pk=pk).update(due_at=due_at, queued_at=now)
        then(pk, due_at)


def _recipients(wanted: Wanted, others) -> dict:
    addresses = list(dict.fromkeys(each.strip().lower() for each in wanted.recipients if each.strip()))
    if not addresses:
        raise ChannelRefused("请填写收件邮箱，没有保存。")
    if len(addresses) > MOST_RECIPIENTS:
        raise ChannelRefused(f"一个通道最多{MOST_RECIPIENTS}个邮箱，没有保存。请分成几个通道。")
    for other in others.filter(kind=ChannelKind.EMAIL):
        if twice := sorted(set(addresses) & set(other.recipients)):
            raise ChannelRefused(f"{twice[0]}已经在通道“{other.name}”里，同一份提醒不发两次。没有保存。")
    return {"recipients": addresses}


def _sealed(wanted: Wanted, robot: Robot) -> dict:
    try:
        address = check_address(wanted.address, robot, settings.WEBHOOK_ORIGINS[robot])
    except AddressRefused as refused:
        raise ChannelRefused(f"{refused}没有保存。") from None
    secret = wanted.secret.strip() if robot is Robot.DINGTALK else ""
    mark = salted_hmac("casework.channel", address, algorithm="sha256").hexdigest()
    return {"sealed": seal(address=address, secret=secret), "hint": hint(address), "mark": mark}


@transaction.atomic
def pause(*, by, scope: Scope, channel: int, now: datetime) -> None:
    """停用: nothing more is sent through it; a second press does nothing."""
    row = _mine(scope, channel)
    if row.paused_at is None:
        Channel.objects.filter(pk=row.pk).update(paused_at=now, paused_by=by, version=F("version") + 1)
        audit.record(by=by, action="channel.pause", subject=row)


@transaction.atomic
def resume(*, by, scope: Scope, channel: int) -> None:
    """启用 again, from the next message on; a second press does nothing."""
    row = _mine(scope, channel)
    if row.paused_at is not None:
        Channel.objects.filter(pk=row.pk).update(paused_at=None, paused_by=None, version=F("version") + 1)
        audit.record(by=by, action="channel.resume", subject=row)


@transaction.atomic
def allow_names(*, by, scope: Scope, channel: int, reason: str, seen: int, now: datetime) -> None:
    """可含姓名: children's names may appear in what goes through this channel. Raises ``ChannelRefused``.

    ``seen`` is the version that the page showed: the permission is for that address and no other.
    """
    row = _mine(scope, channel)
    if not scope.may_allow_names_in(row.school_id):
        raise NotYoursToKeep("能不能写学生姓名，由校领导或县教育局决定。没有改动。")
    if row.version != seen:
        raise ChangedMeanwhile("别人刚改过这个通道，没有改动。请刷新页面，看过现在的设置再决定。")
    if not reason.strip():
        raise ChannelRefused("请写明为什么可以含学生姓名，没有改动。")
    if not row.may_name:
        _save(row, names_allowed_at=now, names_allowed_by=by, names_reason=reason.strip())
        audit.record(by=by, action="channel.allow_names", subject=row, reason=reason.strip())


@transaction.atomic
def forbid_names(*, by, scope: Scope, channel: int) -> None:
    """No more names through this channel, from the next message on; whoever keeps it may; twice is once."""
    row = _mine(scope, channel)
    if row.may_name:
        _save(row, names_allowed_at=None, names_allowed_by=None, names_reason="")
        audit.record(by=by, action="channel.forbid_names", subject=row)


@transaction.atomic
def test(*, by, scope: Scope, channel: int, now: datetime, then: Then) -> int:
    """发测试消息: a message without any content of the school's, to every recipient; how many are on their way.

    One that still waits is not sent beside another. Raises ``ChannelRefused`` past ``TESTS_A_DAY``.
    """
    row = _mine(scope, channel)
    tests = Delivery.objects.filter(channel=row, kind=Delivery.Kind.TEST, day=now.date())
    waiting = set(tests.filter(state__in=Delivery.UNDER_WAY).values_list("address", flat=True))
    addresses = [address for address in row.recipients or [""] if address not in waiting]
    if not addresses:
        raise ChannelRefused("上一条测试消息还在发送，没有再发。请看下面的记录。")
    if tests.count() + len(addresses) > max(TESTS_A_DAY, len(row.recipients)):
        raise ChannelRefused("今天的测试消息已经够多了，没有再发。请明天再试。")
    for address in addresses:
        made = new_delivery(
            channel=row, address=address, kind=Delivery.Kind.TEST, day=now.date(), due_at=now, now=now,
            decided_at=now, decided_by=by,
        )  # fmt: skip
        made.save()
        then(made.pk, now)
    audit.record(by=by, action="channel.test", subject=row, messages=len(addresses))
    return len(addresses)


def _mine(scope: Scope, channel: int) -> Channel:
    """The channel, locked, for whoever keeps it. Raises ``Channel.DoesNotExist`` outside the scope."""
    seen = Q(pk__in=Channel.objects.visible_to(scope).order_by().values("pk")) | Q(township__in=scope.officer_of)
    row = Channel.objects.filter(seen).select_for_update(of=("self",), no_key=True).get(pk=channel)
    if not scope.keeps_channels_of(row.school_id, row.township_id):
        raise NotYoursToKeep("通道由县教育局、本乡镇干部和本校的学籍管理员、校领导设置，没有改动。")
    return row
