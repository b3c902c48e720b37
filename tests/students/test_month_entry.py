"""What is typed into the cells of a paper sheet, and the registers that it makes."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from students.days import MARK_LABELS, MarkKind, Slot
from students.month_entry import KEYS, PRESENT_SIGN, SIGN_OF, Column, Place, UnknownSign, read_cell, read_columns
from students.templatetags.components import SIGNS

FIRST = Place(date(2026, 9, 1), Slot.AM)
SECOND = Place(date(2026, 9, 1), Slot.PM)


def test_signs_and_keys_are_those_of_the_register():
    assert {kind: (SIGNS[kind].glyph, SIGNS[kind].keys) for kind in MarkKind} == {
        kind: (SIGN_OF[kind], KEYS[kind]) for kind in MarkKind
    }
    assert SIGNS["present"].glyph == PRESENT_SIGN


@pytest.mark.parametrize("kind", list(MarkKind))
def test_a_kind_is_written_as_sign_word_digit_or_letter_of_any_width(kind):
    digit, letter = KEYS[kind]
    wide = chr(ord(digit) + 0xFEE0), chr(ord(letter) + 0xFEE0)
    for typed in (SIGN_OF[kind], MARK_LABELS[kind], digit, letter, letter.upper(), *wide, f" {SIGN_OF[kind]}　"):
        assert read_cell(typed) == (True, kind)


@pytest.mark.parametrize("typed", ["○", "〇", "◯", "o", "O", "Ｏ", "0", "０", "√", "出勤"])
def test_a_circle_says_present(typed):
    assert read_cell(typed) == (True, None)


@pytest.mark.parametrize("typed", ["", " ", "　", "\t"])
def test_blank_says_nothing(typed):
    assert read_cell(typed) == (False, None)


@pytest.mark.parametrize("typed", ["旷旷", "逃", "8", "x", "事病", "=1+1", "<b>", "-", "晚", "公公"])
def test_anything_else_is_no_sign(typed):
    with pytest.raises(UnknownSign):
        read_cell(typed)


@given(st.text(max_size=10))
def test_every_text_is_read_or_refused(typed):
    try:
        written, kind = read_cell(typed)
    except UnknownSign:
        return
    assert written or kind is None


class TestColumns:
    def test_a_column_without_a_tick_or_a_sign_is_no_register(self):
        assert read_columns({FIRST: Column(0, False, {1: "", 2: " "})}) == ([], [])

    @pytest.mark.parametrize("column", [Column(0, True), Column(0, False, {1: "○"}), Column(0, False, {1: "旷"})])
    def test_a_tick_or_any_sign_makes_it_one(self, column):
        [entered], bad = read_columns({FIRST: column})
        assert (entered.place, bad) == (FIRST, [])

    def test_one_that_stands_stays_one_when_it_is_emptied(self):
        [entered], _ = read_columns({FIRST: Column(2, False, {1: ""})})
        assert (entered.version, entered.marks) == (2, {})

    def test_bad_cells_are_named_and_the_good_ones_read(self):
        entered, bad = read_columns({FIRST: Column(0, False, {1: "旷", 2: "逃"}), SECOND: Column(0, False, {1: "x"})})
        assert [(each.student, each.place, each.typed) for each in bad] == [(2, FIRST, "逃"), (1, SECOND, "x")]
        assert entered[0].marks == {1: MarkKind.UNEXCUSED}
