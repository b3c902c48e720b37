"""Work reports are drafted, edited and finished; what is finished never changes."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from students.triggers import keep_once_set, let_go

TABLE = "reports_workreport"
KEPT = (
    "finished_at", "finished_by_id", "pdf", "sha256", "text", "version", "kind", "first", "last", "township_id",
    "school_id", "drafted_at", "drafted_by_id",
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0002_figures_are_kept_overnight"),
        ("students", "0029_notices_tell_of_awards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="WorkReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("half_month", "半月"), ("month", "月度"), ("term", "学期")],
                        max_length=10,
                        verbose_name="周期",
                    ),
                ),
                ("first", models.DateField(verbose_name="开始日期")),
                ("last", models.DateField(verbose_name="截止日期")),
                ("text", models.TextField(max_length=20000, verbose_name="正文")),
                ("version", models.PositiveIntegerField(default=1, verbose_name="版本")),
                ("drafted_at", models.DateTimeField(verbose_name="起草时间")),
                ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="定稿时间")),
                ("pdf", models.BinaryField(null=True, verbose_name="定稿的文件")),
                ("sha256", models.CharField(blank=True, max_length=64, verbose_name="内容摘要")),
                (
                    "drafted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="起草人",
                    ),
                ),
                (
                    "finished_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="定稿人",
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
                "verbose_name": "工作情况报告",
                "verbose_name_plural": "工作情况报告",
                "ordering": ["-last", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("first__lte", models.F("last"))), name="a_work_report_has_a_period"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("school", None), ("township__isnull", False), _connector="OR"),
                        name="a_schools_report_names_its_township",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True), name="a_work_report_says_something"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("finished_at", None), ("finished_by", None), ("pdf", None), ("sha256", "")),
                            models.Q(
                                ("finished_at__isnull", False),
                                ("finished_by__isnull", False),
                                ("pdf__isnull", False),
                                models.Q(("sha256", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="a_finished_work_report_is_kept_as_printed",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("township", None)),
                        fields=("kind", "first"),
                        name="the_county_reports_a_period_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("school", None), ("township__isnull", False)),
                        fields=("kind", "first", "township"),
                        name="a_township_reports_a_period_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("school__isnull", False)),
                        fields=("kind", "first", "school"),
                        name="a_school_reports_a_period_once",
                    ),
                ],
            },
        ),
        migrations.RunPython(
            lambda apps, schema_editor: keep_once_set(schema_editor, TABLE, KEPT),
            lambda apps, schema_editor: let_go(schema_editor, TABLE),
        ),
    ]
