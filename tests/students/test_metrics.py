"""How a rate is reckoned and printed."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from students.metrics import ENTRY_RATE, Rate


@pytest.mark.parametrize(
    ("numerator", "denominator", "text"),
    [
        (0, 0, "—"),
        (3, 0, "—"),
        (0, 5, "0.00%"),
        (5, 5, "100.00%"),
        (1, 3, "33.33%"),
        (2, 3, "66.67%"),
        (1, 800, "0.13%"),  # 0.125: half up
        (7, 5, "140.00%"),
        (1, 100_000, "0.01%"),
        (99_999, 100_000, "99.99%"),
        (99_995, 100_000, "99.99%"),
        (20_001, 20_000, "100.01%"),
    ],
)
def test_a_rate_has_two_decimals_half_up_and_hides_nothing(numerator, denominator, text):
    assert Rate(numerator, denominator).text == text


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_a_rate_is_never_further_off_than_rounding_unless_rounding_would_hide_somebody(numerator, denominator):
    rate, exact = Rate(numerator, denominator).percent, 100 * Fraction(numerator, denominator)
    assert (rate == 100) <= (numerator >= denominator)
    assert (rate == 0) == (numerator == 0)
    assert abs(Fraction(rate) - exact) <= Fraction(1, 200) or rate in (Decimal("0.01"), Decimal("99.99"))


def test_a_metric_says_what_it_is_taken_of():
    assert ENTRY_RATE.of(1, 2).record == {"numerator": 1, "denominator": 2, "text": "50.00%"}
    assert ENTRY_RATE.note.startswith("入学率＝已入学的户籍适龄儿童少年÷户籍适龄儿童少年。")
