"""How many children attend each class of a county is counted from an index of those who attend."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("students", "0017_a_register_taken_back_is_still_known")]

    operations = [
        migrations.AddIndex(
            model_name="enrolment",
            index=models.Index(
                condition=models.Q(("standing", "attending")),
                fields=["school_class", "since", "until"],
                name="attending_of_a_class",
            ),
        ),
    ]
