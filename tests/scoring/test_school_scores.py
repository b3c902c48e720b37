"""The month of a school: each line at its edges, its band, and that no month ever tempts anybody."""

from dataclasses import replace
from decimal import Decimal

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from scoring.class_scores import score
from scoring.presets import SCHOOL_PRESETS
from scoring.scheme import Measure
from scoring.scheme_reading import SchemeError, read_scheme
from scoring.school_scheme import OFFERED, Band, read_new_school_scheme, read_school_scheme
from scoring.school_scores import MEAN_LINES, StageCount, Standing, ranks, school_score, together
from tests.scoring.standard import STANDARD
from tests.scoring.test_class_scores import DAYS, HALF, NONE, WHOLE, classes, duties

SCHOOL_STANDARD = yaml.safe_load((SCHOOL_PRESETS / "school_standard.yaml").read_text(encoding="utf-8"))
SCHEME, CLASS_SCHEME = read_school_scheme(SCHOOL_STANDARD), read_scheme(STANDARD)
NOTHING = Standing()
BANDS = tuple(Band)


def standing(*, primary=(0, 0), junior=(0, 0), classes: int = 4, due: int = 100, missing: int = 0, **points):
    stages = (StageCount("primary", *primary), StageCount("junior", *junior))
    return Standing(stages, classes, {Measure(line): Decimal(str(each)) for line, each in points.items()}, due, missing)


def month(after: Standing, before: Standing = NOTHING):
    return school_score(after, before, SCHEME, CLASS_SCHEME.targets)


class TestPoints:
    def test_begin_with_the_base(self):
        made = month(standing(primary=(200, 0)))
        assert (made.total, made.band) == (100, Band.EXCELLENT)

    def test_are_five_for_each_point_of_the_mean_of_the_classes(self):
        made = month(standing(primary=(200, 0), missed_roll_call=-4, late_contact="-0.5"))
        assert made.means[Measure.MISSED_ROLL_CALL] == -1
        assert (made.lines[Measure.MISSED_ROLL_CALL], made.lines[Measure.LATE_CONTACT]) == (-5, Decimal("-0.6"))
        assert made.total == Decimal("94.4")

    def test_of_a_month_are_what_was_earned_since_the_cut_off_before(self):
        before, after = standing(missed_roll_call=-6), standing(missed_roll_call=-8, late_report=-2)
        made = month(after, before)
        assert (made.lines[Measure.MISSED_ROLL_CALL], made.lines[Measure.LATE_REPORT]) == (-Decimal("2.5"),) * 2

    def test_of_a_report_written_after_all_come_back_in_that_month(self):
        assert month(standing(late_report="-0.5"), standing(late_report=-1)).lines[Measure.LATE_REPORT] > 0

    def test_are_taken_off_for_each_stage_that_missed_its_target(self):
        both = month(standing(primary=(200, 1), junior=(100, 2)))
        assert (both.missed, both.lines[Measure.TARGET]) == (("primary", "junior"), -40)
        assert month(standing(primary=(200, 1), junior=(101, 2))).missed == ("primary",)

    def test_a_child_taken_off_by_an_appeal_is_lost_and_neither_misses_the_target_nor_vetoes(self):
        made = month(standing(primary=(20, 1, 1)))
        assert (made.standing.lost, made.missed, made.is_vetoed, made.total) == (1, (), False, 100)

    def test_judge_a_stage_for_the_whole_school_and_not_by_its_classes(self):
        """One child lost of a class of 40 misses the class's target; of 60 in two classes it does not miss theirs."""
        parts = [standing(junior=(40, 1), classes=1), standing(junior=(20, 0), classes=1)]
        assert month(together(parts)).missed == ()

    def test_never_leave_their_bounds(self):
        assert month(standing(classes=1, missed_roll_call=-10, late_contact=-10, late_report=-10)).total == 0
        assert month(standing(classes=1, verified_return=10)).total == 100

    def test_of_a_school_without_classes_are_the_base(self):
        assert month(NOTHING).total == 100


