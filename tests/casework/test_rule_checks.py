"""A ladder that nobody can explain is refused; a school's ladder is never laxer than the county's."""

from copy import deepcopy
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from casework.ladder import assess
from casework.rule_checks import HIGHEST, RESPONSIBLE, contradictions, covers, due_no_later, laxer
from casework.ruleset import MEASURES_OF, RUN_MEASURES, Due, Measure, Tier, read_rule_set
from tests.casework.random_worlds import small_worlds
from tests.casework.small_world import PRESETS, facts, world
from tests.casework.test_ruleset import read, rung


def ladder(code="standard", *, drop=(), add=(), **changed):
    """A preset, with some rungs changed by tier (``absence_report={"threshold": 2}``), dropped, added."""
    content = deepcopy(PRESETS[code])
    told = {"measure": "reported_left"}.items()  # has nothing to count, so nothing of it is changed
    content["triggers"] = [
        row if told <= row.items() else row | changed.get(row["tier"], {})
        for row in content["triggers"]
        if row["tier"] not in drop
    ]
    content["triggers"] += add
    return read_rule_set(content)


@pytest.mark.parametrize("code", PRESETS)
def test_every_preset_can_be_explained(code):
    assert contradictions(ladder(code)) == []


class TestWhatNobodyCanExplain:
    @pytest.mark.parametrize(
        ("rule_set", "said"),
        [
            (
                ladder(add=[rung("absence_report", threshold=5)]),
                "第2级和第13级都是缺课报告，算法也相同，只能留一级",
            ),
            (
                ladder("strict", contact={"measure": "unexcused_slots", "threshold": 1}),
                "第1级和第2级都是联系家长，算法也相同，只能留一级",
            ),
            (
                ladder(add=[rung("contact", "absent_day")]),
                "第13级“联系家长”没有作用：到这一步时，第1级一定已经触发",
            ),
            (
                ladder(add=[rung("loss_report", "run_calendar_days", threshold=10)]),
                "第3级“流失报告”没有作用：到这一步时，第13级一定已经触发",
            ),
            (
                ladder(loss_report={"threshold": 2}),
                "流失报告（连续缺课满2个上课日）比缺课报告（连续缺课满3个上课日）还早，应当先有缺课报告，后有流失报告",
            ),
            (
                ladder("three_day", home_visit={"threshold": 3}),
                "联合家访（连续缺课满2个上课日）比家访（连续缺课满3个上课日）还早，应当先有家访，后有联合家访",
            ),
            (ladder(drop=["contact"]), "没有联系家长这一级：孩子缺了课，当天没有人问"),
            (ladder(drop=["loss_report", "return_report"]), "没有流失报告这一级：孩子一直不来，不会有人上报"),
            (ladder(drop=["return_report"]), "有流失报告而没有流失以后的复学报告：孩子回来了，没有人知道"),
            (
                ladder(drop=["loss_report"], return_report={"after": "absence_report"}),
                "有复学报告而没有流失报告：没有报过流失，谈不上复学",
            ),
            (
                ladder(return_report={"after": "contact"}),
                "第4级“复学报告”只能以缺课报告或流失报告为前提",
            ),
            (
                ladder(contact={"responsible": "inspector"}),
                "第1级“联系家长”没有写清由谁办：只能是班主任、学籍管理员、分管领导或校长",
            ),
            (
                ladder(contact={"responsible": "somebody"}),
                "第1级“联系家长”没有写清由谁办：只能是班主任、学籍管理员、分管领导或校长",
            ),
            (ladder(contact={"receiver": " "}), "第1级“联系家长”没有写报给谁"),
            (ladder(contact={"source": ""}), "第1级“联系家长”没有写依据"),
            (ladder(absence_report={"due": "within_days", "within": 61}), "第2级“缺课报告”的时限最长60天"),
            (
                ladder(absence_report={"measure": "absent_days_in_window", "window": 181}),
                "第2级“缺课报告”的时段最长180天",
            ),
        ],
    )
    def test_is_said_in_a_sentence(self, rule_set, said):
        assert said in contradictions(rule_set)

    @pytest.mark.parametrize(("threshold", "is_refused"), [(59, False), (60, False), (61, True)])
    def test_a_threshold_that_is_never_reached_in_time(self, threshold, is_refused):
        said = contradictions(ladder(loss_report={"threshold": threshold}))
        assert any("门槛最多是60" in reason for reason in said) is is_refused

    @pytest.mark.parametrize(("threshold", "is_refused"), [(2, True), (3, False), (4, False)])
    def test_a_loss_reported_before_an_absence(self, threshold, is_refused):
        said = contradictions(ladder(loss_report={"threshold": threshold}))
        assert any("还早" in reason for reason in said) is is_refused

    def test_every_measure_has_a_bound(self):
        assert set(HIGHEST) == set(Measure)


