"""Long exports are drawn in the background and kept for a day."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ExportOrder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=120, verbose_name="表名")),
                ("address", models.CharField(max_length=200, verbose_name="页面地址")),
                ("query", models.TextField(blank=True, verbose_name="筛选条件")),
                (
                    "form",
                    models.CharField(choices=[(".xlsx", "Excel"), (".pdf", "PDF")], max_length=5, verbose_name="格式"),
                ),
                ("reason", models.CharField(blank=True, max_length=100, verbose_name="显示完整号码的用途")),
                ("asked_at", models.DateTimeField(verbose_name="申请时间")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "排队等待"),
                            ("drawing", "正在生成"),
                            ("ready", "可以下载"),
                            ("failed", "没有生成"),
                            ("cancelled", "已取消"),
                            ("expired", "已过期"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("started_at", models.DateTimeField(blank=True, null=True, verbose_name="开始时间")),
                ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="结束时间")),
                ("failure", models.CharField(blank=True, max_length=300, verbose_name="没有生成的原因")),
                ("file_name", models.CharField(blank=True, max_length=200, verbose_name="文件名")),
                ("content", models.BinaryField(null=True, verbose_name="文件")),
                ("size", models.PositiveIntegerField(default=0, verbose_name="字节数")),
                ("scope", models.JSONField(blank=True, default=dict, verbose_name="生成时的查看范围")),
                ("details", models.JSONField(blank=True, default=dict, verbose_name="日志内容")),
                ("expires_at", models.DateTimeField(blank=True, null=True, verbose_name="保留到")),
                ("taken_at", models.DateTimeField(blank=True, null=True, verbose_name="首次下载时间")),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="申请人",
                    ),
                ),
            ],
            options={
                "verbose_name": "导出任务",
                "verbose_name_plural": "导出任务",
                "ordering": ["-asked_at", "-pk"],
                "indexes": [models.Index(fields=["asked_by", "-asked_at"], name="export_orders_of_a_person")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("content__isnull", False), ("state", "ready")),
                            models.Q(models.Q(("state", "ready"), _negated=True), ("content", None)),
                            _connector="OR",
                        ),
                        name="an_export_that_is_ready_has_its_file",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("expires_at__isnull", False), ("state__in", ("ready", "expired"))),
                            models.Q(
                                models.Q(("state__in", ("ready", "expired")), _negated=True), ("expires_at", None)
                            ),
                            _connector="OR",
                        ),
                        name="an_export_that_was_drawn_expires",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("finished_at", None), ("state__in", ("waiting", "drawing"))),
                            models.Q(
                                models.Q(("state__in", ("waiting", "drawing")), _negated=True),
                                ("finished_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="an_export_under_way_has_not_ended",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "drawing"), _negated=True),
                            ("started_at__isnull", False),
                            _connector="OR",
                        ),
                        name="an_export_is_drawn_since_some_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "failed"), models.Q(("failure", ""), _negated=True)),
                            models.Q(models.Q(("state", "failed"), _negated=True), ("failure", "")),
                            _connector="OR",
                        ),
                        name="an_export_that_failed_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("taken_at", None), ("state__in", ("ready", "expired")), _connector="OR"),
                        name="only_a_file_is_taken",
                    ),
                ],
            },
        ),
    ]
