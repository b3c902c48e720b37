"""The pages of a review that is being closed and is closed: 定稿, 补充说明, what is to be amended, its files."""

from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from returns.models import AmendmentRequest, Review, ReviewAddition
from returns.queries.review_results import closing_of
from students.models import Role
from tests import cast
from tests.returns.filed import leave
from tests.returns.reviewed import (
    NOVEMBER,
    TODAY,
    accept_quarter,
    children,
    close,
    enter,
    enter_all,
    enter_month,
    months,
    opened,
    sheet_of,
)
from tests.returns.test_review_pages import get, post, said, text_of
from tests.scene import at, client_of

OPEN, CLOSED = 11, 9  # queries of the page of a review


@pytest.fixture
def review(school, head, bureau, clock) -> Review:
    """Everything is entered; a child of November is wrong, and a number of October."""
    clock.move_to(at(TODAY))
    school.children += cast.students(school.school_class, *(f"学生{number}" for number in range(1, 7)))
    leave(school, 2, today=TODAY)
    accept_quarter(school.school, clerk=school.clerk, head=head, bureau=bureau)
    row = opened(bureau)
    enter(bureau, children(school.school)[0], "wrong", instead="in_school", words="上课时见到本人")
    enter_month(bureau, months(school.school)[1], "differs", found={"closing": 7})
    enter_all(bureau, school.school)
    return row


@pytest.fixture
def closed(review, bureau) -> Review:
    return close(bureau, review, conclusion="台账要每月核对")


class TestClosing:
    def test_is_offered_to_the_bureau_once_all_is_entered(self, review, bureau, school):
        assert "不属实、不一致的，要求学校另报更正" in text_of(get(bureau, "review", review.pk))
        inspector = cast.person(role=Role.INSPECTOR, township=school.school.township)
        assert "定稿以后不能再改" not in text_of(get(inspector, "review", review.pk))

    def test_leads_to_the_results(self, review, bureau):
        mark = get(bureau, "review", review.pk).context["closing"].initial["mark"]
        response = post(bureau, "close_review", review.pk, mark=mark, conclusion="台账要每月核对")
        assert response.url == reverse("returns:review", args=[review.pk])
        assert said(response) == "复核已经定稿，学校会收到通知。"
        shown = text_of(get(bureau, "review", review.pk))
        for words in ("已定稿", "台账要每月核对", "待更正", "75.00%", "94.44%", Review.objects.get().sha256):
            assert words in shown

    def test_of_something_else_than_was_shown_shows_what_is(self, review, bureau):
        response = post(bureau, "close_review", review.pk, mark="0", conclusion="写好的意见")
        assert response.status_code == 422
        for words in ("录入的内容有了变化，没有定稿", "写好的意见", closing_of(review, today=TODAY).mark):
            assert words in text_of(response)

    @pytest.mark.parametrize(
        ("fields", "words"),
        [({"mark": ""}, "提交的内容不完整"), ({"mark": "0", "conclusion": "长" * 501}, "最多500字，现在太长")],
    )
    def test_refuses_in_words(self, review, bureau, fields, words):
        response = post(bureau, "close_review", review.pk, **fields)
        assert response.status_code == 422
        assert words in text_of(response)
        assert not Review.objects.get().is_closed

    def test_before_all_is_entered_says_what_is_missing(self, review, bureau, school):
        child = children(school.school)[1]
        type(child).objects.filter(pk=child.pk).update(finding="", changed_at=None, changed_by=None, version=0)
        assert "还有1项没有录入" in text_of(get(bureau, "review", review.pk))
        response = post(bureau, "close_review", review.pk, mark="0")
        assert response.status_code == 422
        assert "东坪小学还没有录完，没有定稿" in text_of(response)

    def test_of_a_closed_one_says_by_whom(self, closed, bureau):
        response = post(bureau, "close_review", closed.pk, mark="0")
        assert response.status_code == 422
        assert "已经定稿，没有再定稿" in text_of(response)


