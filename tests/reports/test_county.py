"""控辍看板: the month with its change, the course of the year with its lines, schools compared, what waits today."""

from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from reports.actions.figures import keep_figures
from reports.models import KeptFigures
from students.actions import enrolment
from students.enrolment import EventKind
from students.models import Role
from tests import cast
from tests.printed import Printed
from tests.scene import at, client_of, clock, scene

__all__ = ["clock", "scene"]

NOVEMBER = date(2026, 11, 3)


@pytest.fixture
def autumn(scene, clock):
    """Two schools in two townships; in October a child of the scene's school drops out. It is 3 November."""
    clock.move_to(at(NOVEMBER))
    far = cast.school("西岭小学", township=cast.township("西岭镇"))
    cast.students(cast.school_class(far), "方远", "石磊")
    enrolment.record_event(
        by=scene.clerk, student=scene.children[0], kind=EventKind.DROP_OUT, happened_on=date(2026, 10, 9),
        today=NOVEMBER,
    )  # fmt: skip
    keep_figures(today=NOVEMBER)
    return scene


@pytest.fixture
def bureau(autumn):
    return cast.person("苏远", role=Role.BUREAU_OFFICER)


def board(who, **query) -> str:
    return client_of(who).get(reverse("reports:county"), query).content.decode()


class TestTheMonth:
    def test_is_the_last_one_with_its_change(self, bureau):
        page = board(bureau, month="2026-10")
        assert "9月26日至10月25日" in page
        assert "1/5人，比9月高20个百分点" in page or "1/5人，比9月高20.00个百分点" in page
        assert "比9月多1人" in page

    def test_without_an_earlier_one_compares_with_nothing(self, bureau):
        assert "比8月" not in board(bureau, month="2026-09")

    @pytest.mark.parametrize("month", ["2026-13", "nonsense", "2031-01"])
    def test_that_is_not_there_is_the_last_one(self, bureau, month):
        page = board(bureau, month=month)
        assert "10月26日至11月2日，暂计" in page
        assert "没有这个月的数字：月份还没有到，或者在记录以前。下面是2026年11月的。" in page

    @pytest.mark.parametrize(("day", "days"), [(28, "9月26日至10月25日"), (29, "10月26日至10月28日，暂计")])
    def test_is_the_one_to_be_filed_until_its_deadline_is_over(self, autumn, bureau, clock, day, days):
        clock.move_to(at(date(2026, 10, day)))
        KeptFigures.objects.all().delete()
        keep_figures(today=date(2026, 10, day))
        assert days in board(bureau)
        assert days in client_of(bureau).get(reverse("reports:figure_parts")).content.decode()

    def test_that_goes_on_is_drawn_in_dashes(self, bureau):
        assert "11月算到11月2日，暂计，画成虚线" in board(bureau)
        assert "画成虚线" not in board(bureau, month="2026-10")


class TestTheCourse:
    def test_carries_the_national_line_and_the_target_with_their_names(self, bureau):
        page = board(bureau)
        assert "国家参考线 0.6%" in page
        assert "目标 0%" in page

    def test_is_the_county_s_own_for_the_county_alone(self, autumn, bureau):
        assert "小学辍学率：全县 9月 0%" in board(bureau)
        principal = cast.person("李青", role=Role.PRINCIPAL, school=autumn.school)
        page = board(principal)
        assert "本校 9月 0%，10月 33.33%，11月 33.33%；全县 9月 0%，10月 20%，11月 20%" in page

    def test_says_where_the_chart_of_staying_begins(self, bureau):
        assert "底线是79%，不是0" in board(bureau)

    def test_of_one_month_is_no_line(self, bureau):
        assert "国家参考线" not in board(bureau, month="2026-09").split("各校比较")[0]


