"""Two people, or two tabs, at one document: nothing typed is lost, and the page says what really happened."""

import pytest

from casework.document_kinds import DocumentKind
from casework.models import Document, DocumentStep
from tests.casework.test_document_pages import page, words
from tests.scene import client_of

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the libraries that draw the PDF
LOSS, LETTER, VISIT = DocumentKind.LOSS_REPORT, DocumentKind.URGING_NOTICE, DocumentKind.VISIT_RECORD


def opened(client, row) -> dict:
    """The form as the page shows it."""
    form = client.get(page("edit_document", row.pk)).context["form"]
    return {bound.name: "" if bound.value() is None else str(bound.value()) for bound in form}


class TestTwoTabs:
    """of a draft"""

    @pytest.fixture
    def row(self, desk):
        return desk.draft(VISIT, values=desk.filled(VISIT, talk="还没有谈", place="家中"))

    @pytest.fixture
    def second(self, desk, row):
        """The answer to the second of two people: both have changed 谈话内容, the first 家访地点 as well."""
        mine, theirs = client_of(desk.scene.teacher), client_of(desk.scene.clerk)
        tab = opened(mine, row)
        theirs.post(page("edit_document", row.pk), opened(theirs, row) | {"talk": "家长在外务工", "place": "村委会"})
        return mine.post(page("edit_document", row.pk), tab | {"talk": "奶奶在家"})

    def test_shows_both_and_keeps_what_was_typed(self, desk, row, second):
        assert second.status_code == 409
        said = words(second)
        assert "谈话内容：现在是“家长在外务工”，你填的是“奶奶在家”" in said
        assert "家访地点：现在是“村委会”，你没有改" in said
        assert desk.scene.clerk.name in said
        assert second.context["form"]["talk"].value() == "奶奶在家"
        row.refresh_from_db()
        assert (row.values["talk"], row.version) == ("家长在外务工", 2)

    def test_saves_mine_over_theirs_once_it_was_seen(self, desk, row, second):
        again = {bound.name: bound.value() or "" for bound in second.context["form"]}
        assert client_of(desk.scene.teacher).post(page("edit_document", row.pk), again).status_code == 302
        row.refresh_from_db()
        assert (row.values["talk"], row.values["place"]) == ("奶奶在家", "村委会")

    def test_a_third_change_meanwhile_is_shown_again(self, desk, row, second):
        again = {bound.name: bound.value() or "" for bound in second.context["form"]}
        theirs = client_of(desk.scene.clerk)
        theirs.post(page("edit_document", row.pk), opened(theirs, row) | {"talk": "家长已回家"})
        response = client_of(desk.scene.teacher).post(page("edit_document", row.pk), again)
        assert response.status_code == 409
        assert "现在是“家长已回家”，你填的是“奶奶在家”" in words(response)

    def test_issued_meanwhile_leaves_the_text_on_the_page(self, desk, row):
        client = client_of(desk.scene.teacher)
        tab = opened(client, row) | {"talk": "奶奶在家"}
        desk.do("issue", row, "clerk")
        response = client.post(page("edit_document", row.pk), tab)
        assert response.status_code == 422
        assert "不能修改。没有保存。下面是你填写的内容。" in words(response)
        assert response.context["form"]["talk"].value() == "奶奶在家"

    @pytest.mark.parametrize("marks", ["", "x", "a.b"])
    def test_a_page_that_does_not_say_what_it_was_opened_with_shows_all_that_differs(self, desk, row, marks):
        client = client_of(desk.scene.teacher)
        tab = opened(client, row) | {"talk": "奶奶在家", "opened": marks}
        client_of(desk.scene.clerk).post(page("edit_document", row.pk), tab | {"talk": "家长在外务工"})
        said = words(client.post(page("edit_document", row.pk), tab))
        assert "谈话内容：现在是“家长在外务工”，你填的是“奶奶在家”" in said
        assert "家访地点：" not in said


