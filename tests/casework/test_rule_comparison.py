"""Two ladders side by side: what stays, is changed, comes and goes."""

from hypothesis import given

from casework.rule_comparison import Change, compare
from casework.ruleset import Tier
from tests.casework.small_world import PRESETS
from tests.casework.test_rule_checks import ladder, pairs
from tests.casework.test_ruleset import rung


def changes(before, after):
    return {pair.tier: pair.change for pair in compare(before, after) if pair.change is not Change.SAME}


def test_a_ladder_against_itself_stays():
    for code in PRESETS:
        assert changes(ladder(code), ladder(code)) == {}


def test_a_threshold_is_changed_and_only_that():
    [pair] = [
        pair for pair in compare(ladder(), ladder(absence_report={"threshold": 2})) if pair.change is not Change.SAME
    ]
    assert (pair.tier, pair.change, pair.changed) == (Tier.ABSENCE_REPORT, Change.CHANGED, {"words"})
    assert (pair.before.threshold, pair.after.threshold) == (3, 2)
    assert pair.counts


def test_a_source_said_otherwise_changes_nothing_that_is_owed():
    pairs_of = compare(ladder(), ladder(contact={"source": "[S] 新文件"}))
    assert [(pair.tier, pair.counts) for pair in pairs_of if pair.changed] == [(Tier.CONTACT, False)]


def test_rungs_come_and_go():
    assert changes(ladder(), ladder(drop=["absence_report"], add=[rung()])) == {
        Tier.HOME_VISIT: Change.ADDED,
        Tier.ABSENCE_REPORT: Change.DROPPED,
    }


def test_presets_differ_as_the_document_says():
    assert changes(ladder("standard"), ladder("strict")) == {
        Tier.CONTACT: Change.ADDED,
        Tier.HOME_VISIT: Change.ADDED,
        Tier.ABSENCE_REPORT: Change.CHANGED,
        Tier.LOSS_REPORT: Change.CHANGED,
    }


@given(pairs())
def test_every_rung_of_either_stands_in_one_pair(pair):
    before, after = pair
    found = compare(before, after)
    assert sorted(each.before.step for each in found if each.before) == [trigger.step for trigger in before.triggers]
    assert sorted(each.after.step for each in found if each.after) == [trigger.step for trigger in after.triggers]
    assert all(each.before or each.after for each in found)
