"""复核: opened once a quarter, drawn from what was accepted, entered child by child by whoever comes first."""

from datetime import date
from uuid import UUID, uuid4

import pytest
from django.db import Error, IntegrityError, transaction

from returns.actions.reviews import Clash, NotYourReview, ReviewRefused, remove_paper
from returns.models import Review, ReviewChild, ReviewMonth, ReviewPaper, ReviewSheet
from returns.queries.quarters import quarter, quarters_to_review
from returns.queries.reviews import drawn_again, months_of, next_to_enter, reviews_seen, sheet_lines
from returns.reviewing import Agreement, Finding, Instead
from students.actions.files import take_in
from students.enrolment import EventKind
from students.models import AuditRow, Role
from tests import cast
from tests.returns.filed import leave
from tests.returns.reviewed import (
    NOVEMBER,
    OCTOBER,
    SEPTEMBER,
    TODAY,
    accept_month,
    accept_quarter,
    children,
    enter,
    enter_month,
    file_month,
    months,
    opened,
    sheet_of,
)
from tests.scene import at
from tests.students.papers import picture

FAR = UUID("12345678-1234-5678-1234-567812345678")


@pytest.fixture
def people(school, head, bureau) -> dict:
    return {"clerk": school.clerk, "head": head, "bureau": bureau}


@pytest.fixture
def autumn_school(school, people, clock):
    """Nine more children; one dropped out in October; the quarter accepted, November over."""
    clock.move_to(at(TODAY))
    names = [f"学生{number}" for number in range(1, 10)]
    school.children += cast.students(school.school_class, *names)
    leave(school, 2, today=TODAY)
    leave(school, 3, date(2026, 11, 2), today=TODAY, kind=EventKind.SUSPEND)
    accept_quarter(school.school, **people)
    return school


class TestOpening:
    def test_draws_all_who_left_and_some_who_stay(self, autumn_school, bureau):
        opened(bureau, size=4)
        drawn = children(autumn_school.school)
        assert [row.part for row in drawn] == ["dropped", "suspend", *["attending"] * 4]
        assert [row.student for row in drawn[:2]] == autumn_school.children[2:4]
        months = [row.month.edition.school_return.period for row in drawn]
        assert months == ["2026-11", "2026-11", *["2026-11"] * 4]
        assert len({row.student_id for row in drawn}) == 6

    def test_keeps_the_numbers_of_each_month_as_they_were_accepted(self, autumn_school, bureau):
        opened(bureau)
        reported = [row.reported for row in months(autumn_school.school)]
        assert [each["closing"] for each in reported] == [12, 11, 10]
        assert [each["went"] for each in reported] == [0, 1, 1]
        assert [each["dropped_total"] for each in reported] == [0, 1, 1]

    def test_can_be_drawn_again_by_anybody(self, autumn_school, bureau):
        opened(bureau)
        sheet = sheet_of(autumn_school.school)
        assert drawn_again(sheet, months_of(sheet))

    def test_takes_a_seed_that_nobody_chooses(self, autumn_school, bureau):
        assert len(opened(bureau, seed="").seed) == 32

    def test_looks_at_the_amendment_that_was_accepted_last(self, autumn_school, bureau, people):
        leave(autumn_school, 4, date(2026, 11, 3), today=TODAY)
        file_month(
            autumn_school.school, NOVEMBER, clerk=people["clerk"], head=people["head"], reason="漏报"
        )  # not accepted yet
        opened(bureau)
        assert [row.edition.number for row in months(autumn_school.school)] == [0, 0, 0]

    def test_of_some_schools_leaves_the_others_out(self, autumn_school, bureau, people):
        far = cast.school("西岭小学")
        cast.school_class(far)
        opened(bureau, schools=[autumn_school.school])
        assert [sheet.school for sheet in ReviewSheet.objects.all()] == [autumn_school.school]

    def test_of_all_schools_leaves_out_who_has_nothing_accepted(self, autumn_school, bureau):
        cast.school_class(cast.school("西岭小学"))
        opened(bureau)
        assert ReviewSheet.objects.count() == 1

    def test_writes_one_audit_row_without_names(self, autumn_school, bureau):
        row = opened(bureau)
        [audited] = AuditRow.objects.filter(action="review.open")
        assert audited.details == {"schools": 1, "children": 5, "seed": row.seed}

    def test_sent_twice_is_one(self, autumn_school, bureau):
        assert opened(bureau, submission=FAR) == opened(bureau, submission=FAR)

    def test_is_offered_for_a_quarter_that_is_over_and_accepted(self, autumn_school, bureau):
        assert [each.code for each in quarters_to_review(TODAY)] == ["2026-1"]
        assert quarters_to_review(date(2026, 11, 24)) == []
        opened(bureau)
        assert quarters_to_review(TODAY) == []


