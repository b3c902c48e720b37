"""Identity numbers (居民身份证号) and student numbers (学籍号)."""

import re
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from students.identity import (
    ID_CHECK,
    ID_WEIGHTS,
    check_character,
    check_student_number,
    masked_number,
    masked_phone,
    masked_search,
    normalise_number,
    read_identity_number,
)

# The two examples that GB 11643 itself prints.
PUBLISHED = {
    "11010519491231002X": ("110105", date(1949, 12, 31), "女"),
    "440524188001010014": ("440524", date(1880, 1, 1), "男"),
}
VALID = "62292120200305675X"


def numbers():
    """Valid identity numbers: region, birth date, serial, check character."""
    return st.builds(
        lambda region, born, serial: with_check(f"{region:06d}{born:%Y%m%d}{serial:03d}"),
        st.integers(110000, 659999),
        st.dates(date(1900, 1, 1), date(2030, 12, 31)),
        st.integers(0, 999),
    )


def with_check(first_seventeen):
    return first_seventeen + check_character(first_seventeen)


class TestIdentityNumber:
    @pytest.mark.parametrize("number", PUBLISHED)
    def test_of_the_standard_is_read(self, number):
        facts = read_identity_number(number)
        assert (facts.region, facts.birth_date, facts.sex) == PUBLISHED[number]

    @pytest.mark.parametrize("number", PUBLISHED)
    def test_ends_in_the_check_character_of_the_standard(self, number):
        assert check_character(number[:17]) == number[17]

    def test_every_check_character_is_reached(self):
        assert {check_character(f"11010519491231{serial:03d}") for serial in range(100)} == set(ID_CHECK)

    @given(numbers())
    def test_says_region_birth_date_and_sex(self, number):
        facts = read_identity_number(number)
        assert facts.region + f"{facts.birth_date:%Y%m%d}" == number[:14]
        assert facts.sex == ("女" if number[16] in "02468" else "男")

    @given(numbers(), st.integers(0, 16), st.integers(1, 9))
    def test_one_wrong_digit_is_noticed(self, number, position, by):
        wrong = str((int(number[position]) + by) % 10)
        with pytest.raises(ValueError, match="校验码不对：末位应为"):
            read_identity_number(number[:position] + wrong + number[position + 1 :])

    @given(numbers(), st.integers(0, 15))
    def test_two_neighbours_changed_round_are_noticed(self, number, position):
        first, second = number[position], number[position + 1]
        assume(first != second)
        with pytest.raises(ValueError, match="校验码不对"):
            read_identity_number(number[:position] + second + first + number[position + 2 :])

    def test_the_refusal_names_the_character_that_was_expected(self):
        with pytest.raises(ValueError, match=r"^身份证号校验码不对：末位应为X，请核对有没有抄错$"):
            read_identity_number(VALID[:17] + "0")

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "62292120200305675",  # 17
            "62292120200305675X0",  # 19
            "622921200305675",  # the fifteen digits of the last century
            "62292120200305675x",  # people's x is made upper case before
            "6229212020030567５X",  # a full-width digit
            " 62292120200305675X",
            "62292120200305675X\n",
            "6229212020030567XX",
        ],
    )
    def test_another_shape_is_refused(self, text):
        with pytest.raises(ValueError, match=r"^身份证号应为18位：前17位是数字，末位是数字或X$"):
            read_identity_number(text)

    @pytest.mark.parametrize("born", ["20200230", "20210229", "20201301", "20200001", "20200100", "00000101"])
    def test_a_birth_date_that_does_not_exist_is_refused(self, born):
        with pytest.raises(ValueError, match=r"^身份证号里的出生日期不存在，请核对$"):
            read_identity_number(with_check(f"622921{born}675"))

    def test_the_29th_of_february_exists_in_a_leap_year(self):
        assert read_identity_number(with_check("62292120200229675")).birth_date == date(2020, 2, 29)

    def test_the_weights_are_those_of_the_standard(self):
        assert list(ID_WEIGHTS) == [2 ** (17 - position) % 11 for position in range(17)]


