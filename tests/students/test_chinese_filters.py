"""Dates, numbers and masked identifiers as a Chinese reader expects them."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from django.template import Context, Template

from students.templatetags.chinese import (
    cdate,
    cdate_near,
    cdate_short,
    cdatetime,
    ctime,
    cweekday,
    masked_id,
    masked_phone,
    points,
)

MONDAY = date(2026, 9, 7)


def test_a_date_is_written_without_leading_zeros():
    assert cdate(MONDAY) == "2026年9月7日"
    assert cdate(date(2026, 12, 31)) == "2026年12月31日"
    assert cdate_short(MONDAY) == "9月7日"


def test_the_year_is_named_where_it_is_another_one():
    assert cdate_near(MONDAY, date(2026, 12, 31)) == "9月7日"
    assert cdate_near(MONDAY, date(2027, 1, 1)) == cdate_near(MONDAY, None) == "2026年9月7日"
    assert cdate_near(None, MONDAY) == "—"


def test_the_week_begins_with_monday_and_ends_with_sunday():
    assert cweekday(MONDAY) == "周一"
    assert cweekday(date(2026, 9, 13)) == "周日"


def test_a_time_goes_by_the_24_hour_clock():
    assert ctime(time(15, 5)) == "15:05"
    assert ctime(time(8, 0)) == "8:00"
    assert ctime(time(0, 0)) == "0:00"


def test_a_moment_is_shown_in_local_time():
    late = datetime(2026, 9, 7, 16, 30, tzinfo=UTC)  # half past midnight of the 8th in Shanghai
    page = Template("{{ at|cdatetime }}，{{ at|cdate }}，{{ at|cweekday }}，{{ at|ctime }}")
    assert page.render(Context({"at": late})) == "2026年9月8日 0:30，2026年9月8日，周二，0:30"


@pytest.mark.parametrize("filter_", [cdate, cdate_short, cweekday, ctime, cdatetime, masked_phone, masked_id, points])
def test_what_is_missing_is_a_dash(filter_):
    assert filter_(None) == "—"


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("13812345678", "138****5678"),
        ("138 1234 5678", "138****5678"),
        (13812345678, "138****5678"),
        ("0591-83812345", "059****2345"),
        ("8381234", "****34"),
        ("", "—"),
    ],
)
def test_a_phone_shows_three_figures_and_four(number, shown):
    assert masked_phone(number) == shown


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("350102201309071234", "3501********1234"),
        ("35010220130907123X", "3501********123X"),
        ("G350102201309071234", "G3501********1234"),
        ("L350102201309071234", "L3501********1234"),
        ("E12345678", "********78"),
        ("", "—"),
    ],
)
def test_an_id_number_shows_the_county_and_four_characters(number, shown):
    assert masked_id(number) == shown


def test_a_masked_number_never_shows_the_birth_date():
    assert "20130907" not in masked_id("350102201309071234")
    assert "20130907" not in masked_id("G350102201309071234")


@pytest.mark.parametrize(
    ("score", "shown"),
    [(10, "10"), (-0.5, "−0.5"), (8.5, "8.5"), (0, "0"), (Decimal("-10.0"), "−10"), (-0.04, "0"), (0.25, "0.3")],
)
def test_a_score_has_one_decimal_at_most_and_a_true_minus(score, shown):
    assert points(score) == shown


def test_a_gain_may_be_signed_and_nothing_is_not():
    assert points(2, "signed") == "+2"
    assert points(-1, "signed") == "−1"
    assert points(0, "signed") == "0"
