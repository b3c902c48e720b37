"""The pages of a version made by form: the form rung by rung, what the dry run found, letting it count, withdrawing."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from casework import presets
from casework.models import RuleAdoption, RuleProposal, StoredRuleSet
from students.models import Role
from tests import cast
from tests.proposals import TUESDAY, proposed
from tests.scene import FRIDAY, MONDAY, at, client_of

COUNTY = reverse("casework:new_county_rules")
STRICTER = {"absence_report": {"threshold": 2, "source": "[S] 连续缺课两天，书面报告"}}


def words(response) -> str:
    return response.content.decode()


def sent(client, address, **changed) -> dict:
    """The fields of the form as the page gives them, with some changed; ``threshold-1`` is ``threshold_1`` here."""
    form = client.get(address).context["form"]
    fields = {
        bound.html_name: bound.value()
        for bound in form
        if bound.value() not in (None, "", False) and not bound.html_name.startswith("drop")
    }
    # a browser sends the first choice of a list that nobody touched
    lists = {bound.html_name: bound.field.choices[0][0] for bound in form if hasattr(bound.field, "choices")}
    fields = lists | fields | {"starts_on": "2026-09-08", "reason": "县教发〔2026〕12号", "period": "term"}
    return fields | {name.replace("_on", "+on").replace("_", "-").replace("+", "_"): v for name, v in changed.items()}


TWO_DAYS = {"threshold_1": "2", "source_1": "连续缺课两天，书面报告教务处"}


@pytest.fixture
def out(scene):
    for day in (date(2026, 9, 3), FRIDAY):
        scene.take(day, second="unexcused")
    return scene


@pytest.fixture
def own(scene):
    return reverse("casework:new_school_rules", args=[scene.school.pk])


@pytest.fixture
def bureau(scene):
    return client_of(cast.person("苏远", role=Role.BUREAU_OFFICER))


class TestAWholeChange:
    def test_of_a_school_from_the_page_to_the_day(self, out, own, clock):
        client = client_of(out.clerk)
        page = reverse("casework:school_rules", args=[out.school.pk])
        assert own in words(client.get(page))
        shown = client.post(own, sent(client, own, title="东坪小学规则", **TWO_DAYS), follow=True)
        for said in (
            "《东坪小学规则》第1版", "东坪小学，2026年9月8日起，何静提出", "这是试算，还没有采用",
            "缺课报告由“连续缺课满3个上课日”改为“连续缺课满2个上课日”", "将多出1份缺课报告；涉及1个班的1名学生",
            "2026年9月1日至2026年9月7日", "袁然远", "多出缺课报告（9月4日，9月4日到期）", "县教发〔2026〕12号", "+1",
        ):  # fmt: skip
            assert said in words(shown), said
        assert "何静提出的新版本还没有采用" in words(client.get(page))
        proposal = RuleProposal.objects.get()
        adopt = reverse("casework:adopt_rules", args=[proposal.pk])
        done = client.post(adopt, {"seen": proposal.mark}, follow=True)
        assert "已由何静于2026年9月7日 7:40采用，2026年9月8日起执行" in words(done)
        html = words(client.get(page))
        assert "将要生效" in html
        assert "县教发〔2026〕12号" in html
        clock.move_to(at(TUESDAY))
        html = words(client_of(out.clerk).get(page))
        assert "《东坪小学规则》第1版，2026年9月8日起" in html
        assert "学校和教育局工作文件：连续缺课两天，书面报告教务处" in html

    def test_of_the_county_as_a_job(self, out, bureau):
        out.school.ruleadoption_set.all().delete()
        cast.school("西岭小学", rules="three_day")
        shown = bureau.post(COUNTY, sent(bureau, COUNTY, **TWO_DAYS), follow=True)
        html = words(shown)
        assert "将多出1份缺课报告；涉及1所学校1个班的1名学生" in html
        assert "1所学校有自己的规则，不随这个版本改变，其中1所会比这个版本宽：西岭小学" in html
        proposal = RuleProposal.objects.get()
        bureau.post(reverse("casework:adopt_rules", args=[proposal.pk]), {"seen": proposal.mark})
        assert RuleAdoption.objects.filter(school=None, rule_set=proposal.rule_set, starts_on=TUESDAY).exists()
        back = bureau.post(reverse("casework:withdraw_rules", args=[proposal.pk]), follow=True)
        assert "已由苏远于2026年9月7日 7:40撤回，不会执行" in words(back)
        assert not RuleAdoption.objects.filter(starts_on=TUESDAY).exists()

    def test_can_be_revised_before_it_counts(self, out, own):
        client = client_of(out.clerk)
        client.post(own, sent(client, own, **TWO_DAYS))
        first = RuleProposal.objects.get()
        again = f"{own}?instead={first.pk}"
        form = client.get(again).context["form"]
        assert (form["threshold-1"].value(), form["starts_on"].value(), form["reason"].value()) == (
            2, TUESDAY, "县教发〔2026〕12号",
        )  # fmt: skip
        client.post(again, sent(client, again, threshold_1="1", source_1="连续缺课一天，书面报告"))
        first.refresh_from_db()
        assert (first.state, RuleProposal.objects.first().state) == ("given_up", "rehearsed")

    def test_can_begin_with_a_preset(self, out, bureau):
        strict = StoredRuleSet.objects.get(code="strict")
        address = f"{COUNTY}?from={strict.pk}"
        assert f"?from={strict.pk}" in words(bureau.get(COUNTY))
        bureau.post(address, sent(bureau, address))
        assert [row["tier"] for row in RuleProposal.objects.get().rule_set.content["triggers"]][:3] == [
            "contact", "contact", "home_visit",
        ]  # fmt: skip

    def test_is_given_up(self, out, own):
        made = proposed(out.clerk, out.school, **STRICTER)
        response = client_of(out.clerk).post(reverse("casework:give_up_rules", args=[made.pk]), follow=True)
        assert "已由何静于2026年9月7日 7:40放弃，没有采用" in words(response)


class TestTheForm:
    def stored(self, client, address, **changed) -> dict[str, dict]:
        response = client.post(address, sent(client, address, **changed))
        assert response.status_code == 302, response.context["form"].errors
        return {row["tier"]: row for row in RuleProposal.objects.first().rule_set.content["triggers"]}

    def test_keeps_what_is_not_touched_with_its_source(self, scene, bureau):
        rows = self.stored(bureau, COUNTY, **TWO_DAYS)
        before = {row["tier"]: row for row in StoredRuleSet.objects.get(code="standard").content["triggers"]}
        assert rows.keys() == before.keys()
        for tier, row in rows.items():
            if tier == "absence_report":
                assert (row["threshold"], row["source"]) == (2, "[S] 连续缺课两天，书面报告教务处")
                continue
            was = {"threshold": 1} | before[tier]
            assert {**row, "events": sorted(row.get("events", []))} == {**was, "events": sorted(was.get("events", []))}

    def test_adds_and_drops_rungs_in_the_order_of_the_ladder(self, scene, bureau):
        rows = self.stored(
            bureau, COUNTY, tier_12="home_visit", measure_12="run_school_days", threshold_12="2",
            due_12="next_school_day", responsible_12="homeroom_teacher", receiver_12="家长",
            source_12="缺课两天家访", drop_1="on",
        )  # fmt: skip
        assert list(rows)[:3] == ["contact", "home_visit", "loss_report"]
        assert rows["home_visit"]["due"] == "next_school_day"

    def test_of_a_window_and_a_time_limit(self, scene, bureau):
        rows = self.stored(
            bureau, COUNTY, measure_1="absent_days_in_window", threshold_1="4", window_1="30", due_1="within_days",
            within_1="3", source_1="30天内缺课4天",
        )  # fmt: skip
        row = rows["absence_report"]
        assert (row["window"], row["threshold"], row["due"], row["within"]) == (30, 4, "within_days", 3)

    @pytest.mark.parametrize(
        ("changed", "said"),
        [
            ({"starts_on": "2026-09-07"}, "最早从明天起"),
            ({"starts_on": "2026-09-06"}, "最早从明天起"),
            ({"starts_on": "2030-09-07"}, "请核对年份"),
            ({"starts_on": "x"}, "没有看懂"),
            ({"title": ""}, "请填写名称"),
            ({"reason": ""}, "请填写为什么改"),
            ({"reason": "x" * 201}, "最多200字"),
            ({"period": "month"}, "请在列出的时间里选择"),
            ({"threshold_1": "0"}, "第2级的门槛应是1到90的整数"),
            ({"threshold_1": "-1"}, "第2级的门槛应是1到90的整数"),
            ({"threshold_1": "三"}, "第2级的门槛应是1到90的整数"),
            ({"threshold_1": "99999999999999999999"}, "第2级的门槛应是1到90的整数"),
            ({"threshold_1": ""}, "第2级没有写门槛"),
            ({"threshold_1": "2"}, "第2级的数改了，请写明新的依据"),
            ({"threshold_1": "2", "source_1": ""}, "第2级没有写依据"),
            ({"threshold_1": "61", "source_1": "新"}, "门槛最多是60"),
            ({"measure_1": "absent_days_in_window", "source_1": "新"}, "按一段时间计算，没有写是几天"),
            ({"measure_1": "absent_days_in_window", "window_1": "2", "source_1": "新"}, "时段比门槛还短"),
            ({"due_1": "within_days", "source_1": "新"}, "第2级的时限没有写几天"),
            ({"due_1": "tomorrow"}, "第2级的时限不在列出的选项里"),
            ({"responsible_1": "inspector"}, "第2级的由谁办不在列出的选项里"),
            ({"receiver_1": ""}, "第2级没有写对象"),
            ({"measure_1": "change_event"}, "第2级的怎样算不在列出的选项里"),
            ({"threshold_2": "2", "source_2": "新"}, "应当先有缺课报告，后有流失报告"),
            ({"drop_0": "on"}, "没有联系家长这一级"),
            ({"drop_2": "on", "drop_11": "on"}, "以“流失报告”为前提"),
            ({f"drop_{number}": "on" for number in range(12)}, "所有各级都取消了"),
            (
                {"tier_12": "absence_report", "threshold_12": "5", "receiver_12": "校长", "source_12": "新"},
                "只能留一级",
            ),
            (
                {"tier_12": "contact", "threshold_12": "5", "receiver_12": "家长", "source_12": "新"},
                "不能用这种方法来计算",
            ),
            ({"tier_12": "return_report"}, "新加的一级的做什么不在列出的选项里"),
            ({"tier_12": "home_visit"}, "新加的一级没有写对象"),
            ({}, "完全相同，不用改"),
        ],
    )
    def test_says_what_cannot_be_and_loses_nothing(self, scene, bureau, changed, said):
        touched = {"responsible_3": "deputy_head"} if changed else {}
        response = bureau.post(COUNTY, sent(bureau, COUNTY, **touched | changed))
        html = words(response)
        assert (response.status_code, said in html) == (422, True), html
        if changed:
            assert response.context["form"]["responsible-3"].value() == "deputy_head"
        assert not RuleProposal.objects.exists()

    def test_a_dropped_rung_need_not_be_right(self, scene, bureau):
        rows = self.stored(bureau, COUNTY, threshold_1="x", receiver_1="", drop_1="on")
        assert "absence_report" not in rows

    def test_a_school_is_told_where_it_would_be_laxer(self, scene, own):
        client = client_of(scene.clerk)
        response = client.post(own, sent(client, own, threshold_1="4", source_1="新"))
        assert "缺课报告：全县规则连续缺课满3个上课日就要办，本校连续缺课满4个上课日才办" in words(response)
        form = response.context["form"]
        assert form["threshold-1"].value() == "4"
        assert [number for number, rung in enumerate(form.rungs) if rung["open"]] == [1]

    def test_the_bureau_sees_where_a_school_would_be_laxer(self, scene, own, bureau):
        shown = bureau.post(own, sent(bureau, own, threshold_1="4", source_1="新"), follow=True)
        assert "比全县规则宽的地方" in words(shown)

    def test_of_two_people_the_second_is_told_and_keeps_what_was_filled_in(self, scene, bureau):
        first = sent(bureau, COUNTY, **TWO_DAYS)
        presets.adopt(code="strict", school=None, starts_on=date(2026, 9, 20), by=cast.person("罗宁"))
        told = bureau.post(COUNTY, first)
        assert (told.status_code, "填写期间罗宁采用了《从严规则》第1版" in words(told)) == (422, True)
        form = told.context["form"]
        assert form["threshold-1"].value() == "2"
        assert bureau.post(COUNTY, first | {"seen": form["seen"].value()}).status_code == 302

    def test_a_second_press_makes_no_second_version(self, scene, bureau):
        fields = sent(bureau, COUNTY, **TWO_DAYS)
        assert bureau.post(COUNTY, fields).url == bureau.post(COUNTY, fields).url
        assert RuleProposal.objects.count() == 1

    @pytest.mark.parametrize("asked", ["from=999999", "from=x", "from=99999999999999"])
    def test_a_version_that_is_not_there_is_not_found(self, scene, bureau, asked):
        assert bureau.get(f"{COUNTY}?{asked}").status_code == 404

    def test_another_schools_draft_is_no_place_to_begin(self, scene, bureau):
        far = cast.school("西岭小学")
        clerk = cast.person(role=Role.REGISTRY_CLERK, school=far)
        draft = proposed(clerk, far, **STRICTER)
        own = reverse("casework:new_school_rules", args=[scene.school.pk])
        assert client_of(scene.clerk).get(f"{own}?from={draft.rule_set_id}").status_code == 404
        page = reverse("casework:rule_proposal", args=[draft.pk])
        assert client_of(scene.clerk).get(page).status_code == 404
        assert bureau.get(page).status_code == 200


class TestOneThatWaits:
    def test_a_stale_page_lets_nothing_count(self, out):
        made = proposed(out.clerk, out.school, **STRICTER)
        client = client_of(out.clerk)
        response = client.post(reverse("casework:adopt_rules", args=[made.pk]), {"seen": "x"}, follow=True)
        assert "没有采用：这个版本已经不是刚才看到的样子" in words(response)

    @pytest.mark.parametrize("days", [0, 1, 2])
    def test_whose_day_has_come_asks_for_another(self, out, clock, days):
        made = proposed(out.clerk, out.school, **STRICTER)
        clock.move_to(at(MONDAY + timedelta(days=days)))
        html = words(client_of(out.clerk).get(reverse("casework:rule_proposal", args=[made.pk])))
        assert ("开始日期已经到了" in html) is (days > 0)
        assert ("采用这个版本" in html) is (days == 0)

    def test_is_tried_on_another_period(self, out, clock):
        made = proposed(out.clerk, out.school, starts_on=date(2026, 11, 1), **STRICTER)
        clock.move_to(at(date(2026, 10, 9)))
        client, address = client_of(out.clerk), reverse("casework:try_rules", args=[made.pk])
        assert "2026年9月1日至2026年9月30日" in words(client.post(address, {"period": "month"}, follow=True))
        assert "没有重新试算" in words(client.post(address, {"period": "century"}, follow=True))

    def test_under_way_shows_how_far_it_is(self, out, bureau):
        made = proposed(cast.person(role=Role.BUREAU_OFFICER), None, **STRICTER)
        assert "排队等待" in words(bureau.get(reverse("casework:rule_proposal", args=[made.pk])))
        bar = reverse("casework:rule_progress", args=[made.pk])
        assert "排队等待" in words(bureau.get(bar))
        RuleProposal.objects.update(state="rehearsed")
        assert bureau.get(bar).headers["HX-Refresh"] == "true"

    def test_that_broke_off_can_be_tried_again(self, out, bureau, clock):
        made = proposed(cast.person(role=Role.BUREAU_OFFICER), None, **STRICTER)
        clock.shift(timedelta(minutes=11))
        page = reverse("casework:rule_proposal", args=[made.pk])
        assert "后台程序可能没有运行" in words(bureau.get(page))
        bureau.post(reverse("casework:try_rules", args=[made.pk]), {"period": "term"})
        assert "这是试算，还没有采用" in words(bureau.get(page))

    def test_names_only_the_children_that_the_reader_sees(self, out, bureau):
        out.school.ruleadoption_set.all().delete()
        made = proposed(cast.person(role=Role.BUREAU_OFFICER), None, **STRICTER)
        assert client_of(out.clerk).get(reverse("casework:rule_proposal", args=[made.pk])).status_code == 404

    @pytest.mark.parametrize("children", [0, 10])
    def test_costs_as_many_queries_for_many_children(self, out, children, django_assert_max_num_queries):
        for number in range(children):
            child = cast.student(out.school_class, f"学生{number}")
            for day in (8, 9):
                cast.take_register(
                    out.teacher, out.school_class, date(2026, 9, day), "AM" if number == 0 else "PM",
                    one=(child, "unexcused"),
                ) if number < 2 else None  # fmt: skip
        made = proposed(out.clerk, out.school, **STRICTER)
        client, address = client_of(out.clerk), reverse("casework:rule_proposal", args=[made.pk])
        client.get(address)
        with django_assert_max_num_queries(10):
            client.get(address)
