"""Drawing by lot: the same seed the same classes, everybody may be drawn, more reasons never put a class back."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspections.drawing import Candidate, Drawn, Part, draw, lowest_ticket, shares

SEEDS = st.text("0123456789abcdef", min_size=1, max_size=32)
CANDIDATES = st.lists(
    st.builds(Candidate, st.integers(1, 500), st.integers(0, 5), st.integers(0, 2)),
    min_size=1,
    max_size=30,
    unique_by=lambda each: each.school_class,
)
WANTED = st.builds(shares, st.integers(1, 12), by_reasons=st.integers(0, 75), by_owed=st.integers(0, 25))


@given(CANDIDATES, WANTED, SEEDS, st.randoms())
def test_the_same_seed_draws_the_same_in_whatever_order_the_classes_come(candidates, wanted, seed, chance):
    shuffled = list(candidates)
    chance.shuffle(shuffled)
    assert draw(shuffled, wanted, seed=seed) == draw(candidates, wanted, seed=seed)


@given(CANDIDATES, WANTED, SEEDS)
def test_as_many_are_drawn_as_are_wanted_and_nobody_twice(candidates, wanted, seed):
    drawn = draw(candidates, wanted, seed=seed)
    assert len(drawn) == min(sum(wanted.values()), len(candidates))
    assert len({each.school_class for each in drawn}) == len(drawn)


@given(CANDIDATES, WANTED, SEEDS)
def test_a_part_draws_only_whoever_holds_a_ticket_of_it(candidates, wanted, seed):
    tickets = {each.school_class: each for each in candidates}
    for each in draw(candidates, wanted, seed=seed):
        assert tickets[each.school_class].tickets(each.part) > 0


@given(CANDIDATES, WANTED, SEEDS, st.data())
def test_one_more_reason_never_keeps_a_class_from_being_drawn(candidates, wanted, seed, data):
    position = data.draw(st.integers(0, len(candidates) - 1))
    one = candidates[position]
    more = [*candidates]
    more[position] = replace(one, reasons=one.reasons + data.draw(st.integers(1, 3)))
    before = {each.school_class for each in draw(candidates, wanted, seed=seed)}
    after = {each.school_class for each in draw(more, wanted, seed=seed)}
    assert one.school_class not in before or one.school_class in after


@given(CANDIDATES, SEEDS, st.sampled_from(Part))
def test_one_more_ticket_never_raises_the_lowest(candidates, seed, part):
    for each in candidates:
        more = replace(each, reasons=each.reasons + 1, owed=each.owed + 1)
        if each.tickets(part):
            assert lowest_ticket(more, part, seed=seed) <= lowest_ticket(each, part, seed=seed)


def test_every_class_can_be_drawn_also_one_without_reasons_that_owes_nothing():
    candidates = [Candidate(pk, reasons=pk % 3, owed=pk % 2) for pk in range(1, 21)]
    wanted = shares(4, by_reasons=75, by_owed=25)
    drawn = Counter(each.school_class for n in range(600) for each in draw(candidates, wanted, seed=f"{n:x}"))
    assert set(drawn) == {each.school_class for each in candidates}


def test_more_reasons_are_drawn_more_often():
    candidates = [Candidate(1, reasons=4), *(Candidate(pk, reasons=1) for pk in range(2, 12))]
    wanted = {Part.REASONS: 1, Part.OWED: 0, Part.CHANCE: 0}
    drawn = Counter(draw(candidates, wanted, seed=f"{n:x}")[0].school_class for n in range(1400))
    # 4 tickets of 14: 400 of 1,400; each of the others 100
    assert 340 < drawn[1] < 460
    assert all(60 < drawn[pk] < 145 for pk in range(2, 12))


@pytest.mark.parametrize(
    ("size", "parts"),
    [(1, (0, 0, 1)), (2, (1, 0, 1)), (3, (1, 0, 2)), (4, (2, 1, 1)), (8, (4, 2, 2)), (50, (25, 12, 13))],
)
def test_half_is_drawn_by_reasons_a_quarter_by_counts_owed_the_rest_by_chance(size, parts):
    assert tuple(shares(size, by_reasons=50, by_owed=25).values()) == parts


@given(st.integers(1, 200), st.integers(0, 100), st.integers(0, 100))
def test_chance_always_draws_somebody(size, by_reasons, by_owed):
    parts = shares(size, by_reasons=by_reasons, by_owed=by_owed)
    assert sum(parts.values()) == size
    assert min(parts.values()) >= 0
    assert parts[Part.CHANCE] >= 1


def test_what_a_part_cannot_fill_chance_fills():
    candidates = [Candidate(1, reasons=1), Candidate(2), Candidate(3), Candidate(4)]
    drawn = draw(candidates, {Part.REASONS: 3, Part.OWED: 0, Part.CHANCE: 1}, seed="5eed")
    assert [each.part for each in drawn] == [Part.REASONS, Part.CHANCE, Part.CHANCE, Part.CHANCE]
    assert drawn[0] == Drawn(1, Part.REASONS)


def test_a_draw_can_be_made_again_by_hand():
    """printf '5eed:chance:7:1' | sha256sum, and so for every class: the lowest number is drawn."""
    assert lowest_ticket(Candidate(7), Part.CHANCE, seed="5eed") == (
        "bd5def6bbe5093ed65978e50777ef83cf2abdf3ad9f0da001d32d4403cf4e596"
    )
    [one] = draw([Candidate(pk) for pk in range(1, 8)], shares(1, by_reasons=50, by_owed=25), seed="5eed")
    assert one == Drawn(6, Part.CHANCE)
