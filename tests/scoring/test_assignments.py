"""三包 and 联点: assigned, handed over, ended and taken back; nobody falls between two desks."""

from datetime import date, timedelta

import pytest

from scoring.actions import assignments
from scoring.actions.assignments import AssignmentRefused, NotYourAssignment
from scoring.models import Assignment
from scoring.queries.assignments import holding, in_charge_of, key_children, lapse_of, with_state
from students.actions.enrolment import record_event
from students.enrolment import EventKind
from students.models import AuditRow, Notice, Person, Posting, Role
from tests import cast
from tests.scene import MONDAY, at
from tests.scoring.bundling import (
    SEPTEMBER,
    assign,
    assign_villages,
    bureau,
    by,
    child,
    hand_over,
    make_key,
    mentor,
    principal,
    village,
)

__all__ = ["bureau", "child", "mentor", "principal"]
TUESDAY = MONDAY + timedelta(days=1)


def leaves(person, day) -> None:
    Posting.objects.filter(person=person).update(until=day)


def state(row, today=MONDAY) -> str:
    return lapse_of(with_state(Assignment.objects.filter(pk=row.pk), today).get())


def notices_of(person) -> int:
    return Notice.objects.filter(person=person, kind=Notice.Kind.BUNDLE, seen_at=None).count()


class TestAKeyChild:
    def test_is_a_wavering_one_one_in_hardship_and_one_that_falls_behind(self, scene):
        for each, kind in zip(scene.children, ("wavering", "hardship", "learning_difficulty"), strict=True):
            make_key(each, kind=kind)
        assert key_children(MONDAY).count() == 3

    def test_is_one_whose_case_stands_open(self, scene):
        for day in (date(2026, 9, 2), date(2026, 9, 3), date(2026, 9, 4)):
            scene.take(day, first="unexcused")
        assert [row["pk"] for row in key_children(MONDAY)] == [scene.children[0].pk]

    def test_is_none_before_it_is_so(self, scene, child):
        assert not key_children(SEPTEMBER - timedelta(days=1)).exists()
        assert key_children(SEPTEMBER).exists()


