"""可能流失学生: the rule, the same rule asked of the database, the list with its counts, and the file."""

from contextlib import closing
from datetime import date, timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from casework.actions.signs import compute_county
from casework.likely_lost import OVERDUE_TIERS, AtRisk, Ground, grounds_of, rule_words
from casework.models import AbsenceRun, Case, EarlySign, Obligation, SignDismissal, StoredRuleSet
from casework.queries.likely_lost import listed, tallies
from casework.queries.likely_lost_lines import likely_lost
from casework.ruleset import Tier
from casework.signs import SignCode
from casework.stages import CaseStage
from students.models import AuditRow, Role, SpecialGroup
from tests import cast
from tests.casework.away import open_case
from tests.casework.watching import TERM_END, confirmed, proposed
from tests.scene import FRIDAY, MONDAY, client_of

PAGE, FILE = reverse("casework:likely_lost"), reverse("reports:likely_lost_file")
DAYS = 3  # 连续缺课多少天列为疑似辍学, as the county has it by default


class TestTheRule:
    @pytest.mark.parametrize(
        ("child", "grounds"),
        [
            (AtRisk(), []),
            (AtRisk(stage=CaseStage.WATCH), [Ground.WATCH_CASE]),
            (AtRisk(stage=CaseStage.ABSENT), [Ground.ABSENT_CASE]),
            (AtRisk(stage=CaseStage.RETURNED), []),
            (AtRisk(run_days=DAYS - 1), []),
            (AtRisk(run_days=DAYS), [Ground.RUN]),
            (AtRisk(run_days=DAYS + 1), [Ground.RUN]),
            (AtRisk(overdue=[Tier.HOME_VISIT]), [Ground.OVERDUE]),
            (AtRisk(overdue=[Tier.CONTACT]), []),
            (AtRisk(is_wavering=True), [Ground.WAVERING]),
            (AtRisk(signs=[SignCode.LEAVE]), []),
            (AtRisk(signs=[SignCode.LEAVE, SignCode.WEEKDAYS]), [Ground.SIGNS]),
            (AtRisk(signs=[SignCode.UNSEEN]), [Ground.SIGNS]),
        ],
    )
    def test_lists_a_child_for_any_one_ground(self, child, grounds):
        assert grounds_of(child, suspected_days=DAYS) == grounds

    @pytest.mark.parametrize("stage", [CaseStage.REPORTED_LOST, CaseStage.DROPPED_OUT])
    def test_leaves_those_who_are_lost_to_their_ledgers(self, stage):
        assert grounds_of(AtRisk(stage=stage, run_days=9, is_wavering=True), suspected_days=DAYS) == []

    def test_names_the_gravest_first(self):
        everything = AtRisk(CaseStage.ABSENT, 9, [Tier.HOME_VISIT], True, [SignCode.UNSEEN])
        assert grounds_of(everything, suspected_days=DAYS) == [g for g in Ground if g is not Ground.WATCH_CASE]

    def test_is_said_in_words_with_its_numbers(self):
        assert "连续缺课满5天" in rule_words(5)
        assert "预警满2条" in rule_words(5)
        assert all(ground.label for ground in Ground)

    @given(
        stage=st.sampled_from([None, *CaseStage]),
        days=st.integers(0, 9),
        overdue=st.lists(st.sampled_from(Tier), max_size=3),
        wavering=st.booleans(),
        signs=st.lists(st.sampled_from(SignCode), max_size=4),
        more=st.sampled_from(["days", "overdue", "wavering", "signs"]),
    )
    def test_more_that_is_wrong_never_takes_a_child_off(self, stage, days, overdue, wavering, signs, more):
        before = AtRisk(stage, days, overdue, wavering, signs)
        worse = {
            "days": before._replace(run_days=days + 1),
            "overdue": before._replace(overdue=[*overdue, Tier.HOME_VISIT]),
            "wavering": before._replace(is_wavering=True),
            "signs": before._replace(signs=[*signs, SignCode.UNSEEN]),
        }[more]
        assert set(grounds_of(before, suspected_days=DAYS)) <= set(grounds_of(worse, suspected_days=DAYS))


def run(child, days, *, since=MONDAY - timedelta(7), settled_on=None) -> AbsenceRun:
    last = since + timedelta(days - 1)
    return AbsenceRun.objects.create(
        student=child, school_class=child.line.school_class, started_on=since, last_absent_on=last, days=days,
        unknown_days=0, settled_on=settled_on, ended_on=settled_on,
    )  # fmt: skip


