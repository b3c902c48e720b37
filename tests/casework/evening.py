"""Half past five on a Monday with something to say: channels that are due, and one try to send."""

from datetime import date

import pytest

from casework import jobs
from casework.actions import deliveries
from casework.models import Channel, Delivery
from casework.sealing import seal
from tests.scene import MONDAY, at

EVENING = at(MONDAY, 17, 30)


def make_channel(scene, chat=None, **fields) -> Channel:
    """A channel of the school that is due at half past five: by e-mail, or where a ``chat`` is given its robot."""
    target = {"kind": "email", "recipients": ["bgs@example.com"]}
    if chat is not None:
        target = {"kind": "wecom", "sealed": seal(address=chat.wecom, secret=""), "hint": "…", "mark": "m"}
    place = {} if {"township", "school"} & {*fields} else {"school": scene.school}
    saved = {"changed_at": at(date(2026, 9, 1)), "changed_by": scene.clerk}
    return Channel.objects.create(**{"name": "办公室", **target, **place, **saved, **fields})


def plan(now=EVENING) -> list[Delivery]:
    """Plan only; the rows."""
    deliveries.plan(now=now, then=lambda pk, due_at: None)
    return list(Delivery.objects.order_by("pk"))


def send(delivery: Delivery) -> Delivery:
    """One try to send it, and the row afterwards."""
    jobs.send_delivery.call(delivery.pk)
    return Delivery.objects.get(pk=delivery.pk)


@pytest.fixture
def evening(scene, clock):
    """The children of Monday are written down, and it is half past five."""
    scene.take(MONDAY, first="unexcused")
    clock.move_to(EVENING)
    return scene
