"""整班移交: children arrive class by class or one by one, are elsewhere, or are missing and listed."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from students.actions import hand_over as arriving
from students.actions.classes import ClassesRefused, open_classes
from students.actions.cohorts import void_events
from students.actions.enrolment import record_event
from students.enrolment import EventKind
from students.models import (
    Area,
    AuditRow,
    Enrolment,
    EnrolmentEvent,
    HandOver,
    RegistryLine,
    Resident,
    Role,
    SchoolClass,
    SearchKey,
    SpecialGroup,
    Student,
)
from students.queries.hand_over import expected_residents, not_arrived, within_reach
from students.queries.registers import roster
from tests import cast
from tests.scene import MONDAY, client_of
from tests.students.cohorts import DUE, FIRST, Junior, a_village, resident

LATE = DUE + timedelta(days=1)


@pytest.fixture
def junior(db, clock) -> Junior:
    return Junior()


class TestAClassArrives:
    def test_with_one_press(self, junior):
        assert junior.receive_all().arrived == 3
        assert {row.student for row in roster(junior.room, FIRST)} == set(junior.children)
        assert junior.states() == ["arrived"] * 3
        assert {row.event.kind for row in junior.hand_over.children.all()} == {"enrol"}

    def test_and_each_child_stays_the_same_student(self, junior):
        before = Student.objects.count()
        junior.receive_all()
        assert Student.objects.count() == before
        assert RegistryLine.objects.get(student=junior.children[0]).school == junior.school

    def test_once_however_often_it_is_pressed(self, junior):
        junior.receive_all()
        assert junior.receive_all().arrived == 0
        assert EnrolmentEvent.objects.filter(kind="enrol", school_class=junior.room).count() == 3
        assert AuditRow.objects.filter(action="hand_over.receive").count() == 1

    def test_without_those_already_known_to_be_elsewhere(self, junior):
        junior.answer(junior.rows[1], "elsewhere", whereabouts="省城一中")
        assert junior.receive_all().arrived == 2
        assert junior.states() == ["arrived", "elsewhere", "arrived"]

    def test_without_who_has_been_enrolled_at_another_school(self, junior):
        other = cast.school_class(junior.far, "202601", stage="junior")
        record_event(
            by=None, student=junior.children[0], kind=EventKind.ENROL, happened_on=FIRST, school_class=other,
            today=MONDAY,
        )  # fmt: skip
        received = junior.receive_all()
        assert (received.arrived, [row.student for row, _ in received.left]) == (2, [junior.children[0]])
        assert "在校" in received.left[0][1]

    @pytest.mark.parametrize("day", [date(2026, 8, 31), MONDAY + timedelta(days=1)])
    def test_neither_before_the_year_begins_nor_in_the_future(self, day, junior):
        with pytest.raises(arriving.HandOverRefused, match="报到日期应在2026年9月1日到今天之间"):
            junior.receive_all(day=day)
        assert junior.states() == ["awaited"] * 3

    def test_only_in_a_class_of_the_entering_cohort_of_that_school(self, junior):
        older = cast.school_class(junior.school, "202501", stage="junior")
        far = cast.school_class(junior.far, "202601", stage="junior")
        for room in (older, far):
            with pytest.raises(arriving.HandOverRefused, match="新入学年级"):
                junior.receive_all(school_class=room)

    def test_not_once_the_hand_over_is_withdrawn(self, junior):
        HandOver.objects.update(withdrawn_at=timezone.now(), withdrawn_by=junior.clerk)
        with pytest.raises(arriving.HandOverRefused, match="已经撤回"):
            junior.receive_all()


class TestOneChild:
    def test_arrives_in_a_class(self, junior):
        junior.answer(junior.rows[0], "arrived", school_class=junior.room, day=MONDAY)
        assert Enrolment.objects.get(student=junior.children[0], until=None).since == MONDAY

    def test_who_was_missing_may_still_come(self, junior):
        junior.answer(junior.rows[0], "missing", whereabouts="家长电话不通")
        junior.answer(junior.rows[0], "arrived", seen="missing", school_class=junior.room, day=MONDAY)
        assert junior.states()[0] == "arrived"

    def test_answered_by_somebody_else_meanwhile_is_told(self, junior):
        junior.answer(junior.rows[0], "missing")
        with pytest.raises(arriving.HandOverChanged, match="何静刚登记为“未到校”"):
            arriving.answer(
                by=cast.person(), child=junior.rows[0], state="elsewhere", seen="awaited", whereabouts="省城",
                today=MONDAY,
            )  # fmt: skip

    def test_the_same_answer_sent_twice_is_one(self, junior):
        for _ in range(2):
            junior.answer(junior.rows[0], "arrived", school_class=junior.room, day=MONDAY)
        assert EnrolmentEvent.objects.filter(kind="enrol", school_class=junior.room).count() == 1

    def test_undone_the_same_day_is_awaited_again(self, junior):
        junior.answer(junior.rows[0], "arrived", school_class=junior.room, day=MONDAY)
        for _ in range(2):
            arriving.undo(by=junior.clerk, child=junior.rows[0], today=MONDAY)
        assert junior.states()[0] == "awaited"
        assert not Enrolment.objects.filter(student=junior.children[0], until=None).exists()
        assert junior.receive_all().arrived == 3

    def test_undone_on_another_day_is_refused(self, junior):
        junior.answer(junior.rows[0], "missing")
        with pytest.raises(arriving.HandOverRefused, match="当天"):
            arriving.undo(by=junior.clerk, child=junior.rows[0], today=MONDAY + timedelta(days=1))

    def test_undone_after_another_event_is_refused(self, junior):
        junior.answer(junior.rows[0], "arrived", school_class=junior.room, day=FIRST)
        record_event(by=None, student=junior.children[0], kind=EventKind.SUSPEND, happened_on=MONDAY, today=MONDAY)
        with pytest.raises(arriving.HandOverRefused, match="新的变动"):
            arriving.undo(by=junior.clerk, child=junior.rows[0], today=MONDAY)


class TestWhoHasNotArrived:
    @pytest.mark.parametrize(("today", "listed"), [(DUE - timedelta(days=1), 0), (DUE, 0), (LATE, 3)])
    def test_is_listed_from_the_day_after_the_due_day(self, today, listed, junior):
        assert not_arrived(cast.scope(junior.clerk), today).count() == listed

    def test_missing_counts_and_elsewhere_does_not(self, junior):
        junior.answer(junior.rows[0], "missing")
        junior.answer(junior.rows[1], "elsewhere", whereabouts="省城一中")
        junior.answer(junior.rows[2], "arrived", school_class=junior.room, day=MONDAY)
        assert [row.student for row in not_arrived(cast.scope(junior.clerk), LATE)] == [junior.children[0]]

    def test_is_seen_by_both_schools_the_township_and_the_bureau_and_nobody_else(self, junior):
        seen = {
            who: not_arrived(cast.scope(person), LATE).count()
            for who, person in {
                "receiving": junior.clerk,
                "primary": cast.person(role=Role.PRINCIPAL, school=junior.primary),
                "township": cast.person(role=Role.TOWNSHIP_OFFICER, township=junior.primary.township),
                "bureau": cast.person(role=Role.BUREAU_OFFICER),
                "far": cast.person(role=Role.PRINCIPAL, school=junior.far),
                "homeroom": cast.person(role=Role.HOMEROOM_TEACHER, school_class=junior.room),
            }.items()
        }
        assert seen == {"receiving": 3, "primary": 3, "township": 3, "bureau": 3, "far": 0, "homeroom": 0}

    def test_counts_who_was_received_by_mistake_until_somebody_says_where_it_is(self, junior):
        junior.answer(junior.rows[0], "arrived", school_class=junior.room, day=MONDAY)
        junior.answer(junior.rows[1], "elsewhere", whereabouts="省城一中")
        junior.answer(junior.rows[2], "elsewhere", whereabouts="省城一中")
        event = EnrolmentEvent.objects.get(student=junior.children[0], kind="enrol", school_class=junior.room)
        void_events([event], by=junior.clerk, note="登记错了学生", today=MONDAY)
        assert [row.student for row in not_arrived(cast.scope(junior.clerk), LATE)] == [junior.children[0]]
        junior.answer(junior.rows[0], "arrived", seen="arrived", school_class=junior.room, day=MONDAY)
        assert not not_arrived(cast.scope(junior.clerk), LATE).exists()
        assert Enrolment.objects.filter(student=junior.children[0], until=None).exists()


@pytest.fixture
def village(db):
    return a_village(cast.township())


class TestFirstGraders:
    @pytest.fixture
    def school(self, scene):
        return scene.school

    @pytest.fixture
    def room(self, school):
        return cast.school_class(school, "202601")

    def draw(self, scene, village, **more):
        given = {"way": "village", "chosen": [str(village.pk)], "due_on": DUE} | more
        return arriving.draw(
            by=scene.clerk, residents=expected_residents(2026), to_school=scene.school, school_year=2026, **given
        )

    @pytest.mark.parametrize(
        ("birth_date", "expected"),
        [(date(2019, 8, 31), 0), (date(2019, 9, 1), 1), (date(2020, 8, 31), 1), (date(2020, 9, 1), 0)],
    )
    def test_are_those_who_have_turned_six_by_the_last_of_august(self, birth_date, expected, scene, village):
        resident(village, birth_date=birth_date)
        assert expected_residents(2026).count() == expected

    def test_are_put_on_a_list_once(self, scene, village):
        resident(village)
        [made] = self.draw(scene, village)
        assert (made.source, made.children.count()) == ("青石村", 1)
        assert self.draw(scene, village) == []

    def test_may_be_drawn_by_kindergarten(self, scene, village):
        resident(village, current_school="中心幼儿园")
        resident(village, "袁远")
        [made] = self.draw(scene, village, way="kindergarten", chosen=["中心幼儿园"])
        assert (made.source, made.children.count()) == ("中心幼儿园", 1)

    def test_of_other_townships_are_out_of_a_clerks_reach(self, scene, village):
        far = Area.objects.create(code="629901103201", name="西河村", level="village", parent=cast.township("西岭镇"))
        resident(village), resident(far, "袁远")
        clerk, bureau = cast.scope(scene.clerk), cast.scope(cast.person(role=Role.BUREAU_OFFICER))
        assert within_reach(expected_residents(2026), clerk, scene.school).get().village == village
        assert within_reach(expected_residents(2026), bureau, scene.school).count() == 2

    def test_become_students_when_they_arrive(self, scene, village, room):
        child = resident(village, is_out_of_poverty=True)
        [made] = self.draw(scene, village)
        arriving.receive_all(by=scene.clerk, hand_over=made, school_class=room, day=FIRST, today=MONDAY)
        student = Student.objects.get(id_number=child.id_number)
        assert (student.student_number, student.admitted_on, student.home_area_code) == (None, FIRST, village.code)
        guardian = student.guardians.get()
        assert (guardian.name, guardian.phone, guardian.is_guardian) == ("丁远", "13800005678", True)
        assert student.special_groups.get().kind == SpecialGroup.Kind.OUT_OF_POVERTY
        assert [row.student for row in roster(room, FIRST)] == [student]
        child.refresh_from_db()
        assert (child.student, child.match) == (student, "id")
        assert SearchKey.objects.filter(student=student).exists()
        assert RegistryLine.objects.get(student=student).school_class == room

    def test_whose_number_is_in_the_registry_are_shown_with_both_sides_and_never_merged(self, scene, village, room):
        child, other = resident(village), resident(village, "袁远")
        known = cast.student(scene.school_class, "杜宁", id_number=child.id_number)
        [made] = self.draw(scene, village)
        received = arriving.receive_all(by=scene.clerk, hand_over=made, school_class=room, day=FIRST, today=MONDAY)
        assert received.arrived == 1
        [(row, reason)] = received.left
        assert row.resident == child
        assert reason == "名册里已有这个身份证件号：东坪小学2023级1班 杜宁，在校"
        assert known.events.count() == 1
        html = client_of(scene.clerk).get(reverse("students:hand_over", args=[made.pk])).content.decode()
        assert "东坪小学2023级1班 杜宁" in html
        assert Resident.objects.get(pk=other.pk).student is not None

    def test_undone_may_arrive_again_as_the_same_student(self, scene, village, room):
        resident(village)
        [made] = self.draw(scene, village)
        arriving.receive_all(by=scene.clerk, hand_over=made, school_class=room, day=FIRST, today=MONDAY)
        arriving.undo(by=scene.clerk, child=made.children.get(), today=MONDAY)
        again = arriving.receive_all(by=scene.clerk, hand_over=made, school_class=room, day=FIRST, today=MONDAY)
        assert again.arrived == 1
        assert Student.objects.filter(name="杜一宁").count() == 1

    def test_on_a_withdrawn_list_are_expected_again(self, scene, village):
        resident(village)
        [made] = self.draw(scene, village)
        arriving.withdraw(by=scene.clerk, hand_over=made)
        assert expected_residents(2026).count() == 1

    def test_who_have_arrived_keep_their_list(self, scene, village, room):
        resident(village)
        [made] = self.draw(scene, village)
        arriving.receive_all(by=scene.clerk, hand_over=made, school_class=room, day=FIRST, today=MONDAY)
        with pytest.raises(arriving.HandOverRefused, match="已有孩子报到"):
            arriving.withdraw(by=scene.clerk, hand_over=made)


class TestNewClasses:
    def test_are_numbered_and_named(self, scene):
        made = open_classes(by=scene.clerk, school=scene.school, stage="primary", cohort=2027, first=1, count=2)
        assert [(row.number, row.name) for row in made] == [("202701", "2027级1班"), ("202702", "2027级2班")]

    def test_sent_twice_are_opened_once(self, scene):
        given = {"by": scene.clerk, "school": scene.school, "stage": "primary", "cohort": 2027, "first": 1, "count": 2}
        open_classes(**given)
        with pytest.raises(ClassesRefused, match="202701、202702已经有了"):
            open_classes(**given)
        assert SchoolClass.objects.filter(cohort=2027).count() == 2
