"""The pages of 三包 and 联点: what they show to whom, what a teacher who answers for a child may do, what they cost."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from casework.actions.visits import Wanted, plan_week
from casework.contacts import ContactOutcome
from casework.models import Case, Contact
from casework.steps import CaseStep
from students.actions.enrolment import record_event
from students.enrolment import EventKind
from students.models import Posting, Resident, Role, Student
from tests import cast
from tests.scene import MONDAY, client_of
from tests.scoring.bundling import (
    SEPTEMBER,
    assign,
    assign_villages,
    bureau,
    go_with,
    hand_over,
    keyed,
    make_key,
    mentor,
    principal,
    village,
    visit,
)

__all__ = ["bureau", "keyed", "mentor", "principal"]
MINE = reverse("scoring:my_bundles")


def text_of(page) -> str:
    return page.content.decode()


def school_page(scene, who, **query):
    return client_of(who).get(reverse("scoring:school_bundles", args=[scene.school.pk]), query)


def contact_of(child) -> str:
    return reverse("casework:new_contact", args=[child.pk])


def telling(**fields) -> dict:
    given = {"method": "phone", "day": MONDAY.isoformat(), "outcome": "talked", "submission": str(uuid4())}
    return given | {"tab": str(uuid4()), "next": MINE} | fields


class TestASchool:
    def test_begins_with_whom_nobody_answers_for(self, keyed, mentor):
        assign(keyed.clerk, keyed.school, mentor, keyed.children[0])
        page = school_page(keyed, keyed.clerk)
        assert page.context["shown"] == "nobody"
        assert [child.student.name for child in page.context["page"]] == ["袁然远", "胡涛"]
        assert "重点生3人" in text_of(page)

    def test_puts_those_first_whose_person_has_left(self, keyed, mentor):
        assign(keyed.clerk, keyed.school, mentor, keyed.children[2])
        Posting.objects.filter(person=mentor).update(until=MONDAY)
        page = school_page(keyed, keyed.clerk)
        assert page.context["page"][0].student == keyed.children[2]
        assert "任军，责任人已离任" in text_of(page)
        assert "要重新安排" in text_of(page)

    def test_shows_each_teachers_children_with_visits_and_results(self, keyed, mentor):
        child = keyed.children[0]
        assign(keyed.clerk, keyed.school, mentor, child, since=SEPTEMBER)
        visit(mentor, child, day=date(2026, 9, 3))
        visit(keyed.teacher, child, day=date(2026, 9, 4))  # another's: not the mentor's work
        visit(mentor, child, day=date(2026, 9, 5), outcome=ContactOutcome.NOBODY_HOME)
        [group] = school_page(keyed, keyed.clerk, tab="people").context["page"]
        [each] = group.children
        assert (each.deeds.contacts, each.deeds.visits, each.days_since, group.visited) == (2, 1, 2, 1)
        assert each.last_words == "9月5日家访：家中无人"

    def test_counts_nothing_from_before_the_child_was_theirs(self, keyed, mentor):
        child = keyed.children[0]
        visit(keyed.teacher, child, day=date(2026, 9, 4))
        assign(keyed.clerk, keyed.school, keyed.teacher, child)
        [group] = school_page(keyed, keyed.clerk, tab="people").context["page"]
        assert group.children[0].deeds.contacts == 0
        assert "还没有联系" in text_of(school_page(keyed, keyed.clerk, tab="people"))

    def test_says_which_visit_comes_next(self, keyed, mentor):
        child = keyed.children[0]
        assign(keyed.clerk, keyed.school, mentor, child)
        wanted = {child.pk: Wanted(mentor.pk, MONDAY + timedelta(days=1), "")}
        scope = cast.scope(keyed.teacher)
        plan_week(by=keyed.teacher, scope=scope, week=MONDAY, wanted=wanted, today=MONDAY)
        assert "9月8日家访（任军）" in text_of(school_page(keyed, keyed.clerk, tab="people"))

    def test_finds_a_teacher_or_a_child_by_name(self, keyed, mentor):
        assign(keyed.clerk, keyed.school, mentor, keyed.children[0])
        assign(keyed.clerk, keyed.school, keyed.teacher, keyed.children[1])
        for q, person in (("任军", mentor), ("袁然", keyed.teacher)):
            [group] = school_page(keyed, keyed.clerk, tab="people", q=q).context["page"]
            assert group.person == person
        assert "没有找到" in text_of(school_page(keyed, keyed.clerk, tab="people", q="没有这人"))

    def test_shows_villages_by_the_polices_list_before_the_registry(self, keyed, principal):
        li, zhao = village("李庄", of=keyed.school.township), village("赵家岭", of=keyed.school.township, number=2)
        Student.objects.filter(pk=keyed.children[0].pk).update(home_area_code=li.code)
        Student.objects.filter(pk=keyed.children[1].pk).update(home_area_code=li.code)
        Resident.objects.create(
            name="袁然远", id_number=keyed.children[1].id_number, sex="男", birth_date=date(2014, 5, 6), village=zhao,
            township=zhao.parent, student=keyed.children[1], match="id", matched_at="2026-09-01T00:00Z",
        )  # fmt: skip
        assign_villages(keyed.clerk, keyed.school, principal, li)
        lines = {line.name: line for line in school_page(keyed, keyed.clerk, tab="villages").context["page"]}
        found = {name: [child.student.name for child in line.children] for name, line in lines.items()}
        assert found == {"赵家岭": ["袁然远"], "李庄": ["高东"], "户籍村不明": ["胡涛"]}
        assert (lines["李庄"].is_held, lines["赵家岭"].is_held) == (True, False)

    def test_shows_who_has_a_class_by_posting(self, keyed, mentor):
        assign(keyed.clerk, keyed.school, mentor, keyed.children[0])
        [line] = school_page(keyed, keyed.clerk, tab="classes").context["page"]
        assert (line.teacher, line.key, line.held) == ("沈明", 3, 1)

    def test_names_the_officer_who_goes_with_it(self, keyed, bureau):
        assert "联点：还没有" in text_of(school_page(keyed, keyed.clerk))
        go_with(bureau, keyed.school, bureau, until=MONDAY)
        assert "联点：<strong>苏远</strong>" in text_of(school_page(keyed, keyed.clerk))

    def test_keeps_what_has_ended(self, keyed, mentor):
        rows = assign(keyed.clerk, keyed.school, mentor, keyed.children[0])
        hand_over(keyed.clerk, keyed.school, mentor, keyed.teacher, *rows)
        page = text_of(school_page(keyed, keyed.clerk, tab="past"))
        assert "已移交，何静" in page
        assert "调离" in page

    def test_shows_whom_somebody_has_who_is_key_no_longer(self, keyed, mentor):
        child = keyed.children[0]
        assign(keyed.clerk, keyed.school, mentor, child)
        child.special_groups.update(until=MONDAY)
        page = school_page(keyed, keyed.clerk, tab="people")
        assert "已不是重点生" in text_of(page)
        assert page.context["made"].key == 2

    def test_has_something_to_say_where_there_is_nothing(self, scene):
        for tab in ("nobody", "people", "villages", "classes", "past"):
            page = school_page(scene, scene.clerk, tab=tab)
            assert page.status_code == 200
            assert "empty" in text_of(page)

    def test_is_looked_at_by_the_area_and_changed_by_the_school(self, keyed, bureau):
        assert "安排包学生" not in text_of(school_page(keyed, bureau))
        assert "安排包学生" in text_of(school_page(keyed, keyed.clerk))

    def test_asks_for_the_same_however_many_children_there_are(self, keyed, mentor, django_assert_num_queries):
        assign(keyed.clerk, keyed.school, mentor, keyed.children[0])
        visit(mentor, keyed.children[0])
        client, address = client_of(keyed.clerk), reverse("scoring:school_bundles", args=[keyed.school.pk])
        client.get(address)
        with django_assert_num_queries(16):
            client.get(address, {"tab": "people"})
        more = cast.students(keyed.school_class, *"甲乙丙丁戊己")
        make_key(*more)
        assign(keyed.clerk, keyed.school, keyed.teacher, *more[:4])
        for tab in ("nobody", "people", "villages", "classes", "past"):
            with django_assert_num_queries(17 if tab == "past" else 16):
                client.get(address, {"tab": tab})


class TestOnesOwnChildren:
    def test_a_teacher_sees_a_child_that_they_do_not_teach(self, keyed, mentor):
        assign(keyed.clerk, keyed.school, mentor, keyed.children[0])
        page = text_of(client_of(mentor).get(MINE))
        assert "高东" in page
        assert "2023级1班" in page
        assert reverse("casework:dial_family", args=[keyed.children[0].pk]) in page
        assert f'href="{reverse("casework:child", args=[keyed.children[0].pk])}"' not in page

    def test_says_how_long_nothing_was_done_from_the_day_after(self, keyed, mentor):
        assign(keyed.clerk, keyed.school, mentor, keyed.children[0])
        page = text_of(client_of(mentor).get(MINE))
        assert "<span>还没有联系</span>" in page
        assert "已过0天" not in page
        assign(keyed.clerk, keyed.school, mentor, keyed.children[1], since=SEPTEMBER)
        assert "还没有联系，已过6天" in text_of(client_of(mentor).get(MINE))

    @pytest.mark.parametrize(("days", "late"), [(0, ""), (-1, "逾期1天"), (-3, "逾期3天")])
    def test_says_that_a_step_is_late(self, keyed, mentor, days, late):
        assign(keyed.clerk, keyed.school, mentor, keyed.children[0])
        Case.objects.create(
            student=keyed.children[0], stage="absent", opened_on=MONDAY, opened_at=timezone.now(), since=MONDAY,
            plan_step=CaseStep.VISIT, plan_on=MONDAY + timedelta(days=days),
        )  # fmt: skip
        for page in (client_of(mentor).get(MINE), school_page(keyed, keyed.clerk, tab="people")):
            shown = text_of(page)
            assert (f'badge tone-alarm">{late}<' in shown) if late else ("逾期" not in shown.partition("<main")[2])

    def test_rings_the_family_and_tells_what_came_of_it(self, keyed, mentor):
        child = keyed.children[0]
        assign(keyed.clerk, keyed.school, mentor, child)
        client = client_of(mentor)
        assert client.get(reverse("casework:dial_family", args=[child.pk])).url == "tel:13900001234"
        assert client.get(contact_of(child)).status_code == 200
        told = client.post(contact_of(child), telling())
        assert (told.status_code, told.url) == (302, MINE)
        assert Contact.objects.get().recorded_by == mentor
        assert "今天电话：已联系上，其他情况" in text_of(client.get(MINE))

    def test_takes_back_what_they_told_by_mistake(self, keyed, mentor):
        child = keyed.children[0]
        assign(keyed.clerk, keyed.school, mentor, child)
        [contact] = visit(mentor, child)
        client_of(mentor).post(reverse("casework:cancel_contact", args=[contact.pk]))
        contact.refresh_from_db()
        assert contact.cancelled_by == mentor

    def test_opens_nothing_else_of_the_child(self, keyed, mentor):
        child = keyed.children[0]
        assign(keyed.clerk, keyed.school, mentor, child)
        [contact] = visit(keyed.teacher, child)
        client = client_of(mentor)
        closed = [
            reverse("casework:child", args=[child.pk]),
            reverse("students:dial", args=[child.pk, child.guardians.get().pk]),
            reverse("casework:raise_concern", args=[child.pk]),
        ]
        assert [client.get(address).status_code for address in closed] == [404, 404, 404]
        assert client.post(reverse("casework:cancel_contact", args=[contact.pk])).status_code == 404

    def test_of_another_child_nothing_is_opened(self, keyed, mentor):
        assign(keyed.clerk, keyed.school, mentor, keyed.children[0])
        client, other = client_of(mentor), keyed.children[1]
        assert client.get(contact_of(other)).status_code == 404
        assert client.get(reverse("casework:dial_family", args=[other.pk])).status_code == 404

    @pytest.mark.parametrize("how", ["handed over", "the child has left", "the teacher has left the school"])
    def test_ends_with_the_assignment_the_same_day(self, keyed, mentor, how):
        child = keyed.children[0]
        rows = assign(keyed.clerk, keyed.school, mentor, child)
        client = client_of(mentor)
        assert client.get(contact_of(child)).status_code == 200
        if how == "handed over":
            hand_over(keyed.clerk, keyed.school, mentor, keyed.teacher, *rows)
        elif how == "the child has left":
            leaves = {"kind": EventKind.TRANSFER_OUT, "happened_on": MONDAY, "today": MONDAY}
            record_event(by=keyed.clerk, student=child, **leaves)
        else:
            Posting.objects.filter(person=mentor).update(until=MONDAY)
            elsewhere = cast.school_class(cast.school("南坪小学"))
            cast.post(mentor, Role.SUBJECT_TEACHER, school_class=elsewhere)
        assert client.get(contact_of(child)).status_code == 404
        assert client.get(reverse("casework:dial_family", args=[child.pk])).status_code == 404

    def test_of_a_child_that_has_left_says_that_no_more_is_to_be_done(self, keyed, mentor):
        assign(keyed.clerk, keyed.school, mentor, keyed.children[0])
        leaves = {"kind": EventKind.TRANSFER_OUT, "happened_on": MONDAY, "today": MONDAY}
        record_event(by=keyed.clerk, student=keyed.children[0], **leaves)
        page = text_of(client_of(mentor).get(MINE))
        assert "学生已离开学校" in page
        assert "拨打家长" not in page

    def test_a_teacher_of_lessons_answers_for_a_child_of_the_class(self, keyed):
        teacher = cast.person("徐兰", role=Role.SUBJECT_TEACHER, school_class=keyed.school_class)
        child, client = keyed.children[0], client_of(teacher)
        assert client.get(contact_of(child)).status_code == 403
        assign(keyed.clerk, keyed.school, teacher, child)
        assert client.get(contact_of(child)).status_code == 200

    def test_where_no_number_is_known_that_is_said(self, keyed, mentor):
        child = keyed.children[0]
        child.guardians.update(phone="")
        assign(keyed.clerk, keyed.school, mentor, child)
        address = reverse("casework:dial_family", args=[child.pk])
        page = client_of(mentor).get(address, headers={"referer": f"http://testserver{MINE}"}, follow=True)
        assert "没有登记可以拨打的电话" in text_of(page)

    def test_shows_ones_villages_and_schools(self, keyed, principal, bureau):
        li = village("李庄", of=keyed.school.township)
        Student.objects.filter(pk=keyed.children[0].pk).update(home_area_code=li.code)
        assign_villages(keyed.clerk, keyed.school, principal, li)
        go_with(bureau, keyed.school, bureau)
        page = text_of(client_of(principal).get(MINE))
        assert "李庄" in page
        assert "高东" in page
        assert "东坪小学" in text_of(client_of(bureau).get(MINE))

    def test_the_notice_leads_there(self, keyed, mentor):
        assign(keyed.clerk, keyed.school, mentor, keyed.children[0])
        page = text_of(client_of(mentor).get(reverse("home")))
        assert "何静 7:40 调整了你在东坪小学的三包或联点分工，请看名单。" in page
        assert MINE in page
        assert "高东" not in page

    def test_asks_for_the_same_however_many_children_there_are(self, keyed, mentor, django_assert_num_queries):
        assign(keyed.clerk, keyed.school, mentor, keyed.children[0])
        visit(mentor, keyed.children[0])
        client = client_of(mentor)
        client.get(MINE)
        with django_assert_num_queries(12):
            client.get(MINE)
        assign(keyed.clerk, keyed.school, mentor, *keyed.children[1:])
        with django_assert_num_queries(12):
            client.get(MINE)
