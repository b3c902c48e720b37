"""定稿 of a review: once all is entered, then never changed; schools are told, and asked to amend what is wrong."""

from datetime import date, timedelta

import pytest
from django.db import Error, IntegrityError, transaction
from django.utils import timezone

from returns.actions.reviews import NotYourReview, ReviewRefused, remove_paper
from returns.models import AmendmentRequest, Review, ReviewAddition, ReviewChild, ReviewMonth, ReviewPaper
from returns.queries.review_results import closing_of, request_lines, results_of
from returns.queries.reviews import reviews_seen, sheet_lines
from returns.queries.waiting import waiting_reviews
from scoring.frozen import digest
from students.access import NOBODY
from students.actions.files import take_in
from students.models import AuditRow, Notice, Role
from students.queries.notices import waiting_notices
from tests import cast
from tests.returns.filed import leave
from tests.returns.reviewed import (
    NOVEMBER,
    TODAY,
    accept_quarter,
    add_words,
    children,
    close,
    end,
    enter,
    enter_all,
    enter_month,
    file_month,
    months,
    opened,
)
from tests.scene import at
from tests.students.papers import picture


@pytest.fixture
def people(school, head, bureau) -> dict:
    return {"clerk": school.clerk, "head": head, "bureau": bureau}


@pytest.fixture
def review(school, people, bureau, clock) -> Review:
    """Of a school of nine, one of whom has dropped out; nothing entered."""
    clock.move_to(at(TODAY))
    school.children += cast.students(school.school_class, *(f"学生{number}" for number in range(1, 7)))
    leave(school, 2, today=TODAY)
    accept_quarter(school.school, **people)
    return opened(bureau)


@pytest.fixture
def closed(review, school, bureau) -> Review:
    """A child of November is wrong, and a number of October."""
    enter(bureau, children(school.school)[0], "wrong", instead="in_school", words="上课时见到本人")
    enter_month(bureau, months(school.school)[1], "differs", found={"closing": 7})
    enter_all(bureau, school.school)
    return close(bureau, review, conclusion="台账要每月核对")


def told(person) -> set[str]:
    return {line.notice.kind for line in waiting_notices(cast.scope(person), person)}


class TestClosing:
    def test_keeps_the_results_under_their_digest(self, closed, bureau):
        row = Review.objects.get()
        assert (row.closed_by, row.closed_at, row.conclusion) == (bureau, at(TODAY), "台账要每月核对")
        assert digest(row.content) == row.sha256
        total = row.content["table"]["total"]["values"]
        assert (total["drawn"], total["holds"], total["wrong"]) == (4, 3, 1)
        assert total["holding_rate"]["text"] == "75.00%"
        assert (total["numbers"], total["differing"], total["agreeing_rate"]["text"]) == (18, 1, "94.44%")

    def test_writes_one_audit_row_without_names(self, closed):
        [row] = AuditRow.objects.filter(action="review.close")
        assert row.details == {"sha256": closed.sha256, "requests": 2}

    def test_pressed_twice_is_one(self, closed, bureau):
        close(bureau, closed, mark="whatever", conclusion="台账要每月核对")
        assert AuditRow.objects.filter(action="review.close").count() == 1
        with pytest.raises(ReviewRefused, match=r"苏远在2026年11月30日已经定稿，没有再定稿"):
            close(bureau, closed, conclusion="另一句")

    def test_waits_for_the_last_child_and_the_last_month(self, review, school, bureau):
        with pytest.raises(ReviewRefused, match=r"东坪小学还没有录完，没有定稿"):
            close(bureau, review)
        for child in children(school.school):
            enter(bureau, child)
        with pytest.raises(ReviewRefused, match=r"还没有录完"):
            close(bureau, review)
        enter_all(bureau, school.school)
        assert close(bureau, review).is_closed

    def test_of_other_results_than_the_page_showed_is_refused(self, review, school, bureau):
        enter_all(bureau, school.school)
        shown = closing_of(review, today=TODAY).mark
        enter(bureau, children(school.school)[1], "unverified", words="外出")
        with pytest.raises(ReviewRefused, match=r"录入的内容有了变化，没有定稿"):
            close(bureau, review, mark=shown)

    def test_even_one_word_counts(self, review, school, bureau):
        enter(bureau, children(school.school)[0], "unverified", words="外出")
        enter_all(bureau, school.school)
        shown = closing_of(review, today=TODAY).mark
        enter(bureau, children(school.school)[0], "unverified", words="随父母外出")
        with pytest.raises(ReviewRefused, match=r"没有定稿"):
            close(bureau, review, mark=shown)

    def test_is_the_bureaus(self, review, school, head, bureau):
        enter_all(bureau, school.school)
        for who in (school.clerk, head, cast.person(role=Role.INSPECTOR)):
            with pytest.raises(NotYourReview, match=r"由县教育局定稿"):
                close(who, review)
        cast.post(head, Role.BUREAU_OFFICER)
        with pytest.raises(ReviewRefused, match=r"你在东坪小学任职，没有定稿"):
            close(head, review)

    def test_opens_it_to_the_school(self, closed, school, head):
        for who in (school.clerk, head):
            assert list(reviews_seen(cast.scope(who))) == [closed]
            assert [line.tally.wrong for line in sheet_lines(cast.scope(who), closed)] == [1]
        assert not reviews_seen(cast.scope(school.teacher)).exists()
        far = cast.person(role=Role.PRINCIPAL, school=cast.school("西岭小学"))
        assert not reviews_seen(cast.scope(far)).exists()


