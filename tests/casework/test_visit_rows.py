"""家访安排 where a row is wrong, and visits that met nobody: nothing typed is lost, nobody unmet counts as visited."""

from datetime import timedelta

import pytest
from django.urls import reverse

from casework.actions import visits
from casework.actions.visits import Wanted
from casework.contacts import ContactOutcome
from casework.models import VisitPlan
from casework.queries.visits import Figures, figures_of
from students.models import Role, SpecialGroup
from tests import cast
from tests.casework.visiting import (
    NEXT,
    SEPTEMBER,
    SUNDAY,
    TUESDAY,
    WEEK,
    child,
    fields,
    go_and_meet_nobody,
    head,
    plan,
    visit,
)
from tests.scene import MONDAY, at, client_of

__all__ = ["child", "head"]


class TestARowThatIsWrong:
    @pytest.fixture
    def others(self, scene, child):
        for other in scene.children[1:]:
            SpecialGroup.objects.create(student=other, kind="wavering", since=SEPTEMBER)
        return scene.children[1:]

    def test_keeps_what_was_typed_in_the_others_and_is_told_at_itself(self, scene, child, others):
        sent = fields(child, scene.teacher.pk, "") | fields(others[0], scene.teacher.pk, SUNDAY.isoformat())
        response = client_of(scene.teacher).post(WEEK, sent)
        assert response.status_code == 422
        rows = {line.student: line for line in response.context["lines"]}
        assert (rows[child].visitor_id, rows[child].plan_day) == (scene.teacher.pk, "")
        assert (rows[others[0]].visitor_id, rows[others[0]].plan_day) == (scene.teacher.pk, SUNDAY.isoformat())
        assert [bool(rows[each].fault) for each in scene.children] == [True, False, False]
        html = response.content.decode()
        assert f'<a href="#visitor-{child.pk}">{child.name}的家访要写明谁去和哪天去' in html
        assert f'id="fault-{child.pk}"' in html
        assert "有1名学生的家访不能这样安排，都没有保存" in html
        assert not VisitPlan.objects.exists()

    def test_is_saved_with_the_others_once_it_is_mended(self, scene, child, others):
        client = client_of(scene.teacher)
        half = fields(child, scene.teacher.pk, "") | fields(others[0], scene.teacher.pk, SUNDAY.isoformat())
        client.post(WEEK, half)
        assert client.post(WEEK, half | {f"on-{child.pk}": TUESDAY.isoformat()}).status_code == 302
        assert VisitPlan.objects.count() == 2

    def test_is_told_of_each(self, scene, child, others):
        sent = fields(child, scene.teacher.pk, "") | fields(others[0], "", SUNDAY.isoformat())
        html = client_of(scene.teacher).post(WEEK, sent).content.decode()
        assert html.count('<p class="field-error"') == 2

    def test_that_somebody_else_has_changed_may_be_decided_anew_on_the_same_page(self, scene, child):
        plan(scene, child, by=scene.clerk)
        client, sent = client_of(scene.teacher), fields(child, scene.teacher.pk, SUNDAY.isoformat())
        response = client.post(WEEK, sent)
        assert "刚才被别人改过" in response.content.decode()
        [line] = response.context["lines"]
        assert client.post(WEEK, sent | {f"seen-{child.pk}": line.seen}).status_code == 302
        assert VisitPlan.objects.get().on == SUNDAY

    def test_that_was_left_alone_overwrites_nobody(self, scene, child, others):
        plan(scene, child, by=scene.clerk)
        sent = fields(child, "", "") | fields(others[0], scene.teacher.pk, SUNDAY.isoformat())
        assert client_of(scene.teacher).post(WEEK, sent).status_code == 302
        assert set(VisitPlan.objects.values_list("on", flat=True)) == {TUESDAY, SUNDAY}

    def test_of_a_child_that_has_no_row_any_more_is_told_above(self, scene, child, others):
        SpecialGroup.objects.filter(student=child).update(until=MONDAY)
        html = client_of(scene.teacher).post(WEEK, fields(child, scene.teacher.pk, "")).content.decode()
        assert f"{child.name}的家访要写明谁去和哪天去" in html

    @pytest.mark.parametrize(("week", "told"), [("2020-01-06", True), ("x", True), ("", False), ("2026-09-14", False)])
    def test_a_week_that_is_not_shown_is_said_to_be_none(self, scene, child, week, told):
        html = client_of(scene.teacher).get(WEEK, {"week": week}).content.decode()
        assert ("现在显示本周" in html) == told


