"""An item whose finding was closed can be found wanting again by a correction: only one of an item waits at a time."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inspections", "0003_findings_are_mended_and_closed")]

    operations = [
        migrations.RemoveConstraint(model_name="rectification", name="an_item_is_mended_once"),
        migrations.AddConstraint(
            model_name="rectification",
            constraint=models.UniqueConstraint(
                condition=models.Q(models.Q(("item", ""), _negated=True), ("state__in", ["open", "reported"])),
                fields=("inspection", "item"),
                name="an_item_is_mended_one_at_a_time",
            ),
        ),
    ]