class TestChildrenToATeacher:
    def test_are_assigned_several_at_once_with_one_notice_and_one_audit_row(self, scene, mentor):
        made = assign(scene.clerk, scene.school, mentor, *scene.children)
        assert {row.student_id for row in made} == {child.pk for child in scene.children}
        assert notices_of(mentor) == 1
        assert AuditRow.objects.get(action="assignment.students").details == {
            "person": mentor.pk,
            "students": sorted(child.pk for child in scene.children),
        }

    def test_a_second_press_is_harmless(self, scene, mentor, child):
        first = assign(scene.clerk, scene.school, mentor, child)
        assert assign(scene.clerk, scene.school, mentor, child) == first
        assert Assignment.objects.count() == AuditRow.objects.filter(action="assignment.students").count() == 1

    def test_are_seen_by_the_notice_of_a_teacher_who_does_not_teach_them(self, scene, mentor, child):
        assign(scene.clerk, scene.school, mentor, child)
        notice = Notice.objects.get(person=mentor)
        assert Notice.objects.visible_to(cast.scope(mentor)).filter(pk=notice.pk).exists()
        assert notice.student is None

    def test_who_has_somebody_already_is_named_and_nobody_is_assigned(self, scene, mentor, child):
        assign(scene.clerk, scene.school, scene.teacher, child, since=SEPTEMBER)
        with pytest.raises(AssignmentRefused, match="高东已由沈明负责（2026年9月1日起），要换人请用移交") as refused:
            assign(scene.clerk, scene.school, mentor, child, scene.children[1])
        assert "都没有安排" in str(refused.value)
        assert Assignment.objects.count() == 1

    @pytest.mark.parametrize(
        ("since", "words"),
        [
            (TUESDAY, "开始日期还没有到"),
            (SEPTEMBER - timedelta(days=1), "开始日期不在本学年"),
        ],
    )
    def test_not_from_a_day_to_come_nor_from_another_year(self, scene, mentor, child, since, words):
        with pytest.raises(AssignmentRefused, match=words):
            assign(scene.clerk, scene.school, mentor, child, since=since)

    def test_not_to_somebody_without_a_post_at_the_school(self, scene, child):
        far = cast.person("吕安", role=Role.SUBJECT_TEACHER, school_class=cast.school_class(cast.school("西岭小学")))
        with pytest.raises(AssignmentRefused, match="吕安2026年9月7日不在东坪小学任职"):
            assign(scene.clerk, scene.school, far, child)

    def test_not_to_somebody_who_came_later_than_the_first_day(self, scene, child):
        new = cast.person("吕安")
        cast.post(new, Role.SUBJECT_TEACHER, school_class=scene.school_class, since=MONDAY)
        with pytest.raises(AssignmentRefused, match="吕安2026年9月4日不在东坪小学任职"):
            assign(scene.clerk, scene.school, new, child, since=date(2026, 9, 4))
        assert assign(scene.clerk, scene.school, new, child)

    def test_not_to_somebody_whose_account_is_closed(self, scene, mentor, child):
        Person.objects.filter(pk=mentor.pk).update(is_active=False)
        with pytest.raises(AssignmentRefused, match="不在东坪小学任职"):
            assign(scene.clerk, scene.school, mentor, child)

    def test_not_one_that_has_left(self, scene, mentor, child):
        record_event(by=scene.clerk, student=child, kind=EventKind.TRANSFER_OUT, happened_on=MONDAY, today=MONDAY)
        with pytest.raises(AssignmentRefused, match="高东已不是本校学生（已离校）"):
            assign(scene.clerk, scene.school, mentor, child)

    def test_not_one_from_a_day_before_it_came(self, scene, mentor):
        new = cast.student(scene.school_class, "袁小", since=date(2026, 9, 3))
        with pytest.raises(AssignmentRefused, match="袁小2026年9月2日还不在本校"):
            assign(scene.clerk, scene.school, mentor, new, since=date(2026, 9, 2))

    def test_not_one_of_another_school_or_of_nowhere(self, scene, mentor):
        far = cast.student(cast.school_class(cast.school("西岭小学")), "吴远")
        with pytest.raises(AssignmentRefused, match="吴远已不是本校学生（已到别的学校）"):
            assign(scene.clerk, scene.school, mentor, far)
        with pytest.raises(AssignmentRefused, match="没有学籍记录"):
            assignments.assign_students(
                school=scene.school, person=mentor, students=[10**9], since=MONDAY, **by(scene.clerk)
            )

    def test_not_nobody(self, scene, mentor):
        with pytest.raises(AssignmentRefused, match="没有选学生"):
            assign(scene.clerk, scene.school, mentor)

    @pytest.mark.parametrize("who", ["teacher", "bureau"])
    def test_by_the_school_alone(self, scene, mentor, child, bureau, who):
        person = bureau if who == "bureau" else scene.teacher
        with pytest.raises(NotYourAssignment, match="由本校教务处和校领导安排"):
            assign(person, scene.school, mentor, child)

    def test_the_principal_assigns_too(self, scene, mentor, child, principal):
        assert assign(principal, scene.school, mentor, child)


