"""Schemes: what they say, and what nobody could accept is refused with the reason."""

from copy import deepcopy
from decimal import Decimal

import pytest

from scoring.scheme import Measure, Outcome, name_of, plain
from scoring.scheme_reading import SchemeError, read_scheme, refusal_of_own
from tests.scoring.standard import STANDARD


def changed(path: str, value, data=STANDARD) -> dict:
    """The standard scheme with one thing changed: ``late_contact.points.late``, ``veto_above``."""
    data = deepcopy(data)
    *outer, last = path.split(".")
    inside = data
    for name in outer:
        lines = {line["measure"]: line for line in data["lines"]}
        inside = lines[name] if inside is data and name in lines else inside[name]
    inside[last] = value
    return data


def refused(data) -> str:
    with pytest.raises(SchemeError) as caught:
        read_scheme(data)
    return str(caught.value)


class TestTheStandardScheme:
    scheme = read_scheme(STANDARD)

    def test_has_the_points_of_the_document(self):
        points = {f"{line.measure}.{each}": value for line in self.scheme.lines for each, value in line.points.items()}
        assert points == {
            "target.met": 10,
            "target.missed": -10,
            "missed_roll_call.none": -1,
            "missed_roll_call.some": Decimal("-0.5"),
            "late_contact.late": Decimal("-0.5"),
            "late_report.open": -1,
            "late_report.done": Decimal("-0.5"),
            "verified_return.verified": 2,
        }

    def test_has_floors_and_a_cap(self):
        limits = {line.measure: (line.floor, line.cap) for line in self.scheme.lines}
        assert limits == {
            Measure.TARGET: (None, None),
            Measure.MISSED_ROLL_CALL: (-10, None),
            Measure.LATE_CONTACT: (-10, None),
            Measure.LATE_REPORT: (-10, None),
            Measure.VERIFIED_RETURN: (None, 10),
        }

    def test_names_a_source_for_every_number(self):
        sources = [line.source for line in self.scheme.lines] + [each.source for each in self.scheme.targets.values()]
        assert all(source.startswith(("[S]", "[L]", "[D]")) for source in [*sources, *self.scheme.sources.values()])

    def test_words_its_targets(self):
        assert {stage: target.words for stage, target in self.scheme.targets.items()} == {
            "primary": "没有流失学生",
            "junior": "辍学率低于2%",
        }

    def test_calls_every_number_by_a_name_of_its_own(self):
        names = [name_of(number) for number in self.scheme.numbers]
        assert len(set(names)) == len(names)
        assert not [name for name in names if name.isascii()]


class TestTargets:
    scheme = read_scheme(STANDARD)

    @pytest.mark.parametrize(("lost", "baseline", "met"), [(0, 50, True), (1, 51, True), (1, 50, False), (0, 0, True)])
    def test_of_a_junior_school_are_a_share_that_must_stay_below_the_line(self, lost, baseline, met):
        assert self.scheme.targets["junior"].is_met(lost, baseline) is met

    def test_of_a_junior_class_without_a_baseline_are_nobody_lost(self):
        assert not self.scheme.targets["junior"].is_met(1, 0)

    def test_of_a_primary_school_are_nobody_lost(self):
        assert not self.scheme.targets["primary"].is_met(1, 1000)

    @pytest.mark.parametrize(
        ("lost", "baseline", "veto"), [(2, 50, False), (3, 50, True), (1, 25, False), (1, 24, True)]
    )
    def test_a_veto_is_cast_above_its_line_not_on_it(self, lost, baseline, veto):
        assert self.scheme.is_vetoed(lost, baseline) is veto

    def test_nobody_is_vetoed_without_a_baseline(self):
        assert not self.scheme.is_vetoed(3, 0)


