"""The notices that wait for a person are found in the order in which they are read."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("students", "0023_a_file_is_a_paper_of_several_kinds")]

    operations = [
        migrations.RemoveIndex(model_name="notice", name="notices_that_wait"),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                fields=["person", "-sent_at", "-id"],
                condition=models.Q(("seen_at", None)),
                name="notices_that_wait",
            ),
        ),
    ]
