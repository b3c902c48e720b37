"""Checklists in versions that never change, rounds of inspections, and results that are signed once."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from students.triggers import allow_changes, keep_once_set, let_go, refuse_changes

FILED = ("inspections_storedchecklist", "inspections_inspectionresult", "inspections_inspectionanswer")
SIGNED = ("signed_at", "signed_by_id", "inspected_on", "round_id", "school_id")


def keep(apps, schema_editor):
    """What was made, signed or answered stays as it was."""
    for table in FILED:
        refuse_changes(schema_editor, table)
    keep_once_set(schema_editor, "inspections_inspection", SIGNED)


def let_change(apps, schema_editor):
    """Undo ``keep``."""
    for table in FILED:
        allow_changes(schema_editor, table)
    let_go(schema_editor, "inspections_inspection")


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("students", "0024_notices_are_found_in_their_order"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Inspection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=0, verbose_name="存过几次")),
                ("inspected_on", models.DateField(blank=True, null=True, verbose_name="检查日期")),
                ("signed_at", models.DateTimeField(blank=True, null=True, verbose_name="签名时间")),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="inspections",
                        to="students.school",
                        verbose_name="学校",
                    ),
                ),
                (
                    "signed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="签名人",
                    ),
                ),
            ],
            options={
                "verbose_name": "到校检查",
                "verbose_name_plural": "到校检查",
                "ordering": ["round", "school__code"],
            },
        ),
        migrations.CreateModel(
            name="InspectionResult",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(verbose_name="第几版")),
                ("content", models.JSONField(verbose_name="各项评分")),
                ("given", models.DecimalField(decimal_places=1, max_digits=5, verbose_name="得分")),
                ("full", models.DecimalField(decimal_places=1, max_digits=5, verbose_name="适用项目满分")),
                ("judged", models.PositiveSmallIntegerField(verbose_name="已评项目")),
                ("items", models.PositiveSmallIntegerField(verbose_name="应评项目")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="更正原因")),
                ("made_at", models.DateTimeField(verbose_name="时间")),
                (
                    "inspection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="results",
                        to="inspections.inspection",
                        verbose_name="到校检查",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="签名人",
                    ),
                ),
            ],
            options={
                "verbose_name": "检查结果",
                "verbose_name_plural": "检查结果",
                "ordering": ["inspection", "number"],
            },
        ),
        migrations.CreateModel(
            name="InspectionAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("confirmed", "确认"), ("explained", "说明")], max_length=10, verbose_name="回复"
                    ),
                ),
                ("words", models.CharField(blank=True, max_length=500, verbose_name="说明")),
                ("answered_at", models.DateTimeField(verbose_name="回复时间")),
                (
                    "answered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="回复人",
                    ),
                ),
                (
                    "result",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answer",
                        to="inspections.inspectionresult",
                        verbose_name="检查结果",
                    ),
                ),
            ],
            options={
                "verbose_name": "学校回复",
                "verbose_name_plural": "学校回复",
                "ordering": ["result"],
            },
        ),
        migrations.CreateModel(
            name="InspectionRound",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=60, verbose_name="名称")),
                ("first_day", models.DateField(verbose_name="从哪天起")),
                ("last_day", models.DateField(verbose_name="到哪天止")),
                ("version", models.PositiveIntegerField(default=0, verbose_name="改过几次")),
                ("submission", models.UUIDField(unique=True, verbose_name="登记编号")),
                ("opened_at", models.DateTimeField(verbose_name="开始时间")),
                (
                    "inspectors",
                    models.ManyToManyField(related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="检查人"),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="开始人",
                    ),
                ),
            ],
            options={
                "verbose_name": "检查批次",
                "verbose_name_plural": "检查批次",
                "ordering": ["-first_day", "-pk"],
            },
        ),
        migrations.AddField(
            model_name="inspection",
            name="round",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="inspections",
                to="inspections.inspectionround",
                verbose_name="检查批次",
            ),
        ),
        migrations.CreateModel(
            name="Judgement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("item", models.CharField(max_length=40, verbose_name="项目")),
                (
                    "points",
                    models.DecimalField(blank=True, decimal_places=1, max_digits=4, null=True, verbose_name="得分"),
                ),
                ("applies", models.BooleanField(default=True, verbose_name="涉及")),
                ("remark", models.CharField(blank=True, max_length=300, verbose_name="问题或说明")),
                ("version", models.PositiveIntegerField(default=1, verbose_name="改过几次")),
                ("page", models.UUIDField(blank=True, null=True, verbose_name="在哪一页上填的")),
                ("changed_at", models.DateTimeField(verbose_name="修改时间")),
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
                    "inspection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="judgements",
                        to="inspections.inspection",
                        verbose_name="到校检查",
                    ),
                ),
            ],
            options={
                "verbose_name": "评分",
                "verbose_name_plural": "评分",
                "ordering": ["inspection", "item"],
            },
        ),
        migrations.CreateModel(
            name="StoredChecklist",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=40, verbose_name="代号")),
                ("version", models.PositiveSmallIntegerField(verbose_name="版本")),
                ("title", models.CharField(max_length=60, verbose_name="名称")),
                ("content", models.JSONField(verbose_name="内容")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="为什么改")),
                ("made_at", models.DateTimeField(blank=True, null=True, verbose_name="制定时间")),
                (
                    "made_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="制定人",
                    ),
                ),
            ],
            options={
                "verbose_name": "检查表",
                "verbose_name_plural": "检查表",
                "ordering": ["code", "version"],
            },
        ),
        migrations.AddField(
            model_name="inspectionround",
            name="checklist",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="rounds",
                to="inspections.storedchecklist",
                verbose_name="检查表",
            ),
        ),
        migrations.CreateModel(
            name="InspectionPhoto",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120, verbose_name="文件名")),
                (
                    "media_type",
                    models.CharField(
                        choices=[("image/jpeg", "JPEG图片"), ("image/png", "PNG图片"), ("application/pdf", "PDF文件")],
                        max_length=40,
                        verbose_name="文件类型",
                    ),
                ),
                ("size", models.PositiveIntegerField(verbose_name="字节数")),
                ("sha256", models.CharField(max_length=64, verbose_name="内容摘要")),
                ("content", models.BinaryField(verbose_name="内容")),
                ("uploaded_at", models.DateTimeField(verbose_name="上传时间")),
                ("item", models.CharField(max_length=40, verbose_name="项目")),
                ("position", models.PositiveSmallIntegerField(verbose_name="第几张")),
                ("thumbnail", models.BinaryField(verbose_name="小图")),
                (
                    "inspection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="photos",
                        to="inspections.inspection",
                        verbose_name="到校检查",
                    ),
                ),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="上传人",
                    ),
                ),
            ],
            options={
                "verbose_name": "检查照片",
                "verbose_name_plural": "检查照片",
                "ordering": ["inspection", "item", "position"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("position__gte", 1), ("position__lte", 4)),
                        name="an_item_has_four_photos_at_most",
                    ),
                    models.UniqueConstraint(
                        fields=("inspection", "item", "position"), name="photos_of_an_item_are_numbered"
                    ),
                    models.UniqueConstraint(
                        fields=("inspection", "item", "sha256"), name="a_photo_of_an_item_is_kept_once"
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="inspectionresult",
            constraint=models.UniqueConstraint(
                fields=("inspection", "number"), name="results_of_an_inspection_are_numbered"
            ),
        ),
        migrations.AddConstraint(
            model_name="inspectionresult",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("number", 1), ("reason", "")),
                    models.Q(("number__gt", 1), models.Q(("reason", ""), _negated=True)),
                    _connector="OR",
                ),
                name="a_corrected_result_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="inspectionresult",
            constraint=models.CheckConstraint(
                condition=models.Q(("full__gt", 0), ("given__gte", 0), ("given__lte", models.F("full"))),
                name="points_are_within_full_marks",
            ),
        ),
        migrations.AddConstraint(
            model_name="inspectionresult",
            constraint=models.CheckConstraint(
                condition=models.Q(("items__gt", 0), ("judged", models.F("items"))), name="a_result_judges_every_item"
            ),
        ),
        migrations.AddConstraint(
            model_name="inspectionanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind", "confirmed"), models.Q(("words", ""), _negated=True), _connector="OR"),
                name="an_explanation_has_words",
            ),
        ),
        migrations.AddConstraint(
            model_name="inspection",
            constraint=models.UniqueConstraint(fields=("round", "school"), name="a_round_looks_at_a_school_once"),
        ),
        migrations.AddConstraint(
            model_name="inspection",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("inspected_on", None), ("signed_at", None), ("signed_by", None)),
                    models.Q(
                        ("inspected_on__isnull", False), ("signed_at__isnull", False), ("signed_by__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="an_inspection_is_signed_for_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="judgement",
            constraint=models.UniqueConstraint(fields=("inspection", "item"), name="an_item_is_judged_once"),
        ),
        migrations.AddConstraint(
            model_name="judgement",
            constraint=models.CheckConstraint(
                condition=models.Q(("points", None), models.Q(("applies", True), ("points__gte", 0)), _connector="OR"),
                name="what_does_not_apply_has_no_points",
            ),
        ),
        migrations.AddConstraint(
            model_name="storedchecklist",
            constraint=models.UniqueConstraint(fields=("code", "version"), name="checklist_version_is_unique"),
        ),
        migrations.AddConstraint(
            model_name="storedchecklist",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("made_at", None), ("made_by", None), ("reason", "")),
                    models.Q(
                        ("made_at__isnull", False), ("made_by__isnull", False), models.Q(("reason", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="a_checklist_made_by_form_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="inspectionround",
            constraint=models.CheckConstraint(
                condition=models.Q(("last_day__gte", models.F("first_day"))), name="a_round_ends_after_it_starts"
            ),
        ),
        migrations.AddConstraint(
            model_name="inspectionround",
            constraint=models.CheckConstraint(
                condition=models.Q(("title", ""), _negated=True), name="a_round_has_a_title"
            ),
        ),
        migrations.RunPython(keep, let_change),
    ]
