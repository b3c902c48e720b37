"""What an inspection found is mended by the school and closed by who looked; every step stays."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import inspections.rectifying
from students.triggers import allow_changes, refuse_changes

TABLE = "inspections_rectificationstep"


def keep(apps, schema_editor):
    """A step stays as it was."""
    refuse_changes(schema_editor, TABLE)


def let_change(apps, schema_editor):
    """Undo ``keep``."""
    allow_changes(schema_editor, TABLE)


class Migration(migrations.Migration):
    dependencies = [
        ("inspections", "0002_draws_and_why_classes_are_counted"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Rectification",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(verbose_name="序号")),
                ("item", models.CharField(blank=True, max_length=40, verbose_name="检查项目")),
                ("problem", models.CharField(max_length=400, verbose_name="问题")),
                ("measure", models.CharField(blank=True, max_length=300, verbose_name="整改措施")),
                ("deadline", models.DateField(verbose_name="整改期限")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "待整改"),
                            ("reported", "待核实"),
                            ("closed", "已销号"),
                            ("withdrawn", "已撤销"),
                        ],
                        default=inspections.rectifying.State["OPEN"],
                        max_length=10,
                        verbose_name="进度",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=0, verbose_name="办理次数")),
                ("raised_at", models.DateTimeField(verbose_name="提出时间")),
                ("reported_at", models.DateTimeField(blank=True, null=True, verbose_name="报完成时间")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="销号时间")),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="销号人",
                    ),
                ),
                (
                    "inspection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rectifications",
                        to="inspections.inspection",
                        verbose_name="到校检查",
                    ),
                ),
                (
                    "raised_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="提出人",
                    ),
                ),
                (
                    "reported_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="报完成人",
                    ),
                ),
                (
                    "responsible",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="责任人",
                    ),
                ),
            ],
            options={
                "verbose_name": "整改事项",
                "verbose_name_plural": "整改事项",
                "ordering": ["deadline", "pk"],
            },
        ),
        migrations.CreateModel(
            name="RectificationStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(verbose_name="第几次")),
                (
                    "move",
                    models.CharField(
                        choices=[
                            ("plan", "定措施"),
                            ("report", "报整改完成"),
                            ("back", "退回"),
                            ("close", "销号"),
                            ("postpone", "改期限"),
                            ("withdraw", "撤销"),
                        ],
                        max_length=10,
                        verbose_name="办理",
                    ),
                ),
                ("words", models.CharField(max_length=500, verbose_name="情况或原因")),
                ("deadline", models.DateField(blank=True, null=True, verbose_name="新的期限")),
                ("made_at", models.DateTimeField(verbose_name="时间")),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="办理人",
                    ),
                ),
                (
                    "rectification",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="inspections.rectification",
                        verbose_name="整改事项",
                    ),
                ),
            ],
            options={
                "verbose_name": "整改办理",
                "verbose_name_plural": "整改办理",
                "ordering": ["rectification", "number"],
            },
        ),
        migrations.CreateModel(
            name="RectificationFile",
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
                ("position", models.PositiveSmallIntegerField(verbose_name="第几份")),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="上传人",
                    ),
                ),
                (
                    "step",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="files",
                        to="inspections.rectificationstep",
                        verbose_name="整改办理",
                    ),
                ),
            ],
            options={
                "verbose_name": "整改材料",
                "verbose_name_plural": "整改材料",
                "ordering": ["step", "position"],
            },
        ),
        migrations.AddIndex(
            model_name="rectification",
            index=models.Index(fields=["state", "deadline"], name="findings_by_deadline"),
        ),
        migrations.AddConstraint(
            model_name="rectification",
            constraint=models.UniqueConstraint(
                fields=("inspection", "number"), name="findings_of_an_inspection_are_numbered"
            ),
        ),
        migrations.AddConstraint(
            model_name="rectification",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    models.Q(("item", ""), _negated=True), models.Q(("state", "withdrawn"), _negated=True)
                ),
                fields=("inspection", "item"),
                name="an_item_is_mended_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="rectification",
            constraint=models.CheckConstraint(
                condition=models.Q(("problem", ""), _negated=True), name="a_finding_names_its_problem"
            ),
        ),
        migrations.AddConstraint(
            model_name="rectification",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(models.Q(("measure", ""), _negated=True), ("responsible__isnull", False)),
                    models.Q(("measure", ""), ("responsible", None)),
                    _connector="OR",
                ),
                name="a_measure_has_somebody_who_takes_it",
            ),
        ),
        migrations.AddConstraint(
            model_name="rectification",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("state__in", ["reported", "closed"]),
                        models.Q(("measure", ""), _negated=True),
                        ("responsible__isnull", False),
                        ("reported_at__isnull", False),
                        ("reported_by__isnull", False),
                    ),
                    models.Q(("state__in", ["open", "withdrawn"]), ("reported_at", None), ("reported_by", None)),
                    _connector="OR",
                ),
                name="what_is_mended_was_reported_with_its_measure",
            ),
        ),
        migrations.AddConstraint(
            model_name="rectification",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at__isnull", False), ("closed_by__isnull", False), ("state", "closed")),
                    models.Q(models.Q(("state", "closed"), _negated=True), ("closed_at", None), ("closed_by", None)),
                    _connector="OR",
                ),
                name="a_finding_is_closed_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="rectification",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("closed_by", None),
                    models.Q(("closed_by", models.F("reported_by")), _negated=True),
                    _connector="OR",
                ),
                name="who_reports_does_not_close",
            ),
        ),
        migrations.AddConstraint(
            model_name="rectificationstep",
            constraint=models.UniqueConstraint(
                fields=("rectification", "number"), name="steps_of_a_finding_are_numbered"
            ),
        ),
        migrations.AddConstraint(
            model_name="rectificationstep",
            constraint=models.CheckConstraint(
                condition=models.Q(("words", ""), _negated=True), name="a_step_says_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="rectificationstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("deadline__isnull", False), ("move", "postpone")),
                    models.Q(models.Q(("move", "postpone"), _negated=True), ("deadline", None)),
                    _connector="OR",
                ),
                name="a_deadline_is_moved_to_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="rectificationfile",
            constraint=models.UniqueConstraint(fields=("step", "position"), name="papers_of_a_step_are_numbered"),
        ),
        migrations.AddConstraint(
            model_name="rectificationfile",
            constraint=models.UniqueConstraint(fields=("step", "sha256"), name="a_paper_of_a_step_is_kept_once"),
        ),
        migrations.RunPython(keep, let_change),
    ]
