"""Schools are scored by the month: their schemes are kept like those of classes, and scores count the registers."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from students.triggers import allow_changes, refuse_changes

TABLE = "scoring_storedschoolscheme"


class Migration(migrations.Migration):
    dependencies = [
        ("scoring", "0003_schemes_are_proposed_by_form"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="StoredSchoolScheme",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=40, verbose_name="代号")),
                ("version", models.PositiveSmallIntegerField(verbose_name="版本")),
                ("title", models.CharField(max_length=60, verbose_name="名称")),
                ("content", models.JSONField(verbose_name="内容")),
            ],
            options={
                "verbose_name": "学校考核办法",
                "verbose_name_plural": "学校考核办法",
                "ordering": ["code", "version"],
                "constraints": [
                    models.UniqueConstraint(fields=("code", "version"), name="school_scheme_version_is_unique")
                ],
            },
        ),
        migrations.CreateModel(
            name="SchoolSchemeAdoption",
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
                    "scheme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="scoring.storedschoolscheme",
                        verbose_name="学校考核办法",
                    ),
                ),
            ],
            options={
                "verbose_name": "采用学校考核办法",
                "verbose_name_plural": "采用学校考核办法",
                "ordering": ["school_year"],
            },
        ),
        # Nothing is known of the registers of the scores that are kept; tonight they are reckoned anew.
        migrations.AddField(
            model_name="keptscore",
            name="registers_due",
            field=models.PositiveIntegerField(default=0, verbose_name="应点节次"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="keptscore",
            name="registers_missing",
            field=models.PositiveIntegerField(default=0, verbose_name="缺的节次"),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="keptscore",
            constraint=models.CheckConstraint(
                condition=models.Q(("registers_missing__lte", models.F("registers_due"))),
                name="no_more_registers_are_missing_than_due",
            ),
        ),
        migrations.RunPython(
            lambda apps, schema_editor: refuse_changes(schema_editor, TABLE),
            lambda apps, schema_editor: allow_changes(schema_editor, TABLE),
        ),
    ]
