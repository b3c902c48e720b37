"""Two schemes number by number."""

from hypothesis import given
from hypothesis import strategies as st

from scoring.scheme import OUTCOMES
from scoring.scheme_comparison import changes, compare
from scoring.scheme_reading import read_scheme
from tests.scoring.standard import STANDARD
from tests.scoring.versions import content

COUNTY = read_scheme(STANDARD)


def made(**changed):
    return read_scheme(content(**changed) | {"code": "county", "source": "[S] 文件"})


def test_a_scheme_and_itself_differ_in_nothing():
    assert changes(COUNTY, COUNTY) == []


def test_every_number_has_a_pair_with_a_name_and_units():
    pairs = {pair.name: pair for pair in compare(COUNTY, COUNTY)}
    assert COUNTY.numbers.keys() <= pairs.keys()
    assert [pairs[name].after for name in ("late_contact.late", "target.met", "veto_above", "return_days")] == [
        "−0.5分", "+10分", "4%", "10个上课日",
    ]  # fmt: skip
    assert pairs["targets.primary.lost_at_most"].after == "0人"
    assert pairs["targets.junior.rate_below"].after == "2%"
    assert pairs["bounds.late_contact.late"].after == "−1分至−0.5分"


def test_what_differs_is_told_with_both():
    [points] = changes(COUNTY, made(late_report={"open": -2}))
    assert points[1:] == ("及时报告：报告逾期未交", "−1分", "−2分")


def test_another_kind_of_target_is_one_gone_and_one_new():
    other = content() | {"targets": STANDARD["targets"] | {"primary": {"rate_below": 0.5, "source": "[S] 文件"}}}
    found = changes(COUNTY, read_scheme(other | {"code": "county", "source": "[S] 文件"}))
    assert [(pair.label, pair.before, pair.after) for pair in found] == [
        ("小学的辍学率目标", "", "0.5%"),
        ("小学的流失人数目标", "0人", ""),
    ]


def test_whom_a_line_affects_is_compared_too():
    other = content()
    other["lines"][1]["affects"] = ["homeroom_teacher", "subject_teacher"]
    [pair] = changes(COUNTY, read_scheme(other | {"code": "county", "source": "[S] 文件"}))
    assert pair[1:] == ("点名考核谁", "班主任", "班主任、任课教师")


def test_a_schools_own_leaves_nothing_to_schools():
    assert changes(COUNTY, made(bounds={}), bounds=False) == []
    assert {pair.after for pair in changes(COUNTY, made(bounds={}))} == {"全县一样"}


@given(st.sampled_from([-1, -1.5, -2]), st.sampled_from([2, 3, 4]))
def test_comparing_the_other_way_round_swaps_the_sides(none, verified):
    other = made(missed_roll_call={"none": none}, verified_return={"verified": verified})
    there = {(pair.name, pair.before, pair.after) for pair in changes(COUNTY, other)}
    back = {(pair.name, pair.after, pair.before) for pair in changes(other, COUNTY)}
    assert there == back


def test_no_outcome_is_left_out():
    names = {pair.name for pair in compare(COUNTY, COUNTY)}
    assert {f"{measure}.{outcome}" for measure in OUTCOMES for outcome in OUTCOMES[measure]} <= names