class TestAVisitThatMetNobody:
    """未遇: the week's visit is still to be made."""

    @pytest.mark.parametrize("outcome", [ContactOutcome.NOBODY_HOME, ContactOutcome.WRONG_ADDRESS])
    def test_is_shown_as_such_and_counts_apart(self, scene, child, outcome):
        plan(scene, child)
        go_and_meet_nobody(scene, child, MONDAY, outcome)
        html = client_of(scene.teacher).get(WEEK).content.decode()
        assert "1人，已访0人，未遇1人" in html
        assert "未遇</span>" in html
        assert "记家访" in html
        figures = figures_of(scene.school, SEPTEMBER, NEXT)
        assert (figures, figures.missed, figures.rate) == (Figures(1, 0, 1), 0, "0%")

    def test_counts_no_more_once_somebody_was_met(self, scene, child, clock):
        plan(scene, child)
        go_and_meet_nobody(scene, child, MONDAY)
        visit(scene, child, TUESDAY)
        go_and_meet_nobody(scene, child, TUESDAY)
        clock.move_to(at(TUESDAY))
        assert "已访1人</span>" in client_of(scene.teacher).get(WEEK).content.decode()
        assert figures_of(scene.school, SEPTEMBER, NEXT) == Figures(1, 1)

    def test_may_be_tried_again_on_another_day_of_the_week(self, scene, child):
        plan(scene, child)
        go_and_meet_nobody(scene, child, TUESDAY)
        wednesday, seen = TUESDAY + timedelta(1), f"{scene.teacher.pk}:{TUESDAY}"
        assert plan(scene, child, on=SUNDAY, seen=seen, today=wednesday) == 1
        assert VisitPlan.objects.get().on == SUNDAY

    def test_is_not_taken_out_of_the_plan_afterwards(self, scene, child):
        plan(scene, child)
        go_and_meet_nobody(scene, child, TUESDAY)
        wanted = {child.pk: Wanted(None, None, f"{scene.teacher.pk}:{TUESDAY}")}
        change = {"by": scene.teacher, "scope": cast.scope(scene.teacher), "week": MONDAY, "wanted": wanted}
        with pytest.raises(visits.VisitRefused):
            visits.plan_week(**change, today=TUESDAY + timedelta(1))

    def test_stands_apart_on_the_pages_of_the_month(self, scene, child, head):
        plan(scene, child)
        go_and_meet_nobody(scene, child, MONDAY)
        page = client_of(head).get(reverse("casework:visit_check", args=[scene.school.pk, SEPTEMBER])).content.decode()
        assert '<td class="figure" data-label="未遇">1</td>' in page
        bureau = client_of(cast.person(role=Role.BUREAU_OFFICER))
        by_school = bureau.get(reverse("casework:visits_by_school"), {"month": "2026-09-01"}).content.decode()
        assert '<td class="figure" data-label="未遇">1</td>' in by_school

    def test_the_check_names_whom_nobody_met(self, scene, child, head, clock):
        other = scene.children[1]
        SpecialGroup.objects.create(student=other, kind="wavering", since=SEPTEMBER)
        plan(scene, child)
        plan(scene, other)
        address = reverse("casework:visit_check", args=[scene.school.pk, SEPTEMBER])
        visit(scene, child, MONDAY)
        assert not client_of(head).get(address).context["page"].object_list  # their day has not passed
        clock.move_to(at(TUESDAY + timedelta(1)))
        assert [row.student for row in client_of(head).get(address).context["page"]] == [other]
        go_and_meet_nobody(scene, other, MONDAY)
        assert "未遇</span>" in client_of(head).get(address).content.decode()
        visit(scene, other, TUESDAY)
        assert not client_of(head).get(address).context["page"].object_list


class TestAVisitToCome:
    @pytest.mark.parametrize(("shift", "waiting", "missed", "rate"), [(-1, 1, 0, "—"), (0, 1, 0, "—"), (1, 0, 1, "0%")])
    def test_is_waited_for_until_its_day_is_over(self, scene, child, shift, waiting, missed, rate):
        plan(scene, child)
        figures = figures_of(scene.school, SEPTEMBER, TUESDAY + timedelta(shift))
        assert (figures.planned, figures.waiting, figures.missed, figures.rate) == (1, waiting, missed, rate)

    def test_is_out_of_the_rate_of_those_made(self):
        total = Figures(1, 1) + Figures(2, 0, 1, 1)
        assert (total.planned, total.waiting, total.missed, total.rate) == (3, 1, 0, "50%")

    def test_has_a_figure_of_its_own_on_the_pages(self, scene, child, head):
        plan(scene, child)
        page = client_of(head).get(reverse("casework:visit_check", args=[scene.school.pk, SEPTEMBER])).content.decode()
        assert '<td class="figure" data-label="待访">1</td>' in page
        assert "没有去和未遇的" not in page


class TestTheMonth:
    @pytest.mark.parametrize(
        ("month", "status"),
        [("1900-01-01", 404), ("1999-12-01", 404), ("2000-01-01", 200), ("2026-09-30", 200), ("2026-10-01", 404)],
    )
    def test_is_one_that_the_site_knows(self, scene, head, month, status):
        page = client_of(head).get(f"/visits/schools/{scene.school.pk}/{month}/")
        assert page.status_code == status
        assert ("上个月" in page.content.decode()) == (status == 200 and month != "2000-01-01")

    def test_checked_by_another_meanwhile_keeps_the_second_remark_in_sight(self, scene, head, clock):
        clock.move_to(at(NEXT.replace(month=10, day=5)))
        address = reverse("casework:visit_check", args=[scene.school.pk, SEPTEMBER])
        principal = cast.person("陶永贵", role=Role.PRINCIPAL, school=scene.school)
        client_of(head).post(address, {"remark": "都去了"})
        page = client_of(principal).post(address, {"remark": "三（1）班两户没有去"})
        assert page.status_code == 422
        for words in ("马世明已经检查过，没有再保存", "你写的意见，没有保存", "三（1）班两户没有去", "都去了"):
            assert words in page.content.decode()


@pytest.mark.parametrize(("week", "words"), [("abc", "没有写成日期"), ("1999-01-04", "不在今天前后半年以内")])
def test_a_week_that_cannot_be_shown_is_told_why(scene, week, words):
    page = client_of(scene.teacher).get(WEEK, {"week": week}).content.decode()
    assert words in page
    assert page.count("现在显示本周") == 1
