"""Days are closed with their counts, and what is corrected later is filed as an amendment; neither changes."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from students.triggers import allow_changes, refuse_changes

FILED = ("casework_dailyclose", "casework_dailyamendment")


def refuse(apps, editor):
    for table in FILED:
        refuse_changes(editor, table)


def allow(apps, editor):
    for table in FILED:
        allow_changes(editor, table)


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0005_early_signs_are_kept"),
        ("students", "0013_a_school_is_reminded_of_its_registers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DailyClose",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(verbose_name="日期")),
                ("closed_at", models.DateTimeField(verbose_name="上报时间")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="说明")),
                ("content", models.JSONField(verbose_name="上报时的数")),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="上报人",
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="daily_closes",
                        to="students.school",
                        verbose_name="学校",
                    ),
                ),
            ],
            options={
                "verbose_name": "每日上报",
                "verbose_name_plural": "每日上报",
                "ordering": ["-day", "school"],
            },
        ),
        migrations.CreateModel(
            name="DailyAmendment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(verbose_name="第几次更正")),
                ("content", models.JSONField(verbose_name="更正后的数")),
                ("reason", models.CharField(max_length=200, verbose_name="更正原因")),
                ("filed_at", models.DateTimeField(verbose_name="更正时间")),
                (
                    "filed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="更正人",
                    ),
                ),
                (
                    "close",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="amendments",
                        to="casework.dailyclose",
                        verbose_name="每日上报",
                    ),
                ),
            ],
            options={
                "verbose_name": "上报更正",
                "verbose_name_plural": "上报更正",
                "ordering": ["close", "number"],
            },
        ),
        migrations.AddIndex(
            model_name="dailyclose",
            index=models.Index(fields=["day"], name="daily_closes_of_a_day"),
        ),
        migrations.AddConstraint(
            model_name="dailyclose",
            constraint=models.UniqueConstraint(fields=("school", "day"), name="a_school_closes_a_day_once"),
        ),
        migrations.AddConstraint(
            model_name="dailyamendment",
            constraint=models.UniqueConstraint(fields=("close", "number"), name="amendments_of_a_day_are_numbered"),
        ),
        migrations.AddConstraint(
            model_name="dailyamendment",
            constraint=models.CheckConstraint(condition=models.Q(("number__gte", 1)), name="amendments_begin_with_one"),
        ),
        migrations.AddConstraint(
            model_name="dailyamendment",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="an_amendment_says_why"
            ),
        ),
        migrations.RunPython(refuse, allow),
    ]
