"""比对 kept: links by number, proposals that a person answers, and the pages that show them."""

from datetime import date

import pytest
from django.urls import reverse

from students.actions import residents as actions
from students.matching import propose
from students.models import AuditRow, ProposedMatch, RefusedMatch, Resident, Role, Student
from tests import cast, sweep
from tests.scene import PHONE, client_of

BORN = date(2014, 5, 6)


@pytest.fixture
def village(scene):
    return sweep.village(scene.school.township)


@pytest.fixture
def officer(scene):
    return cast.person("赵文", role=Role.TOWNSHIP_OFFICER, township=scene.school.township)


@pytest.fixture
def far(scene):
    """An officer of another township."""
    return cast.person("钱远", role=Role.TOWNSHIP_OFFICER, township=cast.township("西岭镇"))


@pytest.fixture
def pair(scene, village):
    """高东 of the class, and a resident of the same name and birthday under another number."""
    row = sweep.resident(village, "高东", guardian_name="曾杰", phone=PHONE)
    actions.match_residents()
    return ProposedMatch.objects.get(resident=row)


class TestLinksByNumber:
    def test_a_number_links_and_a_second_run_changes_nothing(self, scene, village):
        row = sweep.resident(village, "别名", number_of=scene.children[0])
        assert actions.match_residents() == {"released": 0, "linked": 1, "proposed": 0}
        row.refresh_from_db()
        assert (row.student, row.match) == (scene.children[0], "id")
        assert actions.match_residents() == {"released": 0, "linked": 0, "proposed": 0}
        assert AuditRow.objects.filter(action="residents.match").count() == 1

    def test_a_number_wins_over_what_a_person_said(self, scene, village, officer, pair):
        """The resident's own number turns up at another student: the person was mistaken."""
        confirmed = actions.confirm_match(by=officer, proposal=pair.pk)
        newcomer = cast.student(scene.school_class, "高东", id_number=confirmed.id_number)
        assert actions.match_residents()["released"] == 1
        confirmed.refresh_from_db()
        assert (confirmed.student, confirmed.match, confirmed.matched_by) == (newcomer, "id", None)

    def test_a_number_wins_also_where_the_student_turns_out_to_be_another_resident(self, scene, village, officer, pair):
        first = actions.confirm_match(by=officer, proposal=pair.pk)
        second = sweep.resident(village, "高东", number_of=scene.children[0])
        actions.match_residents()
        first.refresh_from_db()
        second.refresh_from_db()
        assert (first.student, second.student) == (None, scene.children[0])

    def test_a_number_wins_at_once_where_a_person_crossed_two_children(self, scene, village, officer):
        """Both links are wrong as soon as one number is known: one run unties both, the next has nothing to do."""
        mine, other = sweep.resident(village, "高东"), sweep.resident(village, "袁然远")
        crossed = {mine: scene.children[0], other: scene.children[1]}
        moment = {"match": "confirmed", "matched_by": officer, "matched_at": "2026-09-07T08:00+08:00"}
        for row, student in crossed.items():
            Resident.objects.filter(pk=row.pk).update(student=student, **moment)
        Student.objects.filter(pk=crossed[other].pk).update(id_number=mine.id_number, student_number=None)
        actions.match_residents()
        mine.refresh_from_db()
        other.refresh_from_db()
        assert (mine.student, mine.match, other.student) == (crossed[other], "id", None)
        assert not any(actions.match_residents().values())

    def test_what_a_person_confirmed_stays_while_nothing_speaks_against_it(self, officer, pair):
        row = actions.confirm_match(by=officer, proposal=pair.pk)
        assert actions.match_residents() == {"released": 0, "linked": 0, "proposed": 0}
        row.refresh_from_db()
        assert row.match == "confirmed"

    def test_the_queries_do_not_grow_with_the_lists(self, scene, village, django_assert_num_queries):
        for number in (1, 6):
            for each in range(number):
                cast.student(scene.school_class, f"高{number}{each}")
                sweep.resident(village, f"高{number}{each}")
            with django_assert_num_queries(14):  # two of them open and keep the savepoint
                assert actions.match_residents()["proposed"] == number


