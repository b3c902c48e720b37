"""签字件 and 送达: the signed paper is kept, a delivery sets the limit and what comes next in the case."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from casework.actions import letters
from casework.actions.documents import DocumentRefused, NotYourDocument
from casework.document_kinds import DocumentKind
from casework.models import Case, Document, LetterDelivery, SignedCopy
from tests.casework.test_document_pages import page, words
from tests.casework.test_documents import LETTER, VISIT
from tests.scene import MONDAY, client_of
from tests.students.papers import picture

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the libraries that draw the PDF
PAPER = {"name": "签字件.png", "media_type": "image/png", "size": 3, "sha256": "a" * 64, "content": b"png"}


@pytest.fixture
def letter(desk) -> Document:
    """劝学通知书, signed by the head."""
    return desk.do("sign", desk.issued(LETTER), "principal")


def deliver(desk, letter, who="homeroom", **more) -> LetterDelivery:
    said = {"delivered_on": desk.today, "method": LetterDelivery.Method.IN_PERSON, "recipient": "曾杰（母亲）"}
    return letters.deliver(**desk.place(who), document=letter, **said | more)


class TestADelivery:
    def test_sets_the_limit_and_what_comes_next_in_the_case(self, desk, letter):
        made = deliver(desk, letter)
        assert made.limit_on == desk.today + timedelta(7) == date(2026, 9, 16)
        case = Case.objects.get()
        assert (case.plan_step, case.plan_on) == ("follow_up", made.limit_on)
        assert case.plan_note == "劝学（返校）通知书的期限到9月16日"

    def test_recorded_after_the_limit_is_followed_up_today(self, desk, letter, clock):
        first, desk.today = desk.today, desk.today + timedelta(10)
        made = deliver(desk, letter, delivered_on=first)
        assert (made.limit_on, Case.objects.get().plan_on) == (first + timedelta(7), desk.today)

    def test_without_an_open_case_is_kept_all_the_same(self, desk, letter):
        Case.objects.update(
            stage="closed", outcome="settled", closed_on=desk.today, closed_at=letter.drafted_at, plan_step="",
            plan_on=None,
        )  # fmt: skip
        assert deliver(desk, letter).pk

    def test_twice_is_once_and_a_second_one_is_refused(self, desk, letter):
        assert deliver(desk, letter) == deliver(desk, letter)
        with pytest.raises(DocumentRefused, match="已于9月9日送达"):
            deliver(desk, letter, who="clerk")

    @pytest.mark.parametrize(
        ("said", "why"),
        [
            ({"delivered_on": date(2026, 9, 10)}, "还没有到"),
            ({"delivered_on": date(2026, 9, 8)}, "才签发，不能更早送达"),
            ({"method": "left", "recipient": ""}, "要写明见证人"),
            ({"recipient": ""}, "要写明谁签收的"),
        ],
    )
    def test_that_cannot_be_is_refused_in_words(self, desk, letter, said, why):
        with pytest.raises(DocumentRefused, match=why):
            deliver(desk, letter, **said)
        assert not LetterDelivery.objects.exists()

    def test_that_was_refused_names_witnesses(self, desk, letter):
        assert deliver(desk, letter, method="left", recipient="", witnesses="村委会张平").witnesses == "村委会张平"

    def test_before_it_is_signed_is_refused(self, desk):
        with pytest.raises(DocumentRefused, match="“待签”，不能登记送达"):
            deliver(desk, desk.issued(LETTER))

    def test_of_what_is_no_letter_is_refused(self, desk):
        with pytest.raises(DocumentRefused, match="不用送达"):
            deliver(desk, desk.do("sign", desk.issued(VISIT), "clerk"))

    @pytest.mark.parametrize("who", ["township", "bureau", "inspector", "far_clerk"])
    def test_is_for_whoever_wrote_it(self, desk, letter, who):
        with pytest.raises(NotYourDocument):
            deliver(desk, letter, who)

    @pytest.mark.parametrize("who", ["township", "bureau"])
    def test_of_an_order_is_the_areas(self, desk, who):
        made = deliver(desk, desk.issued(DocumentKind.ORDER, who), who)
        assert Case.objects.get().plan_on == made.limit_on

    @pytest.mark.parametrize("change", [{"recipient": ""}, {"method": "left"}, {"limit_on": MONDAY}])
    def test_that_makes_no_sense_is_refused_by_the_database(self, desk, letter, change):
        deliver(desk, letter)
        with pytest.raises(IntegrityError), transaction.atomic():
            LetterDelivery.objects.update(**change)


class TestASignedCopy:
    def test_is_kept_once(self, desk, letter):
        first = letters.attach(**desk.place("homeroom"), document=letter, paper=PAPER)
        assert letters.attach(**desk.place("clerk"), document=letter, paper=PAPER) == first
        assert SignedCopy.objects.count() == 1

    def test_of_a_draft_is_refused(self, desk):
        with pytest.raises(DocumentRefused, match="“草稿”，不能上传签字件"):
            letters.attach(**desk.place("homeroom"), document=desk.draft(VISIT), paper=PAPER)

    @pytest.mark.parametrize("who", ["inspector", "township"])
    def test_is_not_for_whoever_only_looks(self, desk, letter, who):
        with pytest.raises(NotYourDocument):
            letters.attach(**desk.place(who), document=letter, paper=PAPER)


class TestThePages:
    def test_a_letter_is_delivered_by_form(self, desk, letter):
        client = client_of(desk.scene.teacher)
        assert "登记送达" in words(client.get(page("document", letter.pk)))
        sent = {"delivered_on": str(desk.today), "method": "in_person", "recipient": "曾杰（母亲）"}
        text = words(client.post(page("deliver_document", letter.pk), sent, follow=True))
        assert "已登记送达，期限到9月16日。" in text
        assert "到2026年9月16日" in text

    @pytest.mark.parametrize(
        ("sent", "why"),
        [
            ({"method": "left"}, "请写明见证人"),
            ({"method": "in_person"}, "请写明谁签收的"),
            ({"method": "owl", "recipient": "曾杰"}, "请在列出的选项中选择"),
            ({"method": "post", "recipient": "曾杰", "delivered_on": "2027-01-01"}, "送达日期还没有到"),
        ],
    )
    def test_what_is_wrong_is_said_at_its_field(self, desk, letter, sent, why):
        sent = {"delivered_on": str(desk.today)} | sent
        response = client_of(desk.scene.teacher).post(page("deliver_document", letter.pk), sent)
        assert response.status_code == 422
        assert why in words(response)

    def test_a_copy_is_uploaded_and_opened(self, desk, letter):
        client = client_of(desk.scene.clerk)
        sent = {"copy-paper": picture("回证.jpg")}
        assert "已上传签字件。" in words(client.post(page("attach_copy", letter.pk), sent, follow=True))
        response = client.get(page("signed_copy", SignedCopy.objects.get().pk))
        assert (response.status_code, response["X-Content-Type-Options"]) == (200, "nosniff")
        assert client_of(desk.people["far_clerk"]).get(response.request["PATH_INFO"]).status_code == 404

    @pytest.mark.parametrize(("content", "why"), [(b"no picture", "只收JPG、PNG图片和PDF"), (b"", "文件是空的")])
    def test_what_is_no_picture_is_refused_in_words(self, desk, letter, content, why):
        sent = {"copy-paper": SimpleUploadedFile("回证.png", content, "image/png")}
        text = words(client_of(desk.scene.clerk).post(page("attach_copy", letter.pk), sent, follow=True))
        assert why in text
        assert not SignedCopy.objects.exists()

    def test_a_report_that_is_a_document_is_not_taken_back_by_the_undo_of_a_report(self, desk):
        row = desk.issued()
        address = reverse("casework:cancel_report", args=[row.report_id])
        text = words(client_of(desk.scene.teacher).post(address, follow=True))
        assert "请在文书里写明原因作废" in text
        row.report.refresh_from_db()
        assert row.report.cancelled_at is None
