"""申诉 from its making to its end: what is written, what is refused in words, who is told, what the score says."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from reports.queries.class_scores import COLUMNS
from scoring.actions import appeals
from scoring.actions.appeals import AppealChanged, AppealRefused, NotYourAppeal
from scoring.actions.scores import keep_scores
from scoring.models import Appeal, AppealDraft, AppealPaper, KeptScore
from scoring.queries.appeals import longest_first, score_of, waiting
from scoring.queries.class_scores import class_scores
from scoring.scheme import Measure
from students.access import in_force, scope_of
from students.models import AuditRow, Notice, Role, SchoolClass
from students.queries.notices import waiting_notices
from tests import cast
from tests.scene import at
from tests.scoring.appealing import (
    AS_OF,
    CALLS,
    REGISTER,
    TODAY,
    ask_review,
    decide,
    loss_of,
    make,
    principal_of,
    week,
)
from tests.students.papers import paper


@pytest.fixture
def scored(scene, clock):
    return week(scene, clock)


@pytest.fixture
def bureau(db):
    return cast.person("苏远", role=Role.BUREAU_OFFICER)


@pytest.fixture
def head(scored):
    return principal_of(scored)


def points(scored, measure: Measure):
    return score_of(scored.school_class.pk, AS_OF).lines[measure].points


def told(person) -> set[str]:
    return set(Notice.objects.filter(person=person, seen_at=None).values_list("kind", flat=True))


class TestMaking:
    def test_keeps_what_was_charged_as_it_stood(self, scored):
        row = make(scored, CALLS)
        assert (row.kind, row.level, row.state, row.day) == ("calls", "school", "waiting", date(2026, 9, 2))
        assert row.duties == [[scored.children[0].pk, "contact", "2026-09-02"]]
        assert row.told == "9月2日有学生缺课，联系家长逾期：9月2日到期，还没有办"

    def test_tells_who_decides_and_leaves_an_audit_row(self, scored):
        row = make(scored)
        assert told(scored.clerk) == {"appeal_made"}
        assert waiting(cast.scope(scored.clerk), TODAY) == 1
        [audit] = AuditRow.objects.filter(action="appeal.make")
        assert (audit.subject_id, audit.details) == (
            row.pk,
            {"school_class": scored.school_class.pk, "kind": "register"},
        )

    def test_sent_twice_is_one(self, scored):
        submission = uuid4()
        assert make(scored, submission=submission) == make(scored, submission=submission)
        assert Appeal.objects.count() == 1

    def test_keeps_its_paper_and_lets_its_draft_go(self, scored):
        kept = {"school_class": scored.school_class, "fact": REGISTER}
        appeals.keep_draft(by=scored.teacher, fields={"text": "停电"}, submission=uuid4(), **kept)
        row = make(scored, paper=paper())
        assert AppealPaper.objects.get(appeal=row).uploaded_by == scored.teacher
        assert not AppealDraft.objects.exists()

    @pytest.mark.parametrize(("fact", "level"), [(REGISTER, "school"), (CALLS, "school"), ("loss", "bureau")])
    def test_goes_to_who_decides_on_such_a_fact(self, scored, bureau, fact, level):
        row = make(scored, loss_of(scored) if fact == "loss" else fact)
        assert row.level == level
        assert ("appeal_made" in told(bureau)) is (level == "bureau")

    def test_by_the_clerk_goes_to_the_bureau(self, scored, bureau):
        assert make(scored, by=scored.clerk).level == "bureau"
        assert told(bureau) == {"appeal_made"}

    def test_of_a_fact_already_appealed_is_refused(self, scored, head):
        make(scored)
        with pytest.raises(AppealRefused, match=r"沈明已就这一项提出申诉（待处理），没有重复提交。"):
            make(scored, by=head)

    def test_of_a_fact_once_refused_is_refused(self, scored):
        decide(make(scored), scored.clerk, accepts=False)
        with pytest.raises(AppealRefused, match=r"这一项已经申诉过，结果是“不成立”"):
            make(scored)

    def test_after_it_was_withdrawn_is_free_again(self, scored):
        row = make(scored)
        appeals.withdraw(by=scored.teacher, scope=cast.scope(scored.teacher), appeal=row, today=TODAY)
        assert make(scored).pk != row.pk

    @pytest.mark.parametrize("fact", ["register-2026-09-01", "calls-2026-09-04", "loss-1-2026-09-08", "nothing"])
    def test_of_what_costs_nothing_is_refused(self, scored, fact):
        with pytest.raises(AppealRefused, match=r"这一项现在没有扣分"):
            make(scored, fact)

    def test_without_a_word_is_refused(self, scored):
        with pytest.raises(AppealRefused, match=r"申诉要写明情况，没有提交"):
            make(scored, text="")

    def test_where_the_school_has_nobody_goes_to_the_bureau(self, scored, bureau):
        scored.clerk.postings.update(until=TODAY)
        assert make(scored).level == "bureau"
        assert told(bureau) == {"appeal_made"}

    def test_where_only_the_class_s_own_teacher_could_decide_goes_to_the_bureau(self, scored, bureau):
        scored.clerk.postings.update(until=TODAY)
        scored.teacher.postings.update(until=AS_OF)
        heir = cast.person(role=Role.HOMEROOM_TEACHER, school_class=scored.school_class, since=AS_OF)
        cast.post(heir, Role.PRINCIPAL, school=scored.school)
        assert make(scored).level == "bureau"

    @pytest.mark.parametrize("role", [Role.SUBJECT_TEACHER, Role.TOWNSHIP_OFFICER, Role.BUREAU_OFFICER])
    def test_is_the_class_s_own_and_its_school_s(self, scored, role):
        place = {Role.SUBJECT_TEACHER: {"school_class": scored.school_class}, Role.TOWNSHIP_OFFICER: {
            "township": scored.school.township}}.get(role, {})  # fmt: skip
        with pytest.raises(NotYourAppeal):
            make(scored, by=cast.person(role=role, **place))

    def test_by_a_teacher_of_another_class_is_refused(self, scored):
        beside = cast.school_class(scored.school, "202302")
        with pytest.raises(NotYourAppeal):
            make(scored, by=cast.person(role=Role.HOMEROOM_TEACHER, school_class=beside))


class TestWhoIsCharged:
    @pytest.fixture
    def handed_over(self, scored):
        """From 8 September the class is another's."""
        scored.teacher.postings.update(until=date(2026, 9, 8))
        cast.person("任军", role=Role.HOMEROOM_TEACHER, school_class=scored.school_class, since=date(2026, 9, 8))
        return scored

    def test_appeals_against_the_facts_of_their_days(self, handed_over):
        row = make(handed_over)
        assert row.made_by == handed_over.teacher
        decide(row, handed_over.clerk, accepts=False)
        row.refresh_from_db()
        assert Appeal.objects.seen_by(cast.scope(handed_over.teacher)).get() == row
        assert ask_review(row, handed_over.teacher).state == "review"

    @pytest.mark.parametrize("fact", ["register-2026-09-08", "loss"])
    def test_does_not_against_those_of_others(self, handed_over, fact):
        with pytest.raises(NotYourAppeal, match=r"计在自己名下的由本人提出，没有提交"):
            make(handed_over, loss_of(handed_over) if fact == "loss" else fact)

    def test_as_a_subject_teacher_against_a_lost_child_and_no_more(self, scored, bureau):
        subject = cast.person(role=Role.SUBJECT_TEACHER, school_class=scored.school_class, since=date(2026, 9, 1))
        assert make(scored, loss_of(scored), by=subject).level == "bureau"
        with pytest.raises(NotYourAppeal):
            make(scored, by=subject)

    def test_of_another_class_does_not(self, scored):
        other = cast.school_class(scored.school, "202302")
        with pytest.raises(NotYourAppeal):
            make(scored, loss_of(scored), by=cast.person(role=Role.SUBJECT_TEACHER, school_class=other))


