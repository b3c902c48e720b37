"""The pages of reviews: opening, the schools, one school, one child after another, the list to take along."""

from io import BytesIO

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from returns.models import Review, ReviewChild, ReviewPaper
from students.models import AuditRow, Role
from tests import cast
from tests.returns.filed import leave
from tests.returns.reviewed import (
    TODAY,
    accept_quarter,
    children,
    enter,
    enter_all,
    enter_month,
    months,
    opened,
)
from tests.scene import at, client_of
from tests.students.papers import picture

QUERIES = {"reviews": 4, "review": 6, "review_sheet": 9, "review_child": 6, "review_month": 3}


@pytest.fixture
def place(school, head, bureau, clock):
    """A school of nine children, one of whom has dropped out; the quarter accepted."""
    clock.move_to(at(TODAY))
    school.children += cast.students(school.school_class, *(f"学生{number}" for number in range(1, 7)))
    leave(school, 2, today=TODAY)
    accept_quarter(school.school, clerk=school.clerk, head=head, bureau=bureau)
    return school


@pytest.fixture
def drawn(place, bureau):
    opened(bureau)
    return children(place.school)


def text_of(response) -> str:
    return response.content.decode()


def get(who, name: str, *args, **query):
    return client_of(who).get(reverse(f"returns:{name}", args=args), query)


def post(who, name: str, *args, **fields):
    return client_of(who).post(reverse(f"returns:{name}", args=args), fields)


def said(response) -> str:
    return "".join(str(message) for message in get_messages(response.wsgi_request))


OPEN = {"submission": "12345678-1234-5678-1234-567812345678", "quarter": "2026-1", "audience": "all", "size": "3"}


class TestOpening:
    def test_is_offered_with_what_there_is(self, place, bureau):
        shown = text_of(get(bureau, "open_review"))
        assert "2026-2027学年第一季度（2026年9月至2026年11月）" in shown
        assert "东坪小学" in shown

    def test_leads_to_the_review(self, place, bureau):
        response = post(bureau, "open_review", **OPEN)
        assert response.url == reverse("returns:review", args=[Review.objects.get().pk])
        assert said(response) == "已开始2026-2027学年第一季度复核，学生已经抽好。"

    def test_says_when_there_is_no_quarter(self, school, bureau):
        assert "没有可以复核的季度" in text_of(get(bureau, "open_review"))

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"quarter": ""}, "请选择季度"),
            ({"quarter": "2026-2"}, "要到2027年2月25日才截止，没有开始"),
            ({"quarter": "2025-4"}, "还没有已接收的月报，没有开始"),
            ({"quarter": "2026-5"}, "请在列出的选项中选择"),
            ({"quarter": "9999-1"}, "请在列出的选项中选择"),
            ({"quarter": "x"}, "请在列出的选项中选择"),
            ({"audience": "chosen"}, "请至少选一所学校"),
            ({"audience": "chosen", "schools": "99999"}, "请在列出的学校中选择"),
            ({"audience": "chosen", "schools": "x"}, "请在列出的学校中选择"),
            ({"audience": "x"}, "请在列出的选项中选择"),
            ({"size": ""}, "请填写每校抽查在校学生"),
            ({"size": "0"}, "每校抽查在校学生应在1到50之间"),
            ({"size": "51"}, "每校抽查在校学生应在1到50之间"),
            ({"size": "三"}, "每校抽查在校学生没有看懂，请填写整数"),
            ({"most": "0"}, "其他各类每校最多应在1到50之间"),
            ({"submission": "x"}, "提交的内容不完整"),
        ],
    )
    def test_refuses_what_cannot_be_in_words(self, place, bureau, fields, words):
        response = post(bureau, "open_review", **OPEN | fields)
        assert response.status_code == 422
        assert words in text_of(response)
        assert not Review.objects.exists()

    def test_of_a_quarter_that_was_opened_says_by_whom(self, drawn, bureau):
        response = post(bureau, "open_review", **OPEN)
        assert response.status_code == 422
        assert "苏远在2026年11月30日已经开始了" in text_of(response)


