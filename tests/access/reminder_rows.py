"""One row of what is sent outside the site for a school; the test of scopes asks who sees it."""

from casework.models import Channel, Delivery, DeliveryTry
from students.models import School
from tests import cast
from tests.scene import MONDAY, at


def rows_of_reminders(school: School) -> dict[type, object]:
    """Those of channels, messages and tries."""
    now = at(MONDAY)
    saved = {"changed_at": now, "changed_by": cast.person()}
    channel = Channel.objects.create(kind="email", name="办公室", school=school, recipients=["a@a.cn"], **saved)
    sent = {"day": MONDAY, "state": "sent", "due_at": now, "queued_at": now, "ended_at": now, "retries_left": 4}
    delivery = Delivery.objects.create(channel=channel, kind="test", address="a@a.cn", **sent)
    tried = {"number": 1, "began_at": now, "ended_at": now, "outcome": "sent"}
    return {
        Channel: channel,
        Delivery: delivery,
        DeliveryTry: DeliveryTry.objects.create(delivery=delivery, **tried),
    }