class TestRefusals:
    @pytest.mark.parametrize("measure", ["absence", "unexcused", "attendance_rate", "suspected"])
    def test_a_line_that_counts_absences(self, measure):
        assert "不能按缺勤本身扣分" in refused(changed("late_contact.measure", measure))

    @pytest.mark.parametrize(
        ("path", "value", "reason"),
        [
            ("late_contact.measure", "weather", "不认识的考核项目"),
            ("late_contact.floor", None, "没有扣分下限"),
            ("verified_return.cap", None, "没有加分上限"),
            ("late_contact.cap", 5, "界限只写扣分下限"),
            ("late_contact.floor", 5, "应在-100到0之间"),
            ("late_report.floor", -101, "应在-100到0之间"),
            ("verified_return.cap", 101, "应在0到100之间"),
            ("target.floor", -10, "只算一次，不写界限"),
            ("target.points.met", -1, "“完成目标”不能扣分"),
            ("late_contact.points.late", 1, "不能加分"),
            ("target.points.met", 101, "应在100分以内"),
            ("late_contact.points.late", -0.6, "不点名不能比如实点名划算"),
            ("missed_roll_call.points.none", -0.4, "不点名不能比如实点名划算"),
            ("missed_roll_call.floor", -9, "不点名不能比如实点名划算"),
            ("late_report.points.open", -0.4, "补交不能比不交吃亏"),
            ("late_contact.points.late", -0.25, "最多一位小数"),
            ("late_contact.points.late", "很多", "应是数字"),
            ("late_contact.points.late", "NaN", "最多一位小数"),
            ("late_contact.points", {"late": -0.5, "early": 1}, "不多也不少"),
            ("late_contact.affects", [], "考核班主任还是任课教师"),
            ("late_contact.affects", ["principal"], "考核班主任还是任课教师"),
            ("veto_above", 1.9, "完成了目标的班会被否决"),
            ("veto_above", 0, "应在0%以上"),
            ("veto_above", 101, "应在0%以上"),
            ("unregistered_above", 101, "应在0%到100%之间"),
            ("return_days", 0, "至少为1"),
            ("return_days", 2.5, "应是整数"),
            ("targets", {"primary": STANDARD["targets"]["primary"]}, "小学和初中都要有目标"),
            ("targets.senior", {"lost_at_most": 0, "source": "[D]"}, "不认识的学段"),
            ("targets.primary.rate_below", 1, "写一种"),
            ("targets.primary.lost_at_most", -1, "不能是负数"),
            ("targets.primary.lost_at_most", 1, "完成了目标的班会被否决"),
            ("targets.junior.rate_below", 0, "应在0%以上"),
            ("bounds", {"weather.late": [0, 1]}, "范围里有办法中没有的"),
            ("bounds", {"late_contact.late": [-0.4, 0]}, "本身不在学校可定的范围之内"),
            ("bounds", {"late_contact.late": [0, -1]}, "写反了"),
        ],
    )
    def test_what_nobody_could_accept(self, path, value, reason):
        assert reason in refused(changed(path, value))

    def test_a_line_that_is_missing_or_stands_twice(self):
        lines = STANDARD["lines"]
        assert refused(STANDARD | {"lines": lines[:-1]}) == "“劝返复学”一项应写一次"
        assert refused(STANDARD | {"lines": [*lines, lines[0]]}) == "“控辍目标”一项应写一次"

    def test_a_part_that_is_missing(self):
        assert refused({key: value for key, value in STANDARD.items() if key != "veto_above"}).startswith(
            "考核办法里缺少"
        )


class TestASchoolsOwn:
    county = read_scheme(STANDARD)

    def own(self, path, value):
        return refusal_of_own(read_scheme(changed(path, value) | {"bounds": {}}), self.county)

    def test_may_be_as_the_countys(self):
        assert refusal_of_own(self.county, self.county) == ""

    def test_may_differ_within_the_bounds(self):
        assert self.own("missed_roll_call.points.none", -2) == ""

    def test_may_not_leave_them(self):
        assert self.own("missed_roll_call.points.none", -2.1) == "“点名：全天没有点名”应扣1到2分，不能扣2.1分"

    def test_may_not_touch_what_has_none(self):
        assert self.own("target.points.met", 5) == "“控辍目标：完成目标”全县一样，学校不能改"
        assert self.own("veto_above", 5) == "“一票否决的辍学率”全县一样，学校不能改"

    def test_may_not_take_another_kind_of_target(self):
        assert "学校不能改" in self.own("targets.junior", {"lost_at_most": 0, "source": "[D]"})


@pytest.mark.parametrize(("number", "text"), [("2", "2"), ("-0.5", "-0.5"), ("10.0", "10"), ("0", "0"), ("100", "100")])
def test_numbers_are_written_as_people_write_them(number, text):
    assert plain(Decimal(number)) == text


def test_every_outcome_belongs_to_one_measure():
    scheme = read_scheme(STANDARD)
    outcomes = [outcome for line in scheme.lines for outcome in line.points]
    assert sorted(outcomes) == sorted(Outcome)