class TestAnswers:
    def test_yes_links_the_pair_and_says_by_whom(self, officer, pair, scene):
        row = actions.confirm_match(by=officer, proposal=pair.pk)
        assert (row.student, row.match, row.matched_by) == (scene.children[0], "confirmed", officer)
        assert not ProposedMatch.objects.exists()
        assert AuditRow.objects.get(action="residents.confirm").done_by == officer

    def test_no_is_remembered_for_good(self, officer, pair):
        actions.refuse_match(by=officer, proposal=pair.pk)
        actions.match_residents()
        assert not ProposedMatch.objects.exists()
        assert RefusedMatch.objects.get().refused_by == officer

    def test_after_a_no_the_next_namesake_is_proposed(self, officer, pair, scene):
        other = cast.student(scene.school_class, "高东")
        actions.match_residents()
        actions.refuse_match(by=officer, proposal=ProposedMatch.objects.get(student=scene.children[0]).pk)
        assert ProposedMatch.objects.get().student == other

    def test_a_yes_can_be_undone_and_the_pair_is_proposed_again(self, officer, pair):
        row = actions.confirm_match(by=officer, proposal=pair.pk)
        actions.undo_match(by=officer, resident=row)
        row.refresh_from_db()
        assert (row.student, row.match, row.matched_at) == (None, "", None)
        assert ProposedMatch.objects.get().resident == row

    def test_a_no_can_be_undone(self, officer, pair):
        actions.undo_refusal(by=officer, refused=actions.refuse_match(by=officer, proposal=pair.pk))
        assert ProposedMatch.objects.count() == 1

    def test_a_link_by_number_is_not_undone_by_hand(self, officer, scene, village):
        row = sweep.resident(village, number_of=scene.children[0])
        actions.match_residents()
        with pytest.raises(actions.MatchRefused, match="先更正号码"):
            actions.undo_match(by=officer, resident=row)

    def test_the_second_of_two_people_is_told(self, officer, pair):
        actions.confirm_match(by=officer, proposal=pair.pk)
        with pytest.raises(actions.MatchRefused, match="已由别人处理"):
            actions.refuse_match(by=officer, proposal=pair.pk)
        assert not RefusedMatch.objects.exists()

    def test_what_is_kept_is_what_the_pure_matching_proposes(self, scene, village):
        for name in ("高东", "高东", "袁然远", "胡涛", "别人"):
            sweep.resident(village, name)
        actions.match_residents()
        ours = set(ProposedMatch.objects.values_list("resident__name", "student__name", "confidence"))
        assert ours == {(child.name, child.name, "medium") for child in scene.children}
        kept = set(ProposedMatch.objects.values_list("resident", "student"))
        ProposedMatch.objects.all().delete()
        actions.match_residents()
        assert set(ProposedMatch.objects.values_list("resident", "student")) == kept
        assert propose([], []) == []


