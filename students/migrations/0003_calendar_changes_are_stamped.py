"""Every change of a term or an override draws a new reference stamp."""

from django.db import migrations

from students.triggers import stamp_changes, stop_stamping

TABLES = ("students_term", "students_dayoverride")


def stamp(apps, schema_editor):
    for table in TABLES:
        stamp_changes(schema_editor, table)


def stop(apps, schema_editor):
    for table in TABLES:
        stop_stamping(schema_editor, table)


class Migration(migrations.Migration):
    dependencies = [("students", "0002_audit_rows_are_append_only")]

    operations = [migrations.RunPython(stamp, stop)]
