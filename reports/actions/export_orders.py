"""导出任务 on their way: asked for, drawn, taken, given up or expired. The drawing itself is done by ``jobs``.

A state is moved by an update that names the state before, so of two presses one counts. ``then`` queues the job that
follows, in the same transaction.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from casework.actions import progress
from reports.models import ExportOrder
from reports.queries.export_orders import BROKEN_OFF, covers, recorded
from students.access import Scope
from students.actions import audit
from students.models import Person

KEPT_HOURS = 24  # then the file goes: it holds children's data and grows old
MOST_UNDER_WAY = 3  # of one person, so that nobody's exports keep all others waiting
LEFT_WAITING = "等了一天，后台程序没有来做，没有生成文件。请告诉系统管理员，然后重新导出。"
State = ExportOrder.State


class OrderRefused(Exception):
    """What cannot be done with an export as it stands; the message is a Chinese sentence."""


@dataclass(frozen=True)
class Drawn:
    """A file that has been drawn. ``details``: what the log says once it is taken."""

    content: bytes
    file_name: str
    details: dict


@transaction.atomic
def ask(
    *,
    by: Person,
    title: str,
    said: Mapping[str, str],
    address: str,
    query: str,
    form: str,
    reason: str,
    then: Callable[[int], object],
) -> tuple[ExportOrder, bool]:
    """Have a file drawn in the background; the one on its way already where the same is asked for twice. Whether new.

    ``said``: what the list of files says of it until it is drawn, see ``exports.narrowed_to``.
    Raises ``OrderRefused`` where the person has too many on their way.
    """
    Person.objects.select_for_update(no_key=True).get(pk=by.pk)
    own = ExportOrder.objects.filter(asked_by=by, state__in=ExportOrder.UNDER_WAY).defer("content")
    standing = own.filter(address=address, query=query, form=form, reason=reason).first()
    if standing is not None:
        return standing, False
    if own.count() >= MOST_UNDER_WAY:
        raise OrderRefused(
            f"没有开始导出：你已有{MOST_UNDER_WAY}份文件在排队或正在生成。请等其中一份做好，或者到“导出的文件”取消一份。"
        )
    order = ExportOrder.objects.create(
        title=title, address=address, query=query, form=form, reason=reason, asked_at=timezone.now(), asked_by=by,
        details={"said": dict(said)},
    )  # fmt: skip
    details = {"table": title, "form": form, **said} | ({"reveal": reason} if reason else {})
    audit.record(by=by, action="export.ask", subject=order, **details)
    then(order.pk)
    return order, True


def cancel(*, by: Person, order: ExportOrder) -> None:
    """Give one up that nobody needs any more; one that is being drawn is asked to stop."""
    if order.state == State.DRAWING and not is_silent(order):
        progress.ask_to_stop(order.job)
    else:
        _give_up(by=by, order=order)


@transaction.atomic
def _give_up(*, by: Person, order: ExportOrder) -> None:
    rows = ExportOrder.objects.filter(pk=order.pk, state__in=ExportOrder.UNDER_WAY)
    if not rows.update(state=State.CANCELLED, finished_at=timezone.now(), query=""):
        raise OrderRefused("没有取消：这份文件已经做完了，或者情况有了变化。请看本页的最新情况。")
    audit.record(by=by, action="export.cancel", subject=order)
    progress.forget(order.job)


def is_silent(order: ExportOrder) -> bool:
    """Whether the worker that should be drawing it has died."""
    return progress.is_silent(order.job, order.started_at or order.asked_at)


@transaction.atomic
def take(*, by: Person, scope: Scope, order: ExportOrder) -> bytes:
    """The file, for whoever asked for it, as long as they may still see all that it shows; each time is logged.

    Raises ``OrderRefused`` with what to do instead.
    """
    row = ExportOrder.objects.select_for_update(no_key=True).get(pk=order.pk)
    if row.has_expired:
        raise OrderRefused("文件已经过期，不能再下载。要用请重新导出，那时的内容也是最新的。")
    if row.state != State.READY:
        raise OrderRefused("没有可以下载的文件。请看本页的最新情况。")
    if not covers(scope, row.scope):
        raise OrderRefused("没有下载：文件做好以后，你的岗位有了变化，里面有你现在不能查看的内容。请重新导出。")
    if row.taken_at is None:
        row.taken_at = timezone.now()
        row.save(update_fields=["taken_at"])
    name, details = row.details["name"], row.details["said"]
    audit.record(by=by, action="table.export", subject=f"reports.{name}", order=row.pk, **details)
    return bytes(row.content)


# -- what a job says of itself -------------------------------------------------------------------------------------


def begin(*, pk: int) -> ExportOrder | None:
    """The export for a job to draw; None where it has been given up or another job has it."""
    rows = ExportOrder.objects.filter(pk=pk, state=State.WAITING)
    if not rows.update(state=State.DRAWING, started_at=timezone.now()):
        return None
    return ExportOrder.objects.get(pk=pk)


def keep(*, order: ExportOrder, scope: Scope, drawn: Drawn) -> None:
    """Keep what has been drawn for a day. One that was given up meanwhile must not be kept: raises ``Stopped``."""
    kept = {
        "content": drawn.content,
        "size": len(drawn.content),
        "file_name": drawn.file_name,
        "details": drawn.details,
        "scope": recorded(scope),
        "expires_at": timezone.now() + timedelta(hours=KEPT_HOURS),
    }
    if not _end(order, State.READY, **kept):
        raise progress.Stopped


def fail(*, order: ExportOrder, failure: str) -> None:
    """Say why there is no file; what it was narrowed down to stays, so that it can be asked for again."""
    _end(order, State.FAILED, failure=failure)


def _end(order: ExportOrder, state: State, **found) -> bool:
    rows = ExportOrder.objects.filter(pk=order.pk, state=State.DRAWING)
    return bool(rows.update(state=state, finished_at=timezone.now(), **found))


@transaction.atomic
def stopped(*, order: ExportOrder) -> None:
    """The job was asked to stop."""
    ended = {"state": State.CANCELLED, "finished_at": timezone.now(), "query": ""}
    if ExportOrder.objects.filter(pk=order.pk, state=State.DRAWING).update(**ended):
        audit.record(by=order.asked_by, action="export.cancel", subject=order)


def sweep() -> int:
    """Throw away the files whose time is over, and what failed ones were narrowed down to; end what no worker is
    drawing any more, and what none has begun in a day. How many files."""
    now = timezone.now()
    for order in ExportOrder.objects.filter(state=State.DRAWING).defer("content"):
        if is_silent(order):
            fail(order=order, failure=BROKEN_OFF)
    left = ExportOrder.objects.filter(state=State.WAITING, asked_at__lt=now - timedelta(hours=KEPT_HOURS))
    left.update(state=State.FAILED, finished_at=now, failure=LEFT_WAITING)
    old_failures = ExportOrder.objects.filter(state=State.FAILED, finished_at__lt=now - timedelta(hours=KEPT_HOURS))
    old_failures.exclude(query="").update(query="")
    over = ExportOrder.objects.filter(state=State.READY, expires_at__lte=now)
    return over.update(state=State.EXPIRED, content=None, query="")
