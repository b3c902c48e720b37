"""What is sent outside the site, one row a message and recipient, and every try to send it (发送记录)."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q

from casework.models.channels import Channel, OwnDigest
from students.access import ScopedQuerySet


class Delivery(models.Model):
    """发送: one message to one recipient, sent at most once unless a person decides otherwise.

    ``waiting`` from ``due_at`` on → ``taken`` by a worker, which writes the message → ``sending`` from the moment
    before the first byte of it leaves → ``sent``, or back to ``waiting`` where it was surely not delivered, in the end
    ``failed``. A worker that dies in ``taken`` has sent nothing, so the row waits again; one that dies in ``sending``
    leaves it ``unknown``, and a person decides. ``tries`` is also the token by which an outrun worker finds out.
    """

    class Kind(models.TextChoices):
        DIGEST = "digest", "每日提醒"
        TEST = "test", "测试消息"
        CODE = "code", "验证码"

    class State(models.TextChoices):
        WAITING = "waiting", "等待发送"
        TAKEN = "taken", "正在准备"
        SENDING = "sending", "正在发送"
        SENT = "sent", "已发出"
        FAILED = "failed", "失败"
        UNKNOWN = "unknown", "不确定"
        NOTHING = "nothing", "没有事，未发"
        CANCELLED = "cancelled", "已取消"

    UNDER_WAY = (State.WAITING, State.TAKEN, State.SENDING)
    HELD = (State.TAKEN, State.SENDING)
    RESENT = (State.FAILED, State.UNKNOWN, State.CANCELLED)  # what a person may send once more

    channel = models.ForeignKey(
        Channel, models.PROTECT, null=True, blank=True, verbose_name="通道", related_name="deliveries"
    )
    own = models.ForeignKey(
        OwnDigest, models.PROTECT, null=True, blank=True, verbose_name="个人提醒", related_name="deliveries"
    )
    kind = models.CharField("内容", max_length=10, choices=Kind)
    day = models.DateField("日期")
    address = models.EmailField("收件邮箱", max_length=100, blank=True)
    key = models.UUIDField("邮件编号", default=uuid4, unique=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.WAITING)
    due_at = models.DateTimeField("应发时间")
    queued_at = models.DateTimeField("交给后台的时间")
    claimed_at = models.DateTimeField("开始发送时间", null=True, blank=True)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    tries = models.PositiveSmallIntegerField("试过几次", default=0)
    retries_left = models.PositiveSmallIntegerField("还可以试几次")
    problem = models.CharField("原因", max_length=120, blank=True)
    title = models.CharField("标题", max_length=100, blank=True)
    text = models.TextField("正文", blank=True)
    decided_at = models.DateTimeField("人工处理时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="人工处理人", related_name="+"
    )

    scope_path = {"school": "channel__school", "township": "channel__school__township", "school_class": None}
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "发送记录"
        ordering = ["-due_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(channel=None, own__isnull=False) | Q(channel__isnull=False, own=None),
                name="a_delivery_has_one_receiver",
            ),
            models.CheckConstraint(condition=~Q(kind="code") | Q(channel=None), name="a_code_goes_to_a_person"),
            models.UniqueConstraint(
                fields=["channel", "address", "day"], condition=Q(kind="digest"), name="one_digest_a_channel_and_day"
            ),
            models.UniqueConstraint(
                fields=["own", "day"], condition=Q(kind="digest"), name="one_digest_a_person_and_day"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "taken", "sending"], ended_at=None)
                | Q(state__in=["sent", "failed", "unknown", "nothing", "cancelled"], ended_at__isnull=False),
                name="a_delivery_that_is_over_says_when",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["taken", "sending"], claimed_at__isnull=False, tries__gte=1)
                | ~Q(state__in=["taken", "sending"]),
                name="a_delivery_under_way_says_since_when",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["failed", "unknown", "cancelled"]) | ~Q(problem=""),
                name="a_delivery_that_did_not_go_says_why",
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_by=None) | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="a_delivery_is_decided_by_somebody",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(state__in=["waiting", "taken", "sending"]),
                name="deliveries_under_way",
            ),
            models.Index(fields=["day", "state"], name="deliveries_of_a_day"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.day}"


class DeliveryTry(models.Model):
    """发送尝试: what became of one try to send a message."""

    class Outcome(models.TextChoices):
        SENT = "sent", "已发出"
        REFUSED = "refused", "没有送出"
        UNKNOWN = "unknown", "不确定"
        LOST = "lost", "准备时中断，没有发"
        NOTHING = "nothing", "没有事，未发"
        CANCELLED = "cancelled", "已取消"

    delivery = models.ForeignKey(Delivery, models.PROTECT, verbose_name="发送", related_name="attempts")
    number = models.PositiveSmallIntegerField("第几次")
    began_at = models.DateTimeField("开始时间")
    ended_at = models.DateTimeField("结束时间")
    outcome = models.CharField("结果", max_length=10, choices=Outcome)
    problem = models.CharField("原因", max_length=120, blank=True)

    scope_path = {
        "school": "delivery__channel__school",
        "township": "delivery__channel__school__township",
        "school_class": None,
    }
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "发送尝试"
        ordering = ["delivery", "number"]
        constraints = [
            models.UniqueConstraint(fields=["delivery", "number"], name="tries_of_a_delivery_are_numbered"),
            models.CheckConstraint(condition=Q(number__gte=1), name="tries_begin_with_one"),
        ]

    def __str__(self):
        return f"{self.delivery} 第{self.number}次"
