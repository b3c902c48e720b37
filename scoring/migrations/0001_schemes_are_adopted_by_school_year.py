"""Schemes are kept in versions that never change and adopted by school years."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from students.triggers import allow_changes, refuse_changes

TABLE = "scoring_storedscheme"


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("students", "0023_a_file_is_a_paper_of_several_kinds"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="StoredScheme",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=40, verbose_name="代号")),
                ("version", models.PositiveSmallIntegerField(verbose_name="版本")),
                ("title", models.CharField(max_length=60, verbose_name="名称")),
                ("content", models.JSONField(verbose_name="内容")),
            ],
            options={
                "verbose_name": "考核办法",
                "verbose_name_plural": "考核办法",
                "ordering": ["code", "version"],
                "constraints": [models.UniqueConstraint(fields=("code", "version"), name="scheme_version_is_unique")],
            },
        ),
        migrations.CreateModel(
            name="SchemeAdoption",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "school_year",
                    models.PositiveSmallIntegerField(help_text="学年开始的年份。", verbose_name="从哪个学年起"),
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
                    "school",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="students.school",
                        verbose_name="学校",
                    ),
                ),
                (
                    "scheme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="scoring.storedscheme", verbose_name="考核办法"
                    ),
                ),
            ],
            options={
                "verbose_name": "采用办法",
                "verbose_name_plural": "采用办法",
                "ordering": ["school", "school_year"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("school", None)),
                        fields=("school_year",),
                        name="one_county_scheme_begins_a_year",
                    ),
                    models.UniqueConstraint(fields=("school", "school_year"), name="one_school_scheme_begins_a_year"),
                ],
            },
        ),
        migrations.RunPython(
            lambda apps, schema_editor: refuse_changes(schema_editor, TABLE),
            lambda apps, schema_editor: allow_changes(schema_editor, TABLE),
        ),
    ]
