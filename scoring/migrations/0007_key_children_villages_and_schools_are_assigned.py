"""三包 and 联点: key children, villages and schools have people who answer for them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("scoring", "0006_awards_have_rules"),
        ("students", "0026_assigned_children_are_told_of"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Assignment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("student", "包学生"), ("village", "包村"), ("liaison", "联点")],
                        max_length=10,
                        verbose_name="种类",
                    ),
                ),
                ("since", models.DateField(verbose_name="开始日期")),
                ("planned_until", models.DateField(blank=True, null=True, verbose_name="计划到哪天")),
                ("until", models.DateField(blank=True, null=True, verbose_name="结束日期")),
                ("assigned_at", models.DateTimeField(verbose_name="安排时间")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="结束时间")),
                (
                    "end",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("handed_over", "已移交"),
                            ("lapsed", "失效后重新安排"),
                            ("ended", "已结束"),
                            ("taken_back", "当天撤销"),
                        ],
                        max_length=12,
                        verbose_name="结束方式",
                    ),
                ),
                ("end_note", models.CharField(blank=True, max_length=200, verbose_name="结束说明")),
                (
                    "assigned_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="安排人",
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="结束人",
                    ),
                ),
                (
                    "follows",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="scoring.assignment",
                        verbose_name="接自",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assignments",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="责任人",
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assignments",
                        to="students.school",
                        verbose_name="学校",
                    ),
                ),
                (
                    "student",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assignments",
                        to="students.student",
                        verbose_name="学生",
                    ),
                ),
                (
                    "village",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="students.area",
                        verbose_name="村",
                    ),
                ),
            ],
            options={
                "verbose_name": "三包分工",
                "verbose_name_plural": "三包分工",
                "ordering": ["school", "kind", "since", "pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("until", None)),
                        fields=["person", "kind"],
                        name="open_assignments_of_a_person",
                    ),
                    models.Index(
                        condition=models.Q(("until", None)),
                        fields=["school", "kind"],
                        name="open_assignments_of_a_school",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("kind", "student"),
                                ("planned_until", None),
                                ("student__isnull", False),
                                ("village", None),
                            ),
                            models.Q(
                                ("kind", "village"),
                                ("planned_until", None),
                                ("student", None),
                                ("village__isnull", False),
                            ),
                            models.Q(("kind", "liaison"), ("student", None), ("village", None)),
                            _connector="OR",
                        ),
                        name="an_assignment_says_what_for",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("end", ""), ("ended_at", None), ("ended_by", None), ("until", None)),
                            models.Q(
                                ("ended_at__isnull", False),
                                ("ended_by__isnull", False),
                                ("until__isnull", False),
                                models.Q(("end", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="an_assignment_is_ended_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("until", None), ("until__gte", models.F("since")), _connector="OR"),
                        name="an_assignment_ends_after_it_begins",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("planned_until", None), ("planned_until__gte", models.F("since")), _connector="OR"
                        ),
                        name="a_liaison_is_planned_forward",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "student"), ("until", None)),
                        fields=("student",),
                        name="one_person_holds_a_child",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "village"), ("until", None)),
                        fields=("school", "village"),
                        name="one_head_holds_a_village_of_a_school",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "liaison"), ("until", None)),
                        fields=("school",),
                        name="one_person_goes_with_a_school",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            models.Q(("until", None), ("until__gt", models.F("since")), _connector="OR"),
                            ("kind", "student"),
                        ),
                        fields=("student", "since"),
                        name="one_assignment_of_a_child_begins_a_day",
                    ),
                ],
            },
        ),
    ]
