"""A worker that is killed sends nothing twice and loses nothing: real processes, killed at the points of a try."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import time, timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.db.models import F
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from casework import jobs
from casework.actions import deliveries
from casework.models import Channel, Delivery
from casework.sealing import seal
from tests import cast
from tests.casework.chat import chat

__all__ = ["chat"]
pytestmark = pytest.mark.django_db(transaction=True)
State = Delivery.State
LONG_AGO = timedelta(minutes=10)
# A robot and a mail differ only in how they leave.
NOT_SENT = [
    ("robot", "before it is taken"),
    ("robot", "while it is written"),
    ("robot", "before it may leave"),
    ("mail", "before it may leave"),
]
ON_ITS_WAY = [
    ("robot", "before the robot hears of it"),
    ("robot", "after it was sent"),
    ("mail", "before the mail is handed in"),
    ("mail", "after it was sent"),
]


@pytest.fixture
def mailbox(tmp_path) -> Path:
    return tmp_path / "mail"


@pytest.fixture
def environment(chat, mailbox, settings) -> dict:
    """For the workers: the database of this test, its chat and its mailbox."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "TEST_DATABASE": str(connection.settings_dict["NAME"]),
        "WECOM_ORIGINS": chat.origin,
        "EMAIL_URL": f"filemail:///{mailbox}",
        "PRODUCTION": "false",
    }


@pytest.fixture
def kind() -> str:
    return "robot"


@pytest.fixture
def channel(kind, chat) -> Channel:
    """It is due since midnight and says something every day."""
    target = {
        "robot": {"kind": "wecom", "sealed": seal(address=chat.wecom, secret=""), "hint": "…", "mark": "m"},
        "mail": {"kind": "email", "recipients": ["bangongshi@example.com"]},
    }[kind]
    return Channel.objects.create(
        name="办公室",
        send_at=time(0),
        school_days_only=False,
        sends_nothing=True,
        changed_at=timezone.now() - timedelta(days=2),
        changed_by=cast.person(),
        **target,
    )


@pytest.fixture
def received(channel, chat, mailbox):
    """How many messages have arrived, however they were sent."""
    return lambda: len(numbers_in(mailbox)) if channel.is_email else len(chat.received)


def numbers_in(mailbox: Path) -> list[str]:
    """The Message-ID of every mail that was handed in; a file is opened before there is one."""
    lines = [line for file in sorted(mailbox.glob("*")) for line in file.read_text().splitlines()]
    return [line for line in lines if line.startswith("Message-ID")]


def work(environment: dict, *point: str) -> int:
    """Run a worker until nothing waits or it dies; its exit code."""
    command = [sys.executable, "-m", "tests.casework.dying_worker", *point]
    ended = subprocess.run(command, env=environment, cwd=django_settings.BASE_DIR, capture_output=True, check=False)
    assert ended.stderr == b"", ended.stderr.decode()
    return ended.returncode


def tick(*, after=timedelta(0)) -> None:
    """What ``manage.py tick`` does for reminders, as if ``after`` had gone by since the last."""
    Delivery.objects.update(queued_at=F("queued_at") - after, claimed_at=F("claimed_at") - after)
    now = timezone.localtime()
    deliveries.take_up(now=now, then=jobs.queue_delivery)
    deliveries.plan(now=now, then=jobs.queue_delivery)


def the_delivery() -> Delivery:
    return Delivery.objects.get()


@pytest.mark.parametrize("kind", ["robot", "mail"])
def test_a_worker_that_lives_sends_it_once_however_often_the_clock_ticks(channel, environment, received):
    for _ in range(2):
        tick(after=LONG_AGO)
        assert work(environment) == 0
    assert received() == 1
    assert (the_delivery().state, the_delivery().tries) == (State.SENT, 1)


@pytest.mark.parametrize(("kind", "point"), NOT_SENT)
def test_killed_before_it_leaves_it_is_sent_by_the_next_worker_once(channel, environment, received, point):
    tick()
    assert work(environment, point) == -signal.SIGKILL
    assert received() == 0
    tick()  # at once the dead worker is still believed to live
    assert not DBTaskResult.objects.ready().exists()
    tick(after=LONG_AGO)
    assert work(environment) == 0
    assert received() == 1
    assert the_delivery().state == State.SENT
    tick(after=LONG_AGO)
    assert not DBTaskResult.objects.ready().exists()


@pytest.mark.parametrize(("kind", "point"), ON_ITS_WAY)
def test_killed_on_the_way_it_is_sent_again_by_nobody_but_a_person(channel, environment, received, point, mailbox):
    tick()
    assert work(environment, point) == -signal.SIGKILL
    arrived = received()
    assert arrived == (1 if point == "after it was sent" else 0)
    for _ in range(2):
        tick(after=LONG_AGO)
        assert not DBTaskResult.objects.ready().exists()
    row = the_delivery()
    assert (row.state, row.problem) == (State.UNKNOWN, deliveries.DIED_SENDING)
    deliveries.resend(by=cast.person(), delivery=row.pk, now=timezone.now(), then=jobs.queue_delivery)
    assert work(environment) == 0
    assert received() == arrived + 1
    assert the_delivery().state == State.SENT
    # a mailbox knows it for the same mail
    assert set(numbers_in(mailbox)) == ({f"Message-ID: <{row.key}@127.0.0.1>"} if channel.is_email else set())


def test_of_several_workers_one_sends_it(channel, environment, received):
    tick()
    for _ in range(3):
        jobs.send_delivery.enqueue(the_delivery().pk)
    with ThreadPoolExecutor(3) as workers:
        assert list(workers.map(lambda _: work(environment), range(3))) == [0, 0, 0]
    assert received() == 1