class TestASecondPress:
    """on an old page"""

    def press(self, desk, who, row, version, do="sign"):
        sent = {"do": do, f"{do}-version": str(version), f"{do}-note": ""}
        return client_of(desk.people[who]).post(page("document", row.pk), sent, follow=True)

    def test_says_what_was_done_and_not_what_comes_next(self, desk):
        row = desk.issued(LOSS)
        for _ in range(2):
            response = self.press(desk, "clerk", row, row.version)
            assert "已签收。" in words(response)
            assert "已审签" not in words(response)
        assert DocumentStep.objects.filter(action="sign").count() == 1

    def test_after_somebody_else_has_signed_says_that_the_page_is_old(self, desk):
        row = desk.issued(LOSS)
        old = row.version
        desk.do("sign", desk.do("sign", row, "clerk"), "principal")
        response = self.press(desk, "clerk", row, old)
        assert response.status_code == 200
        assert "有了新的改动，没有保存" in words(response)
        assert Document.objects.get().step == 2

    def test_of_issuing_says_so_though_the_clerk_has_received_it(self, desk):
        row = desk.draft()
        for _ in range(2):
            assert "已签发，编号东坪小学控辍〔2026〕1号。" in words(self.press(desk, "clerk", row, 1, do="issue"))


class TestALetter:
    """that is confirmed"""

    @pytest.fixture
    def letter(self, desk):
        return desk.do("sign", desk.issued(LETTER), "principal")

    def void(self, desk, who, row):
        sent = {"do": "void", "void-version": str(row.version), "void-reason": "写错了家长"}
        return client_of(desk.people[who]).post(page("document", row.pk), sent, follow=True)

    @pytest.mark.parametrize(
        ("who", "status"), [("principal", 200), ("deputy", 200), ("homeroom", 403), ("clerk", 403), ("bureau", 403)]
    )
    def test_is_voided_by_those_who_issued_it(self, desk, letter, who, status):
        html = client_of(desk.people[who]).get(page("document", letter.pk)).content.decode()
        assert ('value="void"' in html) == (status == 200)
        assert self.void(desk, who, letter).status_code == status
        letter.refresh_from_db()
        assert (letter.state, letter.number) == ("voided" if status == 200 else "confirmed", 1)
        assert letter.papers.count() == 1

    @pytest.mark.parametrize("issuer", ["township", "bureau"])
    @pytest.mark.parametrize("who", ["township", "bureau"])
    def test_an_order_is_the_authoritys_that_issued_it(self, desk, issuer, who):
        row = desk.issued(DocumentKind.ORDER, issuer)
        assert self.void(desk, who, row).status_code == (200 if who == issuer else 403)

    def test_is_sent_to_the_head_and_signed_once(self, desk, letter):
        text = words(client_of(desk.scene.teacher).get(page("document", letter.pk)))
        assert "送签 ，已过" in text
        assert [step.verb for step in letter.steps.all()] == ["送签", "签发"]

    def test_of_the_head_has_one_entry(self, desk):
        row = desk.issued(LETTER, "principal")
        entries = client_of(desk.scene.teacher).get(page("document", row.pk)).context["entries"]
        assert [entry["title"] for entry in entries] == ["签发"]


class TestADraft:
    def test_that_is_empty_says_so_and_asks_for_what_is_missing(self, desk):
        row = desk.draft(VISIT, values={})
        text = words(client_of(desk.scene.teacher).get(page("document", row.pk)))
        assert "还没有填写。请先修改，填好再签发。" in text
        assert "还没有填写家访日期、家访地点、" in text
        assert 'value="issue"' not in text


@pytest.mark.parametrize("name", ["签收人", "见证人"])
def test_what_a_delivery_may_ask_for_is_not_called_optional(desk, name):
    row = desk.do("sign", desk.issued(LETTER), "principal")
    text = words(client_of(desk.scene.teacher).get(page("deliver_document", row.pk)))
    assert name in text
    assert f"{name} （选填）" not in text
    assert "送达地点 （选填）" in text
