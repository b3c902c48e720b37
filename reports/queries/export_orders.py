"""导出任务 as their pages show them, and whether a reader still sees what a file shows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from casework.actions.progress import is_silent, standing_of
from reports.models import ExportOrder
from students.access import Scope
from students.queries.home_duties import SHOWN, HomeDuty
from students.templatetags.chinese import cdate, cdatetime

QUEUE_SECONDS = 60  # a running worker with nothing else to do begins within seconds
NO_WORKER = (
    "等了一分钟以上还没有开始，后台程序可能没有运行。不用重新导出。请告诉系统管理员启动后台程序；启动以后会自动接着办。"
)
BROKEN_OFF = "后台任务很久没有进展，可能已经中断，没有文件。请取消后重新导出；还是这样，请告诉系统管理员。"
WORK_WORDS = {"查找": "正在查找数据", "行": "正在逐行生成", "排版": "正在排成文件"}
State = ExportOrder.State
TONES = {State.READY: "ok", State.FAILED: "alarm", State.CANCELLED: "mute", State.EXPIRED: "mute"}


def recorded(scope: Scope) -> dict[str, Any]:
    """A scope as it is kept beside a file."""
    values = {each.name: getattr(scope, each.name) for each in fields(scope)}
    return {name: sorted(value) if isinstance(value, frozenset) else value for name, value in values.items()}


def covers(scope: Scope, kept: Mapping[str, Any]) -> bool:
    """Whether ``scope`` still holds all that was kept: every post and place, and the same person."""
    now = recorded(scope)
    return all(
        set(value) <= set(now[name]) if isinstance(value, list) else value in (False, now[name])
        for name, value in kept.items()
    )


def own_orders(person: int) -> QuerySet[ExportOrder]:
    """What a person has asked for, the newest first, without the files themselves."""
    return ExportOrder.objects.filter(asked_by=person).defer("content")


def ready(person: int) -> QuerySet[ExportOrder]:
    """Files that a person has not taken yet."""
    return own_orders(person).filter(state=State.READY, taken_at=None, expires_at__gt=timezone.now())


def waiting(scope: Scope, today: date) -> int:
    """How many files wait for the reader."""
    return ready(scope.person).count()


def duties(scope: Scope, today: date) -> Iterator[HomeDuty]:
    """On the first page: each file that is ready and has not been taken; a query for whoever may export."""
    if not scope.may_reveal:
        return
    for order in ready(scope.person).only("title", "form", "expires_at")[:SHOWN]:
        yield HomeDuty(
            key=f"export-{order.pk}",
            sentence=f"导出的文件做好了：{order}",
            due=f"保留到{cdatetime(order.expires_at)}",
            overdue="",
            label="去下载",
            name="reports:export_order",
            pk=order.pk,
        )


@dataclass(frozen=True)
class OrderLine:
    """An export and its state in words."""

    order: ExportOrder

    @property
    def state(self) -> str:
        return State.EXPIRED.label if self.order.has_expired else self.order.get_state_display()

    @property
    def scope(self) -> str:
        """What it was narrowed down to and the day or month that it speaks of, without whom was looked for."""
        said = self.order.details.get("said", {})
        return said.get("scope", "") or (f"截至{cdate(date.fromisoformat(said['as_of']))}" if "as_of" in said else "")

    @property
    def posts(self) -> str:
        """The posts in which it was asked for."""
        return self.order.details.get("said", {}).get("posts", "")

    @property
    def tone(self) -> str:
        return TONES.get(State.EXPIRED if self.order.has_expired else self.order.state, "note")

    @property
    def is_ready(self) -> bool:
        return self.order.state == State.READY and not self.order.has_expired

    @property
    def ask_again_url(self) -> str:
        """The form that it was asked for on, narrowed down as far as that is still known."""
        return f"{self.order.address}?{self.order.query}" if self.order.query else self.order.address

    @property
    def words(self) -> str:
        """What became of it and what to do."""
        order = self.order
        if order.has_expired:
            return f"文件保留到{cdatetime(order.expires_at)}，现在已经清除。要用请重新导出，那时的内容也是最新的。"
        if order.state == State.FAILED:
            return order.failure
        if order.state == State.CANCELLED:
            return "已取消，没有生成文件。要用请重新导出。"
        return f"文件做好了，保留到{cdatetime(order.expires_at)}，只有你能下载。过期以后自动清除。"


@dataclass(frozen=True)
class Progress:
    """How a job under way stands, for the bar; ``value`` None where that cannot be said.

    ``trouble`` says what the reader has to do where nothing goes on; empty as long as all is well.
    """

    label: str
    value: int | None = None
    maximum: int | None = None
    trouble: str = ""


def progress_of(order: ExportOrder) -> Progress:
    standing = standing_of(order.job)
    if order.state == State.WAITING:
        return _queued(order)
    if is_silent(order.job, order.started_at):
        return Progress("没有进展", trouble=BROKEN_OFF)
    if standing is None:
        return Progress(WORK_WORDS["查找"])
    has_total = standing.total > 0
    label = WORK_WORDS[standing.work]
    return Progress(label, standing.done if has_total else None, standing.total if has_total else None)


def _queued(order: ExportOrder) -> Progress:
    """One that no worker has begun: others are drawn before it, or there is no worker."""
    earlier = ExportOrder.objects.filter(state__in=ExportOrder.UNDER_WAY, pk__lt=order.pk).defer("content")
    before = sum(each.state == State.WAITING or not is_silent(each.job, each.started_at) for each in earlier)
    if before:
        return Progress(f"排队等待，前面还有{before}份")
    has_waited = (timezone.now() - order.asked_at).total_seconds()
    return Progress("排队等待", trouble=NO_WORKER if has_waited > QUEUE_SECONDS else "")