class TestLooking:
    def test_asks_for_the_same_however_many_children_there_are(self, drawn, bureau):
        sheet, review = drawn[0].sheet_id, drawn[0].sheet.review_id
        pages = {"reviews": (), "review": (review,), "review_sheet": (sheet,), "review_child": (drawn[0].pk,),
                 "review_month": (drawn[0].month_id,)}  # fmt: skip
        client, asked = client_of(bureau), {}
        client.get(reverse("returns:reviews"))
        for name, args in pages.items():
            with CaptureQueriesContext(connection) as queries:
                assert client.get(reverse(f"returns:{name}", args=args)).status_code == 200
            asked[name] = len(queries)
        assert asked == QUERIES

    def test_a_sheet_says_what_was_reported_and_what_was_found(self, drawn, bureau):
        enter(bureau, drawn[0], "wrong", instead="in_school", words="上课时见到本人")
        enter_month(bureau, months(drawn[0].sheet.school)[1], "differs", found={"closing": 7}, words="台账漏一人")
        shown = text_of(get(bureau, "review_sheet", drawn[0].sheet_id))
        for words in ("上报为辍学", "胡涛", "不属实", "在校就读：上课时见到本人", "期末在校上报8，台账7", "台账漏一人"):
            assert words in shown

    def test_a_sheet_is_drawn_again_on_request(self, drawn, bureau):
        assert "相同" in text_of(get(bureau, "review_sheet", drawn[0].sheet_id, again="1"))

    def test_the_schools_are_narrowed_down(self, drawn, bureau, place, head):
        far = cast.school("西岭小学")
        review = drawn[0].sheet.review
        assert "东坪小学" in text_of(get(bureau, "review", review.pk))
        assert far.name not in text_of(get(bureau, "review", review.pk, state="done", q="东"))

    def test_a_school_finds_nothing_before_it_is_closed(self, drawn, place, head):
        for who in (place.clerk, head):
            assert "还没有复核结果" in text_of(get(who, "reviews"))
            for name, pk in (("review", drawn[0].sheet.review_id), ("review_sheet", drawn[0].sheet_id),
                             ("review_child", drawn[0].pk), ("review_sheet_file", drawn[0].sheet_id)):  # fmt: skip
                assert get(who, name, pk).status_code == 404

    def test_those_who_only_look_enter_nothing(self, drawn, place):
        inspector = cast.person(role=Role.INSPECTOR, township=place.school.township)
        assert get(inspector, "review_sheet", drawn[0].sheet_id).status_code == 200
        for response in (
            get(inspector, "review_child", drawn[0].pk), post(inspector, "review_child", drawn[0].pk, finding="holds"),
            get(inspector, "review_month", months(place.school)[0].pk),
        ):  # fmt: skip
            assert response.status_code == 403
            assert "由县教育局录入" in text_of(response)


