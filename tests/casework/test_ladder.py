"""The ladder itself: status of an obligation, acts, measures that no preset uses, and what always holds.

What each rung asks for, case by case, stands in ``test_ladder_cases``.
"""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings

from casework.contacts import ContactMethod
from casework.ladder import Duty, DutyStatus, StudentFacts, World, assess, duty_status, fulfil
from casework.ruleset import Tier, read_rule_set
from students.calendar import SchoolDays, Term
from students.enrolment import Event, EventKind, places
from students.runs import ClassDays
from tests.casework.random_worlds import small_worlds
from tests.casework.small_world import climb, facts, world

MONDAY = date(2026, 9, 7)
DAY = timedelta(days=1)
WORKDAYS = [MONDAY + DAY * n for n in range(28) if (MONDAY + DAY * n).weekday() < 5]
MISSED = {"AM": "unexcused", "PM": "unexcused"}
TERM = Term(MONDAY, WORKDAYS[-1])


def day(number):
    return date(2026, 9, number)


class TestStatus:
    @pytest.mark.parametrize(
        ("as_of", "status"), [(8, DutyStatus.OPEN), (9, DutyStatus.OPEN), (10, DutyStatus.LATE_OPEN)]
    )
    def test_undone_it_is_open_through_the_due_day_and_late_from_the_next(self, as_of, status):
        assert duty_status(due_on=day(9), done_on=None, as_of=day(as_of)) is status

    @pytest.mark.parametrize(
        ("done", "status"), [(8, DutyStatus.DONE), (9, DutyStatus.DONE), (10, DutyStatus.LATE_DONE)]
    )
    def test_done_through_the_due_day_it_is_done_and_later_it_is_done_late(self, done, status):
        assert duty_status(due_on=day(9), done_on=day(done), as_of=day(20)) is status

    @pytest.mark.parametrize(
        ("as_of", "status"), [(9, DutyStatus.OPEN), (10, DutyStatus.LATE_OPEN), (11, DutyStatus.LATE_DONE)]
    )
    def test_what_is_done_later_is_not_done_yet(self, as_of, status):
        assert duty_status(due_on=day(9), done_on=day(11), as_of=day(as_of)) is status

    def test_it_is_said_in_chinese(self):
        assert [status.label for status in DutyStatus] == ["待办", "已办", "逾期未办", "逾期已办", "已撤销"]


def test_the_ways_to_reach_a_guardian_are_named_in_chinese():
    assert [method.label for method in ContactMethod] == ["电话", "微信", "家访", "联合家访", "书面"]


def owed(tier, key, *, triggered_on=None):
    triggered_on = triggered_on or key
    return Duty(Tier(tier), day(key), day(triggered_on), day(triggered_on), day(key), 1, 0, 1, "trial", 1)


def done(duties, *, contacts=(), reports=(), through=30):
    acts = StudentFacts(
        contacts=[(day(on), method) for on, method in contacts], reports=[(day(on), tier) for on, tier in reports]
    )
    result = fulfil(duties, acts, through=day(through))
    return {(str(duty.tier), duty.key.day): duty.done_on and duty.done_on.day for duty in result}


class TestActs:
    """Which act fulfils what: contract.md, line by line."""

    @pytest.mark.parametrize("method", ContactMethod, ids=lambda method: method.label)
    @pytest.mark.parametrize(
        ("tier", "methods"),
        [
            ("contact", set(ContactMethod)),
            ("home_visit", {ContactMethod.HOME_VISIT, ContactMethod.JOINT_VISIT}),
            ("joint_visit", {ContactMethod.JOINT_VISIT}),
            ("absence_report", set()),
            ("loss_report", set()),
            ("return_report", set()),
            ("change_report", set()),
        ],
    )
    def test_a_contact_fulfils_what_its_method_can(self, tier, methods, method):
        result = done([owed(tier, 7)], contacts=[(8, method)])
        assert result[tier, 7] == (8 if method in methods else None)

    @pytest.mark.parametrize("tier", ["contact", "home_visit", "joint_visit"])
    @pytest.mark.parametrize(("on", "fulfils"), [(6, None), (7, 7), (8, 8)])
    def test_a_visit_the_day_before_does_not_count_and_that_of_the_day_does(self, tier, on, fulfils):
        assert done([owed(tier, 7)], contacts=[(on, "joint_visit")])[tier, 7] == fulfils

    def test_a_contact_fulfils_all_that_stand_open_and_the_earliest_contact_counts(self):
        duties = [owed("contact", number) for number in (7, 8, 9, 10)]
        result = done(duties, contacts=[(11, "phone"), (9, "phone"), (8, "phone")])
        assert list(result.values()) == [8, 8, 9, 11]

    def test_a_visit_counts_from_the_beginning_of_the_run_and_not_from_the_trigger(self):
        duties = [owed("joint_visit", 7, triggered_on=8)]
        assert done(duties, contacts=[(7, "joint_visit")])["joint_visit", 7] == 7

    @pytest.mark.parametrize("tier", ["absence_report", "loss_report", "return_report", "change_report"])
    @pytest.mark.parametrize(("on", "fulfils"), [(6, None), (7, 7), (8, 8)])
    def test_a_report_counts_from_the_beginning_of_its_run_or_the_day_of_its_change(self, tier, on, fulfils):
        assert done([owed(tier, 7, triggered_on=9)], reports=[(on, tier)])[tier, 7] == fulfils

    def test_a_report_fulfils_only_its_own_kind(self):
        duties = [owed("absence_report", 7), owed("loss_report", 7)]
        assert done(duties, reports=[(8, "loss_report")]) == {("absence_report", 7): None, ("loss_report", 7): 8}

    def test_reports_fulfil_the_latest_open_one_one_each(self):
        duties = [owed("absence_report", number) for number in (1, 7, 14)]
        reports = [(on, "absence_report") for on in (18, 10, 19)]
        assert list(done(duties, reports=reports).values()) == [19, 10, 18]

    def test_a_report_too_many_changes_nothing(self):
        reports = [(8, "absence_report"), (9, "absence_report")]
        assert done([owed("absence_report", 7)], reports=reports)["absence_report", 7] == 8

    def test_identical_rows_are_one_act(self):
        duties = [owed("absence_report", 1), owed("absence_report", 7)]
        assert list(done(duties, reports=[(9, "absence_report")] * 2).values()) == [None, 9]

    def test_acts_after_the_day_asked_for_do_not_count(self):
        duties = [owed("contact", 7), owed("absence_report", 7)]
        acts = {"contacts": [(9, "phone")], "reports": [(9, "absence_report")]}
        assert list(done(duties, through=8, **acts).values()) == [None, None]
        assert list(done(duties, through=9, **acts).values()) == [9, 9]


