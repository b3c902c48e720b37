"""What is sent outside the site: channels, one's own digest, messages and every try to send one."""

import datetime
import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0009_contacts_are_told_in_full"),
        ("students", "0021_the_clock_sends_notices_of_cases"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Channel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("email", "邮件"), ("wecom", "企业微信机器人"), ("dingtalk", "钉钉机器人")],
                        max_length=10,
                        verbose_name="方式",
                    ),
                ),
                ("name", models.CharField(max_length=30, verbose_name="名称")),
                ("recipients", models.JSONField(blank=True, default=list, verbose_name="收件邮箱")),
                ("sealed", models.TextField(blank=True, verbose_name="加密的地址和密钥")),
                ("hint", models.CharField(blank=True, max_length=120, verbose_name="地址提示")),
                ("mark", models.CharField(blank=True, max_length=64, verbose_name="地址指纹")),
                ("send_at", models.TimeField(default=datetime.time(17, 30), verbose_name="发送时间")),
                ("school_days_only", models.BooleanField(default=True, verbose_name="只在上课日发")),
                ("sends_nothing", models.BooleanField(default=False, verbose_name="没有事也发")),
                ("names_reason", models.CharField(blank=True, max_length=100, verbose_name="可含姓名的理由")),
                ("names_allowed_at", models.DateTimeField(blank=True, null=True, verbose_name="允许含姓名的时间")),
                ("paused_at", models.DateTimeField(blank=True, null=True, verbose_name="停用时间")),
                ("changed_at", models.DateTimeField(verbose_name="修改时间")),
                ("version", models.PositiveIntegerField(default=1, verbose_name="版本")),
                (
                    "changed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="修改人",
                    ),
                ),
                (
                    "names_allowed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="允许人",
                    ),
                ),
                (
                    "paused_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="停用人",
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="students.school",
                        verbose_name="学校",
                    ),
                ),
                (
                    "township",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="students.area",
                        verbose_name="乡镇",
                    ),
                ),
            ],
            options={
                "verbose_name": "提醒通道",
                "verbose_name_plural": "提醒通道",
                "ordering": ["school__code", "township__code", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("digest", "每日提醒"), ("test", "测试消息"), ("code", "验证码")],
                        max_length=10,
                        verbose_name="内容",
                    ),
                ),
                ("day", models.DateField(verbose_name="日期")),
                ("address", models.EmailField(blank=True, max_length=100, verbose_name="收件邮箱")),
                ("key", models.UUIDField(default=uuid.uuid4, unique=True, verbose_name="邮件编号")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "等待发送"),
                            ("taken", "正在准备"),
                            ("sending", "正在发送"),
                            ("sent", "已发出"),
                            ("failed", "失败"),
                            ("unknown", "不确定"),
                            ("nothing", "没有事，未发"),
                            ("cancelled", "已取消"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("due_at", models.DateTimeField(verbose_name="应发时间")),
                ("queued_at", models.DateTimeField(verbose_name="交给后台的时间")),
                ("claimed_at", models.DateTimeField(blank=True, null=True, verbose_name="开始发送时间")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="结束时间")),
                ("tries", models.PositiveSmallIntegerField(default=0, verbose_name="试过几次")),
                ("retries_left", models.PositiveSmallIntegerField(verbose_name="还可以试几次")),
                ("problem", models.CharField(blank=True, max_length=120, verbose_name="原因")),
                ("title", models.CharField(blank=True, max_length=100, verbose_name="标题")),
                ("text", models.TextField(blank=True, verbose_name="正文")),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="人工处理时间")),
                (
                    "channel",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deliveries",
                        to="casework.channel",
                        verbose_name="通道",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="人工处理人",
                    ),
                ),
            ],
            options={
                "verbose_name": "发送记录",
                "verbose_name_plural": "发送记录",
                "ordering": ["-due_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="DeliveryTry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(verbose_name="第几次")),
                ("began_at", models.DateTimeField(verbose_name="开始时间")),
                ("ended_at", models.DateTimeField(verbose_name="结束时间")),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("sent", "已发出"),
                            ("refused", "没有送出"),
                            ("unknown", "不确定"),
                            ("lost", "准备时中断，没有发"),
                            ("nothing", "没有事，未发"),
                            ("cancelled", "已取消"),
                        ],
                        max_length=10,
                        verbose_name="结果",
                    ),
                ),
                ("problem", models.CharField(blank=True, max_length=120, verbose_name="原因")),
                (
                    "delivery",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attempts",
                        to="casework.delivery",
                        verbose_name="发送",
                    ),
                ),
            ],
            options={
                "verbose_name": "发送尝试",
                "verbose_name_plural": "发送尝试",
                "ordering": ["delivery", "number"],
            },
        ),
        migrations.CreateModel(
            name="OwnDigest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("address", models.EmailField(max_length=100, verbose_name="邮箱")),
                (
                    "state",
                    models.CharField(
                        choices=[("asked", "等待验证"), ("on", "已开启"), ("off", "已关闭")],
                        default="asked",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("send_at", models.TimeField(default=datetime.time(7, 0), verbose_name="发送时间")),
                ("nonce", models.CharField(max_length=32, verbose_name="验证码随机数")),
                ("code_expires_at", models.DateTimeField(blank=True, null=True, verbose_name="验证码失效时间")),
                ("wrong_codes", models.PositiveSmallIntegerField(default=0, verbose_name="验证码填错次数")),
                ("codes_day", models.DateField(verbose_name="最近发验证码的日期")),
                ("codes_sent", models.PositiveSmallIntegerField(default=0, verbose_name="当天发过的验证码")),
                ("changed_at", models.DateTimeField(verbose_name="修改时间")),
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="own_digest",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="本人",
                    ),
                ),
            ],
            options={
                "verbose_name": "个人每日提醒",
                "verbose_name_plural": "个人每日提醒",
            },
        ),
        migrations.AddField(
            model_name="delivery",
            name="own",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="deliveries",
                to="casework.owndigest",
                verbose_name="个人提醒",
            ),
        ),
        migrations.AddConstraint(
            model_name="channel",
            constraint=models.CheckConstraint(
                condition=models.Q(("township", None), ("school", None), _connector="OR"),
                name="a_channel_belongs_to_one_place",
            ),
        ),
        migrations.AddConstraint(
            model_name="channel",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("kind", "email"), ("mark", ""), ("sealed", ""), models.Q(("recipients", []), _negated=True)
                    ),
                    models.Q(
                        models.Q(("kind", "email"), _negated=True),
                        models.Q(("sealed", ""), _negated=True),
                        models.Q(("mark", ""), _negated=True),
                        ("recipients", []),
                    ),
                    _connector="OR",
                ),
                name="a_channel_has_recipients_or_a_sealed_address",
            ),
        ),
        migrations.AddConstraint(
            model_name="channel",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("names_allowed_at", None), ("names_allowed_by", None), ("names_reason", "")),
                    models.Q(
                        ("names_allowed_at__isnull", False),
                        ("names_allowed_by__isnull", False),
                        models.Q(("names_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="names_are_allowed_by_somebody_for_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="channel",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("paused_at", None), ("paused_by", None)),
                    models.Q(("paused_at__isnull", False), ("paused_by__isnull", False)),
                    _connector="OR",
                ),
                name="a_channel_is_paused_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="channel",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), _negated=True), name="a_channel_has_a_name"
            ),
        ),
        migrations.AddConstraint(
            model_name="channel",
            constraint=models.UniqueConstraint(
                condition=models.Q(("school", None), ("township", None), models.Q(("mark", ""), _negated=True)),
                fields=("mark",),
                name="a_robot_once_in_the_county",
            ),
        ),
        migrations.AddConstraint(
            model_name="channel",
            constraint=models.UniqueConstraint(
                condition=models.Q(("mark", ""), _negated=True),
                fields=("township", "mark"),
                name="a_robot_once_in_a_township",
            ),
        ),
        migrations.AddConstraint(
            model_name="channel",
            constraint=models.UniqueConstraint(
                condition=models.Q(("mark", ""), _negated=True),
                fields=("school", "mark"),
                name="a_robot_once_in_a_school",
            ),
        ),
        migrations.AddConstraint(
            model_name="deliverytry",
            constraint=models.UniqueConstraint(fields=("delivery", "number"), name="tries_of_a_delivery_are_numbered"),
        ),
        migrations.AddConstraint(
            model_name="deliverytry",
            constraint=models.CheckConstraint(condition=models.Q(("number__gte", 1)), name="tries_begin_with_one"),
        ),
        migrations.AddConstraint(
            model_name="owndigest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "asked"), _negated=True), ("code_expires_at__isnull", False), _connector="OR"
                ),
                name="a_code_that_is_asked_for_expires",
            ),
        ),
        migrations.AddConstraint(
            model_name="owndigest",
            constraint=models.CheckConstraint(
                condition=models.Q(("nonce", ""), _negated=True), name="a_code_follows_from_a_nonce"
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("state__in", ["waiting", "taken", "sending"])),
                fields=["due_at"],
                name="deliveries_under_way",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(fields=["day", "state"], name="deliveries_of_a_day"),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("channel", None), ("own__isnull", False)),
                    models.Q(("channel__isnull", False), ("own", None)),
                    _connector="OR",
                ),
                name="a_delivery_has_one_receiver",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("kind", "code"), _negated=True), ("channel", None), _connector="OR"),
                name="a_code_goes_to_a_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "digest")),
                fields=("channel", "address", "day"),
                name="one_digest_a_channel_and_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "digest")), fields=("own", "day"), name="one_digest_a_person_and_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at", None), ("state__in", ["waiting", "taken", "sending"])),
                    models.Q(
                        ("ended_at__isnull", False),
                        ("state__in", ["sent", "failed", "unknown", "nothing", "cancelled"]),
                    ),
                    _connector="OR",
                ),
                name="a_delivery_that_is_over_says_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("claimed_at__isnull", False), ("state__in", ["taken", "sending"]), ("tries__gte", 1)),
                    models.Q(("state__in", ["taken", "sending"]), _negated=True),
                    _connector="OR",
                ),
                name="a_delivery_under_way_says_since_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["failed", "unknown", "cancelled"]), _negated=True),
                    models.Q(("problem", ""), _negated=True),
                    _connector="OR",
                ),
                name="a_delivery_that_did_not_go_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at", None), ("decided_by", None)),
                    models.Q(("decided_at__isnull", False), ("decided_by__isnull", False)),
                    _connector="OR",
                ),
                name="a_delivery_is_decided_by_somebody",
            ),
        ),
    ]
