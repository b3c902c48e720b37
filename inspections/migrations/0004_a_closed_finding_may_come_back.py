"""An item whose finding was closed can be found wanting again by a correction: only one of an item waits at a time."""

from django.db import migrations, models


def refuse_what_came_back(apps, schema_editor):
    """Until now an item was mended once: what came back since has no place there, and no finding is thrown away."""
    rows = apps.get_model("inspections", "Rectification").objects.exclude(item="").order_by()
    twice = rows.values_list("inspection", "item").annotate(number=models.Count("pk")).filter(number__gt=1)
    if found := sorted(twice)[:20]:
        named = "、".join(f"第{inspection}次检查{item}" for inspection, item, _ in found)
        raise RuntimeError(
            f"不能退回：同一检查项目有几条整改事项（{named}）。没有改动。请保留现在的版本，或先由专人把多出的整改事项另行存档"
        )


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
        migrations.RunPython(migrations.RunPython.noop, refuse_what_came_back),
    ]