def assess_marked(days, rung, *, leaves=(), through=None):
    """A child of one class who missed ``days`` whole, under a rule set with one rung."""
    rungs = [{"responsible": "homeroom_teacher", "receiver": "家长", "due": "same_day", "source": "[D] 试验"} | rung]
    rules = read_rule_set({"code": "trial", "title": "试验规则", "triggers": rungs})
    taken = dict.fromkeys(WORKDAYS, frozenset({"AM", "PM"}))
    surroundings = World({1: ClassDays(1, SchoolDays(tuple(WORKDAYS)), taken)}, lambda school, on: rules, [TERM])
    child = StudentFacts(
        places=places([Event(date(2020, 9, 1), 0, EventKind.ENROL, 1)], school_of={1: 1}),
        marks=dict.fromkeys(days, MISSED),
        leaves=list(leaves),
    )
    return assess(child, surroundings, through=through or WORKDAYS[-1])


class TestMeasuresThatNoPresetUses:
    def visits(self, days, **rung):
        duties, _ = assess_marked([day(number) for number in days], {"tier": "home_visit"} | rung)
        return [(duty.key.day, duty.triggered_on.day, duty.run_days) for duty in duties]

    @pytest.mark.parametrize(("threshold", "triggered_on"), [(4, 10), (5, 11), (6, 14), (8, 14), (9, 15)])
    def test_calendar_days_are_reached_on_the_first_absent_day_at_or_over_the_threshold(self, threshold, triggered_on):
        found = self.visits([7, 8, 9, 10, 11, 14, 15], measure="run_calendar_days", threshold=threshold)
        assert [trigger for _, trigger, _ in found] == [triggered_on]

    def test_calendar_days_count_excused_days_too(self):
        excused = [(day(8), day(11))]
        rung = {"tier": "home_visit", "measure": "run_calendar_days", "threshold": 8}
        duties, _ = assess_marked([day(7), *WORKDAYS[1:6]], rung, leaves=excused)
        assert [(duty.triggered_on, duty.run_start, duty.run_days) for duty in duties] == [(day(14), day(7), 2)]

    def test_a_window_counts_absent_days_of_several_runs(self):
        found = self.visits([7, 9, 11], measure="absent_days_in_window", threshold=3, window=5)
        assert found == [(11, 11, 1)]

    def test_a_window_forgets_what_lies_before_it(self):
        assert self.visits([7, 9, 11], measure="absent_days_in_window", threshold=3, window=4) == []

    def test_a_window_is_asked_once_for_every_run(self):
        found = self.visits([7, 8, 9, 10, 14], measure="absent_days_in_window", threshold=3, window=30)
        assert found == [(7, 9, 3), (14, 14, 1)]


