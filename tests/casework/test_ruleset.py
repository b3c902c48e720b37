"""Rule sets (规则集): read, checked, and said in words."""

import re
from datetime import date

import pytest

from casework.ruleset import (
    DAY_MEASURES,
    MEASURES_OF,
    RUN_MEASURES,
    Due,
    Measure,
    RuleError,
    Tier,
    read_rule_set,
)
from students.calendar import SchoolDays
from tests.casework.small_world import PRESETS

# domain.md §4: tier, measure, threshold, responsible, due; what is not counted has threshold 1.
LADDERS = {
    "standard": [
        ("contact", "unexcused_slots", 1, "homeroom_teacher", "same_day"),
        ("absence_report", "run_school_days", 3, "homeroom_teacher", "same_day"),
        ("loss_report", "run_school_days", 10, "homeroom_teacher", "same_day"),
    ],
    "strict": [
        ("contact", "unexcused_periods", 4, "homeroom_teacher", "same_day"),
        ("contact", "absent_day", 1, "homeroom_teacher", "same_day"),
        ("home_visit", "run_school_days", 1, "homeroom_teacher", "same_day"),
        ("absence_report", "run_school_days", 1, "homeroom_teacher", "next_school_day"),
        ("loss_report", "run_school_days", 5, "homeroom_teacher", "same_day"),
    ],
    "three_day": [
        ("contact", "unexcused_slots", 1, "homeroom_teacher", "same_day"),
        ("home_visit", "run_school_days", 1, "homeroom_teacher", "same_day"),
        ("joint_visit", "run_school_days", 2, "principal", "same_day"),
        ("loss_report", "run_school_days", 3, "homeroom_teacher", "same_day"),
    ],
}
IN_ALL = [
    ("return_report", "present_after", 1, "homeroom_teacher", "same_day"),
    ("change_report", "change_event", 1, "homeroom_teacher", "same_day"),
    ("change_evidence", "change_event", 1, "homeroom_teacher", "within_days"),
    ("suspension_end", "suspension_end", 30, "homeroom_teacher", "at_end"),
    ("opening_visit", "opening_absence", 1, "homeroom_teacher", "within_school_days"),
    ("excused_check", "excused_days", 10, "homeroom_teacher", "within_school_days"),
    ("next_attempt", "unanswered_days", 1, "homeroom_teacher", "next_school_day"),
    ("unreached_visit", "unanswered_days", 3, "homeroom_teacher", "within_school_days"),
    ("loss_report", "reported_left", 1, "homeroom_teacher", "same_day"),
]
WORDS = {
    "standard": [
        "一天内未经请假缺课满1个节次",
        "连续缺课满3个上课日",
        "连续缺课满10个上课日",
    ],
    "strict": [
        "一天内旷课满4节",
        "缺课一整天",
        "连续缺课满1个上课日",
        "连续缺课满1个上课日",
        "连续缺课满5个上课日",
    ],
    "three_day": [
        "一天内未经请假缺课满1个节次",
        "连续缺课满1个上课日",
        "连续缺课满2个上课日",
        "连续缺课满3个上课日",
    ],
}
WORDS_IN_ALL = [
    "达到“流失报告”后第一天到校",
    "发生转入、休学复学、转出、休学、死亡、出国",
    "发生转入、休学复学、转出、休学、死亡、出国",
    "休学期满前30天",
    "学期第一个上课日缺课一整天",
    "连续请假满10个上课日",
    "孩子没有返校，连续1天没有联系上",
    "孩子没有返校，连续3天没有联系上",
    "有教师报告学生已离校",
]
DUES_IN_ALL = [
    "当日", "当日", "7天内", "期满当日", "5个上课日内", "3个上课日内", "下一个上课日", "3个上课日内", "当日",
]  # fmt: skip


def rung(tier="home_visit", measure="run_school_days", **fields):
    return {
        "tier": tier,
        "measure": measure,
        "responsible": "homeroom_teacher",
        "receiver": "家长",
        "due": "same_day",
        "source": "[D] 试验",
    } | fields


def read(*rungs):
    return read_rule_set({"code": "trial", "title": "试验规则", "triggers": rungs})


