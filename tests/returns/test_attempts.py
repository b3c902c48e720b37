"""退回的上报: what was sent back can be opened as it was filed, with its reason and its paper."""

from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse

from returns.models import Snapshot
from returns.queries.tables import edition_table
from students.models import Role
from tests import cast
from tests.returns.filed import CODE, accept, filed, leave, prepare, send_back, sign, take_back
from tests.scene import client_of

FIRST, SECOND = (0, 1), (0, 2)


@pytest.fixture
def sent_back(school, head, bureau):
    """Filed, sent back; then a child has left after all, and the month is filed once more."""
    filed(school, head)
    send_back(school, bureau, "疑似辍学的人数请核对")
    leave(school)
    filed(school, head)
    return school


def address(school, attempt, name="attempt"):
    return reverse(f"returns:{name}", args=[school.school.pk, CODE, *attempt])


def page(who, school, attempt=FIRST):
    return client_of(who).get(address(school, attempt))


def closing(shown) -> int:
    return shown.context["page"].total.values["closing"]


def test_it_is_opened_from_the_history(sent_back, head):
    html = client_of(head).get(reverse("returns:school_return", args=[sent_back.school.pk, CODE])).content.decode()
    assert html.count(f'href="{address(sent_back, FIRST)}"') == 2  # where it was filed, and where it was sent back


def test_the_school_finds_it_beside_the_reason(school, head, bureau):
    filed(school, head)
    send_back(school, bureau, "请核对转出")
    html = client_of(head).get(reverse("returns:school_return", args=[school.school.pk, CODE])).content.decode()
    assert f'请核对转出 <a href="{address(school, FIRST)}">看退回的那一份</a>' in html


def test_it_says_what_was_filed_and_why_it_came_back(sent_back, head):
    shown = page(head, sent_back)
    html = shown.content.decode()
    assert closing(shown) == 3
    assert "苏远2026年10月27日退回：疑似辍学的人数请核对" in html
    assert "第1次上报" in html
    now = client_of(head).get(reverse("returns:school_return", args=[sent_back.school.pk, CODE]))
    assert closing(now) == 2


def test_its_file_is_the_paper_that_was_signed(sent_back, head):
    answer = client_of(head).post(address(sent_back, FIRST, "attempt_file"), {"format": ".pdf"})
    first = Snapshot.objects.earliest("pk")
    assert b"".join(answer.streaming_content) == bytes(first.pdf)


def test_its_table_is_that_of_then(sent_back, head):
    answer = client_of(head).post(address(sent_back, FIRST, "attempt_file"), {"format": ".xlsx"})
    sheet = openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content))).active
    assert sheet.cell(7, 3).value == 3
    json = client_of(head).post(address(sent_back, FIRST, "attempt_file"), {"format": ".json"})
    assert b'"closing": 3' in b"".join(json.streaming_content)


@pytest.mark.parametrize("attempt", [SECOND, (1, 1), (0, 3), (0, 0), (9999999999999, 99999999999999999999)])
def test_what_was_not_sent_back_is_not_there(sent_back, head, bureau, attempt):
    accept(sent_back, bureau)
    assert page(head, sent_back, attempt).status_code == 404
    assert client_of(head).get(address(sent_back, attempt, "attempt_file")).status_code == 404


def test_another_school_does_not_find_it(sent_back):
    far = cast.school("西岭小学")
    cast.school_class(far)
    principal = cast.person("李青", role=Role.PRINCIPAL, school=far)
    assert page(principal, sent_back).status_code == 404


def test_it_is_read_with_few_queries(sent_back, head, django_assert_max_num_queries):
    client = client_of(head)
    client.get(address(sent_back, FIRST))
    with django_assert_max_num_queries(14):
        client.get(address(sent_back, FIRST))


class TestWhichTimeItIs:
    """Counted is what the bureau has had, on the paper as on the page."""

    @staticmethod
    def taken_back_and_filed(scene, head):
        prepare(scene)
        sign(scene, head)
        take_back(scene)
        return filed(scene, head)

    def test_what_was_taken_back_never_came_to_the_bureau(self, school, head):
        edition = self.taken_back_and_filed(school, head)
        assert edition.attempt == 2
        assert "第2次上报" not in edition_table(edition.snapshot.content).filters

    def test_what_was_sent_back_did(self, school, head, bureau):
        self.taken_back_and_filed(school, head)
        send_back(school, bureau, "请核对")
        assert "第1次上报" in page(head, school, (0, 2)).content.decode()
        edition = self.taken_back_and_filed(school, head)
        assert edition.attempt == 4
        assert "第2次上报" in edition_table(edition.snapshot.content).filters

    def test_an_amendment_is_counted_by_itself(self, school, head, bureau):
        filed(school, head)
        send_back(school, bureau, "请核对")
        filed(school, head)
        leave(school)
        edition = filed(school, head, reason="学生转出")
        assert edition_table(edition.snapshot.content).filters[-1] == "第1号更正"
