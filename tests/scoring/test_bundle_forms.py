"""The forms of 三包 and 联点, and the schools side by side."""

from datetime import date

import pytest
from django.urls import reverse

from casework.contacts import ContactMethod
from scoring.models import Assignment
from students.models import Posting, Role
from tests import cast
from tests.scene import MONDAY, client_of
from tests.scoring.bundling import assign, bureau, go_with, keyed, mentor, principal, village, visit

__all__ = ["bureau", "keyed", "mentor", "principal"]


def text_of(page) -> str:
    return page.content.decode()


class TestForms:
    def post(self, scene, name, who, *args, **fields):
        return client_of(who).post(reverse(f"scoring:{name}", args=[scene.school.pk, *args]), fields)

    def test_several_children_are_assigned_at_once(self, keyed, mentor):
        chosen = [child.pk for child in keyed.children[:2]]
        fields = {"students": chosen, "person": mentor.pk, "since": "2026-09-07"}
        page = self.post(keyed, "assign_students", keyed.clerk, **fields)
        assert page.url == reverse("scoring:school_bundles", args=[keyed.school.pk]) + "?tab=people"
        assert Assignment.objects.filter(person=mentor).count() == 2

    def test_one_comes_chosen_from_the_list(self, keyed, mentor):
        address = reverse("scoring:assign_students", args=[keyed.school.pk])
        form = client_of(keyed.clerk).get(address, {"student": keyed.children[1].pk}).context["form"]
        assert form["students"].value() == [str(keyed.children[1].pk)]

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            ({"students": []}, "请选择学生，至少一个"),
            ({"students": ["99999"]}, "选的学生已不在名单上"),
            ({"person": ""}, "请选择由谁包"),
            ({"person": "99999"}, "选的人现在没有这个岗位"),
            ({"since": "昨天"}, "从哪天起没有看懂"),
            ({"since": "2026-09-08"}, "开始日期还没有到"),
            ({"since": "2026-08-31"}, "开始日期不在本学年"),
        ],
    )
    def test_what_is_wrong_is_said_and_nothing_saved(self, keyed, mentor, wrong, words):
        fields = {"students": [keyed.children[0].pk], "person": mentor.pk, "since": "2026-09-07"} | wrong
        page = self.post(keyed, "assign_students", keyed.clerk, **fields)
        assert page.status_code == 422
        assert words in text_of(page)
        assert not Assignment.objects.exists()

    def test_who_comes_second_is_told_whom_the_first_has_chosen(self, keyed, mentor):
        assign(keyed.clerk, keyed.school, keyed.teacher, keyed.children[0])
        fields = {"students": [keyed.children[0].pk], "person": mentor.pk, "since": "2026-09-07"}
        page = self.post(keyed, "assign_students", keyed.clerk, **fields)
        assert "高东已由沈明负责（2026年9月7日起），要换人请用移交" in text_of(page)

    def test_a_village_of_another_township_is_refused(self, keyed, principal):
        village("李庄", of=keyed.school.township)
        far = village("远村", of=cast.township("西岭镇"), number=2)
        fields = {"villages": [far.pk], "person": principal.pk, "since": "2026-09-07"}
        page = self.post(keyed, "assign_villages", keyed.clerk, **fields)
        assert page.status_code == 422
        assert "选的村不是本乡镇的村" in text_of(page)

    def test_villages_are_assigned(self, keyed, principal):
        own = village("李庄", of=keyed.school.township)
        fields = {"villages": [own.pk], "person": principal.pk, "since": "2026-09-07"}
        assert self.post(keyed, "assign_villages", keyed.clerk, **fields).status_code == 302
        assert Assignment.objects.get().village == own

    def test_everything_somebody_has_is_chosen_to_be_handed_over(self, keyed, mentor):
        rows = assign(keyed.clerk, keyed.school, mentor, *keyed.children)
        address = reverse("scoring:hand_over_bundle", args=[keyed.school.pk, mentor.pk])
        form = client_of(keyed.clerk).get(address).context["form"]
        assert set(form["rows"].value()) == {str(row.pk) for row in rows}
        fields = {"rows": form["rows"].value(), "taker": keyed.teacher.pk, "note": "产假"}
        assert client_of(keyed.clerk).post(address, fields).status_code == 302
        assert Assignment.objects.open().filter(person=keyed.teacher).count() == 3
        again = client_of(keyed.clerk).post(address, fields)
        assert again.status_code == 302  # a second press
        assert Assignment.objects.count() == 6

    def test_one_assignment_is_ended_and_one_undone(self, keyed, mentor):
        first, second = assign(keyed.clerk, keyed.school, mentor, *keyed.children[:2])
        client = client_of(keyed.clerk)
        assert client.post(reverse("scoring:end_assignment", args=[first.pk]), {"note": ""}).status_code == 422
        assert client.post(reverse("scoring:end_assignment", args=[first.pk]), {"note": "已稳定"}).status_code == 302
        client.post(reverse("scoring:take_back_assignment", args=[second.pk]))
        assert not Assignment.objects.open().exists()
        assert "这项分工已结束" in text_of(client.get(reverse("scoring:end_assignment", args=[first.pk])))
        page = client.post(reverse("scoring:take_back_assignment", args=[first.pk]), follow=True)
        assert "这项分工已结束，没有撤销" in text_of(page)


