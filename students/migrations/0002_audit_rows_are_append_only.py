"""The database itself refuses to change or delete an audit row."""

from django.db import migrations

from students.triggers import allow_audit_changes, refuse_audit_changes


class Migration(migrations.Migration):
    dependencies = [("students", "0001_the_facts")]

    operations = [migrations.RunPython(refuse_audit_changes, allow_audit_changes)]
