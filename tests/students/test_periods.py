"""Periods of returns: their codes say what they are and what they are called."""

from datetime import date

import pytest

from students.periods import PeriodKind, TermPeriod, YearPeriod, code_before, kind_of, name_of, report_ending


@pytest.mark.parametrize(
    ("code", "kind", "name", "before"),
    [
        ("2026-10", PeriodKind.MONTH, "2026年10月月报", "2026-09"),
        ("2027-01", PeriodKind.MONTH, "2027年1月月报", "2026-12"),
        ("2026-1", PeriodKind.TERM, "2026-2027学年第一学期报告", ""),
        ("2026-2", PeriodKind.TERM, "2026-2027学年第二学期报告", "2026-1"),
        ("2026", PeriodKind.YEAR, "2026-2027学年报告", "2025"),
    ],
)
def test_a_code_says_what_it_is_of(code, kind, name, before):
    assert (kind_of(code), name_of(code), code_before(code)) == (kind, name, before)


@pytest.mark.parametrize("code", ["", "2026-0", "2026-3", "2026-13", "2026-", "1826", "20261", "2026-10\n", "２０２６"])
def test_what_is_no_code_is_refused(code):
    with pytest.raises(ValueError, match=r".*"):
        kind_of(code)


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (date(2027, 1, 22), "2026-1"),
        (date(2026, 12, 31), "2026-1"),
        (date(2027, 2, 28), "2026-1"),
        (date(2027, 3, 1), "2026-2"),
        (date(2027, 7, 9), "2026-2"),
        (date(2027, 8, 30), "2026-2"),
        (date(2027, 8, 31), "2026"),
    ],
)
def test_a_report_is_found_by_its_last_day(day, code):
    assert report_ending(day) == code


def test_terms_and_years_know_their_names():
    term = TermPeriod(2026, 2, date(2027, 1, 23), date(2027, 7, 9))
    assert (term.code, term.label, term.short) == ("2026-2", "2026-2027学年第二学期", "第二学期")
    year = YearPeriod(2026)
    assert (year.code, year.first, year.cut_off) == ("2026", date(2026, 9, 1), date(2027, 8, 31))
