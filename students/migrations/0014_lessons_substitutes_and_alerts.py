"""Timetables, substitutes (代班) and alerts (有学生不在); marks to verify are found by an index."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("students", "0013_a_school_is_reminded_of_its_registers"),
    ]

    operations = [
        migrations.CreateModel(
            name="MissingAlert",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                ("subject", models.CharField(blank=True, max_length=20, verbose_name="学科")),
                ("reported_at", models.DateTimeField(verbose_name="报告时间")),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("present", "在校"),
                            ("on_leave", "请假"),
                            ("absent", "缺课"),
                            ("searching", "去找了"),
                        ],
                        max_length=10,
                        verbose_name="答复",
                    ),
                ),
                ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="答复时间")),
                ("taken_back_at", models.DateTimeField(blank=True, null=True, verbose_name="撤回时间")),
            ],
            options={
                "verbose_name": "有学生不在",
                "verbose_name_plural": "有学生不在",
                "ordering": ["-reported_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="TimetableEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "weekday",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "周一"),
                            (2, "周二"),
                            (3, "周三"),
                            (4, "周四"),
                            (5, "周五"),
                            (6, "周六"),
                            (7, "周日"),
                        ],
                        verbose_name="星期",
                    ),
                ),
                (
                    "slot",
                    models.CharField(
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
                ("subject", models.CharField(blank=True, max_length=20, verbose_name="学科")),
            ],
            options={
                "verbose_name": "课表",
                "verbose_name_plural": "课表",
                "ordering": ["school_class", "weekday", "slot"],
            },
        ),
        migrations.AddField(
            model_name="posting",
            name="is_substitute",
            field=models.BooleanField(default=False, verbose_name="代班"),
        ),
        migrations.AddField(
            model_name="posting",
            name="reason",
            field=models.CharField(blank=True, max_length=100, verbose_name="代班原因"),
        ),
        migrations.AddIndex(
            model_name="absencemark",
            index=models.Index(condition=models.Q(("kind", "unverified")), fields=["student"], name="marks_to_verify"),
        ),
        migrations.AddConstraint(
            model_name="posting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("is_substitute", False),
                    models.Q(("role", "homeroom_teacher"), ("school_class__isnull", False), ("until__isnull", False)),
                    _connector="OR",
                ),
                name="a_substitute_stands_in_for_some_days",
            ),
        ),
        migrations.AddField(
            model_name="missingalert",
            name="answered_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="答复人",
            ),
        ),
        migrations.AddField(
            model_name="missingalert",
            name="reported_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="报告人",
            ),
        ),
        migrations.AddField(
            model_name="missingalert",
            name="school_class",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="students.schoolclass",
                verbose_name="班级",
            ),
        ),
        migrations.AddField(
            model_name="missingalert",
            name="student",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="alerts",
                to="students.student",
                verbose_name="学生",
            ),
        ),
        migrations.AddField(
            model_name="missingalert",
            name="taken_back_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="撤回人",
            ),
        ),
        migrations.AddField(
            model_name="timetableentry",
            name="school_class",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="timetable",
                to="students.schoolclass",
                verbose_name="班级",
            ),
        ),
        migrations.AddField(
            model_name="timetableentry",
            name="teacher",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="教师",
            ),
        ),
        migrations.AddIndex(
            model_name="missingalert",
            index=models.Index(fields=["school_class", "day"], name="alerts_of_a_class_and_day"),
        ),
        migrations.AddIndex(
            model_name="missingalert",
            index=models.Index(
                condition=models.Q(("answer__in", ["", "searching"]), ("taken_back_at", None)),
                fields=["school_class"],
                name="alerts_that_wait",
            ),
        ),
        migrations.AddConstraint(
            model_name="missingalert",
            constraint=models.UniqueConstraint(
                condition=models.Q(("answer__in", ["", "searching"]), ("taken_back_at", None)),
                fields=("student", "day", "slot"),
                name="a_missing_child_is_reported_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="missingalert",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answer", ""), ("answered_at", None), ("answered_by", None)),
                    models.Q(
                        models.Q(("answer", ""), _negated=True),
                        ("answered_at__isnull", False),
                        ("answered_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="an_alert_is_answered_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="missingalert",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("taken_back_at", None), ("taken_back_by", None)),
                    models.Q(
                        ("answer", ""),
                        ("taken_back_at__isnull", False),
                        ("taken_back_by", models.F("reported_by")),
                        ("taken_back_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="an_alert_is_taken_back_by_its_author",
            ),
        ),
        migrations.AddConstraint(
            model_name="timetableentry",
            constraint=models.UniqueConstraint(
                fields=("school_class", "weekday", "slot"), name="one_lesson_a_class_and_slot"
            ),
        ),
        migrations.AddConstraint(
            model_name="timetableentry",
            constraint=models.CheckConstraint(
                condition=models.Q(("weekday__gte", 1), ("weekday__lte", 7)), name="a_lesson_has_a_weekday"
            ),
        ),
        migrations.AddConstraint(
            model_name="timetableentry",
            constraint=models.CheckConstraint(
                condition=models.Q(("slot__in", ["AM", "1", "2", "3", "4", "PM", "5", "6", "7", "8", "9", "EV"])),
                name="a_lesson_has_a_slot",
            ),
        ),
    ]
