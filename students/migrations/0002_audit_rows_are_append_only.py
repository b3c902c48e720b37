"""The database itself refuses to change or delete an audit row."""

from django.db import migrations

POSTGRESQL = """
CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'audit rows are append-only'; END $$;
CREATE TRIGGER audit_rows_are_append_only BEFORE UPDATE OR DELETE ON students_auditrow
FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
"""


def refuse_changes(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL)
        return
    for verb in ("update", "delete"):
        schema_editor.execute(
            f"CREATE TRIGGER audit_rows_are_never_{verb}d BEFORE {verb.upper()} ON students_auditrow "
            "BEGIN SELECT RAISE(ABORT, 'audit rows are append-only'); END"
        )


def allow_changes(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "DROP TRIGGER audit_rows_are_append_only ON students_auditrow; DROP FUNCTION refuse_audit_change()"
        )
        return
    for verb in ("update", "delete"):
        schema_editor.execute(f"DROP TRIGGER audit_rows_are_never_{verb}d")


class Migration(migrations.Migration):
    dependencies = [("students", "0001_the_facts")]

    operations = [migrations.RunPython(refuse_changes, allow_changes)]