def duty(child, tier, *, due_on=FRIDAY, run_start=None, **fields) -> Obligation:
    return Obligation.objects.create(
        student=child, school_class=child.line.school_class, rule_set=StoredRuleSet.objects.first(), step=1, tier=tier,
        key=due_on, triggered_on=due_on, due_on=due_on, run_start=run_start, run_days=1 if run_start else 0, **fields,
    )  # fmt: skip


def sign(child, code, *, since=FRIDAY) -> EarlySign:
    return EarlySign.objects.create(
        student=child, school_class=child.line.school_class, code=code, since=since, unseen_days=0,
        details={"days": [FRIDAY.isoformat()]}, computed_on=MONDAY,
    )  # fmt: skip


def wavers(child, since=FRIDAY):
    return SpecialGroup.objects.create(student=child, kind="wavering", since=since)


def found(person, **wanted) -> list[int]:
    return list(
        listed(cast.scope(person), wanted, MONDAY, suspected_days=DAYS).with_ground("").values_list("pk", flat=True)
    )


def one(child):
    [line] = likely_lost([child.pk], MONDAY, suspected_days=DAYS)
    return line


class TestTheDatabase:
    """What the list asks of the database is the rule."""

    SITUATIONS = {
        "nothing": lambda child: None,
        "watch": lambda child: open_case(child, stage="watch", concern="weary"),
        "absent": lambda child: open_case(child),
        "lost and wavering": lambda child: (open_case(child, stage="reported_lost", was_lost=True), wavers(child)),
        "dropped out": lambda child: open_case(child, stage="dropped_out", was_lost=True),
        "returned": lambda child: open_case(child, stage="returned", returned_on=MONDAY),
        "two days": lambda child: run(child, 2),
        "three days": lambda child: run(child, 3),
        "seen again": lambda child: run(child, 9, settled_on=MONDAY),
        "a visit overdue": lambda child: duty(child, "home_visit", run_start=run(child, 1).started_on),
        "a visit due today": lambda child: duty(child, "home_visit", due_on=MONDAY, run_start=run(child, 1).started_on),
        "a visit overdue of one who is back": lambda child: duty(
            child, "home_visit", run_start=run(child, 1, settled_on=MONDAY).started_on
        ),
        "a visit done": lambda child: duty(child, "home_visit", run_start=run(child, 1).started_on, done_on=MONDAY),
        "a visit overdue of one who comes": lambda child: duty(child, "opening_visit"),
        "a visit overdue from before": lambda child: duty(
            child, "home_visit", run_start=run(child, 1, since=MONDAY).started_on
        ),
        "a call overdue": lambda child: duty(child, "contact"),
        "wavering": wavers,
        "no longer wavering": lambda child: SpecialGroup.objects.create(
            student=child, kind="wavering", since=FRIDAY, until=MONDAY
        ),
        "one sign": lambda child: sign(child, "leave"),
        "two signs": lambda child: (sign(child, "leave"), sign(child, "weekdays")),
        "two signs and one known": lambda child: (sign(child, "leave"), sign(child, "weekdays"), known(child, "leave")),
        "unseen, though known": lambda child: (sign(child, "unseen"), known(child, "unseen")),
    }
    LISTED = {
        "watch",
        "absent",
        "three days",
        "a visit overdue",
        "wavering",
        "two signs",
        "unseen, though known",
    }

    def test_is_the_rule(self, scene):
        children = {}
        for name, arrange in self.SITUATIONS.items():
            children[name] = cast.student(scene.school_class, "任远")
            arrange(children[name])
        rows = listed(cast.scope(scene.clerk), {}, MONDAY, suspected_days=DAYS)
        on_it = set(rows.with_ground("").values_list("pk", flat=True))
        assert {name for name, child in children.items() if child.pk in on_it} == self.LISTED
        lines = likely_lost([child.pk for child in children.values()], MONDAY, suspected_days=DAYS)
        assert {name for name, line in zip(children, lines, strict=True) if line.grounds} == self.LISTED
        for ground in Ground:
            asked = set(rows.with_ground(ground).values_list("pk", flat=True))
            assert asked == {line.line.pk for line in lines if ground in {each.ground for each in line.grounds}}, ground

    def test_counts_what_it_lists(self, scene):
        for arrange in self.SITUATIONS.values():
            arrange(cast.student(scene.school_class, "任远"))
        rows = listed(cast.scope(scene.clerk), {}, MONDAY, suspected_days=DAYS)
        counted = tallies(rows, MONDAY)
        assert counted.whole.children == rows.with_ground("").count() == len(self.LISTED)
        assert counted.whole.by_ground == {ground: rows.with_ground(ground).count() for ground in Ground}
        for parts in counted.parts.values():
            assert sum(part.children for part in parts) == counted.whole.children

    def test_leaves_out_who_does_not_attend(self, scene):
        child = scene.children[0]
        wavers(child)
        assert found(scene.clerk) == [child.pk]
        child.line.__class__.objects.filter(pk=child.pk).update(standing="suspended")
        assert found(scene.clerk) == []

    def test_of_every_tier_says_whether_it_counts(self):
        assert {tier.value for tier in OVERDUE_TIERS} == {
            "absence_report",
            "home_visit",
            "joint_visit",
            "loss_report",
            "opening_visit",
            "unreached_visit",
        }


