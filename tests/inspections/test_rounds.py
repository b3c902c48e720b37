"""检查批次: opened by the bureau, changed while it runs, summed and ranked."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from inspections.actions import rounds
from inspections.actions.filling import InspectionRefused, NotYourInspection
from inspections.models import InspectionRound
from inspections.queries.rounds import BEGUN, DONE, WAITING, board_of
from students.models import AuditRow, Role, School
from tests import cast
from tests.inspections import inspected
from tests.scene import MONDAY


def board(made, who=None):
    return board_of(made.round, cast.scope(who or made.bureau))


class TestOpening:
    def asked(self, made, **other):
        return {
            "by": made.bureau, "scope": cast.scope(made.bureau), "title": "2026年秋季专项检查",
            "checklist": inspected.checklist(), "schools": [made.school], "first_day": MONDAY,
            "last_day": MONDAY, "inspectors": [made.bureau], "submission": uuid4(), "today": MONDAY,
        } | other  # fmt: skip

    def test_looks_at_every_school_named_and_leaves_one_audit_row(self, round_here):
        opened = rounds.open_round(**self.asked(round_here))
        assert [row.school for row in opened.inspections.all()] == [round_here.school]
        assert AuditRow.objects.filter(action="inspection_round.open", subject_id=opened.pk).count() == 1

    def test_sent_twice_is_one(self, round_here):
        asked = self.asked(round_here)
        assert rounds.open_round(**asked) == rounds.open_round(**asked)
        assert InspectionRound.objects.count() == 2

    @pytest.mark.parametrize(
        ("other", "words"),
        [
            ({"title": ""}, "要写名称"),
            ({"schools": []}, "至少选一所学校"),
            ({"inspectors": []}, "至少要有一名检查人"),
            ({"last_day": MONDAY - timedelta(days=1)}, "最后一天早于第一天"),
            ({"first_day": MONDAY - timedelta(days=3), "last_day": MONDAY - timedelta(days=1)}, "已经过去"),
            ({"last_day": MONDAY + timedelta(days=181)}, "最长180天"),
        ],
    )
    def test_refuses_what_makes_no_round(self, round_here, other, words):
        with pytest.raises(InspectionRefused, match=words):
            rounds.open_round(**self.asked(round_here, **other))

    def test_takes_the_longest_that_is_allowed(self, round_here):
        assert rounds.open_round(**self.asked(round_here, last_day=MONDAY + timedelta(days=180)))

    def test_takes_no_inspector_from_a_school(self, round_here):
        with pytest.raises(InspectionRefused, match="罗宁现在不是县教育局人员或督学"):
            rounds.open_round(**self.asked(round_here, inspectors=[round_here.principal]))

    def test_sent_twice_at_the_same_moment_is_one(self, round_here, monkeypatch):
        asked = self.asked(round_here)
        opened = rounds.open_round(**asked)
        # The first was not written yet when the second looked for it.
        monkeypatch.setattr(InspectionRound.objects.all().__class__, "first", lambda _: None)
        assert rounds.open_round(**asked) == opened
        assert opened.inspections.count() == 1

    def test_refuses_schools_that_none_of_its_inspectors_can_judge(self, round_here):
        far = cast.school("西岭小学", township=cast.township("西岭镇"))
        asked = {"schools": [round_here.school, far], "inspectors": [round_here.inspector]}
        with pytest.raises(InspectionRefused, match="都不能去检查西岭小学，没有保存。请加上"):
            rounds.open_round(**self.asked(round_here, **asked))
        assert rounds.open_round(**self.asked(round_here, **asked | {"inspectors": [round_here.bureau]}))

    def test_refuses_a_school_that_its_only_inspector_runs(self, round_here):
        cast.post(round_here.principal, Role.INSPECTOR, township=round_here.school.township)
        with pytest.raises(InspectionRefused, match="都不能去检查东坪小学"):
            rounds.open_round(**self.asked(round_here, inspectors=[round_here.principal]))

    def test_names_a_few_of_many(self, round_here):
        town = cast.township("西岭镇")
        schools = [cast.school(f"西岭第{number}小学", township=town) for number in range(7)]
        with pytest.raises(InspectionRefused, match="西岭第4小学等7所"):
            rounds.open_round(**self.asked(round_here, schools=schools, inspectors=[round_here.inspector]))

    def test_is_the_bureaus(self, round_here):
        who = round_here.inspector
        with pytest.raises(NotYourInspection, match="由县教育局"):
            rounds.open_round(**self.asked(round_here, by=who, scope=cast.scope(who)))


class TestChanging:
    def change(self, made, **other):
        told = {
            "by": made.bureau, "scope": cast.scope(made.bureau), "round": made.round, "seen": 0,
            "last_day": made.round.last_day, "inspectors": [made.bureau, made.inspector], "schools": [made.school],
            "today": MONDAY,
        } | other  # fmt: skip
        return rounds.change_round(**told)

    def test_adds_a_school_and_takes_one_that_was_not_begun_away(self, round_here):
        other = cast.school("西坪小学")
        assert self.change(round_here, schools=[round_here.school, other]).version == 1
        changed = self.change(round_here, schools=[round_here.school], seen=1)
        assert [row.school for row in changed.inspections.all()] == [round_here.school]

    def test_keeps_a_school_that_was_begun(self, round_here):
        inspected.fill(round_here.row, round_here.inspector, {"plan": inspected.judged()["plan"]})
        with pytest.raises(InspectionRefused, match="东坪小学已经开始检查，不能去掉"):
            self.change(round_here, schools=[cast.school("西坪小学")])

    def test_overwrites_nobody(self, round_here):
        self.change(round_here, last_day=MONDAY + timedelta(days=30))
        with pytest.raises(InspectionRefused, match="有人改过这个批次"):
            self.change(round_here, last_day=MONDAY + timedelta(days=40))

    def test_adds_no_school_that_nobody_can_judge_and_keeps_one_that_is_done(self, round_here):
        far = cast.school("西岭小学", township=cast.township("西岭镇"))
        with pytest.raises(InspectionRefused, match="都不能去检查西岭小学"):
            self.change(round_here, schools=[round_here.school, far], inspectors=[round_here.inspector])
        inspected.signed(round_here.row, round_here.inspector)
        away = inspected.inspector(far, "范远")
        assert self.change(round_here, schools=[round_here.school, far], inspectors=[away]).version == 1

    def test_without_a_change_does_nothing(self, round_here):
        assert self.change(round_here).version == 0
        assert not AuditRow.objects.filter(action="inspection_round.change").exists()

    def test_does_not_end_before_today(self, round_here):
        with pytest.raises(InspectionRefused, match="已经过去"):
            self.change(round_here, last_day=MONDAY + timedelta(days=1), today=MONDAY + timedelta(days=2))


class TestTheBoard:
    @pytest.fixture
    def four(self, round_here):
        """Four more schools: two alike, one behind, one small that is not asked for everything; one not begun."""
        township = round_here.school.township
        schools = [cast.school(name, township=township) for name in ("甲小学", "乙小学", "丙小学")]
        point = cast.school("丁教学点", township=township, kind=School.Kind.TEACHING_POINT)
        round_here.round = inspected.opened(
            round_here.school, *schools, point, by=round_here.bureau, inspectors=[round_here.inspector]
        )
        rows = {row.school.name: row for row in round_here.round.inspections.select_related("school")}
        for name, points in {"甲小学": 4, "乙小学": 4, "丙小学": 0, "丁教学点": 5}.items():
            inspected.signed(rows[name], round_here.inspector, register=points)
        return round_here

    def test_ranks_by_the_rate_and_lets_equals_share_a_rank(self, four):
        found = {line.inspection.school.name: line.rank for line in board(four).lines}
        assert found == {"丁教学点": 1, "甲小学": 2, "乙小学": 2, "丙小学": 4, "东坪小学": None}
        assert {line.ranked for line in board(four).lines} == {4}

    def test_leaves_what_does_not_concern_a_school_out_on_both_sides(self, four):
        line = next(line for line in board(four).lines if line.inspection.school.name == "丁教学点")
        assert (line.total.given, line.total.full, line.total.items) == (14, 14, 3)
        assert line.total.rate.text == "100.00%"

    def test_lists_who_has_not_been_looked_at_without_a_rank(self, four):
        assert [line.inspection.school.name for line in board(four).not_yet] == ["东坪小学"]
        assert board(four).lines[-1].state == WAITING

    def test_sums_the_sections(self, four):
        line = next(line for line in board(four).lines if line.inspection.school.name == "甲小学")
        assert [(part.given, part.full) for part in line.parts] == [(10, 10), (9, 10)]
        assert sum(part.given for part in line.parts) == line.total.given == line.result.given

    def test_takes_the_schools_together_over_what_applies(self, four):
        mean = board(four).mean
        assert (mean.given, mean.full) == (Decimal(19 + 19 + 15 + 14), Decimal(74))

    def test_shows_a_school_its_own_line_with_its_rank_in_the_whole(self, four):
        clerk = cast.person(role=Role.REGISTRY_CLERK, school=School.objects.get(name="丙小学"))
        [line] = board(four, clerk).lines
        assert (line.inspection.school.name, line.rank, line.ranked) == ("丙小学", 4, 4)

    def test_knows_what_is_being_judged(self, round_here):
        inspected.fill(round_here.row, round_here.inspector, {"plan": inspected.judged()["plan"]})
        [line] = board(round_here).lines
        assert (line.state, line.rank, line.total) == (BEGUN, None, None)
        inspected.signed(round_here.row, round_here.bureau)
        assert board(round_here).lines[0].state == DONE
