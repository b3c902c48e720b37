"""联合劝返: one trip to several children of a township, its results, what is next, taking it back."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from casework.actions import contacts
from casework.actions import trips as actions
from casework.models import Case, CaseEvent, Contact, JointTrip, TripChild
from casework.queries.trips import boxes
from casework.steps import CaseStep
from students.models import Notice
from tests import cast
from tests.casework.away import officers, open_case
from tests.casework.tripping import away, leave_out, off, plan, tell
from tests.scene import MONDAY, at, client_of

__all__ = ["away", "officers"]


def test_a_list_counts_every_child_of_a_trip_once(scene, officers):
    trip = plan([open_case(child) for child in scene.children], officers["township"])
    tell(trip.children.first(), officers["township"], today=trip.day)
    [row] = boxes(cast.scope(officers["bureau"]))["open"]
    assert (row.total, row.told) == (3, 1)


def test_is_next_in_every_case_and_told_to_the_school(away, officers):
    trip = plan(away, officers["township"])
    assert [row.case for row in trip.children.order_by("case_id")] == away
    for case in Case.objects.all():
        assert (case.plan_step, case.plan_on) == ("joint_persuade", trip.day)
    assert {notice.person for notice in Notice.objects.filter(kind=Notice.Kind.JOINT_TRIP)} == {
        officers["teacher"], officers["principal"],
    }  # fmt: skip
    assert plan(away, officers["township"]) == trip  # a second press
    assert JointTrip.objects.count() == 1


def test_leaves_what_is_planned_earlier_as_it_is(away, officers):
    Case.objects.update(plan_on=MONDAY + timedelta(1))
    plan([Case.objects.get(pk=case.pk) for case in away], officers["township"])
    assert set(Case.objects.values_list("plan_step", "plan_on")) == {("visit", MONDAY + timedelta(1))}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"day": MONDAY - timedelta(1)}, "已经过去"),
        ({"leader": ""}, "带队人"),
        ({"companions": []}, "参加单位"),
    ],
)
def test_what_is_missing_is_said(away, officers, change, said):
    with pytest.raises(actions.TripRefused, match=said):
        plan(away, officers["township"], **change)
    assert not JointTrip.objects.exists()


class TestToAChildThatATripGoesToAlready:
    def test_has_to_be_meant(self, away, officers):
        first = plan(away[:1], officers["township"])
        with pytest.raises(actions.AlreadyGoing, match=f"{away[0].student}（9月9日，韩刚带队）已在另一次"):
            plan(away, officers["bureau"], leader="陶书记")
        assert JointTrip.objects.get() == first
        assert plan(away, officers["bureau"], leader="陶书记", again=True) != first

    def test_may_go_where_the_other_is_over(self, away, officers):
        by = officers["township"]
        tell(plan(away[:1], by, day=MONDAY).children.get(), by)
        leave_out(plan(away[:1], by, day=MONDAY, leader="陶书记").children.get(), by)
        off(plan(away[:1], by, leader="江书记"), by)
        assert plan(away[:1], by, leader="严书记")

    def test_waits_for_a_result_that_was_taken_back(self, away, officers):
        by = officers["township"]
        row = tell(plan(away[:1], by, day=MONDAY).children.get(), by)
        contacts.cancel(by=by, contact=row.contact, today=MONDAY)
        with pytest.raises(actions.AlreadyGoing):
            plan(away[:1], by, leader="陶书记")


def test_goes_to_children_of_the_township_who_are_out_of_school(scene, away, officers):
    watched = open_case(scene.children[2], stage="watch")
    with pytest.raises(actions.TripRefused, match="不是本乡镇未到校"):
        plan([*away, watched], officers["township"])
    with pytest.raises(actions.TripRefused, match="请选择"):
        plan([], officers["township"], township=scene.school.township)
    other = officers["far"].postings.get().township
    with pytest.raises(actions.TripRefused, match="不是本乡镇未到校"):
        plan(away, officers["far"], township=other)


@pytest.mark.parametrize("who", ["teacher", "clerk", "principal", "inspector", "far"])
def test_is_planned_by_the_township_and_the_bureau(away, officers, who):
    with pytest.raises(actions.NotYourTrip):
        plan(away, officers[who])
    assert plan(away, officers["bureau"]).planned_by == officers["bureau"]


def test_a_result_is_a_joint_visit_and_says_what_is_next(away, officers):
    trip = plan(away, officers["township"], day=MONDAY)
    child, key = trip.children.first(), uuid4()
    step = {"step": CaseStep.FOLLOW_UP, "step_on": MONDAY + timedelta(3)}
    row = tell(child, officers["township"], submission=key, **step)
    assert (row.contact.method, row.contact.day, row.contact.companions) == ("joint_visit", MONDAY, "village,police")
    assert Case.objects.get(pk=child.case_id).plan_step == "follow_up"
    assert tell(child, officers["township"], submission=key, **step).contact == row.contact
    with pytest.raises(actions.TripRefused, match="已经登记"):
        tell(child, officers["township"], talk="又谈了")
    with pytest.raises(actions.TripRefused, match="已经登记为“已联系上，不愿返校”，这次填的没有保存"):
        tell(child, officers["township"], submission=key, talk="又谈了", **step)
    with pytest.raises(actions.TripRefused, match="这次填的没有保存"):
        tell(child, officers["township"], submission=key, step=CaseStep.VISIT, step_on=MONDAY + timedelta(3))
    assert Contact.objects.count() == 1


def test_a_result_that_was_taken_back_can_be_told_anew(away, officers):
    child = plan(away, officers["township"], day=MONDAY).children.first()
    first = tell(child, officers["township"]).contact
    contacts.cancel(by=officers["township"], contact=first, today=MONDAY)
    assert tell(child, officers["township"], talk="另外谈的").contact != first


def test_a_result_is_refused_before_the_day_half_told_and_by_others(away, officers):
    trip = plan(away, officers["township"])
    child = trip.children.first()
    with pytest.raises(contacts.ContactRefused, match="还没有到"):
        tell(child, officers["township"])
    after = trip.day
    with pytest.raises(actions.TripRefused, match="连同日期"):
        tell(child, officers["township"], today=after, step=CaseStep.VISIT)
    with pytest.raises(actions.NotYourTrip):
        tell(child, officers["clerk"], today=after)
    assert not Contact.objects.exists()


@pytest.mark.parametrize(("shift", "kept"), [(-1, False), (0, True), (1, True)])
def test_what_is_next_is_for_today_or_later_and_else_nothing_is_saved(away, officers, shift, kept):
    child = plan(away, officers["township"], day=MONDAY).children.first()
    step = {"step": CaseStep.FOLLOW_UP, "step_on": MONDAY + timedelta(shift)}
    if kept:
        tell(child, officers["township"], **step)
    else:
        with pytest.raises(actions.TripRefused, match="日期已经过去，没有保存。请选今天或以后的日子"):
            tell(child, officers["township"], **step)
    assert Contact.objects.exists() == kept


def test_is_cancelled_for_a_reason_while_nothing_has_been_told(away, officers):
    by = officers["township"]
    trip = plan(away, by, day=MONDAY)
    cancel = {"by": by, "scope": cast.scope(by), "trip": trip, "today": MONDAY}
    with pytest.raises(actions.TripRefused, match="写明原因"):
        actions.cancel_trip(reason="", **cancel)
    for _ in range(2):
        assert actions.cancel_trip(reason="下雨", **cancel).cancelled_by == by
    assert CaseEvent.objects.filter(action="trip_off").count() == 2
    with pytest.raises(actions.TripRefused, match="已经取消"):
        tell(trip.children.first(), by)
    other = plan(away, by, day=MONDAY)
    tell(other.children.first(), by)
    with pytest.raises(actions.TripRefused, match="不能取消"):
        actions.cancel_trip(reason="下雨", **(cancel | {"trip": other}))


class TestCancelling:
    def test_plans_what_the_stage_asks_for_and_tells_whoever_was_told(self, away, officers):
        by = officers["township"]
        trip = plan(away, by)
        Notice.objects.filter(person=officers["principal"]).update(seen_at=at(MONDAY), seen_by=officers["principal"])
        off(trip, by)
        assert set(Case.objects.values_list("plan_step", flat=True)) == {"visit"}
        assert all(case.plan_on > MONDAY for case in Case.objects.all())
        unseen = Notice.objects.filter(seen_at=None)
        assert {(notice.kind, notice.person) for notice in unseen} == {
            ("joint_trip_off", officers["teacher"]), ("joint_trip_off", officers["principal"]),
        }  # fmt: skip
        page = client_of(officers["teacher"]).get("/notices/").content.decode()
        assert "取消了9月9日去高东家的联合劝返。" in page

    def test_leaves_a_plan_of_somebody_else_as_it_is(self, away, officers):
        trip = plan(away, officers["township"])
        Case.objects.update(plan_step="follow_up", plan_on=MONDAY + timedelta(1))
        off(trip, officers["township"])
        assert set(Case.objects.values_list("plan_step", "plan_on")) == {("follow_up", MONDAY + timedelta(1))}

    def test_is_not_told_where_another_trip_goes_there_on_that_day(self, away, officers):
        trip = plan(away, officers["township"])
        plan(away, officers["township"], leader="陶书记", again=True)
        off(trip, officers["township"])
        assert set(Notice.objects.filter(seen_at=None).values_list("kind", flat=True)) == {"joint_trip"}
        assert set(Case.objects.values_list("plan_step", flat=True)) == {"joint_persuade"}

    def test_is_open_where_the_results_were_taken_back(self, away, officers):
        by = officers["township"]
        trip = plan(away, by, day=MONDAY)
        contacts.cancel(by=by, contact=tell(trip.children.first(), by).contact, today=MONDAY)
        assert "取消联合劝返" in client_of(by).get(f"/trips/{trip.pk}/").content.decode()
        assert off(trip, by).cancelled_at


class TestLeavingOut:
    def test_says_why_and_with_the_others_told_the_trip_is_done(self, away, officers):
        by = officers["township"]
        trip = plan(away, by, day=MONDAY)
        first, second = trip.children.order_by("pk")
        tell(first, by)
        assert boxes(cast.scope(by))["open"].count() == 1
        late = MONDAY + timedelta(8)  # a result can be told for seven days only
        for _ in range(2):
            assert leave_out(second, by, today=late).left_out_reason == "路断了"
        assert [boxes(cast.scope(by))[box].count() for box in ("open", "done")] == [0, 1]
        case = Case.objects.get(pk=second.case_id)
        assert case.plan_step == "visit"
        assert case.plan_on > late
        assert CaseEvent.objects.filter(action="left_out").count() == 1
        assert not Notice.objects.filter(seen_at=None, student=case.student).exists()

    def test_gives_way_to_a_result_that_is_told_later(self, away, officers):
        child = plan(away, officers["township"], day=MONDAY).children.first()
        leave_out(child, officers["township"])
        row = tell(child, officers["township"])
        assert (row.result is not None, row.left_out_at) == (True, None)

    @pytest.mark.parametrize(
        ("shift", "reason", "who", "said"),
        [
            (0, "", "township", "写明原因"),
            (-1, "路断了", "township", "还没有到这一天"),
            (0, "路断了", "clerk", "由本乡镇干部或县教育局登记"),
        ],
    )
    def test_is_refused_without_a_reason_before_the_day_and_to_others(self, away, officers, shift, reason, who, said):
        child = plan(away, officers["township"]).children.first()
        with pytest.raises(actions.TripRefused, match=said):
            leave_out(child, officers[who], reason=reason, today=child.trip.day + timedelta(shift))

    def test_is_refused_of_what_is_told_or_taken_back(self, away, officers):
        by = officers["township"]
        first = plan(away, by, day=MONDAY).children.order_by("pk").first()
        tell(first, by)
        with pytest.raises(actions.TripRefused, match="已经登记"):
            leave_out(first, by)
        trip = plan(away, by, day=MONDAY, leader="陶书记", again=True)
        off(trip, by)
        with pytest.raises(actions.TripRefused, match="已经取消"):
            leave_out(trip.children.first(), by)

    def test_on_the_page(self, away, officers):
        client = client_of(officers["township"])
        trip = plan(away, officers["township"], day=MONDAY)
        child = trip.children.first()
        assert "没有去这一家" in client.get(f"/trips/children/{child.pk}/").content.decode()
        address = f"/trips/children/{child.pk}/left-out/"
        assert "要写明原因" in client.post(address, {"why": " "}, follow=True).content.decode()
        page = client.post(address, {"why": "路断了"}, follow=True).content.decode()
        assert "没有去：路断了" in page

    @pytest.mark.parametrize("change", [{"left_out_reason": "路断了"}, {"left_out_at": "2026-09-07T10:00:00Z"}])
    def test_the_database_refuses_half_of_it(self, away, officers, change):
        plan(away, officers["township"])
        with pytest.raises(IntegrityError), transaction.atomic():
            TripChild.objects.update(**change)


@pytest.mark.parametrize(("days", "may"), [(30, True), (31, False)])
def test_is_planned_no_further_ahead_than_the_county_allows(away, officers, days, may):
    day = MONDAY + timedelta(days)
    if may:
        assert plan(away, officers["township"], day=day).day == day
    else:
        with pytest.raises(actions.TripRefused, match="最晚安排在10月7日"):
            plan(away, officers["township"], day=day)


@pytest.mark.parametrize("change", [{"leader": ""}, {"companions": ""}, {"cancelled_reason": "下雨"}])
def test_the_database_refuses_what_cannot_be(away, officers, change):
    plan(away, officers["township"])
    with pytest.raises(IntegrityError), transaction.atomic():
        JointTrip.objects.update(**change)
