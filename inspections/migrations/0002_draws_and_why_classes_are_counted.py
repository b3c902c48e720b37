"""Draws, the classes drawn, what a school explains, and why classes are counted; what was drawn never changes."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from students.triggers import allow_changes, refuse_changes

KEPT = ("inspections_draw", "inspections_drawnclass", "inspections_drawcancellation", "inspections_explanation")


def refuse(apps, editor):
    for table in KEPT:
        refuse_changes(editor, table)


def allow(apps, editor):
    for table in KEPT:
        allow_changes(editor, table)


class Migration(migrations.Migration):
    dependencies = [
        ("inspections", "0001_checklists_rounds_and_results"),
        ("students", "0024_notices_are_found_in_their_order"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Draw",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(unique=True, verbose_name="次序")),
                ("is_from_above", models.BooleanField(verbose_name="由县教育局抽取")),
                ("drawn_on", models.DateField(verbose_name="抽取日期")),
                ("drawn_at", models.DateTimeField(verbose_name="抽取时间")),
                ("due_on", models.DateField(verbose_name="清点期限")),
                ("seed", models.CharField(max_length=64, verbose_name="种子")),
                ("by_reasons", models.PositiveSmallIntegerField(verbose_name="按理由抽取")),
                ("by_owed", models.PositiveSmallIntegerField(verbose_name="按欠清点抽取")),
                ("by_chance", models.PositiveSmallIntegerField(verbose_name="随机抽取")),
                ("candidates", models.JSONField(verbose_name="参加抽取的班")),
                ("reasons", models.JSONField(verbose_name="当时的理由")),
                ("reasons_as_of", models.DateField(blank=True, null=True, verbose_name="理由算到哪天")),
                (
                    "drawn_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="抽取人",
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
                "verbose_name": "抽取",
                "verbose_name_plural": "抽取",
                "ordering": ["-number"],
            },
        ),
        migrations.CreateModel(
            name="DrawCancellation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=200, verbose_name="原因")),
                ("cancelled_at", models.DateTimeField(verbose_name="作废时间")),
                (
                    "cancelled_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="作废人",
                    ),
                ),
                (
                    "draw",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cancellation",
                        to="inspections.draw",
                        verbose_name="抽取",
                    ),
                ),
            ],
            options={
                "verbose_name": "抽取作废",
                "verbose_name_plural": "抽取作废",
            },
        ),
        migrations.CreateModel(
            name="DrawnClass",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField(verbose_name="次序")),
                (
                    "part",
                    models.CharField(
                        choices=[("reasons", "按理由"), ("owed", "按欠清点"), ("chance", "完全随机")],
                        max_length=8,
                        verbose_name="抽中的一份",
                    ),
                ),
                (
                    "draw",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="classes",
                        to="inspections.draw",
                        verbose_name="抽取",
                    ),
                ),
                (
                    "school_class",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="students.schoolclass",
                        verbose_name="班级",
                    ),
                ),
            ],
            options={
                "verbose_name": "抽中的班",
                "verbose_name_plural": "抽中的班",
                "ordering": ["draw", "position"],
            },
        ),
        migrations.CreateModel(
            name="Explanation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(max_length=200, verbose_name="当时在哪里")),
                ("explained_at", models.DateTimeField(verbose_name="说明时间")),
                (
                    "explained_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="说明人",
                    ),
                ),
                (
                    "head_count",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="explanations",
                        to="students.headcount",
                        verbose_name="班级清点",
                    ),
                ),
                (
                    "student",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="students.student",
                        verbose_name="学生",
                    ),
                ),
            ],
            options={
                "verbose_name": "不符说明",
                "verbose_name_plural": "不符说明",
                "ordering": ["head_count", "student", "explained_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="CountReason",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("all_present", "长期全勤"),
                            ("batch", "事后成批补交"),
                            ("same_minute", "总在同一分钟"),
                            ("same_moment", "几个班同时提交"),
                            ("unverified", "待核实没有核实"),
                            ("odd_hours", "远离上课时间"),
                        ],
                        max_length=12,
                        verbose_name="理由",
                    ),
                ),
                ("words", models.TextField(verbose_name="说明")),
                ("facts", models.JSONField(verbose_name="所说的点名")),
                ("as_of", models.DateField(verbose_name="算到哪天")),
                (
                    "school_class",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="students.schoolclass",
                        verbose_name="班级",
                    ),
                ),
            ],
            options={
                "verbose_name": "清点理由",
                "verbose_name_plural": "清点理由",
                "ordering": ["school_class", "kind"],
                "constraints": [
                    models.UniqueConstraint(fields=("school_class", "kind"), name="one_reason_a_class_and_kind"),
                    models.CheckConstraint(
                        condition=models.Q(("words", ""), _negated=True), name="a_reason_is_said_in_words"
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="draw",
            constraint=models.CheckConstraint(
                condition=models.Q(("school", None), ("township", None), _connector="OR"), name="a_draw_is_of_one_place"
            ),
        ),
        migrations.AddConstraint(
            model_name="draw",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_from_above", True), ("school__isnull", False), _connector="OR"),
                name="who_is_not_above_draws_in_a_school",
            ),
        ),
        migrations.AddConstraint(
            model_name="draw",
            constraint=models.CheckConstraint(condition=models.Q(("by_chance__gte", 1)), name="everybody_may_be_drawn"),
        ),
        migrations.AddConstraint(
            model_name="draw",
            constraint=models.CheckConstraint(
                condition=models.Q(("due_on__gte", models.F("drawn_on"))), name="a_draw_is_due_after_it"
            ),
        ),
        migrations.AddConstraint(
            model_name="draw",
            constraint=models.CheckConstraint(
                condition=models.Q(("seed", ""), _negated=True), name="a_draw_has_a_seed"
            ),
        ),
        migrations.AddConstraint(
            model_name="drawcancellation",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="a_draw_is_called_off_for_a_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="drawnclass",
            constraint=models.UniqueConstraint(fields=("draw", "school_class"), name="a_class_is_drawn_once_a_draw"),
        ),
        migrations.AddConstraint(
            model_name="drawnclass",
            constraint=models.UniqueConstraint(fields=("draw", "position"), name="one_class_a_place_of_a_draw"),
        ),
        migrations.AddConstraint(
            model_name="explanation",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="an_explanation_is_said_in_words"
            ),
        ),
        migrations.RunPython(refuse, allow),
    ]