class TestAccepting:
    def test_takes_the_fact_off_the_score(self, scored):
        before = points(scored, Measure.MISSED_ROLL_CALL)
        decide(make(scored), scored.clerk)
        assert points(scored, Measure.MISSED_ROLL_CALL) - before == 0.5
        [waived] = [
            charge
            for charge in score_of(scored.school_class.pk, AS_OF).lines[Measure.MISSED_ROLL_CALL].charges
            if charge.is_waived
        ]
        assert waived.day == date(2026, 9, 4)

    def test_of_a_lost_child_meets_the_target(self, scored, bureau):
        decide(make(scored, loss_of(scored)), bureau)
        made = score_of(scored.school_class.pk, AS_OF)
        assert (made.target_met, made.veto, len(made.facts.lost)) == (True, False, 1)

    def test_of_a_lost_child_leaves_the_number_of_the_lost_as_the_return_has_it(self, scored, bureau):
        decide(make(scored, loss_of(scored)), bureau)
        keep_scores(today=TODAY)
        kept = KeptScore.objects.get(school_class=scored.school_class, as_of=AS_OF)
        assert (kept.dropouts, kept.waived, kept.target_met) == (1, 1, True)
        [(row, made)] = class_scores(SchoolClass.objects.filter(pk=scored.school_class.pk), as_of=AS_OF)
        columns = {column.key: column for column in COLUMNS}
        assert (columns["dropouts"].value((row, made)), columns["dropout_rate"].value((row, made)).text) == (
            1,
            "33.33%",
        )

    def test_reaches_the_scores_that_are_kept(self, scored):
        keep_scores(today=TODAY)
        decide(make(scored), scored.clerk)
        before = KeptScore.objects.get().missed_roll_call
        keep_scores(today=TODAY)
        assert KeptScore.objects.get().missed_roll_call - before == 0.5

    def test_holds_on_the_days_before_and_after_the_fact_and_costs_no_other_class(self, scored):
        other = cast.school_class(scored.school, "202302")
        cast.student(other)
        before = score_of(other.pk, AS_OF).total
        decide(make(scored), scored.clerk)
        assert score_of(other.pk, AS_OF).total == before
        days = [date(2026, 9, 3), date(2026, 9, 4), AS_OF]
        waived = [score_of(scored.school_class.pk, day).facts.waived.days for day in days]
        assert waived == [set(), {date(2026, 9, 4)}, {date(2026, 9, 4)}]

    def test_tells_who_appealed_and_settles_what_waited(self, scored):
        decide(make(scored), scored.clerk)
        assert told(scored.teacher) == {"appeal_decided"}
        assert told(scored.clerk) == set()

    def test_tells_who_appealed_though_they_have_left_the_class(self, scored):
        row = make(scored)
        scored.teacher.postings.update(until=TODAY)
        decide(row, scored.clerk)
        scope = scope_of(scored.teacher, in_force(scored.teacher.postings.all(), TODAY))
        assert [line.notice.kind for line in waiting_notices(scope, scored.teacher)] == ["appeal_decided"]
        # Of the class itself they are told nothing any more.
        Notice.objects.update(kind="scores_frozen")
        assert waiting_notices(scope, scored.teacher) == []

    def test_every_decision_is_told_whatever_else_of_the_class_waits_unread(self, scored, bureau):
        row = decide(make(scored), scored.clerk, accepts=False)
        decide(make(scored, CALLS), scored.clerk)
        notices = Notice.objects.filter(person=scored.teacher, kind="appeal_decided", seen_at=None)
        assert {each.day for each in notices} == {date(2026, 9, 4), date(2026, 9, 2)}
        decide(ask_review(row, scored.teacher), bureau)
        assert notices.get(day=row.day).sent_by == bureau
        assert notices.count() == 2

    def test_leaves_what_waits_for_another_appeal_of_the_class(self, scored):
        row = make(scored)
        make(scored, CALLS)
        decide(row, scored.clerk)
        assert told(scored.clerk) == {"appeal_made"}

    def test_pressed_twice_is_one(self, scored):
        row = make(scored)
        assert decide(row, scored.clerk, version=1) == decide(row, scored.clerk, version=1)
        assert AuditRow.objects.filter(action="appeal.accept").count() == 1

    def test_pressed_otherwise_the_second_time_is_refused(self, scored):
        row = make(scored)
        decide(row, scored.clerk, version=1)
        with pytest.raises(AppealRefused):
            decide(row, scored.clerk, accepts=False, version=1)


