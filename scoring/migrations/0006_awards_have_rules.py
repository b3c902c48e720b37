"""Rules of awards are kept like schemes: versions that never change, adopted by school year."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from students.triggers import allow_changes, refuse_changes

TABLE = "scoring_storedawardrule"


class Migration(migrations.Migration):
    dependencies = [
        ("scoring", "0005_appeals_and_frozen_scores"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="StoredAwardRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=40, verbose_name="代号")),
                ("version", models.PositiveSmallIntegerField(verbose_name="版本")),
                ("title", models.CharField(max_length=60, verbose_name="名称")),
                ("content", models.JSONField(verbose_name="内容")),
            ],
            options={
                "verbose_name": "评优办法",
                "verbose_name_plural": "评优办法",
                "ordering": ["code", "version"],
                "constraints": [
                    models.UniqueConstraint(fields=("code", "version"), name="award_rule_version_is_unique")
                ],
            },
        ),
        migrations.CreateModel(
            name="AwardRuleAdoption",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "school_year",
                    models.PositiveSmallIntegerField(
                        help_text="学年开始的年份。", unique=True, verbose_name="从哪个学年起"
                    ),
                ),
                ("adopted_at", models.DateTimeField(verbose_name="采用时间")),
                (
                    "adopted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="采用人",
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="scoring.storedawardrule",
                        verbose_name="评优办法",
                    ),
                ),
            ],
            options={
                "verbose_name": "采用评优办法",
                "verbose_name_plural": "采用评优办法",
                "ordering": ["school_year"],
            },
        ),
        migrations.RunPython(
            lambda apps, schema_editor: refuse_changes(schema_editor, TABLE),
            lambda apps, schema_editor: allow_changes(schema_editor, TABLE),
        ),
    ]
