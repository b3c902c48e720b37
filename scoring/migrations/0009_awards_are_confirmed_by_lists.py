"""Awards are confirmed as numbered lists, changed by numbers, and printed once; none of it ever changes."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from students.triggers import allow_changes, refuse_changes

KEPT = ("awardlist", "awardlistschool", "awardchange", "award", "awardwithdrawal", "awardpaper")


def keep(apps, schema_editor):
    for name in KEPT:
        refuse_changes(schema_editor, f"scoring_{name}")


def keep_no_more(apps, schema_editor):
    for name in KEPT:
        allow_changes(schema_editor, f"scoring_{name}")


class Migration(migrations.Migration):
    dependencies = [
        ("scoring", "0008_schemes_for_schools_are_proposed_by_form"),
        ("students", "0025_notices_tell_of_appeals_and_frozen_scores"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AwardList",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("class", "无流失生班级"),
                            ("grade", "无流失生年级"),
                            ("school", "控辍保学先进校"),
                            ("person", "控辍保学先进个人"),
                        ],
                        max_length=10,
                        verbose_name="评优项目",
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="年份")),
                ("number", models.PositiveSmallIntegerField(verbose_name="序号")),
                ("reference", models.CharField(max_length=60, unique=True, verbose_name="文号")),
                ("issuer", models.CharField(max_length=60, verbose_name="表彰单位")),
                ("content", models.JSONField(verbose_name="内容")),
                ("sha256", models.CharField(max_length=64, verbose_name="内容摘要")),
                ("note", models.CharField(max_length=300, verbose_name="评定情况")),
                ("confirmed_on", models.DateField(verbose_name="评定日期")),
                ("confirmed_at", models.DateTimeField(verbose_name="评定时间")),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="评定人",
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="scoring.storedawardrule",
                        verbose_name="评优办法",
                    ),
                ),
                (
                    "term",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="award_lists",
                        to="students.term",
                        verbose_name="学期",
                    ),
                ),
            ],
            options={
                "verbose_name": "表彰名单",
                "verbose_name_plural": "表彰名单",
                "ordering": ["-year", "-number"],
            },
        ),
        migrations.CreateModel(
            name="AwardChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(verbose_name="第几次变更")),
                ("reason", models.CharField(max_length=300, verbose_name="变更原因")),
                ("content", models.JSONField(verbose_name="内容")),
                ("sha256", models.CharField(max_length=64, verbose_name="内容摘要")),
                ("issued_on", models.DateField(verbose_name="变更日期")),
                ("issued_at", models.DateTimeField(verbose_name="变更时间")),
                (
                    "issued_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="变更人",
                    ),
                ),
                (
                    "award_list",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="changes",
                        to="scoring.awardlist",
                        verbose_name="名单",
                    ),
                ),
            ],
            options={
                "verbose_name": "名单变更",
                "verbose_name_plural": "名单变更",
                "ordering": ["award_list", "number"],
            },
        ),
        migrations.CreateModel(
            name="Award",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("class", "无流失生班级"),
                            ("grade", "无流失生年级"),
                            ("school", "控辍保学先进校"),
                            ("person", "控辍保学先进个人"),
                        ],
                        max_length=10,
                        verbose_name="评优项目",
                    ),
                ),
                ("edition", models.PositiveSmallIntegerField(default=0, verbose_name="第几次变更")),
                ("number", models.PositiveSmallIntegerField(verbose_name="证书序号")),
                ("subject", models.CharField(max_length=40, verbose_name="代号")),
                ("grade", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="年级")),
                ("name", models.CharField(max_length=60, verbose_name="名称")),
                ("checks", models.JSONField(verbose_name="条件")),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="awards",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="教师",
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="awards",
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
                        related_name="awards",
                        to="students.schoolclass",
                        verbose_name="班级",
                    ),
                ),
                (
                    "award_list",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="awards",
                        to="scoring.awardlist",
                        verbose_name="名单",
                    ),
                ),
            ],
            options={
                "verbose_name": "表彰",
                "verbose_name_plural": "表彰",
                "ordering": ["award_list", "number"],
            },
        ),
        migrations.CreateModel(
            name="AwardListSchool",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("class", "无流失生班级"),
                            ("grade", "无流失生年级"),
                            ("school", "控辍保学先进校"),
                            ("person", "控辍保学先进个人"),
                        ],
                        max_length=10,
                        verbose_name="评优项目",
                    ),
                ),
                ("edition", models.PositiveSmallIntegerField(verbose_name="第几次更正后")),
                (
                    "award_list",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="schools",
                        to="scoring.awardlist",
                        verbose_name="名单",
                    ),
                ),
                (
                    "freeze",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="award_lists",
                        to="scoring.scorefreeze",
                        verbose_name="定分",
                    ),
                ),
            ],
            options={
                "verbose_name": "评定过的学校",
                "verbose_name_plural": "评定过的学校",
                "ordering": ["award_list", "freeze"],
            },
        ),
        migrations.CreateModel(
            name="AwardPaper",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("edition", models.PositiveSmallIntegerField(verbose_name="第几次变更后")),
                (
                    "kind",
                    models.CharField(
                        choices=[("list", "名单"), ("certificates", "奖状和证书")], max_length=12, verbose_name="种类"
                    ),
                ),
                ("pdf", models.BinaryField(verbose_name="PDF内容")),
                ("sha256", models.CharField(max_length=64, verbose_name="内容摘要")),
                ("pages", models.PositiveSmallIntegerField(verbose_name="页数")),
                ("made_at", models.DateTimeField(verbose_name="制作时间")),
                (
                    "award_list",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="papers",
                        to="scoring.awardlist",
                        verbose_name="名单",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="制作人",
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
            ],
            options={
                "verbose_name": "名单和奖状",
                "verbose_name_plural": "名单和奖状",
                "ordering": ["award_list", "edition", "kind", "school"],
            },
        ),
        migrations.CreateModel(
            name="AwardWithdrawal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("why", models.CharField(max_length=300, verbose_name="原因")),
                (
                    "award",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="withdrawal",
                        to="scoring.award",
                        verbose_name="表彰",
                    ),
                ),
                (
                    "change",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="withdrawals",
                        to="scoring.awardchange",
                        verbose_name="变更",
                    ),
                ),
            ],
            options={
                "verbose_name": "撤销表彰",
                "verbose_name_plural": "撤销表彰",
                "ordering": ["change", "award"],
            },
        ),
        migrations.AddConstraint(
            model_name="awardlist",
            constraint=models.UniqueConstraint(fields=("year", "number"), name="lists_of_awards_are_numbered_by_year"),
        ),
        migrations.AddConstraint(
            model_name="awardlist",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__gte", 1)), name="lists_of_awards_begin_with_one"
            ),
        ),
        migrations.AddConstraint(
            model_name="awardlist",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["class", "grade", "school", "person"])),
                name="the_kind_of_an_award_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="awardlist",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("note", ""), _negated=True),
                    models.Q(("sha256", ""), _negated=True),
                    models.Q(("reference", ""), _negated=True),
                ),
                name="a_list_of_awards_says_how_it_came_about",
            ),
        ),
        migrations.AddConstraint(
            model_name="awardchange",
            constraint=models.UniqueConstraint(fields=("award_list", "number"), name="changes_of_awards_are_numbered"),
        ),
        migrations.AddConstraint(
            model_name="awardchange",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__gte", 1)), name="changes_of_awards_begin_with_one"
            ),
        ),
        migrations.AddConstraint(
            model_name="awardchange",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="a_change_of_awards_says_why"
            ),
        ),
        migrations.AddConstraint(
            model_name="award",
            constraint=models.UniqueConstraint(
                fields=("award_list", "number"), name="certificates_of_a_list_are_numbered"
            ),
        ),
        migrations.AddConstraint(
            model_name="award",
            constraint=models.UniqueConstraint(
                fields=("award_list", "subject", "edition"), name="nobody_is_on_a_list_twice"
            ),
        ),
        migrations.AddConstraint(
            model_name="award",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "class"), ("grade", None), ("person", None), ("school_class__isnull", False)),
                    models.Q(("kind", "grade"), ("grade__isnull", False), ("person", None), ("school_class", None)),
                    models.Q(("kind", "school"), ("grade", None), ("person", None), ("school_class", None)),
                    models.Q(("kind", "person"), ("grade", None), ("person__isnull", False), ("school_class", None)),
                    _connector="OR",
                ),
                name="an_award_is_of_what_its_kind_says",
            ),
        ),
        migrations.AddConstraint(
            model_name="awardlistschool",
            constraint=models.UniqueConstraint(
                fields=("kind", "freeze"), name="a_schools_term_is_judged_once_for_an_award"
            ),
        ),
        migrations.AddConstraint(
            model_name="awardpaper",
            constraint=models.UniqueConstraint(
                condition=models.Q(("school__isnull", False)),
                fields=("award_list", "edition", "kind", "school"),
                name="certificates_of_a_school_are_set_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="awardpaper",
            constraint=models.UniqueConstraint(
                condition=models.Q(("school", None)),
                fields=("award_list", "edition", "kind"),
                name="papers_of_awards_are_set_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="awardpaper",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind", "certificates"), models.Q(("kind", "list"), ("school", None)), _connector="OR"
                ),
                name="a_list_of_awards_is_one_paper",
            ),
        ),
        migrations.RunPython(keep, keep_no_more),
    ]
