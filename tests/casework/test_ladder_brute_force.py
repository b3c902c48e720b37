"""In random small worlds the ladder and the brute force of ``tests.brute_force`` say the same, field by field."""

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings

from casework.ruleset import EXPORTED_TIERS
from tests import brute_force, township
from tests.casework.random_worlds import DAYS, small_worlds
from tests.casework.small_world import PRESETS, climb

DATA = Path(__file__).resolve().parents[1] / "data"


@settings(max_examples=700)
@given(small_worlds())
def test_the_ladder_and_the_brute_force_agree_in_every_small_world(small_world):
    plain, child, as_of = small_world
    obligations, runs = climb(plain, child, as_of)
    assert runs == brute_force.runs(plain, child, as_of)
    assert obligations == brute_force.obligations(plain, child, as_of)


@settings(max_examples=100)
@given(small_worlds())
def test_what_was_owed_on_a_day_is_still_owed_later(small_world):
    """Time alone takes nothing back: a later day only adds obligations, acts and lateness."""
    plain, child, as_of = small_world
    fixed = ("tier", "key", "triggered_on", "due_on", "run_start", "run_days", "unknown_days", "school_class")
    then, later = (
        {tuple(row[name] for name in fixed) for row in climb(plain, child, day)[0]} for day in (as_of, DAYS[-1])
    )
    assert then <= later


class TestTownship:
    """The sample township: what the brute force and the ladder answer is what is expected, row by row."""

    AS_OF = date(2026, 10, 25)

    @pytest.mark.parametrize("ask", [brute_force.obligations, lambda *asked: climb(*asked)[0]], ids=["naive", "ladder"])
    def test_it_owes_what_is_expected(self, ask):
        expected = json.loads((DATA / "obligations-2026-10-25.json").read_text())
        world, children = township.read(DATA / "township.xlsx", presets=PRESETS)
        rows = [
            township.exported(number, world, row)
            for number, child in children.items()
            for row in ask(world, child, self.AS_OF)
            if row["tier"] in EXPORTED_TIERS
        ]
        rows.sort(key=lambda row: (row["triggered_on"], row["student"], row["tier"], row["key"]))
        assert len(expected) == 396
        assert rows == expected
