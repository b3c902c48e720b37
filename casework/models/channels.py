"""Where reminders go outside the site: the channels of a place, and the digest that a person has sent to themselves."""

from datetime import time

from django.conf import settings
from django.db import models
from django.db.models import Q

from casework.robots import Robot
from students.access import ScopedQuerySet

EVENING = time(17, 30)
MORNING = time(7, 0)


class ChannelKind(models.TextChoices):
    """How a channel reaches people."""

    EMAIL = "email", "邮件"
    WECOM = Robot.WECOM.value, "企业微信机器人"
    DINGTALK = Robot.DINGTALK.value, "钉钉机器人"


class Channel(models.Model):
    """提醒通道 of the county (neither township nor school named), a township or a school: one digest a day.

    The address of a robot and its secret are sealed; ``hint`` is what is shown of them and ``mark`` a keyed digest by
    which the same robot is known. Children are named only where somebody allowed it and said why; another address
    ends that permission. Paused by somebody = sends nothing.
    """

    kind = models.CharField("方式", max_length=10, choices=ChannelKind)
    name = models.CharField("名称", max_length=30)
    township = models.ForeignKey(
        "students.Area", models.PROTECT, null=True, blank=True, verbose_name="乡镇", related_name="+"
    )
    school = models.ForeignKey(
        "students.School", models.PROTECT, null=True, blank=True, verbose_name="学校", related_name="+"
    )
    recipients = models.JSONField("收件邮箱", default=list, blank=True)
    sealed = models.TextField("加密的地址和密钥", blank=True)
    hint = models.CharField("地址提示", max_length=120, blank=True)
    mark = models.CharField("地址指纹", max_length=64, blank=True)
    send_at = models.TimeField("发送时间", default=EVENING)
    school_days_only = models.BooleanField("只在上课日发", default=True)
    sends_nothing = models.BooleanField("没有事也发", default=False)
    names_reason = models.CharField("可含姓名的理由", max_length=100, blank=True)
    names_allowed_at = models.DateTimeField("允许含姓名的时间", null=True, blank=True)
    names_allowed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="允许人", related_name="+"
    )
    paused_at = models.DateTimeField("停用时间", null=True, blank=True)
    paused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="停用人", related_name="+"
    )
    changed_at = models.DateTimeField("修改时间")
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="修改人", related_name="+")
    version = models.PositiveIntegerField("版本", default=1)

    scope_path = {"school": "school", "township": "school__township", "school_class": None}
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "提醒通道"
        ordering = ["school__code", "township__code", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(township=None) | Q(school=None), name="a_channel_belongs_to_one_place"),
            models.CheckConstraint(
                condition=Q(kind="email", sealed="", mark="") & ~Q(recipients=[])
                | ~Q(kind="email") & ~Q(sealed="") & ~Q(mark="") & Q(recipients=[]),
                name="a_channel_has_recipients_or_a_sealed_address",
            ),
            models.CheckConstraint(
                condition=Q(names_allowed_at=None, names_allowed_by=None, names_reason="")
                | Q(names_allowed_at__isnull=False, names_allowed_by__isnull=False) & ~Q(names_reason=""),
                name="names_are_allowed_by_somebody_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(paused_at=None, paused_by=None) | Q(paused_at__isnull=False, paused_by__isnull=False),
                name="a_channel_is_paused_by_somebody",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="a_channel_has_a_name"),
            models.UniqueConstraint(
                fields=["mark"],
                condition=Q(township=None, school=None) & ~Q(mark=""),
                name="a_robot_once_in_the_county",
            ),
            models.UniqueConstraint(
                fields=["township", "mark"], condition=~Q(mark=""), name="a_robot_once_in_a_township"
            ),
            models.UniqueConstraint(fields=["school", "mark"], condition=~Q(mark=""), name="a_robot_once_in_a_school"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}“{self.name}”"

    @property
    def may_name(self) -> bool:
        """Whether children's names may appear (可含姓名)."""
        return self.names_allowed_at is not None

    @property
    def is_email(self) -> bool:
        return self.kind == ChannelKind.EMAIL

    @property
    def place(self) -> str:
        """东坪小学, 东坪镇, 全县."""
        return str(self.school or self.township or "全县")


class OwnDigest(models.Model):
    """个人每日提醒: somebody's own digest by e-mail, once they have shown that the address is theirs. No names in it.

    The code 验证码 that is sent is not kept: it follows from ``nonce`` and the site's secret key.
    """

    class State(models.TextChoices):
        ASKED = "asked", "等待验证"
        ON = "on", "已开启"
        OFF = "off", "已关闭"

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="本人", related_name="own_digest"
    )
    address = models.EmailField("邮箱", max_length=100)
    state = models.CharField("状态", max_length=10, choices=State, default=State.ASKED)
    send_at = models.TimeField("发送时间", default=MORNING)
    nonce = models.CharField("验证码随机数", max_length=32)
    code_expires_at = models.DateTimeField("验证码失效时间", null=True, blank=True)
    wrong_codes = models.PositiveSmallIntegerField("验证码填错次数", default=0)
    codes_day = models.DateField("最近发验证码的日期")
    codes_sent = models.PositiveSmallIntegerField("当天发过的验证码", default=0)
    changed_at = models.DateTimeField("修改时间")

    class Meta:
        verbose_name = verbose_name_plural = "个人每日提醒"
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="asked") | Q(code_expires_at__isnull=False), name="a_code_that_is_asked_for_expires"
            ),
            models.CheckConstraint(condition=~Q(nonce=""), name="a_code_follows_from_a_nonce"),
        ]

    def __str__(self):
        return f"{self.person}的每日提醒"
