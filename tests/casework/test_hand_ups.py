"""What is overdue in a case goes to the next post as well, by the clock, once a case, matter and date."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from casework.actions import acts
from casework.actions.hand_ups import hand_up_overdue
from casework.contacts import ContactMethod
from casework.models import Case, HandUp
from casework.queries.hand_ups import hand_ups, highest_posts, standing_lines
from casework.ruleset import Tier
from students.models import Notice, Role
from students.queries.notices import waiting_notices
from tests import cast
from tests.casework.away import open_case
from tests.scene import MONDAY, at, client_of, school_days

THIRD = MONDAY + timedelta(2)  # the case is opened


@pytest.fixture
def people(scene):
    return {
        "principal": cast.person("田美", role=Role.PRINCIPAL, school=scene.school),
        "township": cast.person("韩刚", role=Role.TOWNSHIP_OFFICER, township=scene.school.township),
        "bureau": cast.person("苏远", role=Role.BUREAU_OFFICER),
    }


@pytest.fixture
def case(scene, people, clock):
    """Three days away: the calls have been made, the report of the third day has not been handed in."""
    child = scene.children[0]
    for day in school_days(MONDAY, 3):
        clock.move_to(at(day))
        scene.take(day, first="unexcused")
        acts.record_contact(
            by=scene.teacher, student=child, day=day, method=ContactMethod.PHONE, result="在家", today=day
        )
    return Case.objects.get()


def gone_up() -> list[tuple]:
    return list(HandUp.objects.order_by("on", "pk").values_list("matter", "due_on", "to_role"))


def told(kind=Notice.Kind.CASE_HANDED_UP) -> set:
    return set(Notice.objects.filter(kind=kind).values_list("person__name", flat=True))


@pytest.mark.parametrize(("shift", "roles"), [(0, []), (1, ["registry_clerk"]), (2, ["registry_clerk", "principal"])])
def test_the_day_of_the_day_after_and_the_next(case, shift, roles):
    hand_up_overdue(today=THIRD + timedelta(shift))
    assert gone_up() == [("absence_report", THIRD, role) for role in roles]


class TestOfAWatchedChild:
    """关注: no run is behind the case, and what is late goes up all the same."""

    @pytest.fixture
    def watched(self, scene, people):
        return open_case(scene.children[1], stage="watch", plan_step="follow_up", plan_on=THIRD)

    @pytest.mark.parametrize(("shift", "roles"), [(0, []), (1, ["registry_clerk"])])
    def test_the_next_step_goes_up(self, watched, shift, roles):
        hand_up_overdue(today=THIRD + timedelta(shift))
        assert gone_up() == [("follow_up", THIRD, role) for role in roles]

    @pytest.mark.parametrize(("shift", "roles"), [(2, []), (3, ["registry_clerk"])])
    def test_a_call_that_was_late_before_goes_up_from_the_day_after_the_case_was_opened(
        self, scene, watched, clock, shift, roles
    ):
        Case.objects.update(since=THIRD, opened_on=THIRD, plan_on=THIRD + timedelta(9))
        clock.move_to(at(MONDAY))
        scene.take(MONDAY, second="unexcused")
        hand_up_overdue(today=MONDAY + timedelta(shift))
        assert gone_up() == [("contact", MONDAY, role) for role in roles]

    def test_the_page_says_from_when(self, scene, watched):
        assert "建档以前就已到期的事，从建档次日起上交" in client_of(scene.clerk).get("/handed-up/").content.decode()


def test_days_that_the_clock_missed_are_made_up_for_and_nothing_is_written_twice(case):
    assert hand_up_overdue(today=THIRD + timedelta(1)) == 1
    assert hand_up_overdue(today=THIRD + timedelta(1)) == 0
    last = THIRD + timedelta(6)
    assert hand_up_overdue(today=last) == 3
    assert hand_up_overdue(today=last) == 0
    assert [row[2] for row in gone_up()] == ["registry_clerk", "principal", "township_officer", "bureau_officer"]
    assert [row.on.day for row in HandUp.objects.order_by("on")] == [10, 11, 12, 15]  # September; the 13th is a Sunday


def test_each_post_is_told_when_it_gets_it(case):
    hand_up_overdue(today=THIRD + timedelta(1))
    assert told() == {"何静"}
    hand_up_overdue(today=THIRD + timedelta(2))
    assert told() == {"何静", "田美"}
    notice = Notice.objects.get(person__name="田美")
    assert (notice.sent_by, notice.student) == (None, case.student)


def test_who_has_not_read_of_the_child_is_not_told_of_more(scene, case):
    acts.record_contact(
        by=scene.teacher, student=case.student, day=THIRD, method=ContactMethod.HOME_VISIT, result="在家", today=THIRD
    )
    hand_up_overdue(today=THIRD + timedelta(1))
    Case.objects.update(plan_on=THIRD)  # a second matter, a day later
    hand_up_overdue(today=THIRD + timedelta(1))
    hand_up_overdue(today=THIRD + timedelta(2))
    assert len(gone_up()) > len(told())
    assert Notice.objects.filter(person__name="何静").count() == 1
    Notice.objects.update(seen_at=at(THIRD), seen_by=scene.clerk)
    Case.objects.update(plan_step="follow_up")
    hand_up_overdue(today=THIRD + timedelta(2))
    assert Notice.objects.filter(person__name="何静").count() == 2


def test_the_notice_is_done_when_nothing_handed_up_stands(scene, case, clock):
    late = THIRD + timedelta(1)
    clock.move_to(at(late))
    hand_up_overdue(today=late)
    assert [line.notice.kind for line in waiting_notices(cast.scope(scene.clerk), scene.clerk)] == ["case_handed_up"]
    acts.file_report(by=scene.teacher, student=case.student, day=late, kind=Tier.ABSENCE_REPORT, today=late)
    assert waiting_notices(cast.scope(scene.clerk), scene.clerk) == []
    assert "已办好" in client_of(scene.clerk).get("/notices/").content.decode()


def test_what_is_done_goes_no_further_and_stays_known(scene, case):
    hand_up_overdue(today=THIRD + timedelta(1))
    late = THIRD + timedelta(1)
    assert highest_posts([case.pk], late) == {case.pk: "已上交教务处"}
    acts.file_report(by=scene.teacher, student=case.student, day=late, kind=Tier.ABSENCE_REPORT, today=late)
    assert hand_up_overdue(today=late + timedelta(1)) == 0
    assert highest_posts([case.pk], late) == standing_lines([case.pk], late) == {}
    [line] = hand_ups(case, late)
    assert (line.matter, line.stands, line.posts) == ("缺课报告", False, [("教务处", late)])


def test_a_planned_step_goes_up_too_from_the_post_that_answers_for_it(scene, case):
    late = THIRD
    acts.file_report(by=scene.teacher, student=case.student, day=late, kind=Tier.ABSENCE_REPORT, today=late)
    case.refresh_from_db()
    hand_up_overdue(today=case.plan_on)
    assert gone_up() == []
    hand_up_overdue(today=case.plan_on + timedelta(1))
    assert gone_up() == [("visit", case.plan_on, "registry_clerk")]
    Case.objects.update(plan_on=case.plan_on + timedelta(7))
    assert hand_up_overdue(today=case.plan_on + timedelta(2)) == 0


def test_contacts_that_one_call_settles_go_up_as_one_from_the_day_of_the_case(scene, people, clock):
    for day in school_days(MONDAY, 3):
        clock.move_to(at(day))
        scene.take(day, first="unexcused")
    hand_up_overdue(today=THIRD + timedelta(1))
    assert ("contact", MONDAY, "registry_clerk") in gone_up()
    assert len([row for row in gone_up() if row[0] == "contact"]) == 1


def test_a_contact_of_a_child_without_a_case_stays_on_the_list_of_late_duties(scene, people):
    scene.take(MONDAY, first="unexcused")
    assert hand_up_overdue(today=MONDAY + timedelta(10)) == 0


def test_a_closed_case_hands_nothing_up(case):
    now = "2026-09-09T10:00:00Z"
    Case.objects.update(
        stage="closed", outcome="false_alarm", closed_on=THIRD, closed_at=now, plan_step="", plan_on=None
    )
    assert hand_up_overdue(today=THIRD + timedelta(9)) == 0


@pytest.mark.parametrize("change", [{"on": THIRD}, {"to_role": "homeroom_teacher"}, {"to_role": "principal"}])
def test_the_database_refuses_what_cannot_be(case, change):
    row = {"matter": "visit", "due_on": THIRD, "to_role": "principal", "on": THIRD + timedelta(1), "at": at(THIRD)}
    HandUp.objects.create(case=case, **row)
    with pytest.raises(IntegrityError), transaction.atomic():
        HandUp.objects.create(case=case, **(row | change))


def test_the_page_shows_each_post_its_own_first(case, people, clock):
    today = THIRD + timedelta(2)
    hand_up_overdue(today=today)
    clock.move_to(at(today))
    page = client_of(people["principal"]).get("/handed-up/").content.decode()
    assert "已上交校长" in page
    assert "缺课报告，2026年9月9日到期未办" in page
    assert "没有上交到这一级的个案" in client_of(people["bureau"]).get("/handed-up/").content.decode()
    assert "高东" in client_of(people["bureau"]).get("/handed-up/?post=all").content.decode()
    assert "高东" in client_of(people["bureau"]).get("/handed-up/?post=nonsense").content.decode()


def test_the_page_costs_the_same_however_many_there_are(scene, case, people, clock, django_assert_max_num_queries):
    hand_up_overdue(today=THIRD + timedelta(2))
    clock.move_to(at(THIRD + timedelta(2)))
    client = client_of(people["principal"])
    client.get("/handed-up/")
    with django_assert_max_num_queries(16):
        client.get("/handed-up/")