class TestRefusing:
    def test_needs_a_reason(self, scored):
        with pytest.raises(AppealRefused, match=r"处理要写明意见"):
            decide(make(scored), scored.clerk, accepts=False, note="")

    def test_may_be_reviewed_once_by_the_bureau(self, scored, bureau):
        row = ask_review(decide(make(scored), scored.clerk, accepts=False), scored.teacher)
        assert (row.state, row.level, told(bureau)) == ("review", "bureau", {"appeal_made"})
        final = decide(row, bureau, accepts=False, note="维持")
        assert (final.state, final.answer) == ("upheld", "维持")
        with pytest.raises(AppealRefused):
            ask_review(final, scored.teacher)

    def test_reviewed_may_be_accepted_after_all(self, scored, bureau):
        before = points(scored, Measure.MISSED_ROLL_CALL)
        decide(ask_review(decide(make(scored), scored.clerk, accepts=False), scored.teacher), bureau)
        assert points(scored, Measure.MISSED_ROLL_CALL) > before

    def test_by_the_bureau_is_final(self, scored, bureau):
        row = decide(make(scored, loss_of(scored)), bureau, accepts=False)
        with pytest.raises(AppealRefused, match=r"不再复核"):
            ask_review(row, scored.teacher)

    def test_a_review_without_a_reason_is_refused(self, scored):
        with pytest.raises(AppealRefused, match=r"申请复核要写明理由"):
            ask_review(decide(make(scored), scored.clerk, accepts=False), scored.teacher, "")