@pytest.mark.parametrize("code", LADDERS)
class TestPreset:
    def test_has_the_rungs_of_the_document(self, code):
        rule_set = read_rule_set(PRESETS[code])
        rungs = [(t.tier, t.measure, t.threshold, t.responsible, t.due) for t in rule_set.triggers]
        assert rungs == LADDERS[code] + IN_ALL

    def test_numbers_its_rungs_from_the_first(self, code):
        steps = [trigger.step for trigger in read_rule_set(PRESETS[code]).triggers]
        assert steps == list(range(1, len(LADDERS[code] + IN_ALL) + 1))

    def test_says_every_rung_in_plain_chinese(self, code):
        assert [trigger.words for trigger in read_rule_set(PRESETS[code]).triggers] == WORDS[code] + WORDS_IN_ALL

    def test_says_the_time_there_is_in_plain_chinese(self, code):
        words = [trigger.due_words for trigger in read_rule_set(PRESETS[code]).triggers]
        assert words[-len(IN_ALL) :] == DUES_IN_ALL

    def test_names_a_source_for_the_whole_and_for_every_rung(self, code):
        sources = [PRESETS[code]["source"], *(trigger["source"] for trigger in PRESETS[code]["triggers"])]
        assert all(re.match(r"\[[SLD]\] \S", source) for source in sources)

    def test_asks_for_a_return_report_after_a_loss_report(self, code):
        rule_set = read_rule_set(PRESETS[code])
        assert [trigger.after for trigger in rule_set.on_return] == [Tier.LOSS_REPORT]

    def test_asks_for_a_report_and_a_paper_of_the_six_changes(self, code):
        triggers = read_rule_set(PRESETS[code]).on_change
        assert [trigger.tier for trigger in triggers] == [Tier.CHANGE_REPORT, Tier.CHANGE_EVIDENCE]
        for trigger in triggers:
            assert {kind.label for kind in trigger.events} == {"转入", "转出", "休学", "休学复学", "出国", "死亡"}

    def test_sorts_its_rungs_by_what_they_look_at(self, code):
        rule_set = read_rule_set(PRESETS[code])
        missed = [tier for tier, *_ in LADDERS[code]]
        assert [trigger.tier for trigger in rule_set.on_missed_day] == [*missed, Tier.OPENING_VISIT]
        sorted_rungs = rule_set.on_missed_day + rule_set.on_return + rule_set.on_change
        sorted_rungs += rule_set.on_suspension_end + rule_set.on_excused_day + rule_set.on_unanswered
        sorted_rungs += rule_set.on_report_of_leaving
        assert sorted(trigger.step for trigger in sorted_rungs) == [trigger.step for trigger in rule_set.triggers]

    def test_is_known_by_its_code_until_the_store_gives_it_a_key(self, code):
        assert read_rule_set(PRESETS[code]).key == code
        assert read_rule_set(PRESETS[code], key=7).key == 7


def test_the_presets_are_the_three_of_the_document():
    assert sorted(PRESETS) == sorted(LADDERS)
    assert {code: preset["code"] for code, preset in PRESETS.items()} == {code: code for code in PRESETS}


def test_a_rung_is_found_by_its_number():
    strict = read_rule_set(PRESETS["strict"])
    assert strict.rung(1).measure is Measure.UNEXCUSED_PERIODS
    assert strict.rung(5).threshold == 5


