"""The pages of reminders, channels and what was sent, each with somebody who opens it."""

from django.urls import reverse

from casework.models import Channel, Delivery, DeliveryTry, OwnDigest
from casework.sealing import seal
from tests.scene import MONDAY, at

TEXT = "守学提醒：东坪小学 9月7日7:30\n\n【待办】\n逾期2件、今天到期3件\nhttps://shouxue.example/duties/\n"


def reminder_pages_of(classroom) -> dict[str, tuple]:
    """A robot that may name children, a mailbox, and messages in every state that asks for something."""
    clerk, now = classroom.clerk, at(MONDAY)
    saved = {"school": classroom.school, "changed_at": now, "changed_by": clerk}
    robot = Channel.objects.create(
        kind="wecom", name="班主任群", sealed=seal(address="x", secret=""), hint="qyapi.weixin.qq.com，密钥末四位5aaa",
        mark="m", names_reason="群里只有班主任", names_allowed_at=now, names_allowed_by=classroom.principal, **saved,
    )  # fmt: skip
    mailbox = Channel.objects.create(
        kind="email", name="办公室", recipients=["bangongshi@dongping-xiaoxue.example.com"], paused_at=now,
        paused_by=clerk, **saved,
    )  # fmt: skip
    common = {"kind": "digest", "day": MONDAY, "due_at": now, "queued_at": now, "tries": 1, "retries_left": 0}
    rows = [
        Delivery.objects.create(channel=robot, state="unknown", ended_at=now, problem="没有等到答复", **common),
        Delivery.objects.create(
            channel=mailbox,
            state="sent",
            ended_at=now,
            address=mailbox.recipients[0],
            title="守学提醒",
            text=TEXT,
            **common,
        ),
    ]
    for row in rows:
        DeliveryTry.objects.create(
            delivery=row, number=1, began_at=now, ended_at=now, outcome=row.state, problem=row.problem
        )
    own = OwnDigest.objects.create(
        person=classroom.teacher, address="shen@example.com", state="asked", nonce="n", codes_day=MONDAY,
        code_expires_at=now, changed_at=now,
    )  # fmt: skip
    Delivery.objects.create(
        own=own, address=own.address, **common | {"state": "failed", "ended_at": now, "problem": "连不上邮件服务器"}
    )
    return {
        "reminders of a teacher": (classroom.teacher, reverse("casework:reminders")),
        "reminders of the county": (classroom.bureau, reverse("casework:reminders")),
        "channels": (clerk, reverse("casework:channels")),
        "a channel": (classroom.principal, reverse("casework:channel", args=[robot.pk])),
        "a channel to add": (classroom.bureau, reverse("casework:new_channel", args=["dingtalk"])),
        "log of messages": (clerk, reverse("casework:deliveries")),
        "log of messages, none found": (clerk, reverse("casework:deliveries") + "?state=nothing"),
        "a message": (clerk, reverse("casework:delivery", args=[rows[1].pk])),
        "a message that may be lost": (clerk, reverse("casework:delivery", args=[rows[0].pk])),
    }