class TestAClosedReview:
    def test_asks_a_fixed_number_of_queries(self, closed, bureau, django_assert_num_queries):
        client = client_of(bureau)
        client.get(reverse("returns:reviews"))
        with django_assert_num_queries(CLOSED):
            client.get(reverse("returns:review", args=[closed.pk]))

    def test_asks_a_fixed_number_of_queries_before(self, review, bureau, django_assert_num_queries):
        client = client_of(bureau)
        client.get(reverse("returns:reviews"))
        with django_assert_num_queries(OPEN):
            client.get(reverse("returns:review", args=[review.pk]))

    def test_leads_from_the_pages_that_enter_to_the_sheet(self, closed, bureau, school):
        child = children(school.school)[0]
        response = get(bureau, "review_child", child.pk)
        assert response.url == reverse("returns:review_sheet", args=[child.sheet_id])
        response = post(bureau, "review_child", child.pk, seen=1, finding="holds")
        assert response.status_code == 422
        assert "已经定稿，没有保存。要补充的，在复核的页面写补充说明" in text_of(response)

    def test_shows_the_school_what_was_found(self, closed, school, head):
        for who in (school.clerk, head):
            assert "2026-2027学年第一季度" in text_of(get(who, "reviews"))
            assert "待更正" in text_of(get(who, "review", closed.pk))
            shown = text_of(get(who, "review_sheet", sheet_of(school.school).pk))
            for words in ("在校就读：上课时见到本人", "期末在校上报8，台账7", "要求更正"):
                assert words in shown
            assert "不再要求" not in text_of(get(who, "review", closed.pk))

    def test_asks_on_the_page_of_the_return(self, closed, school):
        shown = text_of(get(school.clerk, "school_return", school.school.pk, f"{NOVEMBER:%Y-%m}"))
        for words in ("复核要求更正", "抽查的学生1人不属实"):
            assert words in shown

    def test_takes_later_words(self, closed, bureau):
        response = post(bureau, "add_to_review", closed.pk, words="学校补交了材料")
        assert response.url == reverse("returns:review", args=[closed.pk])
        shown = text_of(get(bureau, "review", closed.pk))
        assert "补充说明第1号" in shown
        assert "学校补交了材料" in shown

    @pytest.mark.parametrize(("words", "said"), [("", "请填写补充说明"), ("长" * 501, "最多500字，现在太长")])
    def test_refuses_words_that_are_none_or_too_many(self, closed, bureau, words, said):
        response = post(bureau, "add_to_review", closed.pk, words=words)
        assert response.status_code == 422
        assert said in text_of(response)
        assert not ReviewAddition.objects.exists()

    def test_takes_none_before_it_is_closed(self, review, bureau):
        response = post(bureau, "add_to_review", review.pk, words="早")
        assert response.status_code == 422
        assert "还没有定稿，没有补充" in text_of(response)

    def test_no_longer_asks_for_an_amendment_for_a_reason(self, closed, bureau):
        request = AmendmentRequest.objects.first()
        response = post(bureau, "close_request", request.pk, reason="")
        assert response.status_code == 422
        assert "请填写原因" in text_of(response)
        post(bureau, "close_request", request.pk, reason="原来的月报是对的")
        shown = text_of(get(bureau, "review", closed.pk))
        assert "不再要求" in shown
        assert "原来的月报是对的" in shown

    def test_a_school_does_not_end_what_it_is_asked(self, closed, head):
        response = post(head, "close_request", AmendmentRequest.objects.first().pk, reason="不对")
        assert response.status_code == 403
        assert "学校核对后另报更正" in text_of(response)


class TestFiles:
    def test_there_are_none_before_it_is_closed(self, review, bureau):
        assert get(bureau, "review_file", review.pk).status_code == 404

    def test_say_what_was_signed(self, closed, bureau):
        response = post(bureau, "review_file", closed.pk, format=".xlsx")
        text = str(list(load_workbook(BytesIO(b"".join(response))).active.values))
        for words in ("季度复核结果", "东坪小学", "属实率", "台账要每月核对", "苏远定稿"):
            assert words in text

    @pytest.mark.parametrize("who", ["bureau", "head"])
    def test_are_set_on_paper(self, closed, request, who):
        response = post(request.getfixturevalue(who), "review_file", closed.pk, format=".pdf")
        assert b"".join(response).startswith(b"%PDF")