class TestStudentNumber:
    @pytest.mark.parametrize(
        "number",
        [
            f"G{VALID}",
            "J622921202003056750",  # formal without an identity number: any check character
            "L62292120200305675X",
            "L000000000000000000",  # temporary: no checksum, no date
        ],
    )
    def test_is_accepted(self, number):
        assert check_student_number(number) is None

    @given(st.sampled_from("JL"), st.from_regex(r"[0-9]{17}[0-9X]", fullmatch=True))
    def test_of_another_kind_than_g_has_no_checksum(self, letter, rest):
        assert check_student_number(letter + rest) is None

    @pytest.mark.parametrize("number", ["", VALID, f"A{VALID}", f"g{VALID}", f"G{VALID}0", "L12345", f"L{VALID[:17]}Y"])
    def test_of_another_shape_is_refused(self, number):
        with pytest.raises(ValueError, match=r"^学籍号应为19位：以G、J或L开头，后面是18位号码$"):
            check_student_number(number)

    @pytest.mark.parametrize(
        ("number", "why"), [(f"G{VALID[:17]}0", "校验码不对"), ("G" + with_check("62292120200230675"), "日期不存在")]
    )
    def test_with_g_must_carry_a_valid_identity_number(self, number, why):
        with pytest.raises(ValueError, match=rf"^学籍号G后面应是有效的身份证号（.*{why}.*）$"):
            check_student_number(number)


@pytest.mark.parametrize(
    "written", [VALID.lower(), f" {VALID} ", "622921 20200305 675x", f"{VALID}\n", f"\u3000{VALID}"]
)
def test_a_number_is_read_however_it_is_spaced(written):
    assert normalise_number(written) == VALID


class TestMasking:
    def test_shows_the_first_and_last_four_of_an_identity_number(self):
        assert masked_number("350102201405061234") == "3501********1234"

    def test_keeps_the_letter_of_a_student_number(self):
        assert masked_number(f"G{VALID}") == "G6229********675X"

    def test_shows_three_and_four_digits_of_a_phone_number(self):
        assert masked_phone("13812345678") == "138****5678"

    @pytest.mark.parametrize("mask", [masked_number, masked_phone])
    def test_shows_the_last_two_of_what_is_short(self, mask):
        assert mask("1234567").strip("*") == "67"

    @pytest.mark.parametrize("mask", [masked_number, masked_phone])
    @given(text=st.text("0123456789", min_size=3, max_size=20))
    def test_never_shows_the_whole(self, mask, text):
        shown = mask(text).replace("*", "")
        assert "*" in mask(text)
        assert len(shown) < len(text)


@given(st.text("0123456789XGJL ", max_size=20))
def test_a_refusal_is_a_chinese_sentence(text):
    for check in (read_identity_number, check_student_number):
        sentence = refusal(check, text)
        assert sentence is None or re.fullmatch(r"[\u3400-\u9fff0-9GJLX：，、（）]+", sentence)


def refusal(check, text):
    try:
        check(text)
    except ValueError as error:
        return str(error)
    return None


class TestWhatWasSearchedFor:
    @pytest.mark.parametrize(
        "text", ["", "高东", "gd", "1234", "高东 1234", "2026级", "（东坪）", "12-34", "三年级２班"]
    )
    def test_stands_as_it_was_typed_where_it_is_no_number(self, text):
        assert masked_search(text) == text

    @pytest.mark.parametrize(
        "text",
        [
            "350102201405061234", "G350102201405061234", "g350102201405061234", "61234", "350102 20140506 1234",
            "350102-2014-0506-1234", "３５０１０２２０１４０５０６１２３４", "E10061234",
        ],
    )  # fmt: skip
    def test_shows_the_last_four_of_a_number_however_it_was_typed(self, text):
        assert masked_search(text) == "********1234"

    def test_shows_no_number_beside_a_name(self):
        assert masked_search("高东350102201405061234和13900005678") == "高东********1234和********5678"

    @given(st.text(max_size=40))
    def test_shows_no_five_digits_in_a_row(self, text):
        assert not re.search(r"\d{5}", masked_search(text))