class TestTheEndOfASuspensionWhenTheRuleChanges:
    """A child is out from the 1st, approved until the 30th; a rule with another threshold holds from some day on."""

    def triggered(self, before, after, *, changed_on):
        def rules(threshold):
            rung = {"tier": "suspension_end", "measure": "suspension_end", "threshold": threshold, "due": "at_end"}
            rest = {"responsible": "homeroom_teacher", "receiver": "教务处", "source": "[D] 试验"}
            return read_rule_set({"code": f"{threshold}", "title": "试验规则", "triggers": [rung | rest]})

        old, new = rules(before), rules(after)
        events = [Event(date(2020, 9, 1), 0, EventKind.ENROL, 1), Event(day(1), 0, EventKind.SUSPEND)]
        child = StudentFacts(places=places(events, school_of={1: 1}), suspensions=[(day(1), day(30))])
        surroundings = World(
            {1: ClassDays(1, SchoolDays(tuple(WORKDAYS)), {})},
            lambda school, on: new if on >= day(changed_on) else old,
            [Term(day(1), day(30))],
        )
        [duty], _ = assess(child, surroundings, through=day(30))
        return duty.triggered_on.day, duty.rule_set

    @pytest.mark.parametrize(
        ("changed_on", "found"),
        [(9, (10, "20")), (10, (10, "20")), (11, (11, "20")), (24, (24, "20")), (26, (25, "5"))],
    )
    def test_to_an_earlier_reminder_the_day_of_the_change_catches_up(self, changed_on, found):
        assert self.triggered(5, 20, changed_on=changed_on) == found

    @pytest.mark.parametrize(("changed_on", "found"), [(10, (20, "10")), (11, (10, "20"))])
    def test_to_a_later_reminder_what_was_triggered_stays(self, changed_on, found):
        assert self.triggered(20, 10, changed_on=changed_on) == found


class TestNothingToClimb:
    def test_a_child_without_facts_owes_nothing(self):
        assert assess_marked([], {"tier": "contact", "measure": "unexcused_slots"}) == ([], [])

    def test_a_child_without_places_owes_nothing(self):
        nowhere = World({}, lambda school, on: None, [TERM])
        assert assess(StudentFacts(marks={MONDAY: MISSED}), nowhere, through=MONDAY) == ([], [])

    def test_before_the_first_absence_there_is_nothing(self):
        through = MONDAY - DAY
        assert assess_marked([MONDAY], {"tier": "contact", "measure": "unexcused_slots"}, through=through) == ([], [])


@settings(max_examples=80)
@given(small_worlds())
def test_in_every_small_world_an_obligation_is_owed_exactly_once(small_world):
    rows, _ = climb(*small_world)
    assert len({(row["tier"], row["key"]) for row in rows}) == len(rows)


@settings(max_examples=80)
@given(small_worlds())
def test_in_every_small_world_nothing_is_due_before_its_trigger_or_done_before_its_key(small_world):
    rows, _ = climb(*small_world)
    for row in rows:
        # The key of 休学期满 is a day to come: it is triggered before it, and who comes back earlier has done it.
        begun = row["triggered_on"] if row["tier"] == "suspension_end" else row["key"]
        assert begun <= row["triggered_on"] <= row["due_on"]
        assert row["triggered_on"] <= small_world[2]
        assert row["done_on"] is None or begun <= row["done_on"] <= small_world[2]


@settings(max_examples=80)
@given(small_worlds())
def test_in_every_small_world_an_obligation_of_a_run_names_a_run_that_is_kept(small_world):
    rows, runs = climb(*small_world)
    kept = {run["started_on"]: run for run in runs}
    for row in rows:
        if row["tier"] == "excused_check":  # a leave is no run
            assert (row["run_start"], row["run_days"]) == (row["key"], 10)
        elif row["tier"] in ("next_attempt", "unreached_visit"):  # nor are days without an answer
            assert row["run_start"] <= row["key"] <= row["triggered_on"]
        elif row["run_start"]:
            assert 1 <= row["run_days"] <= kept[row["run_start"]]["days"]
            assert 0 <= row["unknown_days"] <= kept[row["run_start"]]["unknown_days"]
        else:
            assert (row["run_days"], row["unknown_days"]) == (0, 0)


@settings(max_examples=80)
@given(small_worlds())
def test_in_every_small_world_the_order_in_which_facts_are_told_does_not_matter(small_world):
    plain, child, as_of = small_world
    told, surroundings = facts(plain, child), world(plain)
    backwards = facts(plain, child)
    told_in_rows = (backwards.leaves, backwards.contacts, backwards.reports)
    for rows in (*told_in_rows, backwards.certificates, backwards.suspensions):
        rows.reverse()
    backwards.marks = dict(reversed(backwards.marks.items()))
    assert assess(backwards, surroundings, through=as_of) == assess(told, surroundings, through=as_of)


@settings(max_examples=80)
@given(small_worlds())
def test_in_every_small_world_facts_after_the_day_asked_for_change_nothing(small_world):
    plain, child, as_of = small_world
    known = facts(plain, child)
    known.marks = {on: marks for on, marks in known.marks.items() if on <= as_of}
    known.changes = [change for change in known.changes if change.day <= as_of]
    known.contacts = [act for act in known.contacts if act[0] <= as_of]
    known.reports = [act for act in known.reports if act[0] <= as_of]
    known.certificates = [paper for paper in known.certificates if max(paper) <= as_of]
    known.suspensions = [approval for approval in known.suspensions if approval[0] <= as_of]
    assert assess(known, world(plain), through=as_of) == assess(facts(plain, child), world(plain), through=as_of)