def known(child, code):
    return SignDismissal.objects.create(
        student=child, code=code, until=MONDAY + timedelta(7), reason="已家访", dismissed_at="2026-09-07T00:00:00Z",
        dismissed_by=cast.person(),
    )  # fmt: skip


class TestALine:
    def test_of_a_case_says_the_cases_next_step(self, scene):
        child = scene.children[0]
        open_case(child)
        run(child, 4)
        line = one(child)
        assert [ground.words for ground in line.grounds] == ["个案缺课（9月7日建档）", "连续缺课4天（8月31日起）"]
        assert (line.since, line.who, line.step, line.on) == (
            date(2026, 8, 31),
            "沈明",
            "家访",
            MONDAY + timedelta(7),
        )

    def test_of_a_wavering_child_without_a_case_says_the_review(self, scene):
        child = scene.children[0]
        confirmed(scene.clerk, proposed(scene.teacher, child), scene.clerk)
        ended = {"outcome": "settled", "closed_on": MONDAY, "closed_at": "2026-09-07T00:00:00Z"}
        Case.objects.update(stage="closed", plan_step="", plan_on=None, **ended)
        line = one(child)
        assert line.reasons == "登记为动摇生（务工）"
        assert (line.who, line.step, line.on) == ("何静", "复核", TERM_END)

    def test_of_signs_alone_says_what_they_advise(self, scene):
        child = scene.children[0]
        sign(child, "leave", since=date(2026, 9, 2))
        sign(child, "unseen")
        line = one(child)
        assert line.reasons == "预警2条：多日未见、长假多假"
        assert (line.since, line.who, line.on) == (date(2026, 9, 2), "沈明", None)
        assert line.step.startswith("今天家访")

    def test_of_what_is_overdue_says_it(self, scene):
        child = scene.children[0]
        run(child, 1)
        duty(child, "opening_visit")
        line = one(child)
        assert line.reasons == "开学未到家访逾期3天"
        assert (line.who, line.step, line.on) == ("沈明", "开学未到家访", FRIDAY)

    def test_of_a_group_that_nobody_has_in_care_asks_for_a_visit(self, scene):
        scene.teacher.postings.update(until=MONDAY)
        wavers(scene.children[0])
        line = one(scene.children[0])
        assert (line.who, line.step, line.on) == ("教务处（暂无班主任）", "家访", None)