class TestPages:
    def test_the_list_shows_how_the_matching_stands_and_hides_the_numbers(self, scene, village, officer, pair):
        linked = sweep.resident(village, "袁然远", number_of=scene.children[1])
        actions.match_residents()
        html = client_of(officer).get(reverse("students:residents")).content.decode()
        for word in ("待确认", "号码一致", f"{scene.school} {scene.school_class}，在校"):
            assert word in html
        assert pair.resident.id_number not in html
        assert linked.id_number not in html
        assert PHONE not in html

    @pytest.mark.parametrize(
        ("query", "names"),
        [
            ("q=高东", {"高东"}),
            ("q=东", {"高东"}),
            ("q=yuanran", {"袁然远"}),
            ("q=XX", {"小小"}),
            ("q=无此人", set()),
            ("state=linked", {"袁然远"}),
            ("state=proposed", {"高东"}),
            ("state=alone", {"小小"}),
            ("age=before", {"小小"}),
            ("age=due", {"高东", "袁然远"}),
            ("age=after", set()),
            ("q=高东&state=linked", set()),
        ],
    )
    def test_search_and_filters(self, query, names, scene, village, officer, pair):
        sweep.resident(village, "袁然远", number_of=scene.children[1])
        sweep.resident(village, "小小", born=date(2023, 1, 2))
        actions.match_residents()
        response = client_of(officer).get(f"{reverse('students:residents')}?{query}")
        assert {line.resident.name for line in response.context["lines"]} == names

    def test_the_last_four_of_the_number_find_a_child(self, officer, pair):
        number = pair.resident.id_number
        for typed, found in ((number[-4:], 1), (number, 1), (f"0{number[-4:]}", number[-5] == "0")):
            response = client_of(officer).get(f"{reverse('students:residents')}?q={typed}")
            assert [line.resident for line in response.context["lines"]] == [pair.resident] * found

    def test_an_officer_sees_the_own_township_alone(self, pair, far):
        client = client_of(far)
        assert client.get(reverse("students:residents")).context["page"].paginator.count == 0
        assert client.get(reverse("students:resident", args=[pair.resident_id])).status_code == 404
        assert client.get(reverse("students:matches")).context["cards"] == []
        for name in ("confirm_match", "refuse_match"):
            assert client.post(reverse(f"students:{name}", args=[pair.pk])).status_code == 404
        assert ProposedMatch.objects.count() == 1

    def test_the_pair_stands_side_by_side_with_what_differs(self, officer, pair):
        response = client_of(officer).get(reverse("students:matches"))
        [card] = response.context["cards"]
        assert [row.label for row in card.rows if row.differs] == ["身份证件号"]
        assert card.reasons == "姓名相同，出生日期相同，监护人姓名相同，监护人电话相同"
        html = response.content.decode()
        assert pair.resident.id_number not in html
        assert pair.student.id_number not in html

    def test_yes_and_then_undo(self, officer, pair):
        client = client_of(officer)
        said = client.post(reverse("students:confirm_match", args=[pair.pk]), follow=True).content.decode()
        undo = reverse("students:undo_match", args=[pair.resident_id])
        assert "已确认：高东就是学生高东" in said
        assert undo in said
        assert "重新列入待确认" in client.post(undo, follow=True).content.decode()
        assert Resident.objects.get(pk=pair.resident_id).student is None

    def test_no_and_then_undo(self, officer, pair):
        client = client_of(officer)
        client.post(reverse("students:refuse_match", args=[pair.pk]))
        refused = RefusedMatch.objects.get()
        client.post(reverse("students:undo_refusal", args=[refused.pk]))
        assert not RefusedMatch.objects.exists()

    def test_a_second_press_is_told_and_done_once(self, officer, pair):
        client = client_of(officer)
        address = reverse("students:confirm_match", args=[pair.pk])
        client.post(address)
        assert "没有重复保存" in client.post(address, follow=True).content.decode()
        assert AuditRow.objects.filter(action="residents.confirm").count() == 1

    @pytest.mark.parametrize("name", ["residents", "matches"])
    def test_the_queries_of_a_list_are_constant(self, name, scene, village, officer, django_assert_num_queries):
        client = client_of(officer)
        for extra in (1, 6):
            for number in range(extra):
                cast.student(scene.school_class, f"高{number}{extra}东")
                sweep.resident(village, f"高{number}{extra}东")
                sweep.resident(village, "袁远", number_of=cast.student(scene.school_class, "袁远"))
            actions.match_residents()
            with django_assert_num_queries({"residents": 10, "matches": 7}[name]):
                client.get(reverse(f"students:{name}"))

    def test_a_resident_with_a_student_of_another_township_is_shown_without_a_way_in(self, scene, village, officer):
        far_school = cast.school("西岭小学", township=cast.township("西岭镇"))
        child = cast.student(cast.school_class(far_school), "胡远")
        row = sweep.resident(village, "胡远", number_of=child)
        actions.match_residents()
        html = client_of(officer).get(reverse("students:resident", args=[row.pk])).content.decode()
        assert "西岭小学" in html
        assert reverse("casework:child", args=[child.pk]) not in html
        assert Student.objects.filter(pk=child.pk).exists()