class TestAfterwards:
    def test_nothing_is_entered_any_more(self, closed, school, bureau):
        for act in (
            lambda: enter(bureau, children(school.school)[1], "unverified", words="外出"),
            lambda: enter(bureau, children(school.school)[1], paper=take_in(picture())),
            lambda: enter_month(bureau, months(school.school)[0], "differs", found={"closing": 1}),
        ):
            with pytest.raises(ReviewRefused, match=r"已经定稿，没有保存。要补充的，在复核的页面写补充说明"):
                act()

    def test_no_paper_is_taken_away(self, review, school, bureau):
        enter(bureau, children(school.school)[1], paper=take_in(picture()))
        enter_all(bureau, school.school)
        close(bureau, review)
        paper = ReviewPaper.objects.get()
        with pytest.raises(ReviewRefused, match=r"已经定稿，没有保存"):
            remove_paper(by=bureau, scope=cast.scope(bureau), paper=paper)
        with pytest.raises(Error, match="belongs to a closed review"), transaction.atomic():
            paper.delete()

    def test_the_database_changes_nothing(self, closed, school):
        child = children(school.school)[1]
        late = {"child": child, "position": 1, "uploaded_at": timezone.now(), "uploaded_by": school.clerk}
        for act in (
            lambda: ReviewChild.objects.filter(pk=child.pk).update(words="另一句"),
            lambda: ReviewMonth.objects.update(words="另一句"),
            lambda: ReviewPaper.objects.create(**late, **take_in(picture())),
            lambda: closed.sheets.create(school=cast.school("西岭小学")),
        ):
            with pytest.raises(Error, match="belongs to a closed review"), transaction.atomic():
                act()
        for change in ({"conclusion": "另一句"}, {"sha256": "0"}, {"closed_by": school.clerk}, {"content": {}}):
            with pytest.raises(Error, match="keeps its closed_at"), transaction.atomic():
                Review.objects.update(**change)

    def test_later_words_stand_under_a_number(self, closed, bureau):
        assert [add_words(bureau, closed, words).number for words in ("一", "二", "二", "三")] == [1, 2, 2, 3]
        for change in (lambda: ReviewAddition.objects.update(words="四"), ReviewAddition.objects.all().delete):
            with pytest.raises(Error, match="append-only"), transaction.atomic():
                change()

    def test_words_follow_the_closing(self, review, bureau):
        with pytest.raises(ReviewRefused, match=r"还没有定稿，没有补充"):
            add_words(bureau, review)
        with pytest.raises(Error, match="follows a closed review"), transaction.atomic():
            ReviewAddition.objects.create(review=review, number=1, words="早", added_at=timezone.now(), added_by=bureau)

    def test_words_say_something_and_are_the_bureaus(self, closed, bureau, head):
        with pytest.raises(ReviewRefused, match=r"没有内容，没有保存"):
            add_words(bureau, closed, "")
        with pytest.raises(NotYourReview, match=r"由县教育局补充"):
            add_words(head, closed)

    def test_the_results_are_printed_as_they_were_signed_and_what_was_said_later(self, closed, bureau):
        add_words(bureau, closed)
        table = results_of(Review.objects.get(), cast.scope(bureau), [])
        assert table.title == "季度复核结果"
        assert list(table.records()) == [row["values"] for row in closed.content["table"]["rows"]]
        assert table.notes[-3:] == ("复核意见：台账要每月核对", "苏远定稿。", "补充说明第1号：学校补交了材料")

    def test_whoever_sees_a_part_is_given_that_part(self, closed, school):
        who = cast.person(role=Role.TOWNSHIP_OFFICER, township=school.school.township)
        table = results_of(Review.objects.get(), cast.scope(who), sheet_lines(cast.scope(who), closed))
        assert [row["school"] for row in table.records()] == ["东坪小学"]
        assert table.total_record["drawn"] == 4


