"""Snapshots: counts are children, differences explain them, and a table kept prints as it did."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from reports.figures import CLOSING, CODES, LABELS, OPENING, total
from reports.queries.monthly_return import ReturnRow, table_of
from returns.snapshots import (
    change_of,
    differences,
    figures_by_grade,
    is_zero,
    kept_table,
    lists_of,
    period_changes,
    plain_lists,
    table_from,
)
from students.models import School
from students.months import Month
from students.queries.months import CountedMonth

PAIRS = st.lists(st.tuples(st.integers(1, 6), st.integers(1, 3)), max_size=6)
LISTS = st.dictionaries(st.sampled_from(CODES), PAIRS)
OCTOBER = CountedMonth(Month(2026, 10, date(2026, 9, 26), date(2026, 10, 25)), date(2026, 10, 25))


@given(LISTS, LISTS)
def test_differences_explain_the_whole_change_of_every_count_in_every_grade(before, after):
    changed = {change.label: change for change in differences(before, after)}
    for code in CODES:
        change = changed.get(LABELS[code])
        for grade in (1, 2, 3):
            old, new = ([pair for pair in lists.get(code, ()) if pair[1] == grade] for lists in (before, after))
            came, went = (
                [pair for pair in (getattr(change, name) if change else ()) if pair[1] == grade]
                for name in ("came", "went")
            )
            assert len(new) == len(old) + len(came) - len(went)


@given(LISTS)
def test_lists_come_back_from_json_and_differ_in_nothing(lists):
    kept = plain_lists(lists)
    assert plain_lists(lists_of({"children": kept})) == kept
    assert differences(lists, lists_of({"children": kept})) == []


@given(LISTS)
def test_the_grades_add_up_to_the_lists(lists):
    found = total(figures_by_grade(lists, [1, 2]).values())
    assert {code: found[code] for code in CODES} == {code: len(lists.get(code, ())) for code in CODES}


@given(LISTS, LISTS)
def test_a_change_comes_back_from_json(before, after):
    for change in [*differences(before, after), *period_changes(before, after, before="上月")]:
        assert change_of(change.record) == change


def test_the_month_before_is_compared_child_by_child():
    last = {CLOSING: [(1, 3), (2, 3)], "suspected": [(1, 3)]}
    now = {OPENING: [(1, 4), (2, 4)], "transfer_in": [(5, 4)], CLOSING: [(1, 4), (2, 4), (5, 4)], "suspected": []}
    said = [
        (change.label, change.numbers, change.came, change.went) for change in period_changes(last, now, before="上月")
    ]
    assert said == [
        ("转入", "1人", ((5, 4),), ()),
        ("期末在校", "2→3人", (), ()),
        ("疑似辍学", "1→0人", (), ((1, 3),)),
    ]


def test_a_baseline_that_has_changed_is_said_but_not_in_a_new_year():
    last, now = {"baseline": [(1, 3), (2, 3)]}, {"baseline": [(1, 3)]}
    [change] = period_changes(last, now, before="上月")
    assert (change.numbers, change.went) == ("2→1人", ((2, 3),))
    assert period_changes(last, now, before="上月", same_year=False) == []


def test_an_opening_that_is_not_the_last_closing_names_the_children():
    [change] = period_changes({CLOSING: [(1, 3), (2, 3)]}, {OPENING: [(2, 3), (3, 3)]}, before="上月")[:1]
    assert change.label == "期初在校与上月上报的期末在校不同"
    assert (change.came, change.went) == (((3, 3),), ((1, 3),))


def test_without_a_month_before_only_what_happened_is_said():
    assert period_changes(None, {OPENING: [(1, 3)], CLOSING: [(1, 3)]}, before="上月") == []


def test_nothing_happened_where_nobody_came_went_or_is_lost():
    assert is_zero({OPENING: [(1, 3)], CLOSING: [(1, 3)], "lost": [(1, 3)]})
    assert not is_zero({"transfer_in": [(1, 3)]})
    assert not is_zero({"suspected": [(1, 3)]})


def test_a_table_that_was_kept_shows_and_says_the_same():
    school = School(code="2100000001", name="东坪小学")
    figures = figures_by_grade({OPENING: [(1, 3)], CLOSING: [(1, 3), (2, 3)], "baseline": [(1, 3)]}, [3])
    table = table_of([ReturnRow(school, 3, figures[3], school.name)], period=OCTOBER, filters=(school.name,))
    again = table_from(kept_table(table))
    assert list(again.records()) == list(table.records())
    assert [[str(cell) for cell, _ in row] for row in again.cells()] == [
        [str(cell) for cell, _ in row] for row in table.cells()
    ]
    assert (again.total_record, again.footnotes, again.groups) == (table.total_record, table.footnotes, table.groups)
    assert list(map(str, again.total_cells)) == list(map(str, table.total_cells))
    assert (again.scope, again.summary, again.file_name) == (table.scope, table.summary, table.file_name)
