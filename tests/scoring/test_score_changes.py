"""What another scheme would do to scores, class by class and counted."""

import random
from dataclasses import replace

import pytest

from scoring.class_scores import score
from scoring.scheme_reading import read_scheme
from scoring.score_changes import SHOWN_CLASSES, Changes, ScoreChange
from tests.scoring.test_class_scores import DAYS, NONE, SCHEME, WHOLE, late, lost, of_class
from tests.scoring.versions import content

ONE_LATE = {"late": [late(DAYS[3])]}


def other(wholes=None, targets=None, **points):
    made = content(bounds={}, wholes=wholes, **points) | {"code": "county", "source": "[S] 文件"}
    made["targets"] = made["targets"] | (targets or {})
    return read_scheme(made)


STRICTER = other(late_contact={"late": -1}, missed_roll_call={"none": -1, "some": -1})


def change(scheme, *, number: int = 1, **facts):
    of = replace(of_class(**facts), school_class=number)
    return ScoreChange(score(of, SCHEME), score(of, scheme))


def noted(*seen) -> Changes:
    changes = Changes()
    for each in seen:
        changes.note(each)
    return changes


def test_points_are_told_line_by_line():
    assert change(STRICTER, **ONE_LATE).words == ["及时联系由−0.5变为−1"]
    assert change(STRICTER, **ONE_LATE).by == -0.5


def test_what_stays_is_not_told():
    assert change(STRICTER).words == []


def test_a_missed_target_is_not_told_to_be_unrated():
    days = dict.fromkeys(DAYS[:9], WHOLE) | {DAYS[9]: NONE}
    made = change(other(wholes={"unregistered_above": 20}), lost=lost(2), days=days)
    assert made.before.is_rated != made.after.is_rated
    assert not made.after.target_met
    assert not [words for words in made.words if "评定" in words]
    assert noted(made).tally.newly_rated == 0


@pytest.mark.parametrize(
    ("scheme", "facts", "words"),
    [
        (other(targets={"junior": {"rate_below": 4, "source": "[S]"}}), {"lost": lost(1)}, "变为完成目标"),
        (other(targets={"junior": {"rate_below": 1, "source": "[S]"}}), {"lost": lost(1), "baseline": 60},
         "变为没有完成目标"),
        (other(wholes={"veto_above": 2}), {"lost": lost(2)}, "变为一票否决"),
        (other(wholes={"veto_above": 10}), {"lost": lost(3)}, "不再一票否决"),
        (other(wholes={"unregistered_above": 20}), {"days": dict.fromkeys(DAYS[:9], WHOLE) | {DAYS[9]: NONE}},
         "目标变为予以评定"),
        (other(wholes={"unregistered_above": 20}, targets={"junior": {"rate_below": 4, "source": "[S]"}}),
         {"lost": lost(1), "days": dict.fromkeys(DAYS[:5], WHOLE) | dict.fromkeys(DAYS[5:], NONE)},
         "目标变为不予评定"),
    ],
)  # fmt: skip
def test_what_is_judged_otherwise_is_told(scheme, facts, words):
    assert words in change(scheme, **facts).words


def test_classes_are_counted_up_down_and_the_same():
    generous = other(verified_return={"verified": 4}, target={"met": 12, "missed": -10})
    seen = [change(generous, number=1), change(STRICTER, number=2, **ONE_LATE), change(STRICTER, number=3)]
    tally = noted(*seen).tally
    assert (tally.classes, tally.up, tally.down, tally.same) == (3, 1, 1, 1)


def test_judgements_are_counted():
    tally = noted(change(other(wholes={"veto_above": 2}), lost=lost(2))).tally
    assert (tally.newly_vetoed, tally.no_longer_vetoed, tally.newly_met, tally.newly_missed) == (1, 0, 0, 0)


def test_a_class_in_which_nobody_was_is_left_out():
    assert noted(change(STRICTER, baseline=0, days={})).tally.classes == 0


def test_the_largest_are_shown_those_judged_otherwise_first():
    few = [change(STRICTER, number=number, late=[late(DAYS[0])]) for number in range(SHOWN_CLASSES + 5)]
    many = change(STRICTER, number=98, late=[late(day) for day in DAYS[:9]])
    vetoed = change(other(wholes={"veto_above": 2}), number=99, lost=lost(2))
    shown = noted(*few, many, vetoed).as_json()["shown"]
    assert len(shown) == SHOWN_CLASSES
    assert [each["school_class"] for each in shown[:3]] == [99, 98, 0]


def test_the_mark_is_that_of_what_follows():
    seen = [change(STRICTER, number=number, **ONE_LATE) for number in range(3)]
    assert noted(*seen).mark == noted(*seen).mark != noted(*seen[:2]).mark


def test_what_is_shown_does_not_hang_on_the_order():
    seen = [change(STRICTER, number=number, late=[late(day) for day in DAYS[: number % 7]]) for number in range(60)]
    shuffled = random.Random(1).sample(seen, len(seen))
    assert noted(*seen).as_json() == noted(*shuffled).as_json()