class TestAContradictionIsRefused:
    """The refusal is a Chinese sentence that names the rung."""

    def refusal(self, *rungs):
        with pytest.raises(RuleError) as refused:
            read(*rungs)
        return str(refused.value)

    @pytest.mark.parametrize("measure", sorted(set(Measure) - DAY_MEASURES))
    def test_where_a_contact_does_not_count_within_a_day(self, measure):
        assert self.refusal(rung("contact", measure)) == "“联系家长”不能用这种方法来计算"

    @pytest.mark.parametrize("tier", sorted(set(Tier) - set(MEASURES_OF)))
    @pytest.mark.parametrize("measure", sorted(set(Measure) - RUN_MEASURES))
    def test_where_a_visit_or_report_does_not_count_a_run(self, tier, measure):
        assert self.refusal(rung(tier, measure)) == f"“{tier.label}”不能用这种方法来计算"

    @pytest.mark.parametrize("measure", sorted(set(Measure) - {Measure.PRESENT_AFTER}))
    def test_where_a_return_report_waits_for_anything_but_a_return(self, measure):
        assert self.refusal(rung("return_report", measure)) == "“复学报告”不能用这种方法来计算"

    @pytest.mark.parametrize("measure", sorted(set(Measure) - {Measure.CHANGE_EVENT}))
    def test_where_a_change_report_waits_for_anything_but_a_change(self, measure):
        assert self.refusal(rung("change_report", measure)) == "“变动报告”不能用这种方法来计算"

    @pytest.mark.parametrize("measure", sorted(set(Measure) - {Measure.CHANGE_EVENT}))
    def test_where_a_paper_is_asked_for_anything_but_a_change(self, measure):
        assert self.refusal(rung("change_evidence", measure)) == "“证明材料”不能用这种方法来计算"

    @pytest.mark.parametrize("measure", sorted(set(Measure) - {Measure.SUSPENSION_END}))
    def test_where_an_end_of_suspension_counts_anything_else(self, measure):
        assert self.refusal(rung("suspension_end", measure)) == "“休学期满”不能用这种方法来计算"

    @pytest.mark.parametrize("measure", sorted(set(Measure) - {Measure.OPENING_ABSENCE}))
    def test_where_a_visit_of_the_opening_counts_anything_else(self, measure):
        assert self.refusal(rung("opening_visit", measure)) == "“开学未到家访”不能用这种方法来计算"

    @pytest.mark.parametrize("measure", sorted(set(Measure) - {Measure.EXCUSED_DAYS}))
    def test_where_the_check_of_a_long_leave_counts_anything_else(self, measure):
        assert self.refusal(rung("excused_check", measure)) == "“长假核实”不能用这种方法来计算"

    @pytest.mark.parametrize("tier", ["next_attempt", "unreached_visit"])
    @pytest.mark.parametrize("measure", sorted(set(Measure) - {Measure.UNANSWERED_DAYS}))
    def test_where_what_follows_a_call_counts_anything_else(self, tier, measure):
        assert "不能用这种方法来计算" in self.refusal(rung(tier, measure))

    @pytest.mark.parametrize("threshold", [0, -1])
    def test_where_a_threshold_is_below_one(self, threshold):
        assert self.refusal(rung(threshold=threshold)) == "“家访”的门槛应至少为1"

    def test_where_a_window_is_missing(self):
        sentence = self.refusal(rung(measure="absent_days_in_window", threshold=3))
        assert sentence == "“家访”：只有按时段计算缺课天数时才写时段，且必须写"

    def test_where_a_window_is_given_for_nothing(self):
        assert self.refusal(rung(window=30)) == "“家访”：只有按时段计算缺课天数时才写时段，且必须写"

    @pytest.mark.parametrize(
        "earlier",
        [
            rung("change_report", "change_event", events=["suspend"]),
            rung("suspension_end", "suspension_end", threshold=30, due="at_end"),
            rung("excused_check", "excused_days", threshold=10),
        ],
        ids=["a change", "the end of a suspension", "a long leave"],
    )
    def test_where_a_return_follows_what_no_absence_brings_about(self, earlier):
        sentence = self.refusal(earlier, rung("return_report", "present_after", after=earlier["tier"]))
        assert sentence == (f"“复学报告”以“{Tier(earlier['tier']).label}”为前提，但规则里没有这样的一级在它之前")

    def test_where_a_return_follows_a_rung_that_is_not_there(self):
        sentence = self.refusal(rung(), rung("return_report", "present_after", after="loss_report"))
        assert sentence == "“复学报告”以“流失报告”为前提，但规则里没有这样的一级在它之前"

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"measure": "present_after", "tier": "return_report"}, "“复学报告”：到校后才触发的必须写前提，其他的不写"),
            ({"after": "loss_report"}, "“家访”：到校后才触发的必须写前提，其他的不写"),
            (
                {"measure": "change_event", "tier": "change_report"},
                "“变动报告”：按学籍变动触发的必须写变动类型，其他的不写",
            ),
            (
                {"measure": "change_event", "tier": "change_report", "events": ["graduate"]},
                "“变动报告”只能由转入、转出、休学、休学复学、出国、死亡触发",
            ),
            ({"measure": "absent_day", "tier": "contact", "threshold": 2}, "“联系家长”按一整天计算，门槛只能是1"),
            (
                {"measure": "opening_absence", "tier": "opening_visit", "threshold": 2},
                "“开学未到家访”按一整天计算，门槛只能是1",
            ),
            ({"due": "within_days"}, "“家访”：时限按天数计算的必须写天数，其他的不写"),
            ({"due": "within_school_days"}, "“家访”：时限按天数计算的必须写天数，其他的不写"),
            ({"within": 7}, "“家访”：时限按天数计算的必须写天数，其他的不写"),
            ({"due": "within_days", "within": 0}, "“家访”的时限应至少为1天"),
            ({"due": "at_end"}, "“家访”没有期满之日，时限不能写期满当日"),
            ({"measure": "suspension_end", "tier": "suspension_end", "threshold": 0}, "“休学期满”的门槛应至少为1"),
            (
                {"measure": "suspension_end", "tier": "suspension_end", "events": ["suspend"]},
                "“休学期满”：按学籍变动触发的必须写变动类型，其他的不写",
            ),
            (
                {"measure": "absent_days_in_window", "threshold": 5, "window": 4},
                "“家访”的时段比门槛还短，永远不会触发",
            ),
            ({"measure": "weekly"}, "不认识的计算方法：“weekly”"),
            ({"due": "tomorrow"}, "不认识的时限：“tomorrow”"),
        ],
    )
    def test_where_a_rung_could_never_be_reached_or_explained(self, fields, sentence):
        tier, measure = fields.pop("tier", "home_visit"), fields.pop("measure", "run_school_days")
        assert self.refusal(rung(tier, measure, **fields)) == sentence

    def test_where_there_is_no_rung_at_all(self):
        assert self.refusal() == "规则里没有任何一级"

    def test_where_a_rung_says_nothing_of_its_source(self):
        silent = rung()
        del silent["source"]
        assert self.refusal(silent) == "规则里缺少“source”一项"


