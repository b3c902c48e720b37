"""导入文件 on their way: received, checked, confirmed, applied or given up. The work itself is done by ``jobs``.

A state is moved by an update that names the state before, so of two presses one counts. ``then`` queues the job that
follows, in the same transaction.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import PurePath

from django.db import transaction
from django.utils import timezone

from casework.actions import progress
from students.actions import audit
from students.models import Person, WorkbookUpload

KEPT_DAYS = 7  # then the bytes go, and what was read out of them about children
State = WorkbookUpload.State
UNDER_WAY = (State.WAITING, State.CHECKING, State.APPLYING)
OPEN = (*UNDER_WAY, State.CHECKED)
EMPTIED = {"content": None, "marked": None, "problems": []}
Then = Callable[[int], object]


class UploadRefused(Exception):
    """What cannot be done with an upload as it stands; the message is a Chinese sentence."""


def job_of(upload: WorkbookUpload) -> str:
    return f"upload-{upload.pk}"


@transaction.atomic
def receive(*, by: Person, name: str, content: bytes, then: Then) -> tuple[WorkbookUpload, bool]:
    """Keep a workbook and have it checked; the one on its way already where the same is sent twice. Whether new."""
    Person.objects.select_for_update(no_key=True).get(pk=by.pk)
    digest = sha256(content).hexdigest()
    standing = WorkbookUpload.objects.filter(uploaded_by=by, sha256=digest, state__in=OPEN).first()
    if standing is not None:
        return standing, False
    upload = WorkbookUpload.objects.create(
        name=PurePath(name.replace("\\", "/")).name[-120:] or "工作簿",
        size=len(content),
        sha256=digest,
        content=content,
        uploaded_at=timezone.now(),
        uploaded_by=by,
    )
    audit.record(by=by, action="upload.receive", subject=upload, size=upload.size)
    then(upload.pk)
    return upload, True


@transaction.atomic
def check_again(*, by: Person, upload: WorkbookUpload, then: Then) -> None:
    """Check once more, because the data here or the rules have changed since."""
    rows = WorkbookUpload.objects.filter(pk=upload.pk, content__isnull=False)
    again = {"state": State.WAITING, "started_at": timezone.now(), "finished_at": None}
    if not rows.filter(state__in=(State.CHECKED, State.FAILED)).update(**again):
        raise UploadRefused("这个文件现在不能重新检查，状态没有改变。请看本页的最新情况。")
    audit.record(by=by, action="upload.check_again", subject=upload)
    progress.forget(job_of(upload))
    then(upload.pk)


@transaction.atomic
def confirm(*, by: Person, upload: WorkbookUpload, good_rows_only: bool, then: Then) -> None:
    """Have a checked workbook applied: all of it, or on request the rows without a mistake."""
    rows = WorkbookUpload.objects.filter(pk=upload.pk, state=State.CHECKED, content__isnull=False)
    if not good_rows_only:
        rows = rows.filter(problem_count=0)
    if not rows.update(state=State.APPLYING, good_rows_only=good_rows_only, started_at=timezone.now()):
        raise UploadRefused("没有再次写入：这个文件已经确认过，或者情况有了变化。请看本页的最新情况。")
    audit.record(by=by, action="upload.confirm", subject=upload, good_rows_only=good_rows_only)
    progress.forget(job_of(upload))
    then(upload.pk)


def cancel(*, by: Person, upload: WorkbookUpload) -> None:
    """Give a workbook up. A job under way is asked to stop, and stops without having written anything.

    The wish is no row: on SQLite nobody can write while the job does.
    """
    if upload.state in (State.CHECKING, State.APPLYING) and not is_silent(upload):
        progress.ask_to_stop(job_of(upload))
    else:
        _give_up(by=by, upload=upload)


@transaction.atomic
def _give_up(*, by: Person, upload: WorkbookUpload) -> None:
    ended = {"state": State.CANCELLED, "cancelled_at": timezone.now(), "cancelled_by": by, **EMPTIED, "outcome": {}}
    rows = WorkbookUpload.objects.filter(pk=upload.pk, state=upload.state)
    if upload.state in (State.APPLIED, State.CANCELLED) or not rows.update(**ended):
        raise UploadRefused("没有取消：这个文件已经处理完了，或者情况有了变化。请看本页的最新情况。")
    audit.record(by=by, action="upload.cancel", subject=upload)


def is_silent(upload: WorkbookUpload) -> bool:
    """Whether the job that should be at work has died."""
    standing = progress.standing_of(job_of(upload))
    if standing is not None:
        return standing.is_silent
    return (timezone.now() - queued_at(upload)).total_seconds() > progress.SILENT_SECONDS


def queued_at(upload: WorkbookUpload) -> datetime:
    """Since when it waits for a worker: since it was confirmed or sent to be checked again, else since it came."""
    return upload.started_at or upload.uploaded_at


# -- what a job says of itself -------------------------------------------------------------------------------------


def begin(*, pk: int, state: State, then_state: State) -> WorkbookUpload | None:
    """The upload for a job to work on; None where it has been given up or another job has it."""
    rows = WorkbookUpload.objects.filter(pk=pk, state=state, content__isnull=False)
    if not rows.update(state=then_state, started_at=timezone.now()):
        return None
    return WorkbookUpload.objects.select_related("uploaded_by").get(pk=pk)


def end(*, upload: WorkbookUpload, state: State, **found) -> None:
    """Keep what a job found. One that was declared dead meanwhile must not be kept: raises ``Stopped``."""
    rows = WorkbookUpload.objects.filter(pk=upload.pk, state=upload.state)
    if not rows.update(state=state, finished_at=timezone.now(), **found):
        raise progress.Stopped


@transaction.atomic
def stopped(*, upload: WorkbookUpload) -> None:
    """The job was asked to stop, and what it had done is undone."""
    ended = {"cancelled_at": timezone.now(), "cancelled_by": upload.uploaded_by, **EMPTIED, "outcome": {}}
    if WorkbookUpload.objects.filter(pk=upload.pk, state=upload.state).update(state=State.CANCELLED, **ended):
        audit.record(by=upload.uploaded_by, action="upload.cancel", subject=upload)


@transaction.atomic
def throw_away_old(*, day) -> int:
    """Throw away the bytes, the copies and the children of uploads some days old; what was done stays."""
    old = WorkbookUpload.objects.filter(uploaded_at__date__lt=day - timedelta(days=KEPT_DAYS))
    old = old.exclude(content=None, marked=None).exclude(state=State.APPLYING)
    kept = [(upload.pk, {"sheets": upload.outcome.get("sheets", [])}) for upload in old.only("outcome")]
    for pk, outcome in kept:
        WorkbookUpload.objects.filter(pk=pk).update(**EMPTIED, outcome=outcome)
    unconfirmed = WorkbookUpload.objects.filter(pk__in=[pk for pk, _ in kept]).exclude(state=State.APPLIED)
    unconfirmed.exclude(state=State.CANCELLED).update(state=State.CANCELLED, cancelled_at=timezone.now())
    return len(kept)
