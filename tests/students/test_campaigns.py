"""排查: who is on which list as of a day, what is found out, and when nothing changes any more."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from casework.actions import campaigns as drawing
from students.actions import campaigns, enrolment
from students.actions.files import take_in
from students.actions.residents import match_residents
from students.enrolment import EventKind
from students.models import (
    AdoptedPolicy,
    AuditRow,
    Campaign,
    Finding,
    FindingProof,
    FindingStep,
    Resident,
    Role,
    SchoolClass,
    SpecialGroup,
    Student,
)
from students.queries import campaigns as queries
from students.school_age import is_of_school_age
from tests import cast, sweep
from tests.scene import MONDAY, at, school_days

NOT_ENROLLED, NOT_ATTENDING, POVERTY = Finding.List
State = Finding.State


@pytest.fixture
def village(scene):
    return sweep.village(scene.school.township)


@pytest.fixture
def bureau(scene):
    return cast.person("苏远", role=Role.BUREAU_OFFICER)


def change(child: Student, kind: EventKind, day: date, **fields):
    return enrolment.record_event(by=None, student=child, kind=kind, happened_on=day, today=MONDAY, **fields)


class TestNotEnrolled:
    def listed(self, bureau, **fields) -> set[str]:
        match_residents()
        return sweep.children_on(sweep.sweep(bureau, **fields), NOT_ENROLLED)

    @pytest.mark.parametrize("as_of", [date(2026, 8, 31), date(2026, 9, 1), MONDAY])
    def test_every_resident_of_school_age_without_a_register_is_listed(self, as_of, village, bureau):
        births = [
            *(date(2020, 8, 30) + timedelta(days=number) for number in range(4)),  # six by 31 August, and just not
            *(date(2019, 8, 30) + timedelta(days=number) for number in range(4)),
            *(as_of.replace(year=2010) + timedelta(days=number) for number in range(-2, 3)),  # sixteen, and just not
            date(2016, 2, 29),
        ]
        for born in births:
            sweep.resident(village, str(born), born=born)
        due = {str(born) for born in births if is_of_school_age(born, as_of, entry_age=6, last_age=15)}
        assert self.listed(bureau, as_of=as_of) == due
        assert 0 < len(due) < len(births)

    def test_the_county_may_let_children_enter_at_seven(self, village, bureau):
        sweep.resident(village, "小小", born=date(2020, 8, 31))
        AdoptedPolicy.objects.create(
            starts_on=date(2026, 9, 1), content={"entry_age": 7}, adopted_at=timezone.now(), adopted_by=bureau
        )
        assert self.listed(bureau) == set()

    @pytest.mark.parametrize(
        ("kind", "is_listed"),
        [
            (None, False),
            (EventKind.SUSPEND, False),  # still registered: that is the second list
            (EventKind.DROP_OUT, False),
            (EventKind.TRANSFER_OUT, True),
            (EventKind.OTHER_OUT, True),
            (EventKind.LEAVE_COUNTRY, True),
            (EventKind.GRADUATE, True),  # of primary school, and not seen at a junior school
            (EventKind.DECEASE, False),
        ],
    )
    def test_who_was_registered_and_is_no_more(self, kind, is_listed, scene, village, bureau):
        child = scene.children[0]
        sweep.resident(village, "高东", number_of=child)
        if kind:
            change(child, kind, MONDAY - timedelta(days=4))
        assert self.listed(bureau) == ({"高东"} if is_listed else set())

    def test_who_has_finished_grade_nine_is_not_listed(self, scene, village, bureau):
        junior = cast.school_class(cast.school("东坪中学", kind="junior"), "202301", stage=SchoolClass.Stage.JUNIOR)
        child = cast.student(
            junior, "邓安", birth_date=date(2011, 5, 6), id_number=cast.identity_number(date(2011, 5, 6))
        )
        sweep.resident(village, "邓安", number_of=child)
        change(child, EventKind.GRADUATE, date(2026, 7, 6))
        assert self.listed(bureau) == set()

    @pytest.mark.parametrize(("days", "is_listed"), [(-1, True), (0, True), (1, False)])
    def test_what_happened_after_the_day_does_not_count(self, days, is_listed, scene, village, bureau):
        """A transfer out the day before, on and after the day as of which the lists are drawn."""
        child = scene.children[0]
        sweep.resident(village, "高东", number_of=child)
        change(child, EventKind.TRANSFER_OUT, date(2026, 9, 3) + timedelta(days=days))
        assert self.listed(bureau, as_of=date(2026, 9, 3)) == ({"高东"} if is_listed else set())

    def test_a_corrected_event_does_not_count(self, scene, village, bureau):
        """A death that was recorded by mistake, and voided: the child has no place, and is looked for."""
        child = scene.children[0]
        sweep.resident(village, "高东", number_of=child)
        died = change(child, EventKind.DECEASE, date(2026, 9, 2))
        died.pk, died.kind, died.corrects_id = None, EventKind.TRANSFER_OUT, died.pk
        died.save()
        assert self.listed(bureau) == {"高东"}


class TestNotAttending:
    @pytest.mark.parametrize(
        ("kind", "is_listed"), [(EventKind.SUSPEND, True), (EventKind.DROP_OUT, True), (EventKind.TRANSFER_OUT, False)]
    )
    def test_suspended_and_dropped_out_children_are_listed(self, kind, is_listed, scene, bureau):
        change(scene.children[0], kind, date(2026, 9, 2))
        campaign = sweep.sweep(bureau)
        assert sweep.children_on(campaign, NOT_ATTENDING) == ({"高东"} if is_listed else set())

    @pytest.mark.parametrize(("absent", "is_listed"), [(2, False), (3, True), (4, True)])
    def test_who_has_been_absent_for_three_days_is_listed(self, absent, is_listed, scene, bureau, clock):
        days = school_days(date(2026, 9, 1), absent)
        for day in days:
            scene.take(day, first="unexcused")
        clock.move_to(at(days[-1], 20))
        campaign = sweep.sweep(bureau, as_of=days[-1])
        assert sweep.children_on(campaign, NOT_ATTENDING) == ({"高东"} if is_listed else set())

    def test_a_run_counts_as_it_was_on_the_day(self, scene, bureau):
        """Absent from the 1st through the 4th, back on the 7th: three days by the 3rd, two by the 2nd."""
        for day in school_days(date(2026, 9, 1), 4):
            scene.take(day, first="unexcused")
        scene.take(MONDAY)
        found = {day: drawing.long_absent(day, days=3) for day in (date(2026, 9, day) for day in (2, 3, 4, 6, 7))}
        assert {day.day for day, students in found.items() if students} == {3, 4, 6}

    def test_a_run_that_leaving_ended_later_was_open_on_the_day(self, scene, bureau):
        for day in school_days(date(2026, 9, 1), 3):
            scene.take(day, first="unexcused")
        change(scene.children[0], EventKind.TRANSFER_OUT, date(2026, 9, 4))
        assert drawing.long_absent(date(2026, 9, 3), days=3) == [scene.children[0].pk]
        assert drawing.long_absent(date(2026, 9, 4), days=3) == []

    def test_the_child_belongs_to_its_village_else_to_the_township_of_the_school(self, scene, village, bureau):
        far = sweep.village(cast.township("西岭镇"), "丙西村")
        matched, coded, unknown = scene.children
        sweep.resident(village, "高东", number_of=matched)
        Student.objects.filter(pk=coded.pk).update(home_area_code=far.code)
        match_residents()
        for child in scene.children:
            change(child, EventKind.DROP_OUT, date(2026, 9, 2))
        found = {row.student: (row.village, row.township) for row in sweep.sweep(bureau).findings.all()}
        assert found == {
            matched: (village, village.parent),
            coded: (far, far.parent),
            unknown: (None, scene.school.township),
        }


class TestPoverty:
    def listed(self, bureau) -> set[str]:
        match_residents()
        return sweep.children_on(sweep.sweep(bureau), POVERTY)

    @pytest.mark.parametrize(
        ("until", "is_listed"), [(None, True), (MONDAY, False), (MONDAY + timedelta(days=1), True)]
    )
    def test_a_flag_in_force_on_the_day_counts(self, until, is_listed, scene, bureau):
        change(scene.children[0], EventKind.DROP_OUT, date(2026, 9, 2))
        kind = SpecialGroup.Kind.OUT_OF_POVERTY
        SpecialGroup.objects.create(student=scene.children[0], kind=kind, since=date(2025, 9, 1), until=until)
        assert self.listed(bureau) == ({"高东"} if is_listed else set())

    def test_the_residents_list_counts_too(self, scene, village, bureau):
        sweep.resident(village, "高东", number_of=scene.children[0], is_out_of_poverty=True)
        change(scene.children[0], EventKind.DROP_OUT, date(2026, 9, 2))
        assert self.listed(bureau) == {"高东"}

    def test_a_poor_child_who_is_suspended_has_not_dropped_out(self, scene, village, bureau):
        sweep.resident(village, "高东", number_of=scene.children[0], is_out_of_poverty=True)
        change(scene.children[0], EventKind.SUSPEND, date(2026, 9, 2))
        assert self.listed(bureau) == set()


class TestSweep:
    def test_a_season_has_one_sweep(self, scene, bureau):
        sweep.sweep(bureau)
        with pytest.raises(campaigns.CampaignRefused, match="已经启动"):
            sweep.sweep(bureau)
        assert Campaign.objects.count() == 1

    def test_drawn_again_it_gains_and_never_loses(self, scene, village, bureau):
        first = sweep.resident(village, "陈安")
        campaign = sweep.sweep(bureau)
        finding = campaign.findings.get()
        sweep.record(bureau, finding, State.VISITED)
        sweep.resident(village, "陈宁")
        Resident.objects.filter(pk=first.pk).update(birth_date=date(2001, 1, 1))  # no longer of school age
        assert drawing.draw(by=bureau, campaign=campaign) == {NOT_ENROLLED: 1, NOT_ATTENDING: 0, POVERTY: 0}
        assert drawing.draw(by=bureau, campaign=campaign) == {NOT_ENROLLED: 0, NOT_ATTENDING: 0, POVERTY: 0}
        assert sweep.children_on(campaign, NOT_ENROLLED) == {"陈安", "陈宁"}
        finding.refresh_from_db()
        assert finding.state == State.VISITED

    def test_a_resident_linked_since_to_a_child_on_the_same_list_is_no_obstacle(self, scene, village, bureau):
        """The resident's old student is listed with it; a new one of the same resident comes to the list by itself."""
        first, second, _ = scene.children
        row = sweep.resident(village, "高东", number_of=first)
        match_residents()
        change(first, EventKind.DROP_OUT, date(2026, 9, 2))
        campaign = sweep.sweep(bureau)
        Resident.objects.filter(pk=row.pk).update(student=second)
        change(second, EventKind.DROP_OUT, date(2026, 9, 2))
        assert drawing.draw(by=bureau, campaign=campaign)[NOT_ATTENDING] == 1
        assert campaign.findings.get(student=second).resident is None

    def test_the_statements_do_not_grow_with_the_county(self, scene, village, bureau, django_assert_num_queries):
        campaign = sweep.sweep(bureau)
        for number in range(8):
            sweep.resident(village, f"陈{number}")
        for child in scene.children:
            change(child, EventKind.DROP_OUT, date(2026, 9, 2))
        with django_assert_num_queries(16):
            assert sum(drawing.draw(by=bureau, campaign=campaign).values()) == 11

    def test_once_closed_nothing_changes(self, scene, village, bureau):
        sweep.resident(village, "陈安")
        campaign = sweep.sweep(bureau)
        finding = campaign.findings.get()
        campaigns.close_campaign(by=bureau, campaign=campaign)
        campaigns.close_campaign(by=bureau, campaign=campaign)  # a second press
        assert AuditRow.objects.filter(action="campaign.close").count() == 1
        for act in (
            lambda: sweep.record(bureau, finding, State.BACK),
            lambda: drawing.draw(by=bureau, campaign=campaign),
            lambda: campaigns.assign(by=bureau, campaign=campaign, findings=Finding.objects.all(), follower=bureau),
        ):
            with pytest.raises(campaigns.CampaignRefused, match="已结束"):
                act()
        assert not FindingStep.objects.exists()


