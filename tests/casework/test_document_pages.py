"""The pages of documents: a draft from a duty, its paper, the chain, the desk, the register of numbers."""

import re
from io import BytesIO
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from casework.document_kinds import OF_A_CHILD, DocumentKind
from casework.models import Document, Obligation
from casework.queries.timeline import timeline
from students.queries.child import present_place, rights_over
from tests import cast
from tests.casework.test_documents import ABSENCE, LETTER, LOSS, VISIT
from tests.scene import client_of

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the libraries that draw the PDF


def words(response) -> str:
    """The text of a page, without its marks."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def text_of(response) -> str:
    """The text of a PDF, without its gaps."""
    return re.sub(r"\s", "", "".join(page.extract_text() for page in PdfReader(BytesIO(response.content)).pages))


def page(name: str, *args) -> str:
    return reverse(f"casework:{name}", args=args)


class TestWriting:
    @pytest.fixture
    def duty(self, desk):
        return Obligation.objects.get(tier="absence_report")

    @pytest.fixture
    def new(self, desk, duty):
        return f"{page('new_document', desk.scene.children[0].pk, 'absence_report')}?duty={duty.pk}"

    def test_begins_at_the_duty_with_one_button(self, desk, duty, new):
        html = client_of(desk.scene.teacher).get("/").content.decode()
        assert new in html
        assert "写报告" in html

    def test_is_filled_with_what_is_on_record(self, desk, new):
        html = client_of(desk.scene.teacher).get(new).content.decode()
        assert 'value="2026-09-07"' in html
        assert "9月7日、8日、9日未请假缺课。" in html

    def test_saves_a_draft_and_then_issues_it(self, desk, new, duty):
        client = client_of(desk.scene.teacher)
        sent = desk.filled(ABSENCE) | {"submission": str(uuid4())}
        text = words(client.post(new, sent, follow=True))
        assert "已保存《学生缺课报告》的草稿，还没有签发。" in text
        row = Document.objects.get()
        text = words(client.post(page("document", row.pk), {"do": "issue", "issue-version": "1"}, follow=True))
        assert "已签发，编号东坪小学控辍〔2026〕1号。" in text
        assert "教务处签收 等签" in text
        duty.refresh_from_db()
        assert duty.done_on == desk.today

    def test_a_draft_with_a_gap_is_kept_and_not_issued(self, desk, new):
        client = client_of(desk.scene.teacher)
        sent = desk.filled(ABSENCE, measures="") | {"submission": str(uuid4())}
        client.post(new, sent)
        row = Document.objects.get()
        text = words(client.post(page("document", row.pk), {"do": "issue", "issue-version": "1"}, follow=True))
        assert "还没有填写下一步措施，没有签发。" in text

    def test_what_was_typed_stays_where_something_is_wrong(self, desk, new):
        sent = desk.filled(ABSENCE, absent_days="很多", measures="周四家访") | {"submission": str(uuid4())}
        response = client_of(desk.scene.teacher).post(new, sent)
        assert response.status_code == 422
        assert "连续缺课天数请填数字" in words(response)
        assert "周四家访" in response.content.decode()
        assert not Document.objects.exists()

    @pytest.mark.parametrize("submission", ["", "x"])
    def test_a_form_without_its_number_is_refused_in_words(self, desk, new, submission):
        response = client_of(desk.scene.teacher).post(new, desk.filled(ABSENCE) | {"submission": submission})
        assert response.status_code == 422
        assert "提交的内容不完整，没有保存" in words(response)

    def test_what_no_document_says_is_refused_in_words(self, desk, new):
        sent = desk.filled(ABSENCE, measures="劝说无效就开除") | {"submission": str(uuid4())}
        assert "文书里不能写“开除”" in words(client_of(desk.scene.teacher).post(new, sent))

    def test_a_second_time_leads_to_the_one_there_is(self, desk, new):
        row = desk.draft()
        assert client_of(desk.scene.clerk).get(new).url == page("document", row.pk)

    @pytest.mark.parametrize("kind", ["pledge", "pledge_school", "unheard"])
    def test_a_kind_that_is_not_of_a_child_is_not_found(self, desk, kind):
        address = page("new_document", desk.scene.children[0].pk, kind)
        assert client_of(desk.scene.teacher).get(address).status_code == 404

    @pytest.mark.parametrize("duty", ["x", "99999999999999999999", "0"])
    def test_a_duty_that_a_link_names_in_vain_is_the_latest_open_one(self, desk, duty):
        address = page("new_document", desk.scene.children[0].pk, "absence_report")
        assert "9月7日、8日、9日" in client_of(desk.scene.teacher).get(f"{address}?duty={duty}").content.decode()

    def test_what_is_issued_leads_back_to_its_page(self, desk):
        row = desk.issued(VISIT)
        text = words(client_of(desk.scene.teacher).get(page("edit_document", row.pk), follow=True))
        assert "这份文书现在是“待签”，不能修改。没有保存。" in text


class TestThePaper:
    def test_of_a_draft_is_marked_and_not_kept(self, desk):
        row = desk.draft()
        response = client_of(desk.scene.teacher).get(page("document_paper", row.pk))
        text = text_of(response)
        assert "草稿" in text
        assert "（文号在签发时编定）" in text
        assert "沈明，2026年9月9日7:40打印" in text
        assert not row.papers.exists()

    def test_issued_is_the_same_bytes_every_time(self, desk, clock):
        row = desk.issued()
        client = client_of(desk.scene.clerk)
        first = client.get(page("document_paper", row.pk))
        clock.shift(400 * 86400)
        desk.scene.children[0].name = "改了名"
        desk.scene.children[0].save()
        client = client_of(desk.scene.clerk)
        again = client.get(page("document_paper", row.pk))
        assert first.content == again.content == bytes(row.papers.get().pdf)
        assert (first["Content-Type"], first["Cache-Control"]) == ("application/pdf", "private, no-store")
        assert "草稿" not in text_of(first)

    @pytest.mark.parametrize("revision", ["9", "0"])
    def test_a_revision_that_is_not_there_is_not_found(self, desk, revision):
        row = desk.issued(VISIT)
        address = f"{page('document_paper', row.pk)}?revision={revision}"
        assert client_of(desk.scene.clerk).get(address).status_code == 404

    def test_sent_back_shows_what_it_would_be_now_and_keeps_what_it_was(self, desk):
        row = desk.do("return", desk.issued(), "clerk")
        client = client_of(desk.scene.teacher)
        assert "草稿" in text_of(client.get(page("document_paper", row.pk) + "?revision=draft"))
        assert "草稿" not in text_of(client.get(page("document_paper", row.pk) + "?revision=1"))


class TestTheChain:
    def test_each_signs_by_the_button_of_the_page(self, desk):
        row = desk.issued(LOSS)
        for who, button, said in (
            ("clerk", "签收", "已签收。"), ("principal", "审签", "已审签。"), ("bureau", "确认", "已确认。"),
        ):  # fmt: skip
            client, row = client_of(desk.people[who]), Document.objects.get()
            assert f">{button}</button>" in client.get(page("document", row.pk)).content.decode()
            sent = {"do": "sign", "sign-version": str(row.version), "sign-note": ""}
            assert said in words(client.post(page("document", row.pk), sent, follow=True))
        text = words(client_of(desk.scene.teacher).get(page("document", row.pk)))
        assert "县教育局确认 ，已过 bureau 9月9日" in text

    def test_whoever_only_looks_has_no_button(self, desk):
        row = desk.issued(LOSS)
        html = client_of(desk.people["inspector"]).get(page("document", row.pk)).content.decode()
        assert 'name="do"' not in html

    def test_sending_back_asks_why_on_the_page(self, desk):
        row = desk.issued()
        client = client_of(desk.scene.clerk)
        sent = {"do": "return", "return-version": str(row.version), "return-reason": ""}
        response = client.post(page("document", row.pk), sent)
        assert response.status_code == 422
        assert "请填写原因" in words(response)
        text = words(client.post(page("document", row.pk), sent | {"return-reason": "天数不对"}, follow=True))
        assert "已退回，起草人会收到通知。" in text
        assert "退回原因：天数不对" in words(client_of(desk.scene.teacher).get(page("document", row.pk)))

    def test_the_wrong_person_is_told_why(self, desk):
        row = desk.issued(LOSS)
        sent = {"do": "sign", "sign-version": str(row.version)}
        response = client_of(desk.people["bureau"]).post(page("document", row.pk), sent)
        assert response.status_code == 403
        assert "正等教务处签收" in words(response)

    def test_a_step_that_came_too_late_is_told(self, desk):
        row = desk.issued()
        desk.do("void", row, "homeroom")
        sent = {"do": "sign", "sign-version": str(row.version)}
        text = words(client_of(desk.scene.clerk).post(page("document", row.pk), sent, follow=True))
        assert "这份文书现在是“已作废”，不能签字。没有保存。" in text

    @pytest.mark.parametrize("sent", [{}, {"do": "fly"}, {"do": "sign"}, {"do": "sign", "sign-version": "x"}])
    def test_what_cannot_be_understood_changes_nothing(self, desk, sent):
        row = desk.issued()
        assert client_of(desk.scene.clerk).post(page("document", row.pk), sent).status_code == 422
        assert Document.objects.get().version == row.version


class TestLists:
    def test_the_desk_shows_first_what_waits_for_the_reader(self, desk):
        desk.issued(LOSS)
        text = words(client_of(desk.scene.clerk).get(page("documents")))
        assert "待我签 1" in text
        assert "学生流失报告" in text
        assert "待教务处" in text

    @pytest.mark.parametrize(
        ("query", "found"), [("q=高东", True), ("q=gd", True), ("q=胡涛", False), ("kind=order", False)]
    )
    def test_the_desk_is_narrowed_down(self, desk, query, found):
        desk.issued(LOSS)
        text = words(client_of(desk.scene.clerk).get(f"{page('documents')}?{query}"))
        assert ("东坪小学控辍〔2026〕1号" in text) == found

    def test_the_register_keeps_every_number_also_of_what_was_voided(self, desk):
        desk.do("void", desk.issued(VISIT), "homeroom")
        desk.issued(LETTER)
        text = words(client_of(desk.people["bureau"]).get(page("document_register") + "?year=2026"))
        assert "东坪小学控辍〔2026〕1号" in text
        assert "已作废" in text
        assert "东坪小学控辍〔2026〕2号" in text
        assert "没有编号的文书" in words(client_of(desk.people["far_clerk"]).get(page("document_register")))

    def test_a_child_has_all_its_documents_and_what_may_be_written(self, desk):
        desk.issued(VISIT)
        address = page("child_documents", desk.scene.children[0].pk)
        text = words(client_of(desk.scene.teacher).get(address))
        assert "家访记录表" in text
        assert "劝学（返校）通知书" in text
        assert "责令限期改正通知书" not in text
        assert "责令限期改正通知书" in words(client_of(desk.people["bureau"]).get(address))

    @pytest.mark.parametrize("name", ["documents", "document_register"])
    def test_a_list_costs_the_same_however_long(self, desk, name):
        client = client_of(desk.scene.clerk)
        desk.issued(VISIT)
        client.get(page(name))
        costs = []
        for _ in range(2):
            with CaptureQueriesContext(connection) as queries:
                client.get(page(name))
            costs.append(len(queries))
            desk.issued(VISIT)
        assert costs[0] == costs[1] <= 20


def test_a_notice_leads_to_the_desk(desk):
    desk.issued()
    text = words(client_of(desk.scene.clerk).get("/notices/"))
    assert "送来高东的文书，等你办理。" in text


def test_every_kind_of_a_child_opens_as_a_form(desk):
    for kind in OF_A_CHILD:
        who = "bureau" if kind is DocumentKind.ORDER else "homeroom"
        address = page("new_document", desk.scene.children[0].pk, kind.value)
        assert client_of(desk.people[who]).get(address).status_code == 200, kind


class TestTheTimelineOfTheChild:
    @pytest.fixture
    def entries(self, desk):
        """``entries("clerk")``: what the reader sees of contacts and documents."""

        def entries(who: str) -> list:
            child, scope = desk.scene.children[0], cast.scope(desk.people[who])
            rights = rights_over(present_place(child), scope)
            return timeline(child, scope=scope, rights=rights, today=desk.today, kind="act")

        return entries

    def test_shows_the_document_and_not_the_report_that_it_filed(self, desk, entries):
        row = desk.issued()
        [entry] = entries("clerk")
        assert (entry.title, entry.text) == ("签发《学生缺课报告》", "东坪小学控辍〔2026〕1号")
        assert (entry.url, entry.by, entry.struck) == (page("document", row.pk), "沈明", False)
        assert entry.url in client_of(desk.scene.clerk).get(page("child", row.student_id)).content.decode()

    def test_shows_what_files_no_report_as_well(self, desk, entries):
        desk.issued(LETTER)
        assert [entry.title for entry in entries("homeroom")] == ["签发《劝学（返校）通知书》"]

    def test_shows_no_draft(self, desk, entries):
        desk.draft()
        assert entries("homeroom") == []

    def test_shows_a_voided_one_struck_through(self, desk, entries):
        desk.do("void", desk.issued(), "clerk")
        [entry] = entries("clerk")
        assert entry.struck
        assert entry.text.endswith("1号，已作废")

    def test_shows_the_report_to_whoever_does_not_see_the_document(self, desk, entries):
        desk.issued()
        assert [(entry.title, entry.url) for entry in entries("subject")] == [("交《缺课报告》", "")]
