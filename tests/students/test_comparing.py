"""核对: what the export says against what we say. Days: a transfer of 1 September is to be done by 15 September."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from students.comparing import BLANK, COMPARED, Change, OurChild, Registry, TheirChild, compare, in_words
from students.enrolment import EventKind

NUMBER, IDENTITY = "G629901201405060017", "629901201405060017"
DONE_BY = date(2026, 9, 15)
SILENT = {"是否留守儿童": "否", "是否孤儿": "否", "是否进城务工人员随迁子女": "否", "残疾类型": "无", "随班就读": "否"}


def fields(**said):
    return dict.fromkeys(COMPARED, "") | {"姓名": "高东", "学籍号": NUMBER, "身份证件号": IDENTITY} | SILENT | said


def theirs(row=2, school="1", **said):
    return TheirChild(row, school, fields(**said))


def ours(key=1, school="1", expected=True, former=(), **said):
    return OurChild(key, school, f"{school}校" if school else "", fields(**said), frozenset(former), expected)


def change(kind):
    return {1: Change(kind, date(2026, 9, 1), DONE_BY)}


def found(there, here, *, as_of=DONE_BY, left=None, arrived=None, headers=COMPARED):
    return list(compare(there, Registry(here), left=left or {}, arrived=arrived or {}, headers=headers, as_of=as_of))


def test_two_registries_that_agree_differ_in_nothing():
    assert found([theirs()], [ours()]) == []


def test_a_differing_field_shows_both_sides():
    [each] = found([theirs(班号="202302")], [ours(班号="202301")])
    assert (each.kind, each.field, each.theirs, each.ours, each.student) == ("field", "班号", "202302", "202301", 1)


def test_a_column_that_the_export_does_not_have_is_not_compared():
    assert found([theirs(班号="2")], [ours(班号="1")], headers=["姓名"]) == []


def test_a_blank_cell_differs_from_what_we_know_but_in_columns_that_may_be_silent():
    there, here = theirs(民族="", 是否孤儿=""), ours(民族="汉族", 是否孤儿="是")
    assert [(each.field, each.theirs, each.ours) for each in found([there], [here])] == [("民族", BLANK, "汉族")]


@pytest.mark.parametrize(
    ("there", "here"),
    [
        ({}, {}),
        ({"学籍号": ""}, {}),
        ({"学籍号": "", "身份证件号": IDENTITY}, {"身份证件号": ""}),  # our formal number holds it
        ({"身份证件号": ""}, {"学籍号": ""}),  # 待建籍 here, formal there
        ({"身份证件号": ""}, {"former": [NUMBER], "学籍号": "L" + "1" * 18, "身份证件号": ""}),
    ],
)
def test_a_child_is_known_by_any_of_its_numbers(there, here):
    assert {each.kind for each in found([theirs(**there)], [ours(**here)])} <= {"field"}


def test_a_name_alone_makes_no_child_known():
    kinds = [each.kind for each in found([theirs(学籍号="", 身份证件号="")], [ours()])]
    assert kinds == ["only_there", "only_here"]


def test_numbers_stand_masked_and_can_still_be_told_apart():
    [each] = found([theirs(身份证件号="629901201405061117"[:14] + "0017")], [ours(身份证件号="629901201406060017")])
    assert each.theirs == "6299********0017"
    assert each.ours == "6299********0017（中间几位不同）"
    assert NUMBER not in str(each)


def test_the_same_child_twice_in_the_export_is_told_at_the_later_row():
    [each] = found([theirs(2), theirs(9)], [ours()])
    assert (each.kind, each.theirs) == ("only_there", "与第2行是同一名学生")


class TestChangesNotYetDoneThere:
    @pytest.mark.parametrize(
        ("as_of", "kind"),
        [
            (date(2026, 9, 14), "only_there"),
            (DONE_BY, "only_there"),
            (date(2026, 9, 16), "pending"),
        ],
    )
    def test_who_has_left_here_and_is_still_there(self, as_of, kind):
        gone = ours(school="", expected=False)
        [each] = found([theirs()], [gone], left=change(EventKind.TRANSFER_OUT), as_of=as_of)
        assert each.kind == kind
        assert each.ours.startswith("不在籍；2026年9月1日转出，")

    @pytest.mark.parametrize(("as_of", "kind"), [(DONE_BY, "only_here"), (date(2026, 9, 16), "pending")])
    def test_who_has_come_here_and_is_not_there(self, as_of, kind):
        [each] = found([], [ours()], arrived=change(EventKind.TRANSFER_IN), as_of=as_of)
        assert each.kind == kind

    def test_a_first_grader_without_a_number_there_is_only_here_however_long(self):
        [each] = found([], [ours()], arrived=change(EventKind.ENROL), as_of=date(2027, 6, 1))
        assert (each.kind, each.ours) == ("only_here", "2026年9月1日入学")

    def test_who_stands_in_another_school_there_is_told_once(self):
        [each] = found([theirs(school="2")], [ours()], arrived=change(EventKind.TRANSFER_IN), as_of=date(2026, 9, 16))
        assert (each.kind, each.school, each.theirs) == ("pending", "2", "仍在册")
        assert each.ours == "在1校；2026年9月1日转入，应于2026年9月15日前办结，已超期"

    def test_a_guest_is_not_expected_there(self):
        assert found([], [ours(expected=False)]) == []


@given(
    there=st.sets(st.integers(0, 30)),
    here=st.sets(st.integers(0, 30)),
    wrong=st.sets(st.integers(0, 30)),
)
def test_every_child_is_told_of_exactly_once(there, here, wrong):
    def number(each):
        return f"L{each:018d}"

    rows = [theirs(each + 2, 学籍号=number(each), 身份证件号="", 班号="9" if each in wrong else "1") for each in there]
    children = [ours(each, 学籍号=number(each), 身份证件号="", 班号="1") for each in here]
    kinds = {kind: set() for kind in ("only_there", "only_here", "field")}
    for each in found(rows, children):
        kinds[each.kind].add(each.number[-4:])
    last = {
        kind: {number(each)[-4:] for each in some}
        for kind, some in {"only_there": there - here, "only_here": here - there, "field": there & here & wrong}.items()
    }
    assert kinds == last


@pytest.mark.parametrize(
    ("header", "value", "words"),
    [
        ("出生日期", date(2014, 5, 6), "2014年5月6日"),
        ("入学年月", date(2026, 9, 1), "2026年9月"),
        ("是否留守儿童", "left_behind_one", "是"),
        ("是否留守儿童", None, "否"),
        ("是否孤儿", False, "否"),
        ("残疾类型", None, "无"),
        ("户口所在地行政区划", "629901", "629901000000"),
        ("民族", None, ""),
    ],
)
def test_both_sides_are_told_in_the_same_words(header, value, words):
    assert in_words(header, value) == words
