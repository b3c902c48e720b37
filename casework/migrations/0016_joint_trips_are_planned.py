"""Joint trips to children out of school are planned, and their results kept as contacts."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0015_returns_are_confirmed_and_closings_proposed"),
        ("students", "0021_the_clock_sends_notices_of_cases"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="JointTrip",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(verbose_name="日期")),
                ("leader", models.CharField(max_length=40, verbose_name="带队人")),
                ("companions", models.CharField(max_length=100, verbose_name="参加单位")),
                ("people", models.CharField(blank=True, max_length=100, verbose_name="参加人员")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="说明")),
                ("planned_at", models.DateTimeField(verbose_name="安排时间")),
                ("cancelled_at", models.DateTimeField(blank=True, null=True, verbose_name="取消时间")),
                ("cancelled_reason", models.CharField(blank=True, max_length=100, verbose_name="取消原因")),
                (
                    "cancelled_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="取消人",
                    ),
                ),
                (
                    "planned_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="安排人",
                    ),
                ),
                (
                    "township",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="students.area",
                        verbose_name="乡镇",
                    ),
                ),
            ],
            options={
                "verbose_name": "联合劝返",
                "verbose_name_plural": "联合劝返",
                "ordering": ["-day", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="TripChild",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="trips",
                        to="casework.case",
                        verbose_name="个案",
                    ),
                ),
                (
                    "contact",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="casework.contact",
                        verbose_name="登记的结果",
                    ),
                ),
                (
                    "trip",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="casework.jointtrip",
                        verbose_name="联合劝返",
                    ),
                ),
            ],
            options={
                "verbose_name": "联合劝返的学生",
                "verbose_name_plural": "联合劝返的学生",
                "ordering": ["trip", "pk"],
            },
        ),
        migrations.AddConstraint(
            model_name="jointtrip",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cancelled_at", None), ("cancelled_by", None), ("cancelled_reason", "")),
                    models.Q(
                        ("cancelled_at__isnull", False),
                        ("cancelled_by__isnull", False),
                        models.Q(("cancelled_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="a_trip_is_cancelled_for_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="jointtrip",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("leader", ""), _negated=True), models.Q(("companions", ""), _negated=True)
                ),
                name="a_trip_has_a_leader_and_companions",
            ),
        ),
        migrations.AddConstraint(
            model_name="tripchild",
            constraint=models.UniqueConstraint(fields=("trip", "case"), name="a_trip_goes_to_a_case_once"),
        ),
    ]
