"""The register of an earlier day: read by whoever took it, corrected by the clerk with a reason, and its history."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from students.actions import policy
from students.models import MarkCorrection, RollCall
from tests.scene import FRIDAY, MONDAY, client_of, marks, sending


@pytest.fixture
def friday(scene):
    """The register of Friday that is looked at on Monday."""
    scene.take(FRIDAY, by=scene.clerk, first="unexcused")
    return reverse("students:register", args=[scene.school_class.pk, FRIDAY, "AM"])


def words(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


class TestTheTeacher:
    def test_reads_it_and_is_told_whom_to_ask(self, scene, friday):
        answer = client_of(scene.teacher).get(friday)
        assert "只能查看" in words(answer)
        assert "点名当天可以自己更正，现在只能查看。要更正，请告诉教务处（何静）" in words(answer)
        assert "data-submit" not in answer.content.decode()

    def test_of_today_corrects_it_without_a_reason(self, scene):
        scene.take(MONDAY, first="unexcused")
        html = client_of(scene.teacher).get(reverse("students:register", args=[scene.school_class.pk, MONDAY, "AM"]))
        assert "data-submit" in html.content.decode()
        assert "usual_reason" not in html.content.decode()

    def test_takes_a_register_of_an_earlier_day_that_is_missing(self, scene):
        html = client_of(scene.teacher).get(reverse("students:register", args=[scene.school_class.pk, FRIDAY, "PM"]))
        assert "data-submit" in html.content.decode()

    @pytest.mark.parametrize(("days", "may"), [(2, False), (3, True)])
    def test_has_as_many_days_as_the_county_allows(self, scene, friday, days, may):
        policy.adopt(by=scene.clerk, content={"correction_days": days}, starts_on=MONDAY, today=MONDAY)
        answer = client_of(scene.teacher).get(friday)
        assert ("data-submit" in answer.content.decode()) is may
        assert (f"点名{days}天内可以自己更正" in words(answer)) is not may


class TestTheClerk:
    @pytest.fixture
    def send(self, scene, friday):
        def send(**fields):
            kinds = marks(sick_leave=scene.children[0])
            return client_of(scene.clerk).post(friday, sending(version=1, **fields) | kinds, follow=True)

        return send

    def test_is_asked_for_the_reason(self, scene, friday):
        html = client_of(scene.clerk).get(friday).content.decode()
        assert re.search(r'<select[^>]*name="usual_reason" required', html)
        assert "这是以前的点名，更正要写明原因" in html

    def test_without_one_nothing_is_saved_and_nothing_is_lost(self, scene, send):
        answer = send(own_reason="")
        assert answer.status_code == 422
        assert "更正以前的点名要写明原因，没有保存" in words(answer)
        assert re.search(r'value="sick_leave" selected', answer.content.decode())
        assert not MarkCorrection.objects.exists()

    @pytest.mark.parametrize(
        ("usual", "own", "kept"),
        [
            ("记错了类型", "", "记错了类型"),
            ("记错了类型", "家长送来病历", "记错了类型：家长送来病历"),
            ("其他原因", "停电补录", "停电补录"),
            ("", "停电补录", "停电补录"),
        ],
    )
    def test_gives_a_usual_one_or_own_words(self, send, usual, own, kept):
        answer = send(usual_reason=usual, own_reason=own)
        assert MarkCorrection.objects.get().reason == kept
        assert "撤销了1件待办（联系家长）。" in words(answer)

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"usual_reason": "其他原因"}, "更正以前的点名要写明原因"),
            ({"usual_reason": "没有这一项"}, "提交的内容不完整"),
            ({"own_reason": "长" * 81}, "更正原因最多80字，现在太长"),
        ],
    )
    def test_after_a_refusal_what_was_typed_stands_there(self, send, fields, sentence):
        answer = send(**{"own_reason": ""} | fields)
        assert answer.status_code == 422
        assert sentence in words(answer)
        assert re.search(r'value="sick_leave" selected', answer.content.decode())
        if own := fields.get("own_reason"):
            assert own in answer.content.decode()

    def test_the_longest_reason_fits(self, send):
        send(usual_reason="记错了类型", own_reason="长" * 80)
        assert len(MarkCorrection.objects.get().reason) == 86

    def test_the_history_says_what_was_and_what_is_who_when_and_why(self, scene, send):
        send(usual_reason="记错了类型")
        history = reverse("students:register_history", args=[RollCall.objects.get().pk])
        text = words(client_of(scene.teacher).get(history))
        for part in ("高东：旷课改为病假", "记错了类型", "何静", "2026年9月7日 7:40"):
            assert part in text


def test_the_page_of_an_earlier_day_asks_one_question_more(scene, friday):
    def queries(address):
        client = client_of(scene.teacher)
        with CaptureQueriesContext(connection) as found:
            client.get(address)
        return len(found)

    scene.take(MONDAY)
    today = reverse("students:register", args=[scene.school_class.pk, MONDAY, "AM"])
    queries(today)  # what is kept under the stamp has been read by then
    assert queries(friday) == queries(today) + 1
