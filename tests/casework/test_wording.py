"""Obligations in words a teacher can read."""

import re
from datetime import date

import pytest

from casework.ladder import Duty, DutyStatus
from casework.ruleset import Tier, read_rule_set
from casework.wording import (
    TASKS,
    due_words,
    joined_days,
    missed,
    named_day,
    overdue_words,
    reason,
    rule_words,
    short_day,
)
from tests.casework.small_world import PRESETS

TODAY = date(2026, 9, 9)  # a Wednesday


def day(number, month=9, year=2026):
    return date(year, month, number)


def duty(tier, *, triggered_on=TODAY, run_start=None, run_days=0, unknown_days=0, key=None):
    return Duty(
        tier=Tier(tier),
        key=key or run_start or triggered_on,
        triggered_on=triggered_on,
        due_on=triggered_on,
        run_start=run_start,
        run_days=run_days,
        unknown_days=unknown_days,
        school_class=1,
        rule_set="standard",
        step=1,
    )


def why(owed, *, marks=None, change=""):
    return reason(owed, marks=marks or {}, change=change, today=TODAY)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (day(9), "今天"),
        (day(8), "昨天"),
        (day(7), "9月7日"),
        (day(10), "9月10日"),
        (day(1, 1), "1月1日"),
        (day(31, 12, 2025), "2025年12月31日"),
        (day(1, 1, 2027), "2027年1月1日"),
    ],
)
def test_a_day_is_named_from_today(asked, words):
    assert named_day(asked, TODAY) == words


def test_yesterday_is_yesterday_across_the_new_year():
    assert named_day(day(31, 12, 2026), day(1, 1, 2027)) == "昨天"


def test_a_short_day_has_no_year_and_no_zeros():
    assert short_day(day(5)) == "9月5日"


class TestWhatWasMissed:
    def test_is_said_slot_by_slot(self):
        assert missed({"AM": "unexcused"}) == "上午旷课"

    def test_puts_slots_of_one_kind_together_in_the_order_of_the_day(self):
        assert missed({"EV": "unexcused", "PM": "unexcused", "AM": "unexcused"}) == "上午、下午、晚自习旷课"

    def test_keeps_kinds_apart(self):
        assert missed({"PM": "unverified", "AM": "unexcused"}) == "上午旷课，下午待核实"

    def test_orders_single_periods_by_their_number(self):
        assert missed({"7": "unexcused", "1": "unexcused", "4": "unexcused"}) == "第一节、第四节、第七节旷课"

    def test_leaves_out_what_was_excused_or_only_late(self):
        marks = {"1": "sick_leave", "2": "late", "3": "left_early", "4": "official", "5": "unexcused"}
        assert missed(marks) == "第五节旷课"

    def test_is_nothing_where_nothing_was(self):
        assert missed({}) == ""


class TestWhyItIsOwed:
    def test_a_contact_says_day_and_slots(self):
        assert why(duty("contact"), marks={"AM": "unexcused"}) == "今天上午旷课"
        assert why(duty("contact", triggered_on=day(7)), marks={"PM": "unverified"}) == "9月7日下午待核实"

    def test_a_contact_whose_marks_are_out_of_sight_still_says_something(self):
        assert why(duty("contact", triggered_on=day(8))) == "昨天缺课"

    @pytest.mark.parametrize("tier", ["home_visit", "joint_visit", "absence_report", "loss_report"])
    def test_a_rung_of_the_ladder_says_how_long_and_since_when(self, tier):
        assert why(duty(tier, run_start=day(7), run_days=3)) == "连续缺课3天（9月7日起）"

    def test_days_without_a_register_stand_beside(self):
        owed = duty("absence_report", run_start=day(4), run_days=3, unknown_days=1)
        assert why(owed) == "连续缺课3天（9月4日起），另有1天未点名"

    def test_a_return_says_when_the_child_came_back(self):
        assert why(duty("return_report", run_start=day(1), run_days=5)) == "连续缺课5天（9月1日起），今天已到校"
        owed = duty("return_report", triggered_on=day(7), run_start=day(1), run_days=3, unknown_days=2)
        assert why(owed) == "连续缺课3天（9月1日起），另有2天未点名，9月7日已到校"

    def test_a_change_says_what_happened(self):
        assert why(duty("change_report", triggered_on=day(4)), change="休学") == "9月4日休学"
        assert why(duty("change_report", triggered_on=day(8))) == "昨天学籍变动"
        assert why(duty("change_evidence", triggered_on=day(4)), change="转出") == "9月4日转出"

    def test_the_end_of_a_suspension_says_the_day(self):
        assert why(duty("suspension_end", key=day(9, 10))) == "休学到10月9日期满"
        assert why(duty("suspension_end", key=TODAY)) == "休学到今天期满"
        assert why(duty("suspension_end", key=day(10, 1, 2027))) == "休学到2027年1月10日期满"

    def test_an_opening_missed_says_which_day(self):
        owed = duty("opening_visit", triggered_on=day(1), run_start=day(1), run_days=1)
        assert why(owed) == "9月1日开学没有到校"

    def test_a_long_leave_says_how_long_and_since_when(self):
        owed = duty("excused_check", run_start=day(1), run_days=10)
        assert f"{why(owed)}，{TASKS[owed.tier]}" == "连续请假10天（9月1日起），请联系家长核实"
        owed = duty("excused_check", run_start=day(1), run_days=10, unknown_days=2)
        assert why(owed) == "连续请假10天（9月1日起），另有2天未点名"


