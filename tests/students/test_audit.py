"""The audit log: rows are added and never changed, also for whoever talks to the database directly."""

import pytest
from django.db import DatabaseError, connection, transaction

from students.actions import audit
from students.models import AuditRow

STATEMENTS = {
    "update": "UPDATE students_auditrow SET action = 'something else'",
    "delete": "DELETE FROM students_auditrow",
    "update one": "UPDATE students_auditrow SET done_by_id = NULL WHERE id = {pk}",
}


@pytest.fixture
def row(scene) -> AuditRow:
    return audit.record(by=scene.clerk, action="test.act", subject=scene.school_class, count=1)


@pytest.mark.parametrize("statement", STATEMENTS.values(), ids=STATEMENTS)
def test_the_database_refuses_a_change(row, statement):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(pk=row.pk))
    row.refresh_from_db()
    assert (row.action, row.done_by_id, row.details) == ("test.act", row.done_by_id, {"count": 1})


@pytest.mark.parametrize("change", [lambda row: row.save(), lambda row: row.delete()], ids=["save", "delete"])
def test_so_it_does_from_the_program(row, change):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        change(row)
    assert AuditRow.objects.get().action == "test.act"


def test_a_person_with_a_row_cannot_be_deleted(scene, row):
    with pytest.raises(Exception, match=r"protected|referenced"), transaction.atomic():
        scene.clerk.delete()
    assert AuditRow.objects.get().done_by == scene.clerk


def test_a_row_says_what_it_was_done_to(scene, row):
    assert (row.subject, row.subject_id) == ("students.schoolclass", scene.school_class.pk)