class TestEntering:
    def test_goes_from_child_to_child(self, drawn, bureau):
        response = post(bureau, "review_child", drawn[0].pk, seen=0, finding="holds")
        assert response.url == reverse("returns:review_child", args=[drawn[1].pk])
        assert said(response) == f"胡涛已存下，接着是{drawn[1].student.name}。"

    def test_goes_back_where_asked_or_when_none_is_left(self, drawn, bureau):
        sheet = reverse("returns:review_sheet", args=[drawn[0].sheet_id])
        assert post(bureau, "review_child", drawn[0].pk, seen=0, finding="holds", back="1").url == sheet
        for child in drawn[1:-1]:
            enter(bureau, child)
        assert post(bureau, "review_child", drawn[-1].pk, seen=0, finding="holds").url == sheet

    def test_keeps_a_paper_and_shows_it(self, drawn, bureau):
        post(bureau, "review_child", drawn[0].pk, seen=0, finding="unverified", words="外出", paper=picture())
        paper = ReviewPaper.objects.get()
        assert get(bureau, "review_paper", paper.pk)["Content-Type"] == "image/jpeg"
        assert "材料1" in text_of(get(bureau, "review_child", drawn[0].pk))
        assert post(bureau, "remove_review_paper", paper.pk).status_code == 302
        assert not ReviewPaper.objects.exists()

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"finding": ""}, "请选择核实情况"),
            ({"finding": "x"}, "请在列出的选项中选择"),
            ({"finding": "wrong", "words": "不在"}, "请选择实际情况"),
            ({"finding": "wrong", "instead": "x", "words": "不在"}, "请在列出的选项中选择"),
            ({"finding": "wrong", "instead": "away"}, "请写说明"),
            ({"finding": "unverified", "words": "  "}, "请写说明"),
            ({"finding": "unverified", "words": "长" * 301}, "最多300字，现在太长"),
            ({"finding": "holds", "seen": "x"}, "提交的内容不完整"),
            ({"finding": "holds", "seen": "-1"}, "提交的内容不完整"),
        ],
    )
    def test_refuses_in_words_and_keeps_what_was_typed(self, drawn, bureau, fields, words):
        response = post(bureau, "review_child", drawn[0].pk, **{"seen": 0} | fields)
        assert response.status_code == 422
        assert words in text_of(response)
        assert fields.get("words", "")[:300].strip() in text_of(response)
        assert not ReviewChild.objects.exclude(finding="").exists()

    def test_refuses_a_file_that_is_none_and_keeps_what_was_typed(self, drawn, bureau):
        broken = picture()
        broken.file.seek(0)
        broken.file.write(b"nothing of a picture")
        broken.file.seek(0)
        response = post(bureau, "review_child", drawn[0].pk, seen=0, finding="unverified", words="外出", paper=broken)
        assert response.status_code == 422
        assert "没有保存" in text_of(response)
        assert "外出" in text_of(response)
        assert not ReviewChild.objects.exclude(finding="").exists()

    def test_of_two_reviewers_the_second_sees_both_and_may_insist(self, drawn, bureau):
        enter(cast.person("陆平", role=Role.BUREAU_OFFICER), drawn[0], "unverified", words="没有见到")
        response = post(bureau, "review_child", drawn[0].pk, seen=0, finding="wrong", instead="away", words="家中无人")
        assert response.status_code == 422
        for words in ("别人填过，你填的没有保存", "陆平", "没有见到", "家中无人", 'value="1"'):
            assert words in text_of(response)
        assert ReviewChild.objects.get(pk=drawn[0].pk).words == "没有见到"
        post(bureau, "review_child", drawn[0].pk, seen=1, finding="wrong", instead="away", words="家中无人")
        assert ReviewChild.objects.get(pk=drawn[0].pk).words == "家中无人"

    def test_of_a_ledger(self, drawn, bureau, place):
        month = months(place.school)[1]
        assert "上报8人，相同的不填" in text_of(get(bureau, "review_month", month.pk))
        response = post(bureau, "review_month", month.pk, seen=0, agreement="differs", **{"found-closing": "7"})
        assert response.url == reverse("returns:review_sheet", args=[month.sheet_id])
        assert months(place.school)[1].found == {"closing": 7}

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({}, "请选择台账与上报"),
            ({"agreement": "differs"}, "不一致的至少要填一个台账的数字"),
            ({"agreement": "differs", "found-closing": "8"}, "至少要填一个和上报不同的数字"),
            ({"agreement": "differs", "found-closing": "-1"}, "应在0到99999之间"),
            ({"agreement": "differs", "found-closing": "七"}, "没有看懂，请填写整数"),
            ({"agreement": "agrees", "words": "长" * 301}, "最多300字"),
        ],
    )
    def test_of_a_ledger_refuses_in_words(self, drawn, bureau, place, fields, words):
        month = months(place.school)[1]
        response = post(bureau, "review_month", month.pk, **{"seen": 0} | fields)
        assert response.status_code == 422
        assert words in text_of(response)

    def test_of_a_ledger_shows_what_another_has_entered(self, drawn, bureau, place):
        month = months(place.school)[1]
        enter_month(cast.person("陆平", role=Role.BUREAU_OFFICER), month, "differs", found={"closing": 5})
        response = post(bureau, "review_month", month.pk, seen=0, agreement="agrees")
        assert response.status_code == 422
        for words in ("陆平", "期末在校上报8，台账5"):
            assert words in text_of(response)


class TestTheList:
    def test_has_blanks_before_anything_is_entered(self, drawn, bureau):
        response = post(bureau, "review_sheet_file", drawn[0].sheet_id, format=".xlsx")
        rows = list(load_workbook(BytesIO(b"".join(response))).active.values)
        text = "".join(str(cell) for row in rows for cell in row if cell)
        assert "胡涛" in text
        assert "2026年10月月报：本期增加0人，台账＿＿＿＿人" in text
        assert text.count("□属实\n□不属实\n□未能核实") == 4
        assert drawn[0].student.student_number not in text
        assert AuditRow.objects.filter(action="table.export", subject="reports.review_sheet").exists()

    def test_says_what_was_found(self, drawn, bureau, place):
        enter(bureau, drawn[0], "wrong", instead="in_school", words="上课时见到本人")
        enter_all(bureau, place.school)
        response = post(bureau, "review_sheet_file", drawn[0].sheet_id, format=".xlsx")
        text = str(list(load_workbook(BytesIO(b"".join(response))).active.values))
        for words in ("不属实", "在校就读", "上课时见到本人", "属实"):
            assert words in text

    def test_is_set_on_paper(self, drawn, bureau):
        response = post(bureau, "review_sheet_file", drawn[0].sheet_id, format=".pdf")
        assert b"".join(response).startswith(b"%PDF")