class TestMeasuresThatNoPresetUses:
    def test_calendar_days_are_said_to_include_days_of_rest(self):
        assert read(rung(measure="run_calendar_days", threshold=7)).triggers[0].words == "连续缺课满7天（含休息日）"

    def test_a_window_is_said_in_days(self):
        [trigger] = read(rung(measure="absent_days_in_window", threshold=5, window=30)).triggers
        assert trigger.words == "30天内缺课满5天"

    def test_a_window_ends_on_its_day_and_counts_it(self):
        [trigger] = read(rung(measure="absent_days_in_window", threshold=5, window=30)).triggers
        assert trigger.window_start(date(2026, 9, 30)) == date(2026, 9, 1)


class TestDue:
    friday, monday, tuesday = date(2026, 9, 11), date(2026, 9, 14), date(2026, 9, 15)
    school_days = SchoolDays((friday, monday, tuesday))

    def due(self, day, due, *, ends_on=None, **fields):
        [trigger] = read(rung(due=due, **fields)).triggers
        return trigger.due_on(day, self.school_days, ends_on=ends_on)

    def due_at_end(self, day, ends_on):
        [trigger] = read(rung("suspension_end", "suspension_end", threshold=30, due="at_end")).triggers
        return trigger.due_on(day, self.school_days, ends_on=ends_on)

    @pytest.mark.parametrize(("day", "due"), [(friday, friday), (date(2026, 9, 12), monday), (monday, monday)])
    def test_the_same_day_is_the_day_or_the_school_day_that_follows(self, day, due):
        assert self.due(day, "same_day") == due

    @pytest.mark.parametrize(("day", "due"), [(friday, monday), (date(2026, 9, 12), monday), (monday, tuesday)])
    def test_the_next_school_day_is_never_the_day_itself(self, day, due):
        assert self.due(day, "next_school_day") == due

    @pytest.mark.parametrize(("within", "due"), [(2, friday), (3, monday), (4, monday), (5, monday), (6, tuesday)])
    def test_days_of_the_calendar_are_counted_from_the_day_after(self, within, due):
        assert self.due(date(2026, 9, 9), "within_days", within=within) == due

    @pytest.mark.parametrize(("within", "due"), [(1, friday), (2, monday), (3, tuesday)])
    def test_school_days_are_counted_with_the_day_itself(self, within, due):
        assert self.due(self.friday, "within_school_days", within=within) == due

    @pytest.mark.parametrize(
        ("ends_on", "due"), [(date(2026, 9, 7), friday), (friday, friday), (date(2026, 9, 12), monday)]
    )
    def test_the_day_of_the_end_is_the_end_or_the_school_day_that_follows_and_never_before_the_trigger(
        self, ends_on, due
    ):
        assert self.due_at_end(self.friday, ends_on) == due

    def test_beyond_the_known_calendar_a_duty_still_has_a_day(self):
        assert self.due(date(2026, 9, 16), "same_day") == date(2026, 9, 16)
        assert self.due(self.tuesday, "next_school_day") == date(2026, 9, 16)
        assert self.due(self.tuesday, "within_school_days", within=3) == date(2026, 9, 17)

    def test_every_one_has_words(self):
        assert [due.label for due in Due] == ["当日", "下一个上课日", "{within}天内", "{within}个上课日内", "期满当日"]


def test_the_tiers_are_named_as_people_name_them():
    assert [tier.label for tier in Tier] == [
        "联系家长", "家访", "联合家访", "缺课报告", "流失报告", "复学报告", "变动报告",
        "证明材料", "休学期满", "开学未到家访", "长假核实", "再次联系", "联系不上家访",
    ]  # fmt: skip