class TestTheBand:
    @pytest.mark.parametrize(
        ("points", "band"),
        [
            (-2, Band.EXCELLENT),
            ("-2.1", Band.GOOD),
            (-4, Band.GOOD),
            ("-4.1", Band.PASS),
            (-8, Band.PASS),
            ("-8.1", Band.FAIL),
        ],
    )
    def test_follows_from_the_points(self, points, band):
        assert month(standing(classes=1, missed_roll_call=points)).band is band

    @pytest.mark.parametrize(("missing", "band"), [(5, Band.EXCELLENT), (6, Band.GOOD)])
    def test_is_not_the_best_where_too_many_registers_are_missing(self, missing, band):
        assert month(standing(due=100, missing=missing)).band is band

    @pytest.mark.parametrize(("missing", "is_founded"), [(50, True), (51, False)])
    def test_is_the_last_where_most_registers_are_missing_whatever_the_points(self, missing, is_founded):
        made = month(standing(due=100, missing=missing))
        assert (made.total, made.is_founded, made.band is Band.FAIL) == (100, is_founded, not is_founded)

    def test_by_a_version_kept_before_there_was_the_number_is_as_it_was(self):
        older = {name: value for name, value in SCHOOL_STANDARD.items() if not name.startswith("unfounded")}
        scheme = read_school_scheme(older)
        made = school_score(standing(due=100, missing=100), NOTHING, scheme, CLASS_SCHEME.targets)
        assert (made.band, scheme.unfounded_above) == (Band.GOOD, 100)
        assert "这一版没有规定" in scheme.sources["unfounded"]
        with pytest.raises(SchemeError, match="缺少“评为不合格的未点名比例"):
            read_new_school_scheme(older)

    def test_offers_what_the_preset_says_to_a_version_without_it(self):
        assert {name: SCHOOL_STANDARD[name] for name in OFFERED} == OFFERED

    def test_asks_for_the_registers_of_the_month_alone(self):
        made = month(standing(due=200, missing=50), standing(due=100, missing=50))
        assert (made.due, made.missing, made.band) == (100, 0, Band.EXCELLENT)

    @pytest.mark.parametrize(("lost", "is_vetoed"), [(4, False), (5, True)])
    def test_is_the_last_where_more_than_four_per_cent_are_lost(self, lost, is_vetoed):
        made = month(standing(junior=(100, lost)))
        assert made.is_vetoed is is_vetoed
        assert (made.band is Band.FAIL) is is_vetoed

    def test_of_a_school_without_a_baseline_is_never_vetoed(self):
        assert not month(standing(junior=(0, 3))).is_vetoed


def test_equals_share_a_rank_and_the_next_is_counted_on():
    assert ranks([100, 95, 95, 90]) == [1, 2, 2, 4]


class TestASchemeIsRefused:
    @pytest.mark.parametrize(
        ("changed", "reason"),
        [
            ({"each_class_point": 0}, "班级得分的折合应大于0"),
            ({"each_class_point": -5}, "班级得分的折合应大于0"),
            ({"target_missed": 1}, "没有完成控辍目标的不能加分"),
            ({"base": 101}, "基础分应在总分的范围之内"),
            ({"bands": {"excellent": 80, "good": 90, "pass": 60}}, "从优秀到合格依次降低"),
            ({"bands": {"excellent": 90, "good": 90, "pass": 60}}, "从优秀到合格依次降低"),
            ({"bands": {"excellent": 101, "good": 90, "pass": 60}}, "优秀的分数线应高于最低分，并在总分的范围之内"),
            ({"bands": {"excellent": 90, "good": 80, "pass": 0}}, "在总分的范围之内"),
            ({"veto_above": 0}, "一票否决的辍学率应在0%以上"),
            ({"unregistered_above": 101}, "应在0%到100%之间"),
            ({"unfounded_above": 101}, "评为不合格的未点名比例应在100%以内"),
            ({"unfounded_above": 4}, "不低于不得评为优秀的比例"),
            ({"base": "很多"}, "基础分应是数字"),
            ({"base": "NaN"}, "最多一位小数"),
            ({"target_missed": -0.25}, "最多一位小数"),
            ({"target_missed": -101}, "扣分在100分以内"),
            ({"each_class_point": 101}, "不超过100"),
            ({"highest": 101}, "总分要有界限"),
            ({"lowest": -1}, "总分要有界限"),
            ({"lowest": 100}, "总分要有界限"),
            ({"absence": -1}, "不能按缺勤本身扣分"),
            ({"unexcused_points": -1}, "不能按缺勤本身扣分"),
            ({"weather": 1}, "不认识的考核项目"),
            ({"bands": {"excellent": 90, "good": 80, "pass": 60, "fine": 50}}, "不认识的等级"),
        ],
    )
    def test_with_the_reason(self, changed, reason):
        with pytest.raises(SchemeError, match=reason):
            read_school_scheme(SCHOOL_STANDARD | changed)

    @pytest.mark.parametrize(
        ("missing", "words"),
        [
            ("bands", "等级的分数线"),
            ("veto_above", "一票否决的辍学率"),
            ("veto_source", "一票否决的辍学率的依据"),
            ("title", "名称"),
            ("lowest", "最低分"),
        ],
    )
    def test_where_a_part_is_missing(self, missing, words):
        with pytest.raises(SchemeError, match=f"缺少“{words}”一项"):
            read_school_scheme({name: value for name, value in SCHOOL_STANDARD.items() if name != missing})


def standing_of(*facts) -> Standing:
    """Where the school of some classes stands by the scores of those classes."""
    parts = []
    for each in facts:
        made = score(each, CLASS_SCHEME)
        stage = StageCount(each.stage, each.baseline, len(each.lost), each.waived_lost)
        parts.append(Standing((stage,), 1, {line: made.lines[line].points for line in MEAN_LINES}, *each.registers))
    return together(parts)


schools = st.lists(classes, min_size=1, max_size=3)


