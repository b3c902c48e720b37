from datetime import date
from decimal import Decimal

import pytest

from casework.ladder import DutyStatus
from reports.tables import text_of
from students.templatetags.chinese import points as points_filter
from tests.reports.small_table import IMPRINT, row, table


def test_scripts_read_the_values_by_key():
    [record] = table(row()).records()
    assert record == {
        "student": "629901201405060017",
        "day": date(2026, 9, 7),
        "days": 3,
        "status": "done",
    }
    assert list(record) == ["student", "day", "days", "status"]


def test_people_see_names_words_and_masked_numbers():
    [cells] = table(row()).cells()
    assert [cell for cell, _ in cells] == ["高东", "0017", date(2026, 9, 7), 3, "已办"]


def test_what_is_not_there_stays_empty():
    [cells] = table(row(day=None, status=None)).cells()
    assert [text_of(cell) for cell, _ in cells] == ["高东", "0017", "", "3", ""]


def test_only_the_values_named_are_stressed():
    stressed = [
        [is_stressed for _, is_stressed in cells] for cells in table(row(), row(status=DutyStatus.LATE_OPEN)).cells()
    ]
    assert stressed == [[False] * 5, [False, False, False, False, True]]


@pytest.mark.parametrize(
    ("points", "text"),
    [("-10.0", "−10"), ("-0.5", "−0.5"), ("10.0", "10"), ("0.0", "0"), ("-0.0", "0"), ("7.25", "7.3")],
)
def test_points_are_written_as_the_pages_have_them(points, text):
    assert text_of(Decimal(points)) == text == points_filter(Decimal(points))


def test_the_rows_begin_anew_for_every_rendering():
    twice = table(row(), row("吴秀"))
    assert len(list(twice.records())) == len(list(twice.cells())) == 2


def test_the_summary_counts_all_and_names_the_parts_that_there_are():
    assert table(row(), row(), tally={"待办": 0, "已办": 2}).summary == "共2人：已办2人"
    assert table().summary == "共0人"


def test_a_table_says_what_it_was_narrowed_down_to_and_which_day_it_speaks_of():
    assert table().scope == "东坪小学　截至2026年10月25日"


def test_definitions_stand_before_the_notes_of_the_table():
    assert table(notes=("名单以学籍为准。",)).footnotes == ["天数：只数上课日。", "名单以学籍为准。"]


def test_the_imprint_names_who_and_when():
    assert str(IMPRINT) == "导出人：曾杰 & 沈明　导出时间：2026年10月25日 14:03"