class TestWhoDecides:
    def test_is_not_who_made_it(self, scored, bureau):
        row = make(scored, by=scored.clerk)
        with pytest.raises(NotYourAppeal, match=r"由县教育局处理"):
            decide(row, scored.clerk)
        assert decide(row, bureau).state == "accepted"

    def test_is_not_the_teacher_of_the_class_though_they_keep_the_registry(self, scored):
        row = make(scored)
        principal_of(scored)
        days = {"since": TODAY, "until": TODAY + timedelta(days=1), "is_substitute": True}
        cast.post(scored.clerk, Role.HOMEROOM_TEACHER, school_class=scored.school_class, **days)
        with pytest.raises(NotYourAppeal, match=r"要由别人处理"):
            decide(row, scored.clerk)

    def test_is_not_the_bureau_where_the_school_decides(self, scored, bureau):
        with pytest.raises(NotYourAppeal, match=r"由教务处、校领导处理"):
            decide(make(scored), bureau)

    def test_is_not_the_clerk_of_another_school(self, scored):
        far = cast.person(role=Role.REGISTRY_CLERK, school=cast.school("西岭小学"))
        with pytest.raises(NotYourAppeal):
            decide(make(scored), far)

    def test_is_not_who_has_an_old_page(self, scored, head):
        row = make(scored)
        with pytest.raises(AppealChanged):
            decide(row, head, version=2)

    def test_is_whoever_was_first(self, scored, head):
        row = make(scored)
        decide(row, scored.clerk)
        with pytest.raises(AppealRefused, match=r"这份申诉现在是“不可归责”，不能驳回"):
            decide(row, head, accepts=False, version=1)


class TestWithdrawing:
    def test_is_the_appellants_while_it_waits(self, scored):
        row = make(scored)
        for _ in range(2):  # a second press does nothing
            row = appeals.withdraw(by=scored.teacher, scope=cast.scope(scored.teacher), appeal=row, today=TODAY)
        assert (row.state, told(scored.clerk)) == ("withdrawn", set())

    def test_of_a_review_leaves_it_refused_and_is_no_way_to_begin_again(self, scored, bureau):
        row = ask_review(decide(make(scored), scored.clerk, accepts=False), scored.teacher)
        for _ in range(2):
            row = appeals.withdraw(by=scored.teacher, scope=cast.scope(scored.teacher), appeal=row, today=TODAY)
        assert (row.state, told(bureau)) == ("refused", set())
        with pytest.raises(AppealRefused, match=r"这一项已经申诉过，结果是“不成立”"):
            make(scored)
        with pytest.raises(AppealRefused, match=r"不再复核"):
            ask_review(row, scored.teacher)

    def test_is_nobody_elses_and_not_after_the_decision(self, scored):
        row = make(scored)
        with pytest.raises(NotYourAppeal):
            appeals.withdraw(by=scored.clerk, scope=cast.scope(scored.clerk), appeal=row, today=TODAY)
        decide(row, scored.clerk)
        with pytest.raises(AppealRefused, match=r"不能撤回"):
            appeals.withdraw(by=scored.teacher, scope=cast.scope(scored.teacher), appeal=row, today=TODAY)


def test_what_waits_longest_comes_first(scored, bureau, clock):
    first = decide(make(scored), scored.clerk, accepts=False)
    clock.move_to(at(TODAY + timedelta(days=1)))
    second = make(scored, CALLS)
    assert list(longest_first(Appeal.objects.all())) == [first, second]
    clock.move_to(at(TODAY + timedelta(days=2)))
    ask_review(first, scored.teacher)
    assert list(longest_first(Appeal.objects.open())) == [second, first]


class TestDrafts:
    def keep(self, scored, **fields):
        place = {"school_class": scored.school_class, "fact": REGISTER, "submission": fields.pop("submission", uuid4())}
        return appeals.keep_draft(by=scored.teacher, fields=fields, **place)

    def test_are_one_a_person_and_fact(self, scored):
        self.keep(scored, text="停")
        self.keep(scored, text="停电\0")
        assert AppealDraft.objects.get().fields == {"text": "停电"}

    def test_do_not_come_back_once_it_was_sent(self, scored):
        submission = uuid4()
        make(scored, submission=submission)
        assert self.keep(scored, text="停电", submission=submission) is None

    @pytest.mark.parametrize(("days", "left"), [(14, 1), (15, 0)])
    def test_go_after_a_fortnight(self, scored, days, left):
        self.keep(scored, text="停电")
        appeals.throw_away_old_drafts(day=TODAY + timedelta(days=days))
        assert AppealDraft.objects.count() == left


def test_the_clock_throws_old_drafts_away(scored, clock):
    from casework.clock import DUTIES

    appeals.keep_draft(
        by=scored.teacher, school_class=scored.school_class, fact=REGISTER, fields={}, submission=uuid4()
    )
    clock.move_to(at(TODAY + timedelta(days=15)))
    assert DUTIES["clear_appeal_drafts"][1](TODAY + timedelta(days=15)) == {"drafts": 1}