class TestWhoHasLeft:
    def test_holds_no_longer_from_that_day_on(self, scene, mentor, child):
        [row] = assign(scene.clerk, scene.school, mentor, child)
        leaves(mentor, TUESDAY)
        assert [state(row, day) for day in (MONDAY, TUESDAY)] == ["", "责任人已离任"]
        assert [holding(Assignment.objects.all(), day).count() for day in (MONDAY, TUESDAY)] == [1, 0]

    def test_is_replaced_in_one_step_and_kept(self, scene, mentor, child):
        [row] = assign(scene.clerk, scene.school, mentor, child)
        leaves(mentor, TUESDAY)
        [new] = assign(scene.clerk, scene.school, scene.teacher, child, since=TUESDAY, today=TUESDAY)
        row.refresh_from_db()
        assert (row.end, row.end_note, row.until, new.follows_id) == ("lapsed", "责任人已离任", TUESDAY, row.pk)

    def test_is_not_replaced_from_a_day_on_which_they_were_still_there(self, scene, mentor, child):
        assign(scene.clerk, scene.school, mentor, child, since=SEPTEMBER)
        leaves(mentor, MONDAY)
        with pytest.raises(AssignmentRefused, match="2026年9月4日还由任军负责"):
            assign(scene.clerk, scene.school, scene.teacher, child, since=date(2026, 9, 4))
        assert assign(scene.clerk, scene.school, scene.teacher, child, since=MONDAY)

    def test_a_child_that_has_left_is_nobodys_work(self, scene, mentor, child):
        [row] = assign(scene.clerk, scene.school, mentor, child)
        assert in_charge_of(cast.scope(mentor), MONDAY).exists()
        record_event(by=scene.clerk, student=child, kind=EventKind.TRANSFER_OUT, happened_on=MONDAY, today=MONDAY)
        assert state(row) == "学生已离开学校"
        assert not in_charge_of(cast.scope(mentor), MONDAY).exists()

    def test_another_school_takes_a_child_over_from_the_one_it_left(self, scene, mentor, child):
        [row] = assign(scene.clerk, scene.school, mentor, child)
        there = cast.school_class(cast.school("南坪小学"))
        clerk, teacher = cast.person(role=Role.REGISTRY_CLERK, school=there.school), cast.person("米兰")
        cast.post(teacher, Role.HOMEROOM_TEACHER, school_class=there)
        move = {"by": scene.clerk, "student": child, "today": MONDAY, "happened_on": MONDAY}
        record_event(kind=EventKind.TRANSFER_OUT, **move)
        record_event(kind=EventKind.TRANSFER_IN, school_class=there, **move)
        [new] = assign(clerk, there.school, teacher, child)
        row.refresh_from_db()
        assert (row.end, row.end_note, new.follows_id) == ("lapsed", "学生已离开学校", row.pk)


class TestHandingOver:
    def test_gives_all_of_somebodys_children_to_another_in_one_go(self, scene, mentor):
        rows = assign(scene.clerk, scene.school, mentor, *scene.children, since=SEPTEMBER)
        made = hand_over(scene.clerk, scene.school, mentor, scene.teacher, *rows)
        assert {row.person_id for row in Assignment.objects.open()} == {scene.teacher.pk}
        assert {row.since for row in made} == {MONDAY}
        assert [row.get_end_display() for row in Assignment.objects.filter(person=mentor)] == ["已移交"] * 3
        assert notices_of(mentor) == notices_of(scene.teacher) == 1
        assert AuditRow.objects.filter(action="assignment.hand_over").count() == 1

    def test_gives_villages_as_well_but_to_a_head_only(self, scene, principal, mentor):
        deputy = cast.person("马世明", role=Role.DEPUTY_HEAD, school=scene.school)
        rows = assign_villages(scene.clerk, scene.school, principal, village("李庄", of=scene.school.township))
        with pytest.raises(AssignmentRefused, match="任军2026年9月7日不是东坪小学的校长或分管领导，不能包村"):
            hand_over(scene.clerk, scene.school, principal, mentor, *rows)
        assert hand_over(scene.clerk, scene.school, principal, deputy, *rows)

    def test_a_second_press_is_harmless(self, scene, mentor, child):
        rows = assign(scene.clerk, scene.school, mentor, child)
        made = hand_over(scene.clerk, scene.school, mentor, scene.teacher, *rows)
        assert hand_over(scene.clerk, scene.school, mentor, scene.teacher, *rows) == made
        assert Assignment.objects.count() == 2

    def test_what_somebody_else_has_handed_over_meanwhile_is_not_handed_over_again(
        self, scene, mentor, child, principal
    ):
        rows = assign(scene.clerk, scene.school, mentor, child)
        hand_over(scene.clerk, scene.school, mentor, scene.teacher, *rows)
        with pytest.raises(AssignmentRefused, match="任军的名单在你打开页面之后有了变动"):
            hand_over(principal, scene.school, mentor, principal, *rows)

    @pytest.mark.parametrize(
        ("note", "taker", "words"),
        [
            ("", "teacher", "移交要写明原因"),
            ("调离", "mentor", "移交给了原来的责任人"),
            ("调离", "far", "不在东坪小学任职"),
        ],
    )
    def test_is_refused_without_a_reason_to_the_same_person_and_to_a_stranger(
        self, scene, mentor, child, note, taker, words
    ):
        people = {"teacher": scene.teacher, "mentor": mentor, "far": cast.person("吕安")}
        rows = assign(scene.clerk, scene.school, mentor, child)
        with pytest.raises(AssignmentRefused, match=words):
            hand_over(scene.clerk, scene.school, mentor, people[taker], *rows, note=note)

    def test_of_a_child_that_has_left_is_refused_by_name(self, scene, mentor, child):
        rows = assign(scene.clerk, scene.school, mentor, *scene.children)
        record_event(by=scene.clerk, student=child, kind=EventKind.TRANSFER_OUT, happened_on=MONDAY, today=MONDAY)
        with pytest.raises(AssignmentRefused, match="高东已离开学校，没有移交"):
            hand_over(scene.clerk, scene.school, mentor, scene.teacher, *rows)