class TestWhatIsNotOpened:
    @pytest.mark.parametrize(("day", "opens"), [(24, False), (25, True), (26, True)])
    def test_a_quarter_before_its_last_cut_off(self, autumn_school, bureau, day, opens):
        today = date(2026, 11, day)
        if opens:
            assert opened(bureau, today=today)
        else:
            with pytest.raises(ReviewRefused, match=r"要到2026年11月25日才截止，没有开始"):
                opened(bureau, today=today)

    def test_a_quarter_to_come(self, autumn_school, bureau):
        with pytest.raises(ReviewRefused, match=r"截止以后再复核"):
            opened(bureau, quarter=quarter(2026, 2))

    def test_a_quarter_without_anything_accepted(self, school, bureau, people, clock):
        clock.move_to(at(TODAY))
        file_month(school.school, OCTOBER, clerk=people["clerk"], head=people["head"])
        with pytest.raises(ReviewRefused, match=r"还没有已接收的月报，没有开始"):
            opened(bureau)

    def test_a_quarter_twice(self, autumn_school, bureau):
        opened(bureau)
        with pytest.raises(ReviewRefused, match=r"苏远在2026年11月30日已经开始了2026-2027学年第一季度复核"):
            opened(bureau)
        assert Review.objects.count() == 1

    def test_a_school_without_an_accepted_return(self, autumn_school, bureau):
        far = cast.school("西岭小学")
        cast.school_class(far)
        with pytest.raises(ReviewRefused, match=r"西岭小学在这个季度没有已接收的月报"):
            opened(bureau, schools=[autumn_school.school, far])

    def test_a_school_that_files_nothing(self, autumn_school, bureau):
        with pytest.raises(ReviewRefused, match=r"不填月报的"):
            opened(bureau, schools=[cast.school("没有班的学校")])

    def test_no_school(self, autumn_school, bureau):
        with pytest.raises(ReviewRefused, match=r"至少选一所"):
            opened(bureau, schools=[])

    @pytest.mark.parametrize("numbers", [{"size": 0}, {"size": 51}, {"size": -1}, {"most": 0}, {"most": 51}])
    def test_with_numbers_that_cannot_be(self, autumn_school, bureau, numbers):
        with pytest.raises(ReviewRefused, match=r"应在1到50之间，没有开始"):
            opened(bureau, **numbers)

    def test_by_anybody_but_the_bureau(self, autumn_school, head):
        for who in (autumn_school.clerk, head, cast.person(role=Role.INSPECTOR)):
            with pytest.raises(NotYourReview, match=r"由县教育局开始"):
                opened(who)

    def test_under_a_submission_of_something_else(self, autumn_school, bureau):
        written = uuid4()
        AuditRow.objects.create(done_at=at(TODAY), action="something.else", subject="x", key=written)
        with pytest.raises(ReviewRefused, match=r"已用在别处"):
            opened(bureau, submission=written)


