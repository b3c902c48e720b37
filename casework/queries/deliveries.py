"""提醒通道 and 发送记录 as pages show them: what went where, when, how often it was tried, and what is left to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from casework.models import Channel, Delivery, DeliveryTry, OwnDigest
from students.access import Scope
from students.models import Area, Person, School
from students.templatetags.chinese import cdate_short, cdatetime, ctime

State = Delivery.State
TONES = {
    State.WAITING: "note", State.TAKEN: "note", State.SENDING: "note", State.SENT: "ok", State.FAILED: "alarm",
    State.UNKNOWN: "warn", State.NOTHING: "mute", State.CANCELLED: "mute",
}  # fmt: skip
TO_DECIDE = (State.FAILED, State.UNKNOWN)
OWN_SHOWN = 7
QUEUED_LONG = timedelta(minutes=10)  # a worker that runs begins within seconds


def masked_address(address: str) -> str:
    """ba***@example.com."""
    name, _, host = address.partition("@")
    return f"{name[:2]}***@{host}" if host else ""


@dataclass(frozen=True)
class DeliveryLine:
    """A message in words, and what may be done with it."""

    delivery: Delivery
    may_decide: bool
    now: datetime

    @property
    def state(self) -> tuple[str, str]:
        """In words with a tone."""
        words = self.delivery.get_state_display()
        if self.delivery.state == State.WAITING and self.delivery.tries:
            words = "等待再试"
        return words, TONES[State(self.delivery.state)]

    @property
    def to(self) -> str:
        return masked_address(self.delivery.address)

    @property
    def explanation(self) -> str:
        """Why it did not go, and when it is tried again."""
        row = self.delivery
        if row.state != State.WAITING:
            return row.problem
        if row.due_at < self.now - QUEUED_LONG and not row.problem:
            return "到时间还没有发，后台程序可能没有运行，请告诉系统管理员"
        when = f"{cdate_short(row.due_at)}{ctime(row.due_at)}{'再试' if row.tries else '发'}"
        if not row.tries:
            return row.problem or when
        return f"{row.problem}，{when}"

    @property
    def may_resend(self) -> bool:
        return self.may_decide and self.delivery.state in Delivery.RESENT

    @property
    def may_settle(self) -> bool:
        return self.may_decide and self.delivery.state == State.UNKNOWN


def log(scope: Scope) -> QuerySet[Delivery]:
    """Everything sent through the channels that the reader keeps, the newest first."""
    rows = Delivery.objects.filter(channel__in=channels_of(scope).order_by().values("pk"))
    return rows.select_related("channel__school", "channel__township", "decided_by").order_by("-due_at", "-pk")


def narrowed(rows: QuerySet[Delivery], wanted: Mapping) -> QuerySet[Delivery]:
    """Those that the cleaned values of a filter ask for."""
    if state := wanted.get("state"):
        rows = rows.filter(state__in=TO_DECIDE) if state == "open" else rows.filter(state=state)
    if kind := wanted.get("kind"):
        rows = rows.filter(kind=kind)
    if channel := wanted.get("channel"):
        rows = rows.filter(channel=channel)
    return rows


def lines(rows, scope: Scope, *, now: datetime) -> list[DeliveryLine]:
    """Messages of a page of the log."""
    return [
        DeliveryLine(row, scope.keeps_channels_of(row.channel.school_id, row.channel.township_id), now) for row in rows
    ]


def channels_of(scope: Scope) -> QuerySet[Channel]:
    """The channels that the reader keeps."""
    rows = Channel.objects.all()
    if not scope.is_bureau:
        rows = rows.filter(Q(school__in=scope.clerk_of | scope.led) | Q(township__in=scope.officer_of))
    return rows.select_related("school", "township", "names_allowed_by", "paused_by")


@dataclass(frozen=True)
class ChannelLine:
    """A channel, what was sent through it last, and how much of it somebody has to look at."""

    channel: Channel
    last: DeliveryLine | None
    to_decide: int

    @property
    def target(self) -> str:
        """Where to, as far as it is shown: masked mailboxes, or the robot's host and the end of its key."""
        return "、".join(map(masked_address, self.channel.recipients)) or self.channel.hint

    @property
    def state(self) -> tuple[str, str]:
        return ("已停用", "mute") if self.channel.paused_at else ("启用", "ok")


def channel_lines(channels, *, now: datetime) -> list[ChannelLine]:
    """The channels of a page; two queries."""
    latest = Delivery.objects.filter(channel=OuterRef("pk")).order_by("-due_at", "-pk").values("pk")
    rows = list(
        channels.annotate(
            last_delivery=Subquery(latest[:1]),
            to_decide=Count("deliveries", filter=Q(deliveries__state__in=TO_DECIDE)),
        )
    )
    last = Delivery.objects.select_related("channel").in_bulk([row.last_delivery for row in rows if row.last_delivery])
    return [
        ChannelLine(
            row,
            DeliveryLine(last[row.last_delivery], may_decide=False, now=now) if row.last_delivery else None,
            row.to_decide,
        )
        for row in rows
    ]


def places(scope: Scope) -> dict[str, tuple[str, dict[str, School | Area | None]]]:
    """For which places the reader may add a channel: value → label and place. The bureau for the county and its
    townships, 乡镇干部 for theirs, a school's people for the school."""
    if scope.is_bureau:
        townships = Area.objects.filter(level=Area.Level.TOWNSHIP)
        named = {f"township-{area.pk}": (area.name, {"township": area}) for area in townships}
        return {"county": ("全县", {"school": None})} | named
    townships = Area.objects.filter(pk__in=scope.officer_of)
    schools = School.objects.filter(pk__in=scope.clerk_of | scope.led)
    return {f"township-{area.pk}": (area.name, {"township": area}) for area in townships} | {
        f"school-{school.pk}": (school.name, {"school": school}) for school in schools
    }


def tries_of(delivery: Delivery) -> list[dict]:
    """Every try as a timeline entry, the newest first."""
    tones = {DeliveryTry.Outcome.SENT: "ok", DeliveryTry.Outcome.UNKNOWN: "warn", DeliveryTry.Outcome.REFUSED: "alarm"}
    return [
        {
            "when": cdatetime(each.ended_at),
            "title": f"第{each.number}次：{each.get_outcome_display()}",
            "text": each.problem,
            "tone": tones.get(each.outcome, "mute"),
        }
        for each in delivery.attempts.order_by("-number")
    ]


def own_digest_of(person: Person) -> OwnDigest | None:
    return OwnDigest.objects.filter(person=person).first()


def own_lines(person: Person, *, now: datetime) -> list[DeliveryLine]:
    """The digests sent to the person of late."""
    rows = Delivery.objects.filter(own__person=person, kind=Delivery.Kind.DIGEST).order_by("-due_at", "-pk")
    return [DeliveryLine(row, may_decide=True, now=now) for row in rows[:OWN_SHOWN]]


def decidable(scope: Scope, person: Person, pk: int) -> Delivery | None:
    """A message whose fate the reader may decide or see: through a channel in the scope, or their own digest."""
    rows = Delivery.objects.exclude(kind=Delivery.Kind.CODE).select_related("channel__school", "channel__township")
    own = rows.filter(own__person=person, pk=pk).first()
    return own or rows.filter(pk=pk, channel__in=channels_of(scope).order_by().values("pk")).first()