class TestSchoolsCompared:
    def test_stand_with_their_denominators_the_highest_first(self, bureau):
        page = board(bureau, month="2026-10")
        assert "1/3人" in page
        assert "0/2人" in page
        compared = page.split('id="compared"')[1]
        assert compared.index("东坪小学") < compared.index("西岭小学")

    def test_are_no_list_for_a_school_alone(self, autumn):
        principal = cast.person("李青", role=Role.PRINCIPAL, school=autumn.school)
        page = board(principal)
        assert "各校比较" not in page
        assert "西岭小学" not in page

    def test_of_a_township_are_its_own(self, autumn):
        officer = cast.person("陈川", role=Role.TOWNSHIP_OFFICER, township=autumn.school.township)
        page = board(officer)
        assert autumn.school.township.name in page
        assert "西岭" not in page

    def test_leave_as_a_file_with_their_sum(self, bureau):
        answer = client_of(bureau).post(reverse("reports:school_rates_file") + "?month=2026-10", {"format": ".xlsx"})
        assert answer.status_code == 200
        [sheet] = load_workbook(BytesIO(answer.getvalue())).worksheets
        rows = {row[0]: row for row in sheet.iter_rows(min_row=6, values_only=True)}
        assert rows["东坪小学"][2:6] == (3, 0, 1, 0.3333)
        assert rows["合计"][2:6] == (5, 0, 1, 0.2)

    def test_stand_on_paper_below_the_charts_of_the_page(self, bureau):
        answer = client_of(bureau).post(reverse("reports:school_rates_file") + "?month=2026-10", {"format": ".pdf"})
        paper = Printed(answer.getvalue())
        assert paper.sizes == {(210, 297)}
        assert all(font.is_embedded and font.is_searchable for font in paper.fonts)
        printed = ("2026年10月：9月26日至10月25日", "国家参考线0.6%", "全县20%", "1/5人", "东坪小学", "33.33%", "苏远")
        assert [words for words in printed if words not in paper.text_of()] == []

    def test_of_a_stage_that_is_not_taught_are_those_of_the_one_that_is(self, bureau):
        assert "1/3人" in board(bureau, month="2026-10", stage="junior")

    def test_are_said_to_be_without_loss_where_they_are(self, bureau):
        assert "小学各校这个学年都没有流失学生" in board(bureau, month="2026-09")


class TestToday:
    def test_is_told_by_township_to_the_county_and_by_school_to_a_township(self, autumn, bureau):
        officer = cast.person("陈川", role=Role.TOWNSHIP_OFFICER, township=autumn.school.township)
        assert "西岭镇" in board(bureau).split("今天的点名和逾期待办")[1]
        assert "东坪小学" in board(officer).split("今天的点名和逾期待办")[1]

    def test_shows_where_the_open_cases_stand(self, bureau):
        page = board(bureau).split("未销号的个案")[1]
        assert [stage for stage in ("关注", "缺课", "已报流失", "辍学", "已复学") if f"<span>{stage}</span>" in page]


def test_before_the_first_night_the_page_says_when_there_will_be_figures(scene):
    bureau = cast.person("苏远", role=Role.BUREAU_OFFICER)
    assert "还没有数字" in board(bureau)
    assert client_of(bureau).get(reverse("reports:school_rates_file")).status_code == 404


def test_the_page_costs_the_same_however_many_months_and_schools(bureau, django_assert_num_queries):
    client = client_of(bureau)
    client.get(reverse("reports:county"))
    with django_assert_num_queries(26):
        client.get(reverse("reports:county"))


class TestWhatWaitsNow:
    def test_every_number_opens_what_it_counts(self, autumn, bureau, clock):
        for day in (date(2026, 11, 2), NOVEMBER):
            autumn.take(day, "AM", second="unexcused")
        clock.move_to(at(date(2026, 11, 9), 11))
        client, page = client_of(bureau), client_of(bureau).get(reverse("reports:county"))
        places = page.context["today"]
        for each in (*places.places, places.whole):
            lists = {"late": each.late_url, "out": each.out_url}
            for what, url in lists.items():
                assert (what, client.get(url).context["page"].paginator.count) == (what, getattr(each, what))
            for url in (each.due_url, each.missing_url):
                assert client.get(url).status_code == 200
        assert places.whole.out == 1
        assert places.whole.late_url in page.content.decode()

    def test_a_stage_and_a_step_open_their_cases(self, autumn, bureau, clock):
        page = client_of(bureau).get(reverse("reports:county"))
        for _, number, _, url in (*page.context["stages"], *page.context["funnel"].points):
            assert client_of(bureau).get(url).context["page"].paginator.count == number
