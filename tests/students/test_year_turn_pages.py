"""The pages of the year's turn: what they show, what a press does, and what the second person is told."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from students.actions import year_turn as turns
from students.models import AuditRow, EnrolmentEvent, Role, School, YearTurn
from students.queries.year_turn import mark_of_plan, outcome_of
from tests import cast
from tests.scene import client_of
from tests.students.cohorts import YEAR, Primary


@pytest.fixture
def primary(db, clock) -> Primary:
    return Primary()


@pytest.fixture
def planned(primary):
    return primary.begin()


@pytest.fixture
def clerk(primary):
    return client_of(primary.clerk)


def address_of(primary, name="year_turn") -> str:
    return reverse(f"students:{name}", args=[primary.school.pk, YEAR])


def page_of(client, address, **query) -> str:
    response = client.get(address, query)
    assert response.status_code == 200
    return response.content.decode()


def plan_fields(primary, planned, **more) -> dict:
    final = primary.final.pk
    usual = {f"into-{primary.third.pk}": "", f"school-{final}": primary.junior.pk, f"due-{final}": "2026-09-16"}
    return {"seen": mark_of_plan(planned), "graduation_day": "2026-08-31"} | usual | more


class TestThePlanPage:
    def test_begins_a_plan_once(self, primary, clerk):
        assert "制定计划" in page_of(clerk, address_of(primary))
        for _ in range(2):
            clerk.post(address_of(primary))
        assert YearTurn.objects.count() == 1

    def test_shows_every_class_from_grade_to_grade(self, primary, planned, clerk):
        html = page_of(clerk, address_of(primary))
        assert "三年级" in html
        assert "四年级" in html  # was third grade, is fourth now
        assert "东坪中学" in html

    def test_keeps_what_is_chosen(self, primary, planned, clerk):
        chosen = {f"into-{primary.third.pk}": primary.beside.pk, "graduation_day": "2026-07-05"}
        response = clerk.post(address_of(primary), plan_fields(primary, planned, **chosen), follow=True)
        assert "已保存各班安排" in response.content.decode()
        planned.refresh_from_db()
        assert (str(planned.graduation_day), planned.classes.get(school_class=primary.third).to_class) == (
            "2026-07-05",
            primary.beside,
        )

    @pytest.mark.parametrize(
        ("sent", "words"),
        [
            ({"graduation_day": "2026-09-01"}, "毕业日期应在2025年9月1日到2026年8月31日之间"),
            ({"graduation_day": "someday"}, "毕业日期没有看懂"),
            ({"graduation_day": ""}, "请填写毕业日期"),
            ({"due": "2026-08-31"}, "报到截止日期应在2026年9月1日到2027年8月31日之间"),
            ({"into": "999999"}, "请在列出的2023级1班升入中选择"),
        ],
    )
    def test_says_what_is_wrong(self, sent, words, primary, planned, clerk):
        if "into" in sent:
            sent = {f"into-{primary.third.pk}": sent["into"]}
        if "due" in sent:
            sent = {f"due-{primary.final.pk}": sent["due"]}
        response = clerk.post(address_of(primary), plan_fields(primary, planned, **sent))
        assert response.status_code == 422
        assert words in response.content.decode()
        assert planned.classes.get(school_class=primary.third).to_class is None

    def test_tells_the_second_of_two_what_happened(self, primary, planned, clerk):
        old = plan_fields(primary, planned, graduation_day="2026-07-01")
        clerk.post(address_of(primary), plan_fields(primary, planned, graduation_day="2026-07-05"))
        response = clerk.post(address_of(primary), old, follow=True)
        assert "别人改过安排，这次没有保存" in response.content.decode()
        planned.refresh_from_db()
        assert str(planned.graduation_day) == "2026-07-05"

    def test_of_a_year_far_away_does_not_exist(self, primary, clerk):
        for year in (1, 2024, 2028, 9999):
            assert clerk.get(reverse("students:year_turn", args=[primary.school.pk, year])).status_code == 404


class TestOneChild:
    def test_is_found_and_put_into_another_class(self, primary, planned, clerk):
        child = primary.children[0]
        html = page_of(clerk, reverse("students:year_turn_children", args=[planned.pk]), q="高东")
        address = reverse("students:year_turn_child", args=[planned.pk, child.pk])
        assert address in html
        assert "留级：三年级 2024级1班" in page_of(clerk, address)
        clerk.post(address, {"to_class": primary.second.pk})
        assert planned.children.get().kind == "repeat"
        assert "高东" in page_of(clerk, address_of(primary))
        clerk.post(address, {"to_class": ""})
        assert not planned.children.exists()

    def test_cannot_be_put_where_no_child_may_go(self, primary, planned, clerk):
        address = reverse("students:year_turn_child", args=[planned.pk, primary.children[0].pk])
        response = clerk.post(address, {"to_class": primary.final.pk})
        assert response.status_code == 422
        assert not planned.children.exists()

    def test_of_another_school_is_not_there(self, primary, planned, clerk):
        stranger = cast.student(cast.school_class(cast.school("西岭小学"), "202301"), "马远")
        address = reverse("students:year_turn_child", args=[planned.pk, stranger.pk])
        assert clerk.get(address).status_code == 404
        html = page_of(clerk, reverse("students:year_turn_children", args=[planned.pk]), q="马远")
        assert "没有找到" in html


class TestThePreview:
    def test_shows_every_child_masked_and_writes_nothing(self, primary, planned, clerk):
        before = EnrolmentEvent.objects.count()
        html = page_of(clerk, reverse("students:year_turn_preview", args=[planned.pk]))
        assert [name for name in ("高东", "袁然远", "胡涛", "陈子宁", "林一远") if name not in html] == []
        assert primary.children[0].number not in html
        assert EnrolmentEvent.objects.count() == before

    @pytest.mark.parametrize(
        ("query", "shown", "hidden"),
        [
            ({"what": "graduate"}, "陈子宁", "高东"),
            ({"q": "gd"}, "高东", "胡涛"),
            ({"what": "stay"}, "没有符合条件的学生", "高东"),
        ],
    )
    def test_can_be_narrowed_down(self, query, shown, hidden, planned, clerk):
        html = page_of(clerk, reverse("students:year_turn_preview", args=[planned.pk]), **query)
        assert shown in html
        assert hidden not in html

    def test_can_be_taken_along_as_it_is_narrowed_down(self, planned, clerk):
        address = reverse("reports:year_turn_file", args=[planned.pk]) + "?what=graduate"
        assert "2人" in page_of(clerk, address)
        file = clerk.post(address, {"format": ".xlsx"})
        assert b"".join(file.streaming_content).startswith(b"PK")
        row = AuditRow.objects.get(action="table.export")
        assert (row.details["year_turn"], row.details["what"], row.details["rows"]) == (str(planned.pk), "graduate", 2)

    def test_needs_the_same_queries_for_many_children(self, primary, planned, clerk):
        counts = []
        for more in (0, 40):
            for number in range(more):
                cast.student(primary.third, f"林{number}")
            with CaptureQueriesContext(connection) as queries:
                page_of(clerk, reverse("students:year_turn_preview", args=[planned.pk]))
                page_of(clerk, address_of(primary))
            counts.append(len(queries))
        assert counts[0] == counts[1] <= 50


class TestTheButtons:
    def carry_out(self, client, planned, *, seen=None):
        address = reverse("students:carry_out_year_turn", args=[planned.pk])
        return client.post(address, {"seen": seen or outcome_of(planned).mark}, follow=True).content.decode()

    def test_carry_out_take_back_and_carry_out_again(self, primary, planned, clerk):
        assert "学年交替已执行" in self.carry_out(clerk, planned)
        address = reverse("students:take_back_year_turn", args=[planned.pk])
        assert "全部作废" in page_of(clerk, address)
        assert "已撤回" in clerk.post(address, follow=True).content.decode()
        assert "没有再撤回" in clerk.post(address, follow=True).content.decode()
        again = YearTurn.objects.get(taken_back_at=None)
        assert "学年交替已执行" in self.carry_out(clerk, again)

    def test_refuse_what_was_not_previewed(self, primary, planned, clerk):
        assert "名单有变动，没有执行" in self.carry_out(clerk, planned, seen="something else")
        assert not planned.events.exists()

    def test_tell_the_head_that_the_clerk_was_first(self, primary, planned, clerk):
        seen = outcome_of(planned).mark
        self.carry_out(clerk, planned, seen=seen)
        assert "何静在2026年9月7日 7:40已经执行" in self.carry_out(client_of(primary.head), planned, seen=seen)

    def test_let_the_head_confirm_for_good(self, primary, planned, clerk):
        self.carry_out(clerk, planned)
        address = reverse("students:confirm_year_turn", args=[planned.pk])
        assert clerk.post(address).status_code == 403
        head = client_of(primary.head)
        assert "不能再撤回" in head.post(address, follow=True).content.decode()
        assert "已经确认，不能撤回" in page_of(head, reverse("students:take_back_year_turn", args=[planned.pk]))


class TestTheListOfSchools:
    def test_shows_how_far_each_has_come(self, primary, planned):
        bureau = client_of(cast.person(role=Role.BUREAU_OFFICER))
        cast.school("西岭小学", township=cast.township("西岭镇"))
        html = page_of(bureau, reverse("students:year_turns"))
        assert "已制定" in html
        assert "西岭小学" in page_of(bureau, reverse("students:year_turns"), state="none")
        assert "西岭小学" not in page_of(bureau, reverse("students:year_turns"), state="planned")
        turns.carry_out(by=primary.clerk, year_turn=planned, seen=outcome_of(planned).mark, today=planned.promotion_day)
        html = page_of(bureau, reverse("students:year_turns"), state="carried_out")
        assert "东坪小学" in html
        assert ">3<" in html
        assert ">2<" in html

    def test_needs_the_same_queries_for_many_schools(self, primary, planned):
        bureau = client_of(cast.person(role=Role.BUREAU_OFFICER))
        counts = []
        for more in (0, 12):
            School.objects.bulk_create(
                School(code=f"{3100000000 + number}", name=f"第{number}小学", kind="primary",
                       township=primary.school.township)
                for number in range(more)
            )  # fmt: skip
            with CaptureQueriesContext(connection) as queries:
                page_of(bureau, reverse("students:year_turns"))
            counts.append(len(queries))
        assert counts[0] == counts[1] <= 16

    def test_leads_a_school_to_its_own_page(self, primary, clerk):
        assert clerk.get(reverse("students:year_turns")).url == address_of(primary)