class TestASchoolIsHeldToTheCounty:
    countys = ladder()

    def said(self, **changed):
        return laxer(ladder(**changed), self.countys)

    @pytest.mark.parametrize(("threshold", "count"), [(2, 0), (3, 0), (4, 1)])
    def test_in_its_thresholds(self, threshold, count):
        said = self.said(absence_report={"threshold": threshold})
        assert len(said) == count
        if said:
            assert said == ["缺课报告：全县规则连续缺课满3个上课日就要办，本校连续缺课满4个上课日才办"]

    @pytest.mark.parametrize(("threshold", "is_laxer"), [(29, True), (30, False), (31, False)])
    def test_in_reminding_early_enough(self, threshold, is_laxer):
        assert bool(self.said(suspension_end={"threshold": threshold})) is is_laxer

    @pytest.mark.parametrize(("within", "is_laxer"), [(6, False), (7, False), (8, True)])
    def test_in_the_time_there_is(self, within, is_laxer):
        said = self.said(change_evidence={"within": within})
        assert said == (["证明材料：全县规则7天内办结，本校8天内办结"] if is_laxer else [])

    def test_in_every_tier(self):
        assert self.said(drop=["absence_report"]) == ["没有缺课报告：全县规则连续缺课满3个上课日就要办"]

    def test_in_an_earlier_rung_that_leaves_more_time(self):
        earlier = rung(
            "absence_report", "run_calendar_days", threshold=1, due="within_days", within=30, receiver="教务处"
        )
        said = laxer(ladder(add=[earlier]), self.countys)
        assert said == ["缺课报告：全县规则当日办结，本校30天内办结"]

    def test_in_the_window(self):
        window = {"measure": "absent_days_in_window", "threshold": 4, "window": 30}
        countys = ladder(absence_report=window)
        for days, is_laxer in ((29, True), (30, False), (31, False)):
            assert bool(laxer(ladder(absence_report=window | {"window": days}), countys)) is is_laxer

    def test_in_who_answers_for_it(self):
        countys = ladder("three_day")
        said = laxer(ladder("three_day", joint_visit={"responsible": "homeroom_teacher"}), countys)
        assert said == ["联合家访：全县规则由更高一级的岗位办"]
        assert laxer(ladder("three_day", home_visit={"responsible": "principal"}), countys) == []

    def test_in_who_is_told(self):
        assert self.said(loss_report={"receiver": "教务处"}) == ["流失报告：全县规则还要报给县教育局"]
        assert self.said(loss_report={"receiver": "县教育局、教务处、校长"}) == []

    def test_in_the_changes_it_reports(self):
        assert self.said(change_report={"events": ["suspend"]})[0].startswith("变动报告：全县规则发生转入")

    def test_may_ask_for_more(self):
        assert self.said(add=[rung("home_visit", threshold=1)]) == []

    @pytest.mark.parametrize("code", PRESETS)
    def test_the_same_ladder_is_as_strict(self, code):
        assert laxer(ladder(code), ladder(code)) == []


# ---- random ladders ------------------------------------------------------------------------------

ON_RUNS = [Tier.HOME_VISIT, Tier.JOINT_VISIT, Tier.ABSENCE_REPORT, Tier.LOSS_REPORT]
few = st.integers(1, 6)