class TestEntering:
    @pytest.fixture
    def drawn(self, autumn_school, bureau):
        opened(bureau)
        return children(autumn_school.school)

    def test_keeps_what_was_found(self, drawn, bureau):
        row = enter(bureau, drawn[0], Finding.WRONG, instead=Instead.IN_SCHOOL, words="上课时见到本人")
        assert (row.finding, row.instead, row.words, row.version) == ("wrong", "in_school", "上课时见到本人", 1)
        assert (row.changed_by, row.changed_at) == (bureau, at(TODAY))
        [audited] = AuditRow.objects.filter(action="review.child")
        assert audited.details == {"finding": "wrong", "paper": False}

    def test_the_same_again_is_one(self, drawn, bureau):
        enter(bureau, drawn[0])
        enter(bureau, drawn[0], seen=0)
        assert AuditRow.objects.filter(action="review.child").count() == 1

    def test_what_holds_needs_no_word_and_has_nothing_instead(self, drawn, bureau):
        assert enter(bureau, drawn[0], Finding.HOLDS, instead=Instead.AWAY).instead == ""

    def test_what_does_not_hold_needs_to_be_said(self, drawn, bureau):
        with pytest.raises(ReviewRefused, match=r"不属实的要选实际情况，没有保存"):
            enter(bureau, drawn[0], Finding.WRONG, words="不在")
        for finding in (Finding.WRONG, Finding.UNVERIFIED):
            with pytest.raises(ReviewRefused, match=r"的要写说明，没有保存"):
                enter(bureau, drawn[0], finding, instead=Instead.AWAY)

    def test_of_two_the_second_sees_the_first(self, drawn, bureau):
        other = cast.person("陆平", role=Role.BUREAU_OFFICER)
        enter(other, drawn[0], Finding.UNVERIFIED, words="没有见到")
        with pytest.raises(Clash, match=r"别人填过，你填的没有保存") as refused:
            enter(bureau, drawn[0], seen=0)
        assert (refused.value.held.changed_by, refused.value.held.version) == (other, 1)
        assert enter(bureau, drawn[0], seen=1).finding == "holds"

    def test_two_children_at_once_disturb_nobody(self, drawn, bureau):
        other = cast.person("陆平", role=Role.BUREAU_OFFICER)
        enter(other, drawn[0])
        enter(bureau, drawn[1])
        assert ReviewChild.objects.filter(finding="holds").count() == 2

    def test_goes_on_to_the_next_child_without_a_word(self, drawn, bureau):
        enter(bureau, drawn[1])
        rows = children(drawn[0].sheet.school)
        assert next_to_enter(rows, rows[0]) == rows[2]
        assert next_to_enter(rows, rows[-1]) == rows[0]
        for row in rows[2:]:
            enter(bureau, row)
        rows = children(drawn[0].sheet.school)
        assert next_to_enter(rows, rows[0]) is None

    def test_anybody_else_does_not_enter(self, drawn, head, school):
        for who in (school.clerk, head, cast.person(role=Role.INSPECTOR)):
            with pytest.raises(NotYourReview, match=r"由县教育局录入"):
                enter(who, drawn[0])

    def test_nobody_reviews_their_own_school(self, drawn, head):
        cast.post(head, Role.BUREAU_OFFICER)
        with pytest.raises(NotYourReview, match=r"自己任职的学校，请由另一位同志复核，没有保存"):
            enter(head, drawn[0])


class TestPapers:
    @pytest.fixture
    def child(self, autumn_school, bureau):
        opened(bureau)
        return children(autumn_school.school)[0]

    def test_are_kept_beside_what_was_found(self, child, bureau):
        enter(bureau, child, paper=take_in(picture(colour="red")))
        assert ReviewPaper.objects.get().child == child

    def test_the_same_twice_is_one(self, child, bureau):
        for _ in range(2):
            child = enter(bureau, child, paper=take_in(picture(colour="red")))
        assert (ReviewPaper.objects.count(), child.version) == (1, 1)

    def test_are_three_at_most_and_the_fourth_takes_nothing_with_it(self, child, bureau):
        for colour in ("red", "green", "blue"):
            child = enter(bureau, child, paper=take_in(picture(colour=colour)))
        with pytest.raises(ReviewRefused, match=r"最多3份材料，这次填的没有保存"):
            enter(bureau, child, Finding.UNVERIFIED, words="没有见到", paper=take_in(picture(colour="white")))
        assert ReviewChild.objects.get(pk=child.pk).finding == "holds"

    def test_can_be_taken_away_while_it_is_open(self, child, bureau):
        enter(bureau, child, paper=take_in(picture(colour="red")))
        paper = ReviewPaper.objects.get()
        for _ in range(2):
            remove_paper(by=bureau, scope=cast.scope(bureau), paper=paper)
        assert not ReviewPaper.objects.exists()
        assert AuditRow.objects.filter(action="review.remove_paper").count() == 1


