"""Charts: where lines, dots, bars and their words stand."""

from decimal import Decimal
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from students.charts import BOTTOM, LINE, TOP, bars, line_geometry

RATES = st.one_of(st.none(), st.decimals(0, 100, places=2))


def alone(points, **options):
    """The one line of a chart of one line."""
    return line_geometry([("", points)], **options)["lines"][0]


def test_the_longest_bar_fills_the_width_and_zero_is_nothing():
    rows = bars([("甲", 2), ("乙", 4), ("丙", 0), ("丁", None)])
    assert [row["width"] for row in rows] == [50, 100, 0, 0]
    assert [row["text"] for row in rows] == ["2", "4", "0", "—"]


def test_a_bar_is_over_the_target_only_beyond_it():
    rows = bars([("甲", Decimal("1.8")), ("乙", Decimal("1.81"))], target=Decimal("1.8"))
    assert [row["over"] for row in rows] == [False, True]


def test_bars_of_nothing_but_zeros_are_drawn():
    assert [row["width"] for row in bars([("甲", 0), ("乙", 0)])] == [0, 0]
    assert bars([]) == []


def test_a_bar_of_a_rate_says_what_it_is_a_share_of():
    [with_counts, without] = bars([("甲", Decimal("1.05"), "4/381人"), ("乙", 0)])
    assert (with_counts["of"], without["of"]) == ("4/381人", "")


def test_a_bar_opens_what_it_counts_and_nothing_opens_nothing():
    [some, none] = bars([("甲", 2, "", "/cases/?stage=lost"), ("乙", 0, "", "/cases/?stage=watch")])
    assert (some["url"], none["url"]) == ("/cases/?stage=lost", "")


def test_a_line_begins_at_zero_and_breaks_where_a_value_is_missing():
    first, gap, peak, last = alone([("9月", 0), ("10月", None), ("11月", 2), ("12月", 1)])["dots"]
    assert first["y"] == BOTTOM
    assert gap["y"] is None
    [after_the_gap] = alone([("9月", 0), ("10月", None), ("11月", 2), ("12月", 1)])["segments"]
    assert [dot["label"] for dot in after_the_gap] == ["11月", "12月"]
    assert peak["y"] < last["y"] < first["y"]


def test_a_line_names_its_last_point_and_its_peak_once():
    dots = alone([("9月", 3), ("10月", 3), ("11月", 2), ("12月", 1)])["dots"]
    assert [dot["named"] for dot in dots] == [True, False, False, True]


def test_a_line_of_one_point_or_none_is_drawn():
    assert len(alone([("9月", 1)])["dots"]) == 1
    assert alone([])["segments"] == []
    assert alone([("9月", None)], targets=[("目标", 2)])["segments"] == []


def test_of_several_lines_each_carries_its_name_at_its_end_alone():
    points = [("9月", 0), ("10月", 2), ("11月", 1)]
    lines = line_geometry([("本校", points), ("全县", points)])["lines"]
    assert [line["name"] for line in lines] == ["本校", "全县"]
    for line in lines:
        assert [dot["named"] for dot in line["dots"]] == [False, False, True]


def test_targets_close_to_each_other_are_named_above_and_below():
    upper, lower = line_geometry([("", [("9月", 2)])], targets=[("目标", 2), ("国家线", Decimal("1.8"))])["targets"]
    assert upper["name_y"] < upper["y"] < lower["y"] < lower["name_y"]


def test_the_highest_target_is_inside_the_picture():
    [target] = line_geometry([("", [("9月", 0)])], targets=[("初中国家线", Decimal("1.8"))])["targets"]
    assert (target["y"], target["text"]) == (TOP, "1.8")


@given(st.lists(st.lists(RATES, min_size=12, max_size=12), min_size=1, max_size=3), RATES.filter(bool))
def test_everything_stands_between_top_and_baseline_and_no_two_names_cover_each_other(courses, target):
    series = [(str(place), [(str(month), rate) for month, rate in enumerate(rates)]) for place, rates in
              enumerate(courses)]  # fmt: skip
    shape = line_geometry(series, targets=[("目标", target)])
    heights = [dot["y"] for line in shape["lines"] for dot in line["dots"] if dot["y"] is not None]
    assert all(TOP <= y <= BOTTOM for y in [*heights, shape["targets"][0]["y"]])
    if len(courses) > 1:
        names = [dot["name_y"] for line in shape["lines"] for dot in line["dots"] if dot["named"]]
        assert all(abs(one - other) >= LINE for one, other in combinations(names, 2))


@given(st.lists(RATES, min_size=1, max_size=12), st.lists(st.decimals(0, 100, places=2), max_size=2))
def test_no_target_strikes_a_name_through(values, targets):
    named = [("目标", value) for value in targets]
    shape = line_geometry([("", [(str(place), value) for place, value in enumerate(values)])], named)
    for dot in (dot for dot in shape["lines"][0]["dots"] if dot["named"]):
        assert not any(dot["name_y"] - 10 < target["y"] < dot["name_y"] + 3 for target in shape["targets"])
