"""A document sent back or voided: what it filed is owed again, until it is issued anew."""

from datetime import date

import pytest
from django.urls import reverse

from casework.actions.documents import DocumentRefused, NotYourDocument, edit
from casework.models import Report
from casework.queries.document_lists import boxes
from students.models import AuditRow, Notice
from tests import cast
from tests.casework.test_documents import ABSENCE, LOSS, VISIT, the_duty, told
from tests.scene import at, client_of

THURSDAY = date(2026, 9, 10)
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the libraries that draw the PDF


class TestSendingBack:
    def test_asks_for_a_reason(self, desk):
        row = desk.issued()
        with pytest.raises(DocumentRefused, match="退回要写明原因"):
            desk.do("return", row, "clerk", reason="")

    def test_tells_whoever_wrote_it_and_lets_them_change_it(self, desk):
        row = desk.do("return", desk.issued(), "clerk", reason="缺课天数不对")
        assert (row.state, row.waiting_for, row.number) == ("returned", "", 1)
        assert (told(), told(Notice.Kind.DOCUMENT_RETURNED)) == (set(), {desk.scene.teacher})
        page = client_of(desk.scene.teacher).get(reverse("students:notices")).content.decode()
        assert "退回了高东的文书，请修改。" in page
        assert list(boxes(cast.scope(desk.scene.teacher), desk.today, {})["write"]) == [row]

    @pytest.mark.parametrize("then", ["issue", "void"])
    def test_waits_for_nobody_who_wrote_it_once_it_is_dealt_with(self, desk, then):
        row = desk.do("issue", desk.draft(LOSS), "clerk")  # written by one and issued by another
        row = desk.do("return", row, "principal")
        assert told(Notice.Kind.DOCUMENT_RETURNED) == {desk.scene.teacher, desk.scene.clerk}
        desk.do(then, row, "homeroom")
        assert told(Notice.Kind.DOCUMENT_RETURNED) == set()

    def test_takes_the_report_back_until_it_is_issued_anew(self, desk, clock):
        row = desk.do("return", desk.issued(), "clerk", reason="缺课天数不对")
        assert (the_duty().done_on, Report.objects.get().cancelled_by) == (None, desk.scene.clerk)
        desk.today = THURSDAY
        clock.move_to(at(THURSDAY))
        row = desk.do("issue", row, "homeroom")
        assert (the_duty().done_on, the_duty().status_on(THURSDAY)) == (THURSDAY, "late_done")
        assert row.report == Report.objects.get(cancelled_at=None)
        assert row.number == 1

    def test_is_told_where_the_duty_says_why(self, desk):
        row = desk.do("return", desk.issued(), "clerk", reason="缺课天数不对")
        why = reverse("casework:duty", args=[the_duty().pk])
        said = f"今天{desk.scene.clerk.name}退回了已签发的报告：缺课天数不对"
        assert said in client_of(desk.scene.teacher).get(why).content.decode()
        desk.do("issue", row, "homeroom")
        assert said in client_of(desk.scene.teacher).get(why).content.decode()

    def test_voided_afterwards_takes_back_nothing_more(self, desk):
        row = desk.do("return", desk.issued(), "clerk")
        assert desk.do("void", row, "homeroom").state == "voided"
        assert Report.objects.get().cancelled_by == desk.scene.clerk
        assert the_duty().done_on is None

    def test_what_is_no_report_owes_nothing(self, desk):
        desk.do("return", desk.issued(VISIT), "clerk")
        assert not Report.objects.exists()

    def test_issued_anew_it_keeps_its_number_and_both_papers(self, desk):
        row = desk.do("return", desk.issued(), "clerk")
        first = bytes(row.papers.get().pdf)
        row = edit(
            **desk.place("homeroom"), document=row, values=desk.filled(ABSENCE, measures="周四家访"),
            version=row.version,
        )  # fmt: skip
        row = desk.do("issue", row, "homeroom")
        assert (row.number, row.revision, row.state) == (1, 2, "waiting")
        assert Report.objects.filter(cancelled_at=None).count() == 1
        assert bytes(row.papers.get(revision=1).pdf) == first
        assert desk.do("sign", row, "clerk").state == "confirmed"

    def test_from_the_third_signature_begins_the_chain_again(self, desk):
        row = desk.issued(LOSS)
        for who in ("clerk", "principal"):
            row = desk.do("sign", row, who)
        row = desk.do("return", row, "bureau")
        row = desk.do("issue", row, "homeroom")
        assert (row.step, row.waiting_for) == (0, "clerk")


class TestVoiding:
    def test_takes_the_report_back_and_keeps_number_and_paper(self, desk):
        row = desk.do("void", desk.issued(), "homeroom", reason="写错了人")
        assert (row.state, row.number, row.void_reason) == ("voided", 1, "写错了人")
        assert row.papers.count() == 1
        assert Report.objects.get().cancelled_by == desk.scene.teacher
        assert the_duty().done_on is None
        assert desk.issued().number == 2

    def test_a_draft_is_voided_and_never_had_a_number(self, desk):
        row = desk.do("void", desk.draft(), "homeroom")
        assert (row.state, row.number) == ("voided", None)
        assert desk.issued().number == 1

    def test_asks_for_a_reason(self, desk):
        with pytest.raises(DocumentRefused, match="作废要写明原因"):
            desk.do("void", desk.issued(), "homeroom", reason="")

    def test_of_what_is_confirmed_is_refused(self, desk):
        row = desk.do("sign", desk.issued(), "clerk")
        with pytest.raises(DocumentRefused, match="“已确认”，不能作废"):
            desk.do("void", row, "homeroom")
        assert the_duty().done_on == desk.today

    def test_twice_is_once(self, desk):
        row = desk.issued()
        for _ in range(2):
            desk.do("void", row, "homeroom", version=row.version)
        assert AuditRow.objects.filter(action="document.void").count() == 1

    def test_is_not_for_whoever_signs(self, desk):
        with pytest.raises(NotYourDocument):
            desk.do("void", desk.issued(LOSS), "bureau")


def test_another_reason_from_the_same_page_is_not_swallowed(desk):
    row = desk.do("void", desk.draft(), "homeroom", version=1, reason="写错了人")
    with pytest.raises(DocumentRefused, match="没有保存"):
        desk.do("void", row, "homeroom", version=1, reason="日期也错了")
    row.refresh_from_db()
    assert row.void_reason == "写错了人"
