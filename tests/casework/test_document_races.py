"""Two people at once: one draft issued by two, many drafts of one school numbered together. PostgreSQL only."""

import pytest
from django.db import connection

from casework.actions import documents as actions
from casework.document_kinds import DocumentKind
from casework.models import Document, IssuedPaper, Report
from students.models import AuditRow
from tests.casework.test_documents import LETTER, VISIT
from tests.students.test_register_races import all_at_once

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of the libraries that draw the PDF
    pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="SQLite lets one transaction write at a time, so nothing there is truly simultaneous",
    ),
]


def issuer(desk, who: str, row: Document, version: int | None = None):
    place = desk.place(who)
    return lambda: actions.issue(**place, document=row, version=version or row.version)


def refused(outcomes) -> list[str]:
    return [str(each) for each in outcomes if isinstance(each, Exception)]


def test_one_draft_issued_by_two_is_issued_once(desk):
    row = desk.draft()
    outcomes = all_at_once(issuer(desk, "homeroom", row), issuer(desk, "clerk", row))
    [why] = refused(outcomes)
    assert "没有签发" in why or "没有保存" in why
    row.refresh_from_db()
    assert (row.number, row.revision, IssuedPaper.objects.count(), Report.objects.count()) == (1, 1, 1, 1)
    assert AuditRow.objects.filter(action="document.issue").count() == 1


def test_one_draft_issued_twice_by_one_person_is_issued_once_and_says_so(desk):
    row = desk.draft()
    outcomes = all_at_once(*[issuer(desk, "homeroom", row) for _ in range(3)])
    assert {each.number for each in outcomes} == {1}
    assert IssuedPaper.objects.count() == 1


def test_numbers_of_a_school_are_never_the_same_and_none_is_skipped(desk):
    rows = [desk.draft(kind, who) for kind in (VISIT, LETTER) for who in ("homeroom", "clerk", "principal")]
    outcomes = all_at_once(*[issuer(desk, "principal", row) for row in rows])
    assert not refused(outcomes)
    assert sorted(row.number for row in outcomes) == [1, 2, 3, 4, 5, 6]
    assert len({row.reference for row in outcomes}) == 6


def test_what_is_refused_takes_no_number(desk):
    rows = [desk.draft(VISIT) for _ in range(4)]
    stale = [issuer(desk, "clerk", row, version=7) for row in rows[2:]]
    outcomes = all_at_once(*[issuer(desk, "clerk", row) for row in rows[:2]], *stale)
    assert len(refused(outcomes)) == 2
    assert sorted(Document.objects.exclude(number=None).values_list("number", flat=True)) == [1, 2]
    assert issuer(desk, "clerk", rows[2])().number == 3


def test_a_school_and_a_township_number_each_by_itself(desk):
    kinds = [(VISIT, "clerk"), (VISIT, "clerk"), (DocumentKind.ORDER, "township"), (DocumentKind.ORDER, "township")]
    rows = [desk.draft(kind, who) for kind, who in kinds]
    acts = [issuer(desk, who, row) for row, (_, who) in zip(rows, kinds, strict=True)]
    outcomes = all_at_once(*acts)
    assert not refused(outcomes)
    assert sorted((row.school_id is None, row.number) for row in outcomes) == [
        (False, 1), (False, 2), (True, 1), (True, 2),
    ]  # fmt: skip


def test_a_draft_issued_and_voided_at_once_is_whole_in_the_end(desk):
    row = desk.draft()
    place = desk.place("clerk")
    void = lambda: actions.void(**place, document=row, reason="写错了", version=row.version)  # noqa: E731
    outcomes = all_at_once(issuer(desk, "homeroom", row), void)
    assert len(refused(outcomes)) == 1
    row.refresh_from_db()
    assert row.state in ("waiting", "voided")
    assert IssuedPaper.objects.count() == (row.state == "waiting") == Report.objects.filter(cancelled_at=None).count()
