"""Changes of the calendar are kept: what they change, what would follow, who, when."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from students.triggers import stamp_changes, stop_stamping

OVERRIDES = "students_dayoverride"


def stamp(apps, schema_editor):
    stamp_changes(schema_editor, OVERRIDES)


def stop(apps, schema_editor):
    stop_stamping(schema_editor, OVERRIDES)


class Migration(migrations.Migration):
    dependencies = [
        ("students", "0015_leave_is_asked_for_on_slips"),
    ]

    operations = [
        migrations.CreateModel(
            name="CalendarChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=60, verbose_name="改动")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("previewing", "正在预演"),
                            ("previewed", "待确认"),
                            ("applying", "正在执行"),
                            ("applied", "已执行"),
                            ("taken_back", "已撤回"),
                            ("given_up", "已放弃"),
                        ],
                        default="previewing",
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                ("outcome", models.JSONField(blank=True, default=dict, verbose_name="影响")),
                ("mark", models.CharField(blank=True, max_length=64, verbose_name="影响的摘要")),
                ("made_at", models.DateTimeField(verbose_name="提出时间")),
                ("applied_at", models.DateTimeField(blank=True, null=True, verbose_name="执行时间")),
                ("taken_back_at", models.DateTimeField(blank=True, null=True, verbose_name="撤回时间")),
                ("given_up_at", models.DateTimeField(blank=True, null=True, verbose_name="放弃时间")),
                (
                    "applied_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="执行人",
                    ),
                ),
                (
                    "given_up_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="放弃人",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="提出人",
                    ),
                ),
                (
                    "reverses",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reversals",
                        to="students.calendarchange",
                        verbose_name="撤回的改动",
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="calendar_changes",
                        to="students.school",
                        verbose_name="学校",
                    ),
                ),
                (
                    "school_class",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="calendar_changes",
                        to="students.schoolclass",
                        verbose_name="班级",
                    ),
                ),
                (
                    "taken_back_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="撤回人",
                    ),
                ),
            ],
            options={
                "verbose_name": "校历改动",
                "verbose_name_plural": "校历改动",
                "ordering": ["-made_at", "-pk"],
            },
        ),
        # Taken away again, the column makes SQLite build the table anew, and lose its triggers.
        migrations.RunPython(migrations.RunPython.noop, stamp),
        migrations.AddField(
            model_name="dayoverride",
            name="change",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="students.calendarchange",
                verbose_name="校历改动",
            ),
        ),
        migrations.RunPython(migrations.RunPython.noop, stop),
        migrations.CreateModel(
            name="ChangedDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(verbose_name="日期")),
                (
                    "before",
                    models.CharField(
                        choices=[("off", "放假"), ("closed", "停课"), ("taught", "上课"), ("rule", "按原来的安排")],
                        max_length=8,
                        verbose_name="原来",
                    ),
                ),
                (
                    "before_follows",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        choices=[
                            (0, "周一"),
                            (1, "周二"),
                            (2, "周三"),
                            (3, "周四"),
                            (4, "周五"),
                            (5, "周六"),
                            (6, "周日"),
                        ],
                        null=True,
                        verbose_name="原来按周几的课表",
                    ),
                ),
                ("before_note", models.CharField(blank=True, max_length=100, verbose_name="原来的说明")),
                (
                    "after",
                    models.CharField(
                        choices=[("off", "放假"), ("closed", "停课"), ("taught", "上课"), ("rule", "按原来的安排")],
                        max_length=8,
                        verbose_name="改为",
                    ),
                ),
                (
                    "after_follows",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        choices=[
                            (0, "周一"),
                            (1, "周二"),
                            (2, "周三"),
                            (3, "周四"),
                            (4, "周五"),
                            (5, "周六"),
                            (6, "周日"),
                        ],
                        null=True,
                        verbose_name="改为按周几的课表",
                    ),
                ),
                ("after_note", models.CharField(blank=True, max_length=100, verbose_name="说明")),
                (
                    "before_change",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="students.calendarchange",
                        verbose_name="原来的改动",
                    ),
                ),
                (
                    "change",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="days",
                        to="students.calendarchange",
                        verbose_name="校历改动",
                    ),
                ),
            ],
            options={
                "verbose_name": "改动的日子",
                "verbose_name_plural": "改动的日子",
                "ordering": ["change", "day"],
            },
        ),
        migrations.CreateModel(
            name="ChangedTerm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("school_year", models.PositiveSmallIntegerField(verbose_name="学年（起始年）")),
                (
                    "number",
                    models.PositiveSmallIntegerField(choices=[(1, "第一学期"), (2, "第二学期")], verbose_name="学期"),
                ),
                ("before_start", models.DateField(blank=True, null=True, verbose_name="原来的开始日期")),
                ("before_end", models.DateField(blank=True, null=True, verbose_name="原来的结束日期")),
                ("after_start", models.DateField(blank=True, null=True, verbose_name="开始日期")),
                ("after_end", models.DateField(blank=True, null=True, verbose_name="结束日期")),
                (
                    "change",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="term",
                        to="students.calendarchange",
                        verbose_name="校历改动",
                    ),
                ),
            ],
            options={
                "verbose_name": "改动的学期",
                "verbose_name_plural": "改动的学期",
                "ordering": ["change"],
            },
        ),
        migrations.AddConstraint(
            model_name="calendarchange",
            constraint=models.CheckConstraint(
                condition=models.Q(("school_class", None), ("school__isnull", False), _connector="OR"),
                name="change_of_a_class_names_its_school",
            ),
        ),
        migrations.AddConstraint(
            model_name="calendarchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("applied_at__isnull", False), ("state__in", ["applying", "applied", "taken_back"])),
                    models.Q(
                        models.Q(("state__in", ["applying", "applied", "taken_back"]), _negated=True),
                        ("applied_at", None),
                    ),
                    _connector="OR",
                ),
                name="a_calendar_change_was_applied_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="calendarchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "taken_back"), ("taken_back_at__isnull", False)),
                    models.Q(models.Q(("state", "taken_back"), _negated=True), ("taken_back_at", None)),
                    _connector="OR",
                ),
                name="a_calendar_change_was_taken_back_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="calendarchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("given_up_at__isnull", False), ("state", "given_up")),
                    models.Q(models.Q(("state", "given_up"), _negated=True), ("given_up_at", None)),
                    _connector="OR",
                ),
                name="a_calendar_change_was_given_up_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="calendarchange",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["applying", "applied", "taken_back"])),
                fields=("reverses",),
                name="a_calendar_change_is_taken_back_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="changedday",
            constraint=models.UniqueConstraint(fields=("change", "day"), name="a_change_speaks_of_a_day_once"),
        ),
        migrations.AddConstraint(
            model_name="changedday",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("before_follows", None),
                        models.Q(("before", "taught"), ("before_follows__lte", 6)),
                        _connector="OR",
                    ),
                    models.Q(
                        ("after_follows", None),
                        models.Q(("after", "taught"), ("after_follows__lte", 6)),
                        _connector="OR",
                    ),
                ),
                name="a_changed_day_follows_a_weekday_if_taught",
            ),
        ),
        migrations.AddConstraint(
            model_name="changedterm",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        models.Q(("before_end", None), ("before_start", None)),
                        ("before_end__gt", models.F("before_start")),
                        _connector="OR",
                    ),
                    models.Q(
                        models.Q(("after_end", None), ("after_start", None)),
                        ("after_end__gt", models.F("after_start")),
                        _connector="OR",
                    ),
                ),
                name="a_changed_term_ends_after_it_starts",
            ),
        ),
        migrations.AddConstraint(
            model_name="changedterm",
            constraint=models.CheckConstraint(
                condition=models.Q(("before_start__isnull", False), ("after_start__isnull", False), _connector="OR"),
                name="a_changed_term_was_or_will_be",
            ),
        ),
    ]
