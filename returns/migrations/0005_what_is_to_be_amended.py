"""What the facts contradict of a filed return is marked by night."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("returns", "0004_what_is_taken_back_stays"),
    ]

    operations = [
        migrations.CreateModel(
            name="AmendmentDue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("words", models.TextField(verbose_name="哪些数字")),
                ("found_on", models.DateField(verbose_name="发现日期")),
                (
                    "school_return",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="amendment_due",
                        to="returns.schoolreturn",
                        verbose_name="上报",
                    ),
                ),
            ],
            options={
                "verbose_name": "待更正的上报",
                "verbose_name_plural": "待更正的上报",
                "ordering": ["school_return"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("words", ""), _negated=True), name="what_is_to_be_amended_is_said"
                    )
                ],
            },
        ),
    ]