class TestNobodyIsTempted:
    """``others`` are the school's other classes, ``before`` is what the class was at the cut-off before."""

    @given(schools, classes, duties, st.booleans())
    def test_one_more_late_duty_of_the_month_never_raises_it(self, others, facts, duty, from_the_start):
        before = NOTHING if from_the_start else standing_of(facts, *others)
        more = replace(facts, late=[*facts.late, duty])
        assert month(standing_of(more, *others), before).total <= month(standing_of(facts, *others), before).total

    @given(schools, classes, duties)
    def test_a_late_duty_had_it_been_done_in_time_would_never_lower_it(self, others, facts, duty):
        late = replace(facts, late=[*facts.late, duty])
        in_time = replace(facts, late=[each for each in late.late if each.name != duty.name])
        assert month(standing_of(in_time, *others)).total >= month(standing_of(late, *others)).total

    @given(schools)
    def test_the_months_of_a_school_add_up_to_its_year(self, facts):
        half_way = [replace(each, days={day: each.days[day] for day in each.days if day < DAYS[30]}) for each in facts]
        first, year = standing_of(*half_way), standing_of(*facts)
        for line in MEAN_LINES:
            months = month(first).means[line] + month(year, first).means[line]
            assert abs(months - month(year).means[line]) < Decimal("1e-20")

    @given(schools, classes, duties)
    def test_writing_a_late_report_never_lowers_it(self, others, facts, duty):
        open_one, done = duty._replace(done_on=None), duty._replace(done_on=DAYS[-1])
        left = standing_of(replace(facts, late=[*facts.late, open_one]), *others)
        written = standing_of(replace(facts, late=[*facts.late, done]), *others)
        assert month(written, left).total >= month(left, left).total

    @given(schools, classes, st.sampled_from(DAYS), st.sampled_from([HALF, NONE]))
    def test_leaving_a_days_register_out_never_gains_on_its_late_calls(self, others, facts, day, left_out):
        """While the class's line of registers is above its floor."""
        with_it, without = (replace(facts, days={**facts.days, day: each}) for each in (WHOLE, left_out))
        if score(without, CLASS_SCHEME).lines[Measure.MISSED_ROLL_CALL].raw >= -10:
            taken, skipped = (month(standing_of(each, *others)) for each in (with_it, without))
            assert skipped.total <= taken.total
            assert list(Band).index(skipped.band) >= list(Band).index(taken.band)

    @given(schools, schools)
    def test_bounds_hold_and_the_total_is_the_sum_of_its_lines(self, now, then):
        made = month(standing_of(*now), standing_of(*then))
        assert SCHEME.lowest <= made.total <= SCHEME.highest
        wanted = SCHEME.base + sum(made.lines.values())
        assert made.total == min(max(wanted, SCHEME.lowest), SCHEME.highest)

    @given(schools)
    def test_the_order_of_the_classes_does_not_matter(self, facts):
        assert month(standing_of(*facts)) == month(standing_of(*facts[::-1]))

    @given(st.lists(st.integers(0, 20).map(Decimal), max_size=12))
    def test_a_rank_is_one_more_than_the_number_of_those_above(self, totals):
        falling = sorted(totals, reverse=True)
        assert ranks(falling) == [1 + sum(other > total for other in totals) for total in falling]

    @given(schools, classes, st.data())
    def test_leaving_out_most_registers_of_a_month_never_betters_its_band(self, others, facts, data):
        """Whatever the other lines gain by it, also where 点名 has long reached its floor."""
        kept = [facts, *others]
        days = sorted({day for each in kept for day, register in each.days.items() if register.due})
        assume(days)
        left = data.draw(st.sets(st.sampled_from(days), min_size=len(days) * 9 // 10))
        silent = [replace(each, days=each.days | dict.fromkeys(left & each.days.keys(), NONE)) for each in kept]
        after = month(standing_of(*silent))
        assume(after.missing * 2 > after.due)
        assert BANDS.index(after.band) >= BANDS.index(month(standing_of(*kept)).band)

    @given(classes, st.data())
    def test_leaving_out_a_register_above_the_floor_never_betters_its_band(self, facts, data):
        day = data.draw(st.sampled_from(sorted(facts.days) or DAYS))
        assume(facts.days.get(day, NONE).due)
        silent = replace(facts, days=facts.days | {day: data.draw(st.sampled_from([HALF, NONE]))})
        assume(score(silent, CLASS_SCHEME).lines[Measure.MISSED_ROLL_CALL].raw >= -10)
        assume(silent.registers[1] >= facts.registers[1])
        was, now = month(standing_of(facts)), month(standing_of(silent))
        assert now.total <= was.total
        assert BANDS.index(now.band) >= BANDS.index(was.band)

    @given(st.sampled_from(range(1001)), st.integers(1, 200), st.data())
    def test_with_the_same_points_more_missing_registers_never_better_a_band(self, tenths, due, data):
        more = data.draw(st.integers(0, due))
        fewer = data.draw(st.integers(0, more))
        few, many = (
            SCHEME.band(Decimal(tenths) / 10, is_vetoed=False, is_registered=SCHEME.is_registered(missing, due),
                        is_founded=SCHEME.is_founded(missing, due))
            for missing in (fewer, more)
        )  # fmt: skip
        assert BANDS.index(many) >= BANDS.index(few)