class TestEnding:
    def end(self, person, row, note="已稳定", today=MONDAY):
        return assignments.end(row=row, note=note, **by(person, today=today))

    def test_keeps_who_why_and_when(self, scene, mentor, child):
        [row] = assign(scene.clerk, scene.school, mentor, child, since=SEPTEMBER)
        ended = self.end(scene.clerk, row)
        assert (ended.end, ended.end_note, ended.until, ended.ended_by) == ("ended", "已稳定", MONDAY, scene.clerk)
        assert self.end(scene.clerk, row).pk == row.pk  # a second press

    def test_is_refused_without_a_reason_and_where_it_has_ended_already(self, scene, mentor, child, principal):
        [row] = assign(scene.clerk, scene.school, mentor, child)
        with pytest.raises(AssignmentRefused, match="结束要写明原因"):
            self.end(scene.clerk, row, "")
        self.end(scene.clerk, row)
        with pytest.raises(AssignmentRefused, match="这项分工已结束"):
            self.end(principal, row, "另一个原因")

    def test_a_new_one_begins_on_that_day_at_the_earliest(self, scene, mentor, child):
        [row] = assign(scene.clerk, scene.school, mentor, child, since=SEPTEMBER)
        self.end(scene.clerk, row)
        with pytest.raises(AssignmentRefused, match="高东到2026年9月7日为止另有安排"):
            assign(scene.clerk, scene.school, scene.teacher, child, since=date(2026, 9, 6))
        assert assign(scene.clerk, scene.school, scene.teacher, child, since=MONDAY)


class TestTakingBack:
    def take_back(self, person, row, today=MONDAY):
        return assignments.take_back(row=row, **by(person, today=today))

    def test_leaves_the_day_as_if_it_had_never_been(self, scene, mentor, child):
        [row] = assign(scene.clerk, scene.school, mentor, child)
        assert self.take_back(scene.clerk, row).until == row.since
        self.take_back(scene.clerk, row)  # a second press
        assert not Assignment.objects.on(MONDAY).exists()
        assert assign(scene.clerk, scene.school, scene.teacher, child)

    def test_gives_a_child_back_to_whom_it_was_taken_from(self, scene, mentor, child):
        [row] = assign(scene.clerk, scene.school, mentor, child)
        [new] = hand_over(scene.clerk, scene.school, mentor, scene.teacher, row)
        self.take_back(scene.clerk, new)
        assert Assignment.objects.open().get() == row
        assert hand_over(scene.clerk, scene.school, mentor, scene.teacher, row)  # and once more, this time meant

    def test_is_for_the_same_day_only(self, scene, mentor, child, clock):
        [row] = assign(scene.clerk, scene.school, mentor, child)
        clock.move_to(at(TUESDAY))
        with pytest.raises(AssignmentRefused, match="只能撤销当天安排的分工"):
            self.take_back(scene.clerk, row, TUESDAY)

    def test_what_has_ended_is_not_taken_back(self, scene, mentor, child):
        [row] = assign(scene.clerk, scene.school, mentor, child)
        assignments.end(row=row, note="已稳定", **by(scene.clerk))
        with pytest.raises(AssignmentRefused, match="这项分工已结束，没有撤销"):
            self.take_back(scene.clerk, row)

    def test_is_the_schools(self, scene, mentor, child, bureau):
        [row] = assign(scene.clerk, scene.school, mentor, child)
        with pytest.raises(NotYourAssignment):
            self.take_back(bureau, row)
