"""A reminder of a register is about one slot, so that whether it is settled can be asked of the database."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("students", "0019_notices_and_papers_of_cases")]

    operations = [
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind", "register_missing"), _negated=True) | models.Q(("slot", ""), _negated=True),
                name="a_reminder_names_its_register",
            ),
        ),
    ]
