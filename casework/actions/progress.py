"""How far a background job has come, and the wish to stop it.

Kept in a cache beside the database: what a job writes in its own transaction shows nothing until it ends, and on
SQLite nobody else can write meanwhile.
"""

from datetime import datetime
from typing import NamedTuple

from django.core.cache import caches
from django.utils import timezone

KEPT_SECONDS = 7 * 24 * 3600
SILENT_SECONDS = 600  # without a word for so long a job has died


class Stopped(Exception):
    """Somebody has asked the job to stop: it ends and writes nothing."""


class Standing(NamedTuple):
    """What a job said last: at what it is working, how much of it is done, and when (seconds since 1970)."""

    work: str
    done: int
    total: int
    said_at: float

    @property
    def is_silent(self) -> bool:
        return timezone.now().timestamp() - self.said_at > SILENT_SECONDS


class Watch:
    """What a job calls as it goes on; raises ``Stopped`` once somebody has asked for it."""

    def __init__(self, job: str):
        self._job = job

    def __call__(self, work: str, done: int, total: int) -> None:
        if _cache().get(f"{self._job}-stop"):
            raise Stopped
        standing = Standing(work, done, total, timezone.now().timestamp())
        _cache().set(f"{self._job}-standing", tuple(standing), KEPT_SECONDS)

    def close(self) -> None:
        forget(self._job)


def standing_of(job: str) -> Standing | None:
    found = _cache().get(f"{job}-standing")
    return found and Standing(*found)


def is_silent(job: str, since: datetime) -> bool:
    """Whether whoever should be at work since then has said nothing for so long that nobody is."""
    standing = standing_of(job)
    if standing is not None:
        return standing.is_silent
    return (timezone.now() - since).total_seconds() > SILENT_SECONDS


def ask_to_stop(job: str) -> None:
    _cache().set(f"{job}-stop", True, KEPT_SECONDS)


def forget(job: str) -> None:
    """What was said and wished before: another job begins, or this one has ended."""
    _cache().delete_many([f"{job}-standing", f"{job}-stop"])


def _cache():
    return caches["progress"]
