"""重点生家访: planned week by week, done by a visit, checked by the head once a month."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from casework.actions import visits
from casework.actions.visits import Wanted
from casework.contacts import ContactMethod
from casework.models import VisitCheck, VisitPlan
from casework.queries.visits import Figures, checkable_from, figures_of, key_children, month_to_check, school_lines
from students.models import AuditRow, Role, SpecialGroup
from tests import cast
from tests.casework.visiting import NEXT, SEPTEMBER, SUNDAY, TUESDAY, WEEK, child, fields, head, plan, visit
from tests.scene import MONDAY, at, client_of, school_days

__all__ = ["child", "head"]


class TestWhoIsKey:
    def test_a_wavering_child_is_while_it_is_one(self, scene, child):
        assert list(key_children(MONDAY)) == [child]
        SpecialGroup.objects.update(until=TUESDAY)
        assert [key_children(day).count() for day in (MONDAY, TUESDAY)] == [1, 0]

    def test_the_page_says_so_of_one_that_will_be_one_no_longer(self, scene, child):
        SpecialGroup.objects.update(until=TUESDAY)
        assert "动摇生</td>" in client_of(scene.teacher).get(WEEK).content.decode()

    @pytest.mark.parametrize(("days", "key"), [(2, 0), (3, 1)])
    def test_a_child_with_a_case_of_absence_is(self, scene, clock, days, key):
        for day in school_days(MONDAY, days):
            clock.move_to(at(day))
            scene.take(day, first="unexcused")
        assert key_children(MONDAY).count() == key


class TestTheWeek:
    def test_lists_who_has_to_be_visited_and_has_no_plan(self, scene, child):
        html = client_of(scene.teacher).get(WEEK).content.decode()
        assert "1人，已访0人" in html
        assert "没有安排" in html
        assert "动摇生" in html

    def test_is_planned_on_its_page(self, scene, child):
        client = client_of(scene.teacher)
        sent = fields(child, scene.teacher.pk, TUESDAY.isoformat())
        assert "已安排，改了1名学生的家访" in client.post(WEEK, sent, follow=True).content.decode()
        row = VisitPlan.objects.get()
        assert (row.student, row.week, row.until, row.on) == (child, MONDAY, SUNDAY, TUESDAY)
        assert AuditRow.objects.filter(action="visits.plan").count() == 1
        again = client.post(WEEK, sent | {f"seen-{child.pk}": f"{scene.teacher.pk}:{TUESDAY}"}, follow=True)
        assert "没有改动" in again.content.decode()

    def test_is_taken_out_again(self, scene, child):
        plan(scene, child)
        seen = f"{scene.teacher.pk}:{TUESDAY.isoformat()}"
        client_of(scene.teacher).post(WEEK, fields(child, "", "", seen))
        assert not VisitPlan.objects.exists()

    @pytest.mark.parametrize(
        ("day", "plan_on", "words"),
        [(MONDAY, TUESDAY, "待访"), (TUESDAY, TUESDAY, "待访"), (TUESDAY + timedelta(1), TUESDAY, "过期未访")],
    )
    def test_is_open_through_its_day_and_missed_from_the_next(self, scene, child, clock, day, plan_on, words):
        plan(scene, child, on=plan_on)
        clock.move_to(at(day))
        assert words in client_of(scene.teacher).get(WEEK).content.decode()

    @pytest.mark.parametrize(
        ("day", "method", "done"),
        [
            (MONDAY, ContactMethod.HOME_VISIT, True),
            (SUNDAY, ContactMethod.JOINT_VISIT, True),
            (MONDAY - timedelta(1), ContactMethod.HOME_VISIT, False),
            (TUESDAY, ContactMethod.PHONE, False),
        ],
    )
    def test_is_done_by_a_visit_of_the_week_on_whatever_day(self, scene, child, clock, day, method, done):
        plan(scene, child)
        visit(scene, child, day, method)
        clock.move_to(at(SUNDAY))
        assert figures_of(scene.school, SEPTEMBER, NEXT) == Figures(1, int(done))
        assert ("已访1人" in client_of(scene.teacher).get(WEEK).content.decode()) == done

    def test_of_a_visit_that_was_taken_back_is_not_done(self, scene, child):
        plan(scene, child)
        contact = visit(scene, child, MONDAY)
        client_of(scene.teacher).post(reverse("casework:cancel_contact", args=[contact.pk]))
        assert figures_of(scene.school, SEPTEMBER, NEXT) == Figures(1, 0)

    @pytest.mark.parametrize(
        ("wanted", "words"),
        [
            ({"on": MONDAY - timedelta(1)}, "这一周今天或以后"),
            ({"on": NEXT}, "这一周今天或以后"),
            ({"on": MONDAY, "today": TUESDAY}, "这一周今天或以后"),
            ({"week": TUESDAY}, "已经过去"),
            ({"week": MONDAY - timedelta(7)}, "已经过去"),
            ({"seen": "1:2026-09-09"}, "刚才被别人改过"),
        ],
    )
    def test_what_cannot_be_is_refused_in_words(self, scene, child, wanted, words):
        with pytest.raises(visits.VisitRefused) as refused:
            plan(scene, child, **wanted)
        assert words in refused.value.faults.get(child.pk, str(refused.value))
        assert not VisitPlan.objects.exists()

    @pytest.mark.parametrize(("day", "may"), [(TUESDAY, True), (TUESDAY + timedelta(1), False)])
    @pytest.mark.parametrize("to", [None, SUNDAY])
    def test_that_was_missed_stays_known_as_missed(self, scene, child, day, may, to):
        plan(scene, child)
        wanted = {child.pk: Wanted(to and scene.teacher.pk, to, f"{scene.teacher.pk}:{TUESDAY}")}
        change = {"by": scene.teacher, "scope": cast.scope(scene.teacher), "week": MONDAY, "wanted": wanted}
        if may:
            assert visits.plan_week(**change, today=day) == 1
            return
        with pytest.raises(visits.VisitRefused) as refused:
            visits.plan_week(**change, today=day)
        assert "9月8日，日子已经过去，不能再改" in refused.value.faults[child.pk]
        assert figures_of(scene.school, SEPTEMBER, NEXT) == Figures(1, 0)

    def test_offers_no_change_of_what_was_missed_and_still_takes_the_visit(self, scene, child, clock):
        plan(scene, child)
        clock.move_to(at(TUESDAY + timedelta(1)))
        html = client_of(scene.teacher).get(WEEK).content.decode()
        assert "记家访" in html
        assert f'name="visitor-{child.pk}"' not in html

    def test_half_a_plan_is_refused(self, scene, child):
        sent = fields(child, scene.teacher.pk, "")
        assert "谁去和哪天去" in client_of(scene.teacher).post(WEEK, sent, follow=True).content.decode()
        assert not VisitPlan.objects.exists()

    def test_a_stranger_is_not_sent(self, scene, child):
        stranger = cast.person("陌生", role=Role.REGISTRY_CLERK, school=cast.school("西岭小学"))
        with pytest.raises(visits.VisitRefused) as refused:
            plan(scene, child, visitor=stranger)
        assert "现在不在本校任职" in refused.value.faults[child.pk]

    def test_of_another_class_is_not_ones_own_to_plan(self, scene, child):
        beside = cast.person(role=Role.HOMEROOM_TEACHER, school_class=cast.school_class(scene.school, "202302"))
        with pytest.raises(visits.NotYourVisit):
            plan(scene, child, by=beside)
        assert client_of(beside).post(WEEK, fields(child, "", "")).status_code == 403

    @pytest.mark.parametrize("week", ["2026-09-09", "x", "1900-01-01", "9999-12-31", ""])
    def test_any_day_names_a_week(self, scene, child, week):
        assert client_of(scene.teacher).get(WEEK, {"week": week}).status_code == 200

    def test_takes_as_many_queries_for_three_as_for_one(self, scene, child, django_assert_max_num_queries):
        for other in scene.children[1:]:
            SpecialGroup.objects.create(student=other, kind="wavering", since=SEPTEMBER)
        client = client_of(scene.teacher)
        client.get(WEEK)
        with django_assert_max_num_queries(14):
            client.get(WEEK)

    @pytest.mark.parametrize("wrong", [{"on": NEXT}, {"on": MONDAY - timedelta(1)}])
    def test_the_database_refuses_a_day_of_another_week(self, scene, child, wrong):
        plan(scene, child)
        with pytest.raises(IntegrityError), transaction.atomic():
            VisitPlan.objects.update(**wrong)


class TestTheCheck:
    OVER = date(2026, 10, 5)  # the last week that begins in September ends on Sunday 4 October

    def check(self, head, school, *, today=OVER, month=SEPTEMBER, remark="已抽查2户"):
        return visits.check_month(
            by=head, scope=cast.scope(head), school=school, month=month, remark=remark, today=today
        )

    def test_keeps_the_figures_as_they_stand(self, scene, child, head):
        plan(scene, child)
        visit(scene, child, MONDAY)
        row = self.check(head, scene.school)
        assert (row.planned, row.done, row.remark, row.checked_by) == (1, 1, "已抽查2户", head)
        assert AuditRow.objects.get(action="visits.check").details == {"planned": 1, "done": 1}

    @pytest.mark.parametrize(("today", "may"), [(date(2026, 10, 4), False), (date(2026, 10, 5), True)])
    def test_is_made_when_the_last_week_of_the_month_is_over(self, scene, head, today, may):
        if may:
            assert self.check(head, scene.school, today=today)
        else:
            with pytest.raises(visits.VisitRefused, match="10月5日起可以检查"):
                self.check(head, scene.school, today=today)

    def test_is_made_once(self, scene, head):
        assert self.check(head, scene.school) == self.check(head, scene.school)  # a second press
        principal = cast.person("陶永贵", role=Role.PRINCIPAL, school=scene.school)
        with pytest.raises(visits.VisitRefused, match="马世明已经检查过"):
            self.check(principal, scene.school)
        assert VisitCheck.objects.count() == 1

    def test_is_the_heads(self, scene, head):
        with pytest.raises(visits.NotYourVisit):
            self.check(scene.clerk, scene.school)

    def test_says_something(self, scene, head, clock):
        clock.move_to(at(self.OVER))
        address = reverse("casework:visit_check", args=[scene.school.pk, SEPTEMBER])
        response = client_of(head).post(address, {"remark": "  "})
        assert response.status_code == 422
        assert "请填写意见" in response.content.decode()
        done = client_of(head).post(address, {"remark": "都去了"}, follow=True).content.decode()
        assert "已检查2026年9月的家访" in done
        assert "都去了" in done

    @pytest.mark.parametrize(("day", "asked"), [(date(2026, 10, 4), False), (date(2026, 10, 5), True)])
    def test_is_asked_for_from_the_monday_after_its_last_week(self, scene, child, head, clock, day, asked):
        plan(scene, child)
        clock.move_to(at(day))
        assert ("9月的家访还没有检查" in client_of(head).get(WEEK).content.decode()) == asked
        if asked:
            self.check(head, scene.school)
            assert month_to_check(cast.scope(head), day) is None

    @pytest.mark.parametrize(
        ("month", "since"),
        [(date(2026, 11, 1), date(2026, 12, 7)), (date(2026, 5, 1), date(2026, 6, 1)), (SEPTEMBER, OVER)],
    )
    def test_waits_for_the_sunday_of_the_week_that_begins_last(self, month, since):
        assert checkable_from(month) == since

    def test_that_was_forgotten_is_asked_for_until_the_next_month_is_over(self, scene, child, head):
        plan(scene, child)
        asked = [month_to_check(cast.scope(head), date(2026, 11, day)) for day in (1, 2)]
        assert asked == [(scene.school, SEPTEMBER), None]

    def test_the_page_and_the_county_name_the_day_before_it_can_be_made(self, scene, child, head, clock):
        plan(scene, child)
        clock.move_to(at(date(2026, 10, 4)))
        page = client_of(head).get(reverse("casework:visit_check", args=[scene.school.pk, SEPTEMBER])).content.decode()
        assert "10月5日起由校长或分管领导检查" in page
        assert "确认已检查" not in page
        bureau = client_of(cast.person(role=Role.BUREAU_OFFICER))
        by_school = bureau.get(reverse("casework:visits_by_school"), {"month": "2026-09-01"})
        assert "10月5日起检查" in by_school.content.decode()
        assert by_school.context["unchecked"] == 0

    def test_the_county_sees_every_school(self, scene, child, head):
        plan(scene, child)
        far = cast.school("西岭小学", township=cast.township("西岭镇"))
        bureau = cast.person(role=Role.BUREAU_OFFICER)
        lines = {line.school: line.figures for line in school_lines(cast.scope(bureau), SEPTEMBER, NEXT)}
        assert lines == {scene.school: Figures(1, 0), far: Figures(0, 0)}
        html = client_of(bureau).get(reverse("casework:visits_by_school")).content.decode()
        assert "西岭小学" in html
        township = cast.person(role=Role.TOWNSHIP_OFFICER, township=scene.school.township)
        assert [line.school for line in school_lines(cast.scope(township), SEPTEMBER, NEXT)] == [scene.school]

    @pytest.mark.parametrize("month", ["", "x", "2026-12-01", "0001-01-01", "9999-12-31"])
    def test_any_day_names_a_month(self, scene, month):
        bureau = cast.person(role=Role.BUREAU_OFFICER)
        assert client_of(bureau).get(reverse("casework:visits_by_school"), {"month": month}).status_code == 200

    @pytest.mark.parametrize("wrong", [{"done": 5}, {"remark": ""}])
    def test_the_database_refuses_what_cannot_be(self, scene, wrong):
        row = {"planned": 4, "done": 3, "remark": "好", "checked_at": timezone.now(), "checked_by": scene.clerk}
        with pytest.raises(IntegrityError), transaction.atomic():
            VisitCheck.objects.create(school=scene.school, month=SEPTEMBER, **row | wrong)
