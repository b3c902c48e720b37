"""规则 in daylight: the ladder in force with its sources, what comes, what was, versions compared, and 为什么."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from casework import presets
from casework.models import Obligation, StoredRuleSet
from students.models import Role
from tests import cast
from tests.scene import MONDAY, at, client_of

COUNTY = reverse("casework:county_rules")
COMPARE = reverse("casework:rule_comparison")
TUESDAY = MONDAY + timedelta(days=1)


def words(response) -> str:
    assert response.status_code == 200
    return response.content.decode()


def stored(code) -> StoredRuleSet:
    return StoredRuleSet.objects.filter(code=code).latest("version")


@pytest.fixture
def page(scene):
    """The text of a page as the teacher sees it, or somebody else."""
    return lambda address, by=None, **query: words(client_of(by or scene.teacher).get(address, query))


@pytest.fixture
def own(scene):
    return reverse("casework:school_rules", args=[scene.school.pk])


class TestTheLadderInForce:
    def test_is_said_rung_by_rung_with_its_source(self, page):
        html = page(COUNTY)
        for said in (
            "《标准规则》第1版，一直以来", "第2级", "缺课报告", "连续缺课满3个上课日", "班主任", "教务处、县教育局",
            "7天内", "学校和教育局工作文件：连续缺课三天，书面报告教务处", "系统默认：休学期满前30天提醒",
        ):  # fmt: skip
            assert said in html, said
        assert "[S]" not in html

    def test_a_teacher_is_led_to_that_of_the_school(self, scene, own):
        assert client_of(scene.teacher).get(reverse("casework:rules")).url == own

    def test_whoever_belongs_to_the_county_is_led_to_the_countys(self, scene):
        bureau = cast.person(role=Role.BUREAU_OFFICER)
        assert client_of(bureau).get(reverse("casework:rules")).url == COUNTY

    def test_is_reached_from_where_attendance_begins(self, page):
        assert reverse("casework:rules") in page(reverse("students:attendance"))

    def test_of_a_school_without_its_own_is_the_countys(self, scene, page, own):
        scene.school.ruleadoption_set.all().delete()
        assert "本校没有自己的规则，按全县规则。" in page(own)

    @pytest.mark.parametrize(
        ("today", "in_force"), [(MONDAY, "标准规则"), (TUESDAY, "从严规则"), (TUESDAY + timedelta(days=1), "从严规则")]
    )
    def test_a_version_holds_from_its_day_on(self, scene, page, own, clock, today, in_force):
        presets.adopt(code="strict", school=scene.school, starts_on=TUESDAY, by=scene.clerk)
        clock.move_to(at(today))
        html = page(own)
        assert f"《{in_force}》第1版，" in html
        assert ("将要生效" in html) is (today < TUESDAY)
        assert "2026年9月8日起" in html
        assert "2026年9月7日 7:40 何静" in html

    def test_says_where_a_school_is_laxer_than_the_county(self, scene, page, own):
        presets.adopt(code="three_day", school=scene.school, starts_on=MONDAY, by=None)
        assert "没有缺课报告：全县规则连续缺课满3个上课日就要办" in page(own)
        bureau = cast.person(role=Role.BUREAU_OFFICER)
        html = page(COUNTY, bureau)
        assert "有自己规则的学校" in html
        assert "《三日规则》第1版" in html

    def test_lists_only_the_schools_that_the_reader_sees(self, scene, page):
        far = cast.school("西岭小学", township=cast.township("西岭镇"))
        officer = cast.person(role=Role.TOWNSHIP_OFFICER, township=scene.school.township)
        html = page(COUNTY, officer)
        assert "东坪小学" in html
        assert far.name not in html
        assert "有自己规则的学校" not in page(COUNTY)

    @pytest.mark.parametrize("schools", [1, 8])
    def test_costs_as_many_queries_for_many_schools(self, scene, schools, django_assert_max_num_queries):
        for number in range(schools):
            cast.school(f"第{number}小学", rules="strict")
        client = client_of(cast.person(role=Role.BUREAU_OFFICER))
        client.get(COUNTY)
        with django_assert_max_num_queries(9):
            client.get(COUNTY)


class TestAVersion:
    def test_says_where_it_holds(self, scene, page):
        html = page(reverse("casework:rule_version", args=[stored("standard").pk]))
        assert "《标准规则》第1版" in html
        assert "<dt>全县</dt><dd>一直以来</dd>" in html
        assert "<dt>东坪小学</dt><dd>一直以来</dd>" in html

    def test_that_nobody_adopted_and_is_no_preset_is_not_found(self, scene):
        draft = StoredRuleSet.objects.create(code="school-1", version=1, title="草稿", content={})
        address = reverse("casework:rule_version", args=[draft.pk])
        assert client_of(scene.clerk).get(address).status_code == 404


class TestComparing:
    def test_two_versions_rung_by_rung(self, page):
        html = page(COMPARE, before=stored("standard").pk, after=stored("strict").pk)
        for said in ("新增", "改为", "不变", "连续缺课满10个上课日", "连续缺课满5个上课日", "对象：教导处"):
            assert said in html, said

    def test_asks_first(self, page):
        assert "选两个版本" in page(COMPARE)

    @pytest.mark.parametrize("asked", [{"before": "x"}, {"before": "999999", "after": "1"}, {"after": ""}])
    def test_what_is_no_version_is_said(self, page, asked):
        html = page(COMPARE, **asked)
        assert "没有这个版本" in html or "请选择" in html


class TestWhy:
    """Every obligation says which version, rung, source and days are behind it, and leads to the ladder."""

    @pytest.fixture
    def three_days_out(self, scene):
        for day in (2, 4, 7):
            scene.take(date(2026, 9, day), first="unexcused")

    def test_names_version_rung_source_and_days(self, scene, three_days_out, page, own):
        duty = Obligation.objects.get(tier="absence_report")
        html = page(reverse("casework:duty", args=[duty.pk]))
        for said in (
            "按《标准规则》第2级：连续缺课满3个上课日，当日办结", "《标准规则》第1版第2级",
            "学校和教育局工作文件：连续缺课三天，书面报告教务处", "到今天连续缺课3天", "其间另有1天没有点名，不算缺课",
            "9月2日", "9月4日", "9月7日", own, reverse("casework:rule_version", args=[stored("standard").pk]),
        ):  # fmt: skip
            assert said in html, said

    def test_keeps_to_the_version_of_its_day(self, scene, three_days_out, page, clock):
        presets.adopt(code="strict", school=scene.school, starts_on=TUESDAY, by=None)
        clock.move_to(at(TUESDAY))
        duty = Obligation.objects.get(tier="absence_report")
        assert "《标准规则》第1版第2级" in page(reverse("casework:duty", args=[duty.pk]))


def test_presets_never_touch_what_was_made_by_form(db):
    made = StoredRuleSet.objects.create(code="county", version=1, title="云岭县规则", content={"code": "county"})
    before = list(StoredRuleSet.objects.order_by("pk").values())
    presets.load_presets()
    assert list(StoredRuleSet.objects.order_by("pk").values()) == before
    assert not any(code == "county" or code.startswith("school-") for code in presets.preset_codes())
    made.refresh_from_db()
    assert made.title == "云岭县规则"
