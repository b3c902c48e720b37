"""One try to send one message, from taking its row to noting what became of it; run by ``jobs``.

The content is written at every try, within what the receiver may see at that moment, so nothing goes out that is no
longer true or allowed.
"""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from casework import sending
from casework.actions import deliveries
from casework.actions.deliveries import Then
from casework.actions.own_digest import code_of
from casework.digest import Digest, markdown, plain
from casework.models import Channel, ChannelKind, Delivery, DeliveryTry, OwnDigest
from casework.queries.reminders import compose, reader_of_channel, reader_of_person
from casework.robots import KINDS, Robot
from casework.sealing import Unreadable, unseal
from students.templatetags.chinese import cdatetime

EMAIL_NOT_SET_UP = "邮件还没有配置，配置好以后自动发出"
Outcome = DeliveryTry.Outcome


class Outrun(Exception):
    """Another worker has the message."""


@dataclass(frozen=True)
class Message:
    """What is sent, and ``kept``, what the log keeps of its text."""

    title: str
    text: str
    kept: str


@dataclass(frozen=True)
class Instead:
    """Why nothing is sent."""

    outcome: str
    problem: str = ""


def try_once(*, pk: int, then: Then) -> None:
    """Send the message of a row, if it is due and nobody else's."""
    now = timezone.localtime()
    if not settings.EMAIL_IS_SET_UP and Delivery.objects.filter(pk=pk).exclude(address="").exists():
        deliveries.hold_back(pk=pk, problem=EMAIL_NOT_SET_UP)
        return
    delivery = deliveries.claim(pk=pk, now=now)
    if delivery is None:
        return
    end = {"delivery": delivery, "then": then}
    message = _message(delivery, now)
    if isinstance(message, Instead):
        deliveries.note(outcome=message.outcome, problem=message.problem, now=timezone.now(), **end)
        return
    try:
        _send(delivery, message)
    except sending.NotSent as failure:
        deliveries.note(
            outcome=Outcome.REFUSED, problem=str(failure), for_good=failure.for_good, now=timezone.now(), **end
        )
    except sending.NobodyKnows as failure:
        deliveries.note(outcome=Outcome.UNKNOWN, problem=str(failure), now=timezone.now(), **end)
    except Outrun:
        return
    else:
        deliveries.note(outcome=Outcome.SENT, now=timezone.now(), **end)


def _send(delivery: Delivery, message: Message) -> None:
    def leave() -> None:
        if not deliveries.hand_over(delivery=delivery, title=message.title, text=message.kept, now=timezone.now()):
            raise Outrun

    said = {"title": message.title, "text": message.text, "leave": leave}
    if delivery.address:
        sending.send_mail(address=delivery.address, key=delivery.key, **said)
        return
    try:
        known = unseal(delivery.channel.sealed)
    except Unreadable:
        raise sending.NotSent("网站的密钥换过，请在通道里重新填写机器人的地址", for_good=True) from None
    sending.post(address=known["address"], secret=known["secret"], robot=Robot(delivery.channel.kind), **said)


def _message(delivery: Delivery, now: datetime) -> Message | Instead:
    if delivery.kind == Delivery.Kind.CODE:
        return _code(delivery.own, delivery, now)
    if delivery.own:
        return _own_digest(delivery.own, delivery, now)
    channel = delivery.channel
    if delivery.address and delivery.address not in channel.recipients:
        return Instead(Outcome.CANCELLED, "这个邮箱已不在通道的收件人里")
    if delivery.kind == Delivery.Kind.TEST:
        return _test(channel, now)
    if channel.paused_at is not None:
        return Instead(Outcome.CANCELLED, "通道已停用")
    digest = compose(reader_of_channel(channel, now), with_names=channel.may_name)
    if not digest.parts and not channel.sends_nothing:
        return Instead(Outcome.NOTHING)
    return _written(digest, channel.kind)


def _own_digest(own: OwnDigest, delivery: Delivery, now: datetime) -> Message | Instead:
    if own.state != OwnDigest.State.ON or own.address != delivery.address:
        return Instead(Outcome.CANCELLED, "本人已关闭，或换了邮箱")
    reader = reader_of_person(own.person, now)
    if not reader.place:
        return Instead(Outcome.CANCELLED, "本人现在没有岗位")
    digest = compose(reader)  # a private mailbox gets no child's name
    return _written(digest, ChannelKind.EMAIL) if digest.parts else Instead(Outcome.NOTHING)


def _written(digest: Digest, kind: str) -> Message:
    if kind == ChannelKind.EMAIL:
        text = plain(digest, settings.SITE_URL)
    else:
        text = markdown(digest, settings.SITE_URL, most_bytes=KINDS[Robot(kind)].most_bytes)
    return Message(digest.title, text, text)


def _test(channel: Channel, now: datetime) -> Message:
    title = f"守学提醒：{channel.place}测试"
    text = f"这是一条测试消息，{cdatetime(now)}发出。收到就说明通道“{channel.name}”设置好了。"
    return Message(title, text, text)


def _code(own: OwnDigest, delivery: Delivery, now: datetime) -> Message | Instead:
    awaited = own.state == OwnDigest.State.ASKED and own.address == delivery.address
    if not awaited or own.code_expires_at <= now:
        return Instead(Outcome.CANCELLED, "验证码已失效")
    text = (
        f"验证码：{code_of(own)}\n\n请在守学的“我的提醒”里填写，{cdatetime(own.code_expires_at)}前有效。"
        "\n\n不是你本人在设置的，不用理会这封邮件。\n"
    )
    return Message("守学验证码", text, "验证码不在这里显示。")
