"""Every sending of a register is known by its key in the audit log; notices; the county's parameters are stamped."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from students.triggers import allow_audit_changes, refuse_audit_changes, stamp_changes, stop_stamping

POLICIES = "students_adoptedpolicy"


class Migration(migrations.Migration):
    dependencies = [
        ("students", "0010_attendance_modes_are_indexed"),
    ]

    operations = [
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("register_missing", "催点名"), ("child_missing", "有学生不在")],
                        max_length=20,
                        verbose_name="种类",
                    ),
                ),
                ("day", models.DateField(verbose_name="日期")),
                (
                    "slot",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("AM", "上午"),
                            ("1", "第一节"),
                            ("2", "第二节"),
                            ("3", "第三节"),
                            ("4", "第四节"),
                            ("PM", "下午"),
                            ("5", "第五节"),
                            ("6", "第六节"),
                            ("7", "第七节"),
                            ("8", "第八节"),
                            ("9", "第九节"),
                            ("EV", "晚自习"),
                        ],
                        max_length=2,
                        verbose_name="节次",
                    ),
                ),
                ("sent_at", models.DateTimeField(verbose_name="发出时间")),
                ("seen_at", models.DateTimeField(blank=True, null=True, verbose_name="收起时间")),
            ],
            options={
                "verbose_name": "通知",
                "verbose_name_plural": "通知",
                "ordering": ["-sent_at", "-pk"],
            },
        ),
        migrations.RemoveField(
            model_name="rollcall",
            name="submission",
        ),
        # SQLite makes the table anew, and its triggers with it.
        migrations.RunPython(allow_audit_changes, refuse_audit_changes),
        migrations.AddField(
            model_name="auditrow",
            name="key",
            field=models.UUIDField(blank=True, null=True, unique=True, verbose_name="提交编号"),
        ),
        migrations.RunPython(refuse_audit_changes, allow_audit_changes),
        migrations.RunPython(
            lambda apps, editor: stamp_changes(editor, POLICIES), lambda apps, editor: stop_stamping(editor, POLICIES)
        ),
        migrations.AddField(
            model_name="rollcall",
            name="arrived_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="到达时间"),
        ),
        migrations.AddConstraint(
            model_name="rollcall",
            constraint=models.CheckConstraint(
                condition=models.Q(("arrived_at", None), ("arrived_at__gte", models.F("taken_at")), _connector="OR"),
                name="a_roll_call_arrives_after_it_was_taken",
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="notices",
                to=settings.AUTH_USER_MODEL,
                verbose_name="收件人",
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="school_class",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="students.schoolclass",
                verbose_name="班级",
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="seen_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="收起人",
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="sent_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="发出人",
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="student",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="students.student",
                verbose_name="学生",
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(condition=models.Q(("seen_at", None)), fields=["person"], name="notices_that_wait"),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.UniqueConstraint(
                condition=models.Q(("seen_at", None), ("student", None)),
                fields=("person", "kind", "school_class", "day", "slot"),
                name="the_same_notice_of_a_class_waits_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.UniqueConstraint(
                condition=models.Q(("seen_at", None), ("student__isnull", False)),
                fields=("person", "kind", "student", "day", "slot"),
                name="the_same_notice_of_a_child_waits_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("seen_at", None), ("seen_by", None)),
                    models.Q(("seen_at__isnull", False), ("seen_by__isnull", False)),
                    _connector="OR",
                ),
                name="a_notice_is_seen_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "child_missing"), _negated=True), ("student__isnull", False), _connector="OR"
                ),
                name="a_missing_child_is_named",
            ),
        ),
    ]