class TestSteps:
    @pytest.fixture
    def finding(self, scene, village, bureau):
        sweep.resident(village, "陈安")
        return sweep.sweep(bureau).findings.get()

    def test_a_step_is_added_and_the_state_follows(self, finding, bureau):
        sweep.record(bureau, finding, State.VISITED, note="家里没人")
        sweep.record(bureau, finding, State.BACK)
        finding.refresh_from_db()
        assert finding.state == State.BACK
        assert list(finding.steps.values_list("state", flat=True)) == [State.VISITED, State.BACK]

    @pytest.mark.parametrize("state", [state for state in State if state is not State.TO_VISIT])
    def test_a_state_that_nobody_sees_here_asks_for_a_paper(self, state, finding, bureau):
        paper = take_in(sweep.picture())
        if state in Finding.PROVEN:
            with pytest.raises(campaigns.CampaignRefused, match="要附证明材料，没有保存"):
                sweep.record(bureau, finding, state)
            sweep.record(bureau, finding, state, proof=paper)
            assert FindingProof.objects.get().uploaded_by == bureau
        else:
            sweep.record(bureau, finding, state)
        finding.refresh_from_db()
        assert finding.state == state

    def test_one_paper_is_enough_for_one_state(self, finding, bureau):
        sweep.record(bureau, finding, State.ELSEWHERE, proof=take_in(sweep.picture()))
        sweep.record(bureau, finding, State.ELSEWHERE, note="核对了学籍")
        with pytest.raises(campaigns.CampaignRefused):
            sweep.record(bureau, finding, State.ABROAD)

    def test_the_same_form_sent_twice_is_one_step(self, finding, bureau):
        submission = uuid4()
        first = sweep.record(bureau, finding, State.VISITED, submission=submission, seen=0)
        assert sweep.record(bureau, finding, State.VISITED, submission=submission, seen=0) == first
        assert finding.steps.count() == 1

    def test_the_second_of_two_people_is_told_what_changed(self, finding, bureau, scene):
        officer = cast.person("赵文", role=Role.TOWNSHIP_OFFICER, township=scene.school.township)
        sweep.record(officer, finding, State.NOT_FOUND)
        with pytest.raises(campaigns.Overtaken, match="赵文刚刚登记了“去向不明”，这次没有保存"):
            sweep.record(bureau, finding, State.BACK, seen=0)
        finding.refresh_from_db()
        assert finding.state == State.NOT_FOUND

    @pytest.mark.parametrize(("days", "is_kept"), [(-1, False), (0, True), (3, True), (4, False)])
    def test_a_visit_lies_between_the_day_of_the_lists_and_today(self, days, is_kept, finding, bureau):
        visit = {"happened_on": MONDAY + timedelta(days=days), "today": MONDAY + timedelta(days=3)}
        if is_kept:
            sweep.record(bureau, finding, State.VISITED, **visit)
        else:
            with pytest.raises(campaigns.CampaignRefused, match="请改正日期"):
                sweep.record(bureau, finding, State.VISITED, **visit)

    def test_the_audit_log_names_no_child(self, finding, bureau):
        sweep.record(bureau, finding, State.VISITED)
        row = AuditRow.objects.get(action="campaign.record")
        assert row.details == {"state": "visited", "proof": False}


