"""A case is handed from school, township or bureau to another of them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0012_documents_are_numbered_and_kept"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="HandOff",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "from_side",
                    models.CharField(
                        choices=[("school", "学校"), ("township", "乡镇"), ("bureau", "县教育局")],
                        max_length=10,
                        verbose_name="移交方",
                    ),
                ),
                (
                    "to_side",
                    models.CharField(
                        choices=[("school", "学校"), ("township", "乡镇"), ("bureau", "县教育局")],
                        max_length=10,
                        verbose_name="接收方",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("sent", "待接收"),
                            ("accepted", "办理中"),
                            ("returned", "已退回"),
                            ("done", "已办结"),
                        ],
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("message", models.CharField(max_length=200, verbose_name="移交说明")),
                ("due_on", models.DateField(verbose_name="请于何日前办结")),
                ("sent_at", models.DateTimeField(verbose_name="移交时间")),
                ("accepted_at", models.DateTimeField(blank=True, null=True, verbose_name="接收时间")),
                ("returned_at", models.DateTimeField(blank=True, null=True, verbose_name="退回时间")),
                ("returned_reason", models.CharField(blank=True, max_length=200, verbose_name="退回原因")),
                ("done_at", models.DateTimeField(blank=True, null=True, verbose_name="办结时间")),
                ("done_note", models.CharField(blank=True, max_length=200, verbose_name="办理结果")),
                ("version", models.PositiveIntegerField(default=1, verbose_name="版本")),
                (
                    "accepted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="接收人",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="hand_offs",
                        to="casework.case",
                        verbose_name="个案",
                    ),
                ),
                (
                    "done_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="办结人",
                    ),
                ),
                (
                    "returned_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="退回人",
                    ),
                ),
                (
                    "sent_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="移交人",
                    ),
                ),
            ],
            options={
                "verbose_name": "个案移交",
                "verbose_name_plural": "个案移交",
                "ordering": ["due_on", "pk"],
                "indexes": [models.Index(fields=["state", "due_on"], name="hand_offs_by_state")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["accepted", "sent"])),
                        fields=("case",),
                        name="one_hand_off_under_way_a_case",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("from_side", models.F("to_side")), _negated=True),
                        name="handed_off_to_another_side",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("message", ""), _negated=True), name="a_hand_off_says_why"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state", "sent"),
                                ("accepted_at__isnull", True),
                                ("accepted_by__isnull", True),
                                ("returned_at__isnull", True),
                                ("returned_by__isnull", True),
                                ("done_at__isnull", True),
                                ("done_by__isnull", True),
                            ),
                            models.Q(
                                ("state", "accepted"),
                                ("accepted_at__isnull", False),
                                ("accepted_by__isnull", False),
                                ("returned_at__isnull", True),
                                ("returned_by__isnull", True),
                                ("done_at__isnull", True),
                                ("done_by__isnull", True),
                            ),
                            models.Q(
                                ("state", "returned"),
                                models.Q(
                                    models.Q(
                                        ("accepted_at__isnull", True),
                                        ("accepted_by__isnull", True),
                                        ("returned_at__isnull", False),
                                        ("returned_by__isnull", False),
                                        ("done_at__isnull", True),
                                        ("done_by__isnull", True),
                                    ),
                                    models.Q(
                                        ("accepted_at__isnull", False),
                                        ("accepted_by__isnull", False),
                                        ("returned_at__isnull", False),
                                        ("returned_by__isnull", False),
                                        ("done_at__isnull", True),
                                        ("done_by__isnull", True),
                                    ),
                                    _connector="OR",
                                ),
                                models.Q(("returned_reason", ""), _negated=True),
                            ),
                            models.Q(
                                ("state", "done"),
                                ("accepted_at__isnull", False),
                                ("accepted_by__isnull", False),
                                ("returned_at__isnull", True),
                                ("returned_by__isnull", True),
                                ("done_at__isnull", False),
                                ("done_by__isnull", False),
                                models.Q(("done_note", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="a_hand_off_says_who_and_when",
                    ),
                ],
            },
        ),
    ]
