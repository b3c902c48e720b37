"""What is typed of a document is kept while it is typed, until the document itself is saved."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0020_duties_are_found_by_child"),
        ("students", "0021_the_clock_sends_notices_of_cases"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DocumentDraft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("submission", models.UUIDField(verbose_name="登记编号")),
                ("fields", models.JSONField(default=dict, verbose_name="内容")),
                ("saved_at", models.DateTimeField(verbose_name="保存时间")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("absence_report", "学生缺课报告"),
                            ("loss_report", "学生流失报告"),
                            ("return_report", "学生复学报告"),
                            ("change_report", "学生正常变动报告"),
                            ("visit_record", "家访记录表"),
                            ("persuasion_record", "劝返记录"),
                            ("urging_notice", "劝学（返校）通知书"),
                            ("order", "责令限期改正通知书"),
                            ("pledge", "控辍保学责任书"),
                        ],
                        max_length=20,
                        verbose_name="种类",
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="填写人",
                    ),
                ),
                (
                    "student",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="students.student",
                        verbose_name="学生",
                    ),
                ),
            ],
            options={
                "verbose_name": "文书未存内容",
                "verbose_name_plural": "文书未存内容",
                "ordering": ["-saved_at", "-pk"],
                "indexes": [models.Index(fields=["author", "student"], name="document_drafts_of_a_person")],
                "constraints": [
                    models.UniqueConstraint(fields=("author", "submission"), name="a_draft_is_one_document")
                ],
            },
        ),
    ]