class TestAskingToAmend:
    def test_every_month_with_something_wrong_is_asked_for(self, closed, bureau):
        lines = request_lines(cast.scope(bureau), month__sheet__review=closed)
        assert [(line.month.label, line.words, line.label) for line in lines] == [
            ("2026年10月月报", "期末在校上报8，台账7", "待更正"),
            ("2026年11月月报", "抽查的学生1人不属实", "待更正"),
        ]

    def test_the_school_is_told_and_has_it_waiting(self, closed, school, head, bureau):
        for who in (school.clerk, head):
            assert Notice.Kind.REVIEW_AMEND in told(who)
            assert waiting_reviews(cast.scope(who), TODAY) == 2
        assert waiting_reviews(cast.scope(bureau), TODAY) == waiting_reviews(NOBODY, TODAY) == 0

    def test_who_holds_is_told_the_result(self, review, school, bureau):
        enter_all(bureau, school.school)
        close(bureau, review)
        assert Notice.Kind.REVIEW_CLOSED in told(school.clerk)
        assert not AmendmentRequest.objects.exists()

    def test_an_amendment_filed_afterwards_answers_it(self, closed, school, people, clock, bureau, head):
        clock.move_to(at(TODAY, 12))
        leave(school, 4, date(2026, 11, 3), today=TODAY)
        filed = {"clerk": people["clerk"], "head": people["head"], "reason": "按复核更正"}
        file_month(school.school, NOVEMBER, **filed)
        lines = request_lines(cast.scope(bureau))
        assert [(line.month.label, line.label) for line in lines] == [
            ("2026年10月月报", "待更正"), ("2026年11月月报", "已经更正"),
        ]  # fmt: skip
        assert waiting_reviews(cast.scope(school.clerk), TODAY) == 1
        days = {line.notice.day for line in waiting_notices(cast.scope(head), head)
                if line.notice.kind == Notice.Kind.REVIEW_AMEND}  # fmt: skip
        assert days == {date(2026, 10, 25)}

    @pytest.mark.parametrize(("minutes", "answers"), [(-1, False), (0, False), (1, True)])
    def test_only_one_that_is_filed_after_the_closing(self, review, school, people, bureau, clock, minutes, answers):
        enter(bureau, children(school.school)[0], "wrong", instead="in_school", words="上课时见到本人")
        enter_all(bureau, school.school)
        clock.move_to(at(TODAY, 12) - timedelta(minutes=minutes))
        close(bureau, review)
        clock.move_to(at(TODAY, 12))
        leave(school, 4, date(2026, 11, 3), today=TODAY)
        filed = {"clerk": people["clerk"], "head": people["head"], "reason": "漏报"}
        file_month(school.school, NOVEMBER, **filed)
        assert [line.label for line in request_lines(cast.scope(bureau))] == ["已经更正" if answers else "待更正"]

    def test_the_bureau_may_ask_no_longer_for_a_reason(self, closed, bureau, school):
        request = AmendmentRequest.objects.first()
        for _ in range(2):
            end(bureau, request)
        assert AuditRow.objects.filter(action="review.close_request").count() == 1
        assert [line.label for line in request_lines(cast.scope(bureau))] == ["不再要求", "待更正"]
        assert waiting_reviews(cast.scope(school.clerk), TODAY) == 1
        with pytest.raises(ReviewRefused, match=r"苏远已经了结：学校已经说明"):
            end(bureau, request, "另一个原因")

    def test_not_without_a_reason_nor_by_anybody_else(self, closed, bureau, head, school):
        request = AmendmentRequest.objects.first()
        with pytest.raises(ReviewRefused, match=r"要写明原因，没有保存"):
            end(bureau, request, "")
        for who in (head, school.clerk):
            with pytest.raises(NotYourReview, match=r"由县教育局了结"):
                end(who, request)

    def test_not_what_the_school_has_answered(self, closed, school, people, clock, bureau):
        clock.move_to(at(TODAY, 12))
        leave(school, 4, date(2026, 11, 3), today=TODAY)
        file_month(school.school, NOVEMBER, clerk=people["clerk"], head=people["head"], reason="按复核更正")
        with pytest.raises(ReviewRefused, match=r"已经另报更正，不用了结"):
            end(bureau, AmendmentRequest.objects.latest("pk"))

    def test_the_database_keeps_it(self, closed, bureau):
        request = AmendmentRequest.objects.first()
        with pytest.raises(IntegrityError, match="a_request_is_closed_for_a_reason"), transaction.atomic():
            AmendmentRequest.objects.update(closed_at=timezone.now(), closed_by=bureau)
        end(bureau, request)
        for change in (
            lambda: AmendmentRequest.objects.filter(pk=request.pk).update(reason="另一个原因"),
            lambda: AmendmentRequest.objects.update(asked_at=timezone.now() + timedelta(days=1)),
            lambda: AmendmentRequest.objects.filter(pk=request.pk).delete(),
        ):
            with pytest.raises(Error, match="keeps its"), transaction.atomic():
                change()


def test_the_bureau_has_schools_waiting_while_a_review_is_open(review, school, bureau):
    assert waiting_reviews(cast.scope(bureau), TODAY) == 1
    enter_all(bureau, school.school)
    assert waiting_reviews(cast.scope(bureau), TODAY) == 0