class TestThePage:
    @pytest.fixture
    def county(self, scene):
        """Two schools in two townships, with a child of each kind."""
        far = cast.school("西岭小学", township=cast.township("西岭镇"))
        other = cast.student(cast.school_class(far, "202401"), "石远")
        open_case(scene.children[0])
        wavers(scene.children[1])
        sign(scene.children[2], "unseen")
        wavers(other)
        return far

    def names(self, person, **asked) -> list[str]:
        return [row.student.name for row in client_of(person).get(PAGE, asked).context["rows"]]

    def test_lists_the_gravest_first(self, county, scene):
        assert self.names(scene.clerk) == ["高东", "袁然远", "胡涛"]
        assert self.names(cast.person(role=Role.BUREAU_OFFICER)) == ["高东", "袁然远", "石远", "胡涛"]
        assert self.names(cast.person(role=Role.TOWNSHIP_OFFICER, township=county.township)) == ["石远"]
        assert self.names(scene.teacher) == ["高东", "袁然远", "胡涛"]

    @pytest.mark.parametrize(
        ("asked", "found"),
        [
            ({"ground": "wavering"}, ["袁然远", "石远"]),
            ({"ground": "nothing"}, ["高东", "袁然远", "石远", "胡涛"]),
            ({"q": "sy"}, ["石远"]),
            ({"grade": "4"}, ["高东", "袁然远", "胡涛"]),
            ({"q": "nobody"}, []),
        ],
    )
    def test_is_narrowed_down(self, county, asked, found):
        assert self.names(cast.person(role=Role.BUREAU_OFFICER), **asked) == found

    def test_is_narrowed_down_by_place(self, county, scene):
        bureau = cast.person(role=Role.BUREAU_OFFICER)
        assert self.names(bureau, school=county.pk) == ["石远"]
        assert self.names(bureau, township=scene.school.township_id) == ["高东", "袁然远", "胡涛"]
        assert self.names(bureau, township="x", school="x") == ["高东", "袁然远", "石远", "胡涛"]

    def test_counts_by_township_school_and_grade(self, county, scene):
        bureau = client_of(cast.person(role=Role.BUREAU_OFFICER))
        for by, expected in (
            ("township", {"东坪镇": 3, "西岭镇": 1}),
            ("school", {"东坪小学": 3, "西岭小学": 1}),
            ("grade", {"三年级": 1, "四年级": 3}),
        ):
            page = bureau.get(PAGE, {"by": by})
            assert {part.name: part.children for part in page.context["parts"]} == expected
            assert "合计" in page.content.decode()
        page = bureau.get(PAGE)
        assert {tab["label"]: tab["count"] for tab in page.context["tabs"]} == {
            "全部": 4,
            "缺课个案": 1,
            "连续缺课": 0,
            "应办逾期": 0,
            "动摇生": 2,
            "关注个案": 0,
            "早期预警": 1,
        }

    def test_says_its_rule_and_an_empty_one_too(self, scene):
        text = client_of(scene.clerk).get(PAGE).content.decode()
        assert rule_words(DAYS) in text
        assert "没有这样的学生" in text
        assert "没有符合条件的学生" in client_of(scene.clerk).get(PAGE, {"q": "nobody"}).content.decode()

    def test_costs_as_many_queries_for_many_as_for_few(self, scene, django_assert_num_queries):
        client = client_of(cast.person(role=Role.BUREAU_OFFICER))
        arrange = list(TestTheDatabase.SITUATIONS.values())
        for each in arrange:
            each(cast.student(scene.school_class, "任远"))
        client.get(PAGE)
        with django_assert_num_queries(20):
            client.get(PAGE)
        for number in range(2):
            beside = cast.school_class(scene.school, f"20230{number + 2}")
            for each in arrange:
                each(cast.student(beside, "任远"))
        with django_assert_num_queries(20):
            client.get(PAGE)


class TestTheFile:
    def sheet(self, person, **asked) -> list[list]:
        response = client_of(person).post(
            f"{FILE}?{'&'.join(f'{k}={v}' for k, v in asked.items())}", {"format": ".xlsx"}
        )
        assert response.status_code == 200
        with closing(load_workbook(BytesIO(b"".join(response)))) as book:
            return [list(row) for row in book.active.iter_rows(values_only=True)]

    def test_holds_exactly_what_the_page_lists(self, scene):
        open_case(scene.children[0])
        wavers(scene.children[1])
        rows = self.sheet(scene.clerk)
        head = next(number for number, row in enumerate(rows) if row[0] == "序号")
        assert [row[1] for row in rows[head + 2 : head + 4]] == ["高东", "袁然远"]
        assert rows[head + 2][2].count("*") == 8
        assert rows[head + 2][10:12] == ["家访", "2026年9月14日"]
        assert rows[head + 3][11] == "尽快"
        narrowed = self.sheet(scene.clerk, ground="wavering")
        assert [row[1] for row in narrowed[head + 2 : head + 3]] == ["袁然远"]
        assert "动摇生" in narrowed[1][0]
        kept = AuditRow.objects.filter(action="table.export", subject="reports.likely_lost").latest("pk").details
        assert (kept["rows"], kept["ground"]) == (1, "wavering")

    def test_never_begins_a_formula(self, scene):
        child = cast.student(scene.school_class, "=1+1")
        wavers(child)
        cells = [cell for row in self.sheet(scene.clerk) for cell in row]
        assert "=1+1" in cells  # as text
        response = client_of(scene.clerk).post(FILE, {"format": ".xlsx"})
        with closing(load_workbook(BytesIO(b"".join(response)))) as book:
            assert {cell.data_type for row in book.active.iter_rows() for cell in row} <= {"s", "n", "d"}

    def test_is_drawn_on_paper_too(self, scene):
        wavers(scene.children[0])
        response = client_of(scene.clerk).post(FILE, {"format": ".pdf"})
        assert b"".join(response).startswith(b"%PDF")


def test_what_the_registers_say_comes_onto_the_list_by_itself(scene):
    for day in (date(2026, 9, 2), date(2026, 9, 3), FRIDAY):
        scene.take(day, first="unexcused")
        scene.take(day, "PM", first="unexcused")
    compute_county(day=MONDAY)
    assert found(scene.clerk) == [scene.children[0].pk]
    assert Ground.ABSENT_CASE in {each.ground for each in one(scene.children[0]).grounds}
