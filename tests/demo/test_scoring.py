"""The demonstration county has what 责任考核 is about in the states that a user should meet."""

from datetime import timedelta

from django.utils import timezone

from casework.document_kinds import PLEDGES
from casework.models import DocumentStep
from scoring.actions.scores import keep_scores
from scoring.appeals import AppealState, Level
from scoring.assigning import Kind
from scoring.models import Appeal, Assignment, ScoreFreeze
from scoring.pledges import counts_of
from scoring.queries.appeals import score_of
from scoring.queries.pledges import PledgeBook
from students.models import Role, School
from tests.demo.county import TODAY


def test_appeals_wait_in_the_school_of_the_log_ins_and_that_of_a_lost_child_at_the_bureau(county):
    waiting = Appeal.objects.filter(state=AppealState.WAITING)
    assert {row.school_class.school_id for row in waiting} == {county.plan.shown_school.row.pk}
    assert [row.level for row in waiting if row.kind == "loss"] == [Level.BUREAU]


def test_one_is_accepted_and_its_fact_costs_nothing(county):
    row = Appeal.objects.get(state=AppealState.ACCEPTED)
    made = score_of(row.school_class_id, TODAY - timedelta(days=1))
    waived = [charge for line in made.lines.values() for charge in line.charges if charge.is_waived]
    assert [duty.student for charge in waived for duty in charge.duties] == [row.student_id]
    assert sum(charge.points for charge in waived) == 0


class TestPledges:
    """责任书 in four layers, each on its way."""

    def test_each_layer_has_some_that_are_signed_and_some_that_are_not(self, county):
        school = county.plan.shown_school.row
        book = PledgeBook(School.objects.filter(pk=school.pk), county.plan.span.school_year, TODAY)
        counts = counts_of(book.lines)
        assert [counts[kind].signed > 0 for kind in PLEDGES] == [True] * 4
        assert [counts[kind].unsigned > 0 for kind in PLEDGES] == [False, False, True, True]

    def test_the_bureau_sees_which_school_has_not_signed(self, open_page):
        page = open_page(Role.BUREAU_OFFICER, "scoring:pledges", query="?by=person&kind=pledge_school")
        assert all(state in page for state in ("已签字", "待签字", "待签发"))

    def test_the_homeroom_teacher_of_the_log_ins_has_one_to_sign(self, open_page):
        assert "看全文并签字" in open_page(Role.HOMEROOM_TEACHER, "scoring:my_pledges")

    def test_who_only_signs_is_not_led_to_the_register_of_numbers(self, open_page):
        assert "发文登记" not in open_page(Role.SUBJECT_TEACHER, "casework:documents")
        assert "发文登记" in open_page(Role.HOMEROOM_TEACHER, "casework:documents")

    def test_they_were_signed_on_days_before_today(self, county):
        steps = DocumentStep.objects.filter(document__kind__in=PLEDGES)
        days = {timezone.localdate(step.at) for step in steps}
        assert steps.exists()
        assert max(days) < TODAY


class TestAssignments:
    """三包 and 联点."""

    def test_most_key_children_of_the_school_have_somebody_and_some_have_nobody(self, county, open_page):
        page = open_page(Role.REGISTRY_CLERK, "scoring:school_bundles", county.plan.shown_school.row.pk)
        assert "安排包学生" in page
        assert "没有人包的重点生" in page

    def test_teachers_find_their_children(self, open_page):
        for role in (Role.HOMEROOM_TEACHER, Role.SUBJECT_TEACHER):
            assert "拨打家长" in open_page(role, "scoring:my_bundles")

    def test_every_school_has_a_liaison_and_every_village_but_the_last_a_head(self, county):
        liaisons = Assignment.objects.filter(kind=Kind.LIAISON)
        assert {row.school_id for row in liaisons} == {school.row.pk for school in county.plan.schools}
        shown = county.plan.shown_school
        villages = Assignment.objects.filter(kind=Kind.VILLAGE, school=shown.row)
        assert {row.village for row in villages} == set(shown.villages[:-1])


def test_the_term_goes_on_so_nothing_is_frozen(open_page):
    keep_scores(today=TODAY)
    assert not ScoreFreeze.objects.exists()
    assert "暂定" in open_page(Role.PRINCIPAL, "scoring:scores")