class TestByWhatRule:
    @pytest.mark.parametrize(
        ("code", "step", "words"),
        [
            ("standard", 1, "按《标准规则》第1级：一天内未经请假缺课满1个节次，当日办结"),
            ("standard", 2, "按《标准规则》第2级：连续缺课满3个上课日，当日办结"),
            ("strict", 2, "按《从严规则》第2级：缺课一整天，当日办结"),
            ("strict", 4, "按《从严规则》第4级：连续缺课满1个上课日，下一个上课日办结"),
            ("three_day", 3, "按《三日规则》第3级：连续缺课满2个上课日，当日办结"),
            ("standard", 6, "按《标准规则》第6级：发生转入、休学复学、转出、休学、死亡、出国，7天内办结"),
            ("standard", 7, "按《标准规则》第7级：休学期满前30天，期满当日办结"),
            ("standard", 8, "按《标准规则》第8级：学期第一个上课日缺课一整天，5个上课日内办结"),
            ("standard", 9, "按《标准规则》第9级：连续请假满10个上课日，3个上课日内办结"),
            ("three_day", 5, "按《三日规则》第5级：达到“流失报告”后第一天到校，当日办结"),
        ],
    )
    def test_names_the_rule_set_the_rung_and_the_condition(self, code, step, words):
        rule_set = read_rule_set(PRESETS[code])
        assert rule_words(rule_set, rule_set.rung(step)) == words

    @pytest.mark.parametrize("code", PRESETS)
    def test_every_rung_of_every_preset_is_said_in_chinese_alone(self, code):
        rule_set = read_rule_set(PRESETS[code])
        for trigger in rule_set.triggers:
            assert re.fullmatch(r"[\u3400-\u9fff0-9《》：，“”、（）]+", rule_words(rule_set, trigger))


class TestByWhen:
    @pytest.mark.parametrize(
        ("due_on", "words"),
        [
            (day(7), "应于9月7日办结"),
            (day(8), "应于昨天办结"),
            (day(9), "今天内办结"),
            (day(10), "9月10日前办结"),
            (day(4, 1, 2027), "2027年1月4日前办结"),
        ],
    )
    def test_the_due_day_is_said_from_today(self, due_on, words):
        assert due_words(due_on, DutyStatus.OPEN, TODAY) == words

    def test_how_late_it_is_is_said_in_days_of_the_calendar(self):
        assert overdue_words(day(8), DutyStatus.LATE_OPEN, TODAY) == "逾期1天"
        assert overdue_words(day(30, 8), DutyStatus.LATE_OPEN, TODAY) == "逾期10天"

    @pytest.mark.parametrize("status", sorted(set(DutyStatus) - {DutyStatus.LATE_OPEN}))
    def test_nothing_is_said_of_what_is_not_late_and_open(self, status):
        assert overdue_words(day(1), status, TODAY) == ""


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ([], ""),
        ([day(7)], "9月7日"),
        ([day(7), day(8), day(9)], "9月7日、8日、9日"),
        ([day(29), day(30), day(8, 10), day(9, 10)], "9月29日、30日、10月8日、9日"),
    ],
)
def test_days_in_a_row_say_their_month_once(days, words):
    assert joined_days(days) == words


def test_every_tier_has_a_task_and_says_please():
    assert set(TASKS) == set(Tier)
    assert all(task.startswith("请") for task in TASKS.values())