class TestFollowers:
    def test_assigning_again_changes_nothing(self, scene, village, bureau):
        for name in ("陈安", "陈宁"):
            sweep.resident(village, name)
        campaign = sweep.sweep(bureau)
        officer = cast.person("赵文", role=Role.TOWNSHIP_OFFICER, township=scene.school.township)
        everybody = Finding.objects.all()
        assert campaigns.assign(by=bureau, campaign=campaign, findings=everybody, follower=officer) == 2
        assert campaigns.assign(by=bureau, campaign=campaign, findings=everybody, follower=officer) == 0
        assert set(campaign.findings.values_list("follower", flat=True)) == {officer.pk}
        assert campaigns.assign(by=bureau, campaign=campaign, findings=everybody, follower=None) == 2
        assert AuditRow.objects.filter(action="campaign.assign").count() == 2

    def test_who_may_follow_up_works_there_today(self, scene, village):
        officer = cast.person("赵文", role=Role.TOWNSHIP_OFFICER, township=scene.school.township)
        cast.person("钱远", role=Role.TOWNSHIP_OFFICER, township=cast.township("西岭镇"))
        left = cast.person("孙离")
        cast.post(left, Role.TOWNSHIP_OFFICER, township=scene.school.township, until=MONDAY)
        township = scene.school.township_id
        assert list(queries.possible_followers(MONDAY, township=township)) == [officer]
        assert set(queries.possible_followers(MONDAY, township=township, school=scene.school.pk)) == {
            officer, scene.clerk,
        }  # fmt: skip
