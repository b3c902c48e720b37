"""领导包村 and 联点, and what the database itself refuses of all assignments."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from scoring.actions import assignments
from scoring.actions.assignments import AssignmentRefused, NotYourAssignment
from scoring.assigning import Kind
from scoring.models import Assignment
from scoring.queries.assignments import lapse_of, with_state
from students.models import Notice, Posting, Role
from tests import cast
from tests.scene import MONDAY
from tests.scoring.bundling import SEPTEMBER, assign_villages, bureau, by, go_with, mentor, principal, village

__all__ = ["bureau", "mentor", "principal"]
TUESDAY = MONDAY + timedelta(days=1)


def leaves(person, day) -> None:
    Posting.objects.filter(person=person).update(until=day)


def state(row, today=MONDAY) -> str:
    return lapse_of(with_state(Assignment.objects.filter(pk=row.pk), today).get())


def notices_of(person) -> int:
    return Notice.objects.filter(person=person, kind=Notice.Kind.BUNDLE, seen_at=None).count()


class TestVillagesToAHead:
    def test_are_those_of_the_schools_township(self, scene, principal):
        own = village("李庄", of=scene.school.township)
        far = village("远村", of=cast.township("西岭镇"), number=2)
        with pytest.raises(AssignmentRefused, match="远村不是东坪镇的村，不能由东坪小学的领导包"):
            assign_villages(scene.clerk, scene.school, principal, own, far)
        assert [row.village for row in assign_villages(scene.clerk, scene.school, principal, own)] == [own]
        assert assign_villages(scene.clerk, scene.school, principal, own)  # a second press
        assert Assignment.objects.count() == 1

    def test_no_township_is_a_village(self, scene, principal):
        with pytest.raises(AssignmentRefused, match="东坪镇不是东坪镇的村"):
            assign_villages(scene.clerk, scene.school, principal, scene.school.township)

    def test_have_one_head(self, scene, principal):
        own = village("李庄", of=scene.school.township)
        deputy = cast.person("马世明", role=Role.DEPUTY_HEAD, school=scene.school)
        assign_villages(scene.clerk, scene.school, principal, own)
        with pytest.raises(AssignmentRefused, match="李庄已由罗宁负责"):
            assign_villages(scene.clerk, scene.school, deputy, own)

    def test_a_head_who_leaves_is_replaced(self, scene, principal):
        own = village("李庄", of=scene.school.township)
        deputy = cast.person("马世明", role=Role.DEPUTY_HEAD, school=scene.school)
        [row] = assign_villages(scene.clerk, scene.school, principal, own)
        leaves(principal, TUESDAY)
        assert state(row, TUESDAY) == "责任人已离任"
        assert assign_villages(scene.clerk, scene.school, deputy, own, since=TUESDAY, today=TUESDAY)

    def test_are_not_a_teachers(self, scene):
        with pytest.raises(AssignmentRefused, match="沈明2026年9月7日不是东坪小学的校长或分管领导"):
            assign_villages(scene.clerk, scene.school, scene.teacher, village("李庄", of=scene.school.township))

    def test_not_none(self, scene, principal):
        with pytest.raises(AssignmentRefused, match="没有选村"):
            assign_villages(scene.clerk, scene.school, principal)


class TestASchoolAndItsOfficer:
    def test_is_of_the_bureau_or_of_the_schools_township(self, scene, bureau):
        near = cast.person("钱江", role=Role.TOWNSHIP_OFFICER, township=scene.school.township)
        far = cast.person("孙湖", role=Role.TOWNSHIP_OFFICER, township=cast.township("西岭镇"))
        with pytest.raises(AssignmentRefused, match="孙湖2026年9月7日不是县教育局或东坪镇的干部，不能联点"):
            go_with(bureau, scene.school, far)
        row = go_with(bureau, scene.school, near)
        assert go_with(bureau, scene.school, near) == row  # a second press
        assert notices_of(near) == 1

    def test_is_replaced_by_who_has_seen_who_it_was(self, scene, bureau):
        near = cast.person("钱江", role=Role.TOWNSHIP_OFFICER, township=scene.school.township)
        first = go_with(bureau, scene.school, near)
        with pytest.raises(AssignmentRefused, match="联点有了变动（现在由钱江联点）"):
            go_with(bureau, scene.school, bureau)
        second = go_with(bureau, scene.school, bureau, seen=first.pk)
        first.refresh_from_db()
        assert (first.end, second.follows_id) == ("handed_over", first.pk)

    def test_lasts_through_its_last_day_and_then_waits_to_be_renewed(self, scene, bureau):
        row = go_with(bureau, scene.school, bureau, until=TUESDAY)
        days = [MONDAY, TUESDAY, TUESDAY + timedelta(days=1)]
        assert [state(row, day) for day in days] == ["", "", "联点已到期"]

    def test_a_last_day_that_is_over_is_refused(self, scene, bureau):
        with pytest.raises(AssignmentRefused, match="“到哪天止”已经过去"):
            go_with(bureau, scene.school, bureau, since=SEPTEMBER, until=date(2026, 9, 6))

    def test_is_the_bureaus_to_arrange(self, scene, bureau):
        with pytest.raises(NotYourAssignment, match="联点由县教育局安排"):
            go_with(scene.clerk, scene.school, bureau)
        row = go_with(bureau, scene.school, bureau)
        with pytest.raises(NotYourAssignment):
            assignments.end(row=row, note="换人", **by(scene.clerk))


class TestTheDatabaseRefuses:
    """What no form lets through."""

    def row(self, scene, **fields) -> Assignment:
        given = {"kind": Kind.STUDENT, "school": scene.school, "person": scene.teacher, "since": MONDAY}
        given |= {"student": scene.children[0], "assigned_at": timezone.now(), "assigned_by": scene.clerk}
        return Assignment.objects.create(**given | fields)

    def refuses(self, scene, **fields) -> bool:
        try:
            with transaction.atomic():
                self.row(scene, **fields)
        except IntegrityError:
            return True
        return False

    def test_two_people_for_a_child_a_village_or_a_school(self, scene, mentor):
        own = village("李庄", of=scene.school.township)
        for what in (
            {},
            {"kind": Kind.VILLAGE, "student": None, "village": own},
            {"kind": Kind.LIAISON, "student": None},
        ):
            self.row(scene, **what)
            assert self.refuses(scene, person=mentor, since=TUESDAY, **what)

    def test_what_is_for_nothing_or_for_two_things(self, scene):
        own = village("李庄", of=scene.school.township)
        assert self.refuses(scene, student=None)
        assert self.refuses(scene, village=own)
        assert self.refuses(scene, kind=Kind.LIAISON)
        assert self.refuses(scene, kind=Kind.VILLAGE)
        assert self.refuses(scene, planned_until=TUESDAY)

    def test_an_end_without_anybody_or_before_the_beginning(self, scene):
        ended = {"ended_at": timezone.now(), "ended_by": scene.clerk, "end": "ended"}
        assert self.refuses(scene, until=TUESDAY)
        assert self.refuses(scene, **ended)
        assert self.refuses(scene, until=MONDAY - timedelta(days=1), **ended)
        assert not self.refuses(scene, until=TUESDAY, **ended)
        assert self.refuses(scene, until=TUESDAY, **ended)  # two that begin on a day
        assert self.refuses(scene, kind=Kind.LIAISON, student=None, planned_until=SEPTEMBER)
