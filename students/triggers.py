"""Database triggers, said once for SQLite and PostgreSQL; used by migrations only."""

# The row is made here where it is missing, so that not even an emptied table leaves a stale stamp behind.
DRAW = {"postgresql": "(random() * 9e15)::bigint", "sqlite": "random()"}


def stamp_changes(schema_editor, table: str) -> None:
    """Let every change of ``table`` draw a new reference stamp."""
    vendor = schema_editor.connection.vendor
    draw = (
        f"INSERT INTO students_referencestamp (id, stamp) VALUES (1, {DRAW[vendor]}) "
        "ON CONFLICT (id) DO UPDATE SET stamp = excluded.stamp"  # nosec B608: constants only
    )
    if vendor == "postgresql":
        schema_editor.execute(
            "CREATE OR REPLACE FUNCTION draw_reference_stamp() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN {draw}; RETURN NULL; END $$"
        )
        schema_editor.execute(
            f"CREATE TRIGGER {table}_is_stamped AFTER INSERT OR UPDATE OR DELETE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION draw_reference_stamp()"
        )
        return
    for verb in ("insert", "update", "delete"):
        schema_editor.execute(
            f"CREATE TRIGGER {table}_{verb}_is_stamped AFTER {verb.upper()} ON {table} BEGIN {draw}; END"
        )


def stop_stamping(schema_editor, table: str) -> None:
    """Undo ``stamp_changes``."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP TRIGGER {table}_is_stamped ON {table}")
        return
    for verb in ("insert", "update", "delete"):
        schema_editor.execute(f"DROP TRIGGER {table}_{verb}_is_stamped")


REFUSE_AUDIT_CHANGES = """
CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'audit rows are append-only'; END $$;
CREATE TRIGGER audit_rows_are_append_only BEFORE UPDATE OR DELETE ON students_auditrow
FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
"""


def refuse_audit_changes(apps, schema_editor) -> None:
    """Let the database refuse to change or delete an audit row."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(REFUSE_AUDIT_CHANGES)
        return
    for verb in ("update", "delete"):
        schema_editor.execute(
            f"CREATE TRIGGER audit_rows_are_never_{verb}d BEFORE {verb.upper()} ON students_auditrow "
            "BEGIN SELECT RAISE(ABORT, 'audit rows are append-only'); END"
        )


def allow_audit_changes(apps, schema_editor) -> None:
    """Undo ``refuse_audit_changes``; SQLite also loses its triggers where a table is made anew."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "DROP TRIGGER audit_rows_are_append_only ON students_auditrow; DROP FUNCTION refuse_audit_change()"
        )
        return
    for verb in ("update", "delete"):
        schema_editor.execute(f"DROP TRIGGER IF EXISTS audit_rows_are_never_{verb}d")


def refuse_changes(schema_editor, table: str) -> None:
    """Let the database refuse to change or delete a row of ``table``: what was filed stays as it was."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is append-only'; END $$"
        )
        schema_editor.execute(
            f"CREATE TRIGGER {table}_is_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        return
    for verb in ("update", "delete"):
        schema_editor.execute(
            f"CREATE TRIGGER {table}_is_never_{verb}d BEFORE {verb.upper()} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )


def allow_changes(schema_editor, table: str) -> None:
    """Undo ``refuse_changes``."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP TRIGGER {table}_is_append_only ON {table}")
        return
    for verb in ("update", "delete"):
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_is_never_{verb}d")


def keep_once_set(schema_editor, table: str, columns: tuple[str, ...], name: str = "keeps") -> None:
    """Let the database refuse to change ``columns`` of a row of ``table``, or to delete it, once the first is set.

    ``name``: of the triggers, where a table has several.
    """
    changed = " OR ".join(f"OLD.{each} {{distinct}} NEW.{each}" for each in columns)
    message = f"{table} keeps its {columns[0]}"
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            f"CREATE FUNCTION {table}_{name}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{message}'; END $$"
        )
        changed = changed.format(distinct="IS DISTINCT FROM")
        for verb, condition in (("UPDATE", f"AND ({changed})"), ("DELETE", "")):
            schema_editor.execute(
                f"CREATE TRIGGER {table}_{name}_on_{verb.lower()} BEFORE {verb} ON {table} FOR EACH ROW "
                f"WHEN (OLD.{columns[0]} IS NOT NULL {condition}) EXECUTE FUNCTION {table}_{name}()"
            )
        return
    changed = changed.format(distinct="IS NOT")
    for verb, condition in (("UPDATE", f"AND ({changed})"), ("DELETE", "")):
        schema_editor.execute(
            f"CREATE TRIGGER {table}_{name}_on_{verb.lower()} BEFORE {verb} ON {table} "
            f"WHEN OLD.{columns[0]} IS NOT NULL {condition} BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )


def let_go(schema_editor, table: str, name: str = "keeps") -> None:
    """Undo ``keep_once_set``."""
    if schema_editor.connection.vendor == "postgresql":
        for verb in ("update", "delete"):
            schema_editor.execute(f"DROP TRIGGER {table}_{name}_on_{verb} ON {table}")
        schema_editor.execute(f"DROP FUNCTION {table}_{name}()")
        return
    for verb in ("update", "delete"):
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_{name}_on_{verb}")