@st.composite
def rungs(draw, tier: Tier):
    """A rung of ``tier`` as stored."""
    measure = draw(st.sampled_from(sorted(MEASURES_OF.get(tier, RUN_MEASURES))))
    dues = sorted(set(Due) - {Due.AT_END} | ({Due.AT_END} if measure is Measure.SUSPENSION_END else set()))
    row = rung(tier.value, measure.value, due=draw(st.sampled_from(dues)).value)
    if row["due"] in (Due.WITHIN_DAYS, Due.WITHIN_SCHOOL_DAYS):
        row["within"] = draw(few)
    if measure in (Measure.PRESENT_AFTER, Measure.CHANGE_EVENT):
        row |= {"after": "loss_report"} if measure is Measure.PRESENT_AFTER else {"events": ["suspend", "resume"]}
    elif measure not in (Measure.ABSENT_DAY, Measure.OPENING_ABSENCE, Measure.REPORTED_LEFT):
        row["threshold"] = draw(st.integers(1, 40)) if measure is Measure.SUSPENSION_END else draw(few)
    if measure is Measure.ABSENT_DAYS_IN_WINDOW:
        row["window"] = row["threshold"] + draw(st.integers(0, 20))
    return row


@st.composite
def ladders(draw):
    """The rungs of a ladder: some of the tiers, now and then twice."""
    rows = [draw(rungs(Tier.LOSS_REPORT)), draw(rungs(Tier.RETURN_REPORT))]
    for tier in draw(st.lists(st.sampled_from([*ON_RUNS, *[Tier.CONTACT] * 3, *MEASURES_OF]), min_size=1, max_size=6)):
        rows.append(draw(rungs(tier)))
    return rows


@st.composite
def revisions(draw, rows):
    """A ladder that began as a copy of another: rungs were tightened, now and then loosened or replaced, and added."""
    mine = []
    for row in rows:
        what = draw(st.sampled_from(["same", "same", "lower", "sooner", "other"]))
        if what == "lower" and "threshold" in row:
            step = draw(st.integers(-3, 1)) * (-1 if row["measure"] == "suspension_end" else 1)
            threshold = max(1, row["threshold"] + step)
            row = row | {"threshold": min(threshold, row.get("window", threshold))}
        elif what == "sooner":
            row = {name: value for name, value in row.items() if name != "within"} | {"due": "same_day"}
        elif what == "other":
            row = draw(rungs(Tier(row["tier"])))
        mine.append(row)
    return mine + [draw(rungs(tier)) for tier in draw(st.lists(st.sampled_from(ON_RUNS), max_size=2))]


@st.composite
def pairs(draw):
    """A county's ladder, and a school's made from it."""
    theirs = draw(ladders())
    return read(*theirs), read(*draw(revisions(theirs)))


@st.composite
def chains(draw):
    """A ladder, one made from it, and one made from that."""
    first = draw(ladders())
    second = draw(revisions(first))
    return read(*first), read(*second), read(*draw(revisions(second)))


def owed(plain, child, as_of, rule_set):
    """(tier, key) → the obligation, where this ladder holds everywhere."""
    under = replace(world(plain), rules_on=lambda school, day: rule_set)
    return {(duty.tier, duty.key): duty for duty in assess(facts(plain, child), under, through=as_of)[0]}


@settings(max_examples=250)
@given(small_worlds(), pairs())
def test_where_nothing_is_laxer_no_child_is_asked_after_later(small_world, pair):
    """Every obligation of the county's ladder is one of the school's, triggered and due no later."""
    countys, own = pair
    assume(laxer(own, countys) == [])
    plain, child, as_of = small_world
    child.left = []  # what a teacher tells makes one matter of two, so keys are only those of registers
    mine = owed(plain, child, as_of, own)
    for key, theirs in owed(plain, child, as_of, countys).items():
        assert key in mine
        assert mine[key].triggered_on <= theirs.triggered_on
        assert mine[key].due_on <= theirs.due_on


@settings(max_examples=200)
@given(chains())
def test_what_is_as_strict_as_something_as_strict_is_as_strict(chain):
    lowest, middle, highest = chain
    assume(laxer(middle, lowest) == [] and laxer(highest, middle) == [])
    assert laxer(highest, lowest) == []


@settings(max_examples=200)
@given(ladders())
def test_every_ladder_is_as_strict_as_itself_unless_its_own_rungs_disagree(rows):
    rule_set = read(*rows)
    for trigger in rule_set.triggers:
        assert covers(trigger, trigger)
        assert due_no_later(trigger, trigger)


def test_whoever_may_answer_for_a_duty_may_be_responsible():
    assert RESPONSIBLE == ("homeroom_teacher", "registry_clerk", "deputy_head", "principal")