class TestTheArea:
    def test_counts_schools_with_what_the_figures_are_taken_of(self, keyed, mentor, bureau):
        assign(keyed.clerk, keyed.school, mentor, *keyed.children[:2])
        visit(mentor, keyed.children[0])
        visit(mentor, keyed.children[1], method=ContactMethod.PHONE)
        page = client_of(bureau).get(reverse("scoring:bundles"))
        [row] = page.context["page"]
        assert (row.key, row.held, row.visited, row.nobodys) == (3, 2, 1, 1)
        assert '2<span class="unit">/3人</span>' in text_of(page)
        assert '1<span class="unit">/2人</span>' in text_of(page)

    def test_counts_nobody_who_has_left(self, keyed, mentor, bureau):
        assign(keyed.clerk, keyed.school, mentor, *keyed.children)
        Posting.objects.filter(person=mentor).update(until=MONDAY)
        [row] = client_of(bureau).get(reverse("scoring:bundles")).context["page"]
        assert (row.key, row.held) == (3, 0)

    def test_is_narrowed_down_to_a_township(self, keyed, bureau):
        far = cast.school("西岭小学", township=cast.township("西岭镇"))
        cast.school_class(far)
        page = client_of(bureau).get(reverse("scoring:bundles"), {"township": far.township_id})
        assert [row.school for row in page.context["page"]] == [far]

    def test_shows_first_the_schools_with_which_nobody_goes(self, keyed, bureau):
        far = cast.school("西岭小学", township=cast.township("西岭镇"))
        cast.school_class(far)
        go_with(bureau, keyed.school, bureau)
        page = client_of(bureau).get(reverse("scoring:liaisons"))
        assert [row.school for row in page.context["page"]] == [far]
        held = client_of(bureau).get(reverse("scoring:liaisons"), {"tab": "held"})
        assert [row.liaison.person for row in held.context["page"]] == [bureau]

    def test_an_officer_is_chosen_by_form(self, keyed, bureau):
        address = reverse("scoring:assign_liaison", args=[keyed.school.pk])
        fields = {"person": bureau.pk, "since": "2026-09-07", "planned_until": "2026-09-01", "seen": ""}
        page = client_of(bureau).post(address, fields)
        assert "两个日子写反了" in text_of(page)
        fields["planned_until"] = "2027-01-22"
        assert client_of(bureau).post(address, fields).status_code == 302
        row = Assignment.objects.get()
        assert (row.person, row.planned_until) == (bureau, date(2027, 1, 22))
        other = cast.person("钱江", role=Role.TOWNSHIP_OFFICER, township=keyed.school.township)
        page = client_of(bureau).post(address, fields | {"person": other.pk})  # from a page opened before
        assert page.status_code == 422
        assert "联点有了变动（现在由苏远联点）" in text_of(page)

    def test_asks_for_the_same_however_many_schools_there_are(self, keyed, bureau, django_assert_num_queries):
        client = client_of(bureau)
        for name, number in (("scoring:bundles", 7), ("scoring:liaisons", 7)):
            client.get(reverse(name))
            with django_assert_num_queries(number):
                client.get(reverse(name))
        for number in range(3):
            cast.school_class(cast.school(f"西{number}小学"))
        for name, number in (("scoring:bundles", 7), ("scoring:liaisons", 7)):
            with django_assert_num_queries(number):
                client.get(reverse(name))