class TestLedgers:
    @pytest.fixture
    def month(self, autumn_school, bureau):
        opened(bureau)
        return months(autumn_school.school)[1]

    def test_agree(self, month, bureau):
        row = enter_month(bureau, month, found={"closing": 10})
        assert (row.agreement, row.found, row.version) == ("agrees", {}, 1)

    def test_keep_the_numbers_that_are_others(self, month, bureau):
        row = enter_month(bureau, month, Agreement.DIFFERS, found={"closing": 10, "went": 1, "nothing": 4}, words="漏")
        assert row.found == {"closing": 10}

    def test_that_differ_in_nothing_agree(self, month, bureau):
        with pytest.raises(ReviewRefused, match=r"至少要填一个和上报不同的数字"):
            enter_month(bureau, month, Agreement.DIFFERS, found={"closing": 11})

    def test_of_two_the_second_sees_the_first(self, month, bureau):
        enter_month(cast.person(role=Role.BUREAU_OFFICER), month)
        with pytest.raises(Clash):
            enter_month(bureau, month, Agreement.DIFFERS, found={"closing": 9}, seen=0)

    def test_the_same_again_is_one(self, month, bureau):
        enter_month(bureau, month)
        enter_month(bureau, month, seen=0)
        assert AuditRow.objects.filter(action="review.month").count() == 1


class TestWhoSeesIt:
    def test_a_school_sees_nothing_before_it_is_closed(self, autumn_school, bureau, head):
        row = opened(bureau)
        for who in (autumn_school.clerk, head):
            assert not reviews_seen(cast.scope(who)).exists()
            assert sheet_lines(cast.scope(who), row) == []

    def test_those_above_see_it_at_once(self, autumn_school, bureau):
        row = opened(bureau)
        township = {"township": autumn_school.school.township}
        for role, place in ((Role.TOWNSHIP_OFFICER, township), (Role.INSPECTOR, township), (Role.BUREAU_OFFICER, {})):
            assert [line.sheet.school for line in sheet_lines(cast.scope(cast.person(role=role, **place)), row)] == [
                autumn_school.school
            ]

    def test_a_class_teacher_never(self, autumn_school, bureau):
        opened(bureau)
        assert not reviews_seen(cast.scope(autumn_school.teacher)).exists()


class TestTheDatabase:
    @pytest.fixture
    def drawn(self, autumn_school, bureau):
        opened(bureau)
        return children(autumn_school.school)

    def test_keeps_what_was_drawn(self, drawn):
        for change in ({"student": drawn[-1].student}, {"part": "attending"}, {"position": 99}):
            with pytest.raises(Error, match="keeps its"), transaction.atomic():
                ReviewChild.objects.filter(pk=drawn[0].pk).update(**change)
        for change in ({"seed": "other"}, {"size": 7}):
            with pytest.raises(Error, match="keeps its"), transaction.atomic():
                Review.objects.update(**change)
        with pytest.raises(Error, match="keeps its"), transaction.atomic():
            ReviewMonth.objects.update(reported={})
        with pytest.raises(Error, match="keeps its"), transaction.atomic():
            ReviewMonth.objects.filter(pk=months(drawn[0].sheet.school)[0].pk).delete()

    def test_refuses_half_a_finding(self, drawn):
        for change in (
            {"finding": "holds"}, {"words": "说明"}, {"instead": "away"}, {"finding": "", "changed_at": at(TODAY)},
        ):  # fmt: skip
            with pytest.raises(IntegrityError), transaction.atomic():
                ReviewChild.objects.filter(pk=drawn[0].pk).update(**change)

    def test_refuses_a_difference_without_a_number(self, drawn, bureau):
        entered = {"changed_at": at(TODAY), "changed_by": bureau}
        for change in ({"agreement": "differs", "found": {}}, {"agreement": "agrees", "found": {"closing": 1}}):
            with pytest.raises(IntegrityError, match="what_differs_has_its_number"), transaction.atomic():
                ReviewMonth.objects.update(**change, **entered)


def test_a_quarter_runs_from_cut_off_to_cut_off(school):
    second = quarter(2026, 2)
    assert (second.first, second.cut_off) == (date(2026, 11, 26), date(2027, 2, 25))
    assert second.label == "2026-2027学年第二季度（2026年12月至2027年2月）"
    fourth = quarter(2026, 4)
    assert (fourth.first, fourth.cut_off) == (date(2027, 5, 26), date(2027, 8, 31))


def test_a_quarter_with_one_month_accepted_is_drawn_from_that(school, people, clock, bureau):
    clock.move_to(at(TODAY))
    accept_month(school.school, SEPTEMBER, **people)
    opened(bureau)
    assert [row.edition.school_return.period for row in months(school.school)] == ["2026-09"]
    assert len(children(school.school)) == 3
