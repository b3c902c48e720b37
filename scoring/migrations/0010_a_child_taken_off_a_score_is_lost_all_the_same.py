"""A lost child that an appeal takes off a score stays in the number of the lost; how many there are is kept beside it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("scoring", "0009_awards_are_confirmed_by_lists"),
        ("students", "0027_notices_tell_of_inspections"),
    ]

    operations = [
        migrations.AddField(
            model_name="keptscore",
            name="waived",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="申诉认定不计人数"),
        ),
        migrations.AddConstraint(
            model_name="keptscore",
            constraint=models.CheckConstraint(
                condition=models.Q(("waived__lte", models.F("dropouts"))), name="no_more_children_are_waived_than_lost"
            ),
        ),
    ]
