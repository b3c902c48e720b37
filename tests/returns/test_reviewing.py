"""Drawing children for a review: the same seed the same children, each once, no part more than it may."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspections.drawing import ticket_number
from reports.figures import CODES
from returns.reviewing import PARTS, Claim, Drawn, Part, Tally, claims_of, compared, draw_children, quarter_of, total

SEEDS = st.text("0123456789abcdef", min_size=1, max_size=32)
PAIRS = st.lists(st.tuples(st.integers(1, 60), st.integers(1, 9)), max_size=12, unique_by=lambda pair: pair[0])
LISTS = st.dictionaries(st.sampled_from(CODES), PAIRS, max_size=len(CODES))
MONTHS = st.dictionaries(st.sampled_from(["2026-09", "2026-10", "2026-11"]), LISTS, min_size=1)
SIZES, MOSTS = st.integers(1, 20), st.none() | st.integers(1, 5)


@given(MONTHS, SIZES, MOSTS, SEEDS, st.randoms())
def test_the_same_seed_draws_the_same_in_whatever_order_the_lists_were_read(months, size, most, seed, chance):
    shuffled = {month: {code: chance.sample(pairs, len(pairs)) for code, pairs in lists.items()}
                for month, lists in chance.sample(list(months.items()), len(months))}  # fmt: skip
    told = {"size": size, "most": most, "seed": seed}
    assert draw_children(claims_of(shuffled), **told) == draw_children(claims_of(months), **told)


@given(MONTHS, SIZES, MOSTS, SEEDS)
def test_nobody_is_drawn_twice_and_everybody_stands_in_a_return(months, size, most, seed):
    drawn = draw_children(claims_of(months), size=size, most=most, seed=seed)
    named = [claim.child for _, claim in drawn]
    assert len(named) == len(set(named))
    for part, claim in drawn:
        pairs = [pair for code in part.codes for pair in months[claim.month].get(code, ())]
        assert (claim.child, claim.grade) in pairs


@given(MONTHS, SIZES, MOSTS, SEEDS)
def test_no_part_draws_more_than_it_may_and_each_as_many_as_it_can(months, size, most, seed):
    claims = claims_of(months)
    drawn = draw_children(claims, size=size, most=most, seed=seed)
    for part in Part:
        limit = size if part is Part.ATTENDING else most
        there = len(claims[part])
        assert sum(each.part is part for each in drawn) == (there if limit is None else min(there, limit))


@given(MONTHS)
def test_every_child_that_is_spoken_of_stands_in_one_part(months):
    claims = claims_of(months)
    named = [claim.child for each in claims.values() for claim in each]
    spoken = {
        child
        for month, lists in months.items()
        for part in Part
        if part is not Part.ATTENDING or month == max(months)
        for code in part.codes
        for child, _ in lists.get(code, ())
    }
    assert sorted(named) == sorted(spoken)


def test_the_more_serious_word_of_any_month_counts_and_the_latest_month_that_says_it():
    months = {
        "2026-09": {"suspected": [(1, 3)], "closing": [(1, 3), (2, 3), (3, 3)], "transfer_out": [(4, 5)]},
        "2026-10": {"drop_out": [(1, 3)], "dropped_total": [(1, 3)], "closing": [(2, 3), (3, 3)]},
        "2026-11": {"dropped_total": [(1, 3)], "closing": [(2, 3)], "suspected": [(3, 3)]},
    }
    claims = claims_of(months)
    assert claims[Part.DROPPED] == [Claim(1, 3, "2026-11")]
    assert claims[Part.SUSPECTED] == [Claim(3, 3, "2026-11")]
    assert claims[Part.TRANSFER_OUT] == [Claim(4, 5, "2026-09")]
    assert claims[Part.ATTENDING] == [Claim(2, 3, "2026-11")]


def test_of_who_is_in_school_only_the_last_month_speaks():
    claims = claims_of({"2026-09": {"closing": [(1, 3), (2, 3)]}, "2026-10": {"closing": [(2, 3)]}})
    assert claims[Part.ATTENDING] == [Claim(2, 3, "2026-10")]


def test_the_lowest_ticket_is_drawn_first():
    claims = {Part.ATTENDING: [Claim(child, 1, "2026-09") for child in range(1, 9)]}
    drawn = draw_children(claims, size=3, most=None, seed="ab")
    in_order = sorted(range(1, 9), key=lambda child: ticket_number("ab", "attending", child))
    assert drawn == [Drawn(Part.ATTENDING, Claim(child, 1, "2026-09")) for child in in_order[:3]]


def test_the_parts_name_lists_that_a_return_has():
    assert {code for _, codes in PARTS.values() for code in codes} <= set(CODES)


def test_the_numbers_compared_add_up_what_came_and_went():
    lists = {"enrol": [(1, 1)], "return": [(2, 3)], "drop_out": [(3, 3)], "closing": [(1, 1), (2, 3)]}
    assert compared(lists) == {
        "came": 2, "went": 1, "closing": 2, "suspected": 0, "dropped_total": 0, "unaccounted": 0,
    }  # fmt: skip


def test_what_was_not_verified_does_not_hold():
    tally = Tally(drawn=10, holds=8, wrong=1, unverified=1, months=3, read=3, differing=2)
    assert (tally.holding_rate.text, tally.agreeing_rate.text, tally.left) == ("80.00%", "88.89%", 0)


def test_a_sum_is_made_of_the_numbers():
    one, other = Tally(10, 8, 1, 1, 3, 3, 2), Tally(2, 1, 0, 0, 3, 1, 0)
    both = total([one, other])
    assert (both.drawn, both.holding_rate.text, both.left) == (12, "75.00%", 3)
    assert total([]) == Tally()


@pytest.mark.parametrize(
    ("month", "year", "number"),
    [("2026-09", 2026, 1), ("2026-11", 2026, 1), ("2026-12", 2026, 2), ("2027-02", 2026, 2), ("2027-03", 2026, 3),
     ("2027-06", 2026, 4), ("2027-08", 2026, 4)],
)  # fmt: skip
def test_a_month_belongs_to_its_quarter(month, year, number):
    assert quarter_of(month) == (year, number)
