"""``manage.py export students``: who was registered on a day, as they stood then; masked unless for a reason."""

import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command

from students.actions.enrolment import record_event
from students.enrolment import EventKind
from students.models import AuditRow
from tests import cast
from tests.scene import MONDAY, clock, scene

__all__ = ["clock", "scene"]


@pytest.fixture
def export(scene, tmp_path):
    """The rows of the table as scripts read them."""

    def export(*options):
        path = tmp_path / "students.json"
        call_command("export", "students", "-o", str(path), *options, stdout=StringIO(), stderr=StringIO())
        return json.loads(path.read_text())

    return export


def test_each_day_has_who_was_registered_then_and_how_they_stood(export, scene):
    first, second, _ = scene.children
    for child, kind in ((first, EventKind.TRANSFER_OUT), (second, EventKind.SUSPEND)):
        record_event(by=None, student=child, kind=kind, happened_on=date(2026, 9, 4), today=MONDAY)
    beside = cast.school_class(scene.school, "202302")
    third_moved = {"kind": EventKind.CLASS_MOVE, "happened_on": date(2026, 9, 4), "school_class": beside}
    record_event(by=None, student=scene.children[2], today=MONDAY, **third_moved)
    before = [(row["name"], row["class"], row["standing"]) for row in export("--as-of", "2026-09-03")]
    assert before == [(name, "202301", "attending") for name in ("高东", "袁然远", "胡涛")]
    after = [(row["name"], row["class"], row["standing"], row["since"]) for row in export("--as-of", "2026-09-04")]
    assert after == [("袁然远", "202301", "suspended", "2026-09-04"), ("胡涛", "202302", "attending", "2023-09-01")]


def test_numbers_are_masked_in_every_form_unless_a_reason_is_given(export, scene):
    child = scene.children[0]
    assert export()[0]["student_number"] == f"G6299********{child.student_number[-4:]}"
    assert export("--reveal", "报县资助中心")[0]["student_number"] == child.student_number
    assert AuditRow.objects.filter(action="table.export", details__reveal="报县资助中心").count() == 1


def test_a_reason_that_explains_nothing_is_refused(export):
    with pytest.raises(SystemExit):
        export("--reveal", "核对")
    assert not AuditRow.objects.filter(action="table.export").exists()


def test_one_school_alone(export, scene):
    far = cast.school("西岭小学")
    cast.student(cast.school_class(far), "任远")
    assert [row["name"] for row in export("--school", far.code)] == ["任远"]
    assert len(export()) == 4
