"""The township of the samples, imported: its obligations are those expected, and a second import changes nothing."""

import json
from datetime import date

import pytest

from casework.facts import Surroundings, assess_students
from casework.ladder import duty_status
from casework.models import Contact, Obligation, Report
from casework.ruleset import EXPORTED_TIERS
from students.models import AbsenceMark, AuditRow, Enrolment, EnrolmentEvent, Leave, RollCall, SchoolClass, Student
from tests.workbook.workbooks import SAMPLE, load

AS_OF = date(2026, 10, 25)
EXPECTED = SAMPLE.with_name("obligations-2026-10-25.json")

pytestmark = pytest.mark.django_db


def obligations_of_everybody(as_of: date) -> list[dict]:
    numbers = {child.pk: child.number for child in Student.objects.all()}
    classes = {row.pk: (row.school.code, row.number) for row in SchoolClass.objects.select_related("school")}
    rows = [
        {
            "student": numbers[student],
            "school": classes[duty.school_class][0],
            "class": classes[duty.school_class][1],
            "tier": str(duty.tier),
            "key": duty.key.isoformat(),
            "triggered_on": duty.triggered_on.isoformat(),
            "due_on": duty.due_on.isoformat(),
            "run_start": duty.run_start and duty.run_start.isoformat(),
            "run_days": duty.run_days,
            "unknown_days": duty.unknown_days,
            "status": str(duty_status(due_on=duty.due_on, done_on=duty.done_on, as_of=as_of)),
            "done_on": duty.done_on and duty.done_on.isoformat(),
        }
        for student, duties, _ in assess_students(sorted(numbers), Surroundings(), through=as_of)
        for duty in duties
        if duty.tier in EXPORTED_TIERS
    ]
    return sorted(rows, key=lambda row: (row["triggered_on"], row["student"], row["tier"], row["key"]))


def test_the_sample_gives_exactly_the_obligations_expected():
    assert load(SAMPLE).succeeded
    assert obligations_of_everybody(AS_OF) == json.loads(EXPECTED.read_text(encoding="utf-8"))


def test_the_import_itself_keeps_the_obligations_through_its_day():
    load(SAMPLE, today=AS_OF)
    exported = Obligation.objects.filter(tier__in=EXPORTED_TIERS).select_related("student")
    kept = {(row.student.number, row.tier, row.key.isoformat()) for row in exported}
    expected = json.loads(EXPECTED.read_text(encoding="utf-8"))
    assert kept == {(row["student"], row["tier"], row["key"]) for row in expected}


def everything() -> dict:
    models = (Student, EnrolmentEvent, Enrolment, Leave, RollCall, AbsenceMark, Contact, Report, Obligation, AuditRow)
    return {model: list(model.objects.order_by("pk").values()) for model in models}


def test_the_same_file_twice_changes_nothing():
    first = load(SAMPLE)
    before = everything()
    second = load(SAMPLE)
    assert first.written
    assert not second.written
    assert everything() == before
    assert {
        sheet: (counts["created"], counts["updated"], counts["unchanged"]) for sheet, counts in second.counts.items()
    } == {sheet: (0, 0, sum(counts.values())) for sheet, counts in first.counts.items()}


def test_two_identical_contacts_are_one_act():
    outcome = load(SAMPLE)
    assert outcome.counts["联系记录"] == {"created": 278, "updated": 0, "unchanged": 1}
    assert Contact.objects.count() == 278


def test_a_dry_run_counts_the_same_and_writes_nothing():
    rehearsal = load(SAMPLE, dry_run=True)
    assert not Student.objects.exists()
    assert not AuditRow.objects.exists()
    assert not rehearsal.written
    assert rehearsal.counts == load(SAMPLE).counts
