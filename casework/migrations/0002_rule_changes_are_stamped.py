"""Every change of an adopted rule set draws a new reference stamp."""

from django.db import migrations

from students.triggers import stamp_changes, stop_stamping

TABLE = "casework_ruleadoption"


class Migration(migrations.Migration):
    dependencies = [("casework", "0001_rules_acts_and_obligations"), ("students", "0003_calendar_changes_are_stamped")]

    operations = [
        migrations.RunPython(
            lambda apps, schema_editor: stamp_changes(schema_editor, TABLE),
            lambda apps, schema_editor: stop_stamping(schema_editor, TABLE),
        )
    ]
