"""What a child was before its 就读身份 changed is kept; of those of today nothing is known, so they have always held."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("students", "0036_notices_tell_of_what_is_to_be_amended"),
    ]

    operations = [
        migrations.CreateModel(
            name="FormerStanding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "standing",
                    models.CharField(
                        choices=[("registered", "在籍"), ("guest", "借读"), ("home_taught", "送教上门")],
                        max_length=20,
                        verbose_name="原就读身份",
                    ),
                ),
                ("until", models.DateField(verbose_name="结束日期")),
                ("replaced_at", models.DateTimeField(verbose_name="登记时间")),
                (
                    "replaced_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登记人",
                    ),
                ),
                (
                    "student",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="former_standings",
                        to="students.student",
                        verbose_name="学生",
                    ),
                ),
            ],
            options={
                "verbose_name": "曾有的就读身份",
                "verbose_name_plural": "曾有的就读身份",
                "ordering": ["student", "until"],
                "constraints": [
                    models.UniqueConstraint(fields=("student", "until"), name="one_former_standing_ends_a_day")
                ],
            },
        ),
    ]
