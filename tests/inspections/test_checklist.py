"""检查表: sums, rates and ranks, without any database."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspections.checklist import (
    KINDS,
    NOT_YET,
    STEP,
    Item,
    Judged,
    Section,
    fault_of,
    faults_of,
    impossible,
    items_of,
    lost_items,
    ranks_of,
    total_of,
)
from inspections.checklist_reading import read_checklist
from tests.inspections.inspected import CONTENT, judged

SHORT = read_checklist(CONTENT)


def item(points="4", **more) -> Item:
    return Item("one", "有方案", Decimal(points), "看方案", "[S] 方案", **more)


@st.composite
def sheets(draw):
    """Items with any points, and a sheet that judges each of them, leaves it or does not judge it yet."""
    items, sheet = [], {}
    for number in range(draw(st.integers(1, 12))):
        steps = draw(st.integers(1, 40))
        items.append(Item(str(number), f"第{number}项", STEP * steps, "看", "[S]", may_be_left=True))
        mark = draw(st.one_of(st.none(), st.just("left"), st.integers(0, steps)))
        if mark == "left":
            sheet[str(number)] = Judged(applies=False, remark="没有")
        elif mark is not None:
            sheet[str(number)] = Judged(STEP * mark)
    return items, sheet


class TestASum:
    @given(sheets())
    def test_stays_between_nothing_and_full_marks(self, made):
        total = total_of(*made)
        assert 0 <= total.given <= total.full
        assert total.left <= total.judged <= total.items

    @given(sheets())
    def test_of_a_whole_is_that_of_its_parts(self, made):
        items, sheet = made
        half = len(items) // 2
        whole, parts = total_of(items, sheet), [total_of(part, sheet) for part in (items[:half], items[half:])]
        for name in ("given", "full", "judged", "items", "left"):
            assert getattr(whole, name) == sum(getattr(part, name) for part in parts)

    @given(sheets())
    def test_an_item_found_not_to_apply_counts_neither_above_nor_below(self, made):
        items, sheet = made
        kept = [each for each in items if sheet.get(each.code, NOT_YET).applies]
        one, other = total_of(items, sheet), total_of(kept, sheet)
        assert (one.given, one.full, one.share) == (other.given, other.full, other.share)

    @given(sheets(), st.data())
    def test_more_points_for_an_item_never_lower_the_rate(self, made, data):
        items, sheet = made
        each = data.draw(st.sampled_from(items))
        mark = sheet.get(each.code, NOT_YET)
        if mark.applies and mark.points is not None and mark.points < each.points:
            better = sheet | {each.code: Judged(mark.points + STEP)}
            assert total_of(items, better).share > total_of(items, sheet).share

    @given(sheets())
    def test_loses_points_exactly_where_an_item_is_to_be_mended(self, made):
        items, sheet = made
        total, sections = total_of(items, sheet), [Section("all", "全部", tuple(items))]
        lost = lost_items(sections, sheet)
        assert total.full - total.given == sum((sheet[each.code].lost_of(each) for each in lost), Decimal(0))

    def test_where_nothing_applies_there_is_no_rate(self):
        total = total_of([item(may_be_left=True)], {"one": Judged(applies=False, remark="没有")})
        assert total.share is None
        assert total.rate.text == "—"
        assert total.judged == total.items


class TestRanks:
    @given(st.lists(sheets(), min_size=1, max_size=8))
    def test_who_has_the_higher_rate_stands_before_and_equals_share_a_rank(self, made):
        sums = [total_of(*each) for each in made]
        ranks = ranks_of(sums)
        for one, rank in zip(sums, ranks, strict=True):
            if one.share is None:
                assert rank is None
                continue
            better = [other for other in sums if other.share is not None and other.share > one.share]
            assert rank == len(better) + 1

    def test_are_made_of_the_rate_and_not_of_the_points(self):
        small = total_of([item("4")], {"one": Judged(Decimal(4))})
        large = total_of([item("20")], {"one": Judged(Decimal(19))})
        assert ranks_of([large, small]) == [2, 1]

    def test_of_equals_are_followed_by_the_next_but_one(self):
        sums = [total_of([item("4")], {"one": Judged(Decimal(points))}) for points in (4, 2, 4, 1)]
        assert ranks_of(sums) == [1, 3, 1, 4]

    def test_are_not_rounded(self):
        near = [total_of([item("100")], {"one": Judged(Decimal(points))}) for points in ("99.5", "100")]
        assert near[0].share == Fraction(199, 200)
        assert ranks_of(near) == [2, 1]


class TestAnItem:
    @pytest.mark.parametrize(
        ("mark", "words"),
        [
            (NOT_YET, "还没有评分"),
            (Judged(Decimal(4)), ""),
            (Judged(Decimal(0)), "扣了分的要写明问题"),
            (Judged(Decimal("3.5")), "扣了分的要写明问题"),
            (Judged(Decimal("3.5"), remark="缺会议记录"), ""),
            (Judged(Decimal("4.5")), "得分应在0到4分之间"),
            (Judged(Decimal("-0.5"), remark="倒扣"), "得分应在0到4分之间"),
            (Judged(Decimal("3.3"), remark="大约"), "得分以半分为一档"),
            (Judged(applies=False, remark="没有"), "这一项每所学校都要评，不能选“不涉及”"),
        ],
    )
    def test_is_signed_only_as_it_can_be(self, mark, words):
        assert fault_of(item(), mark) == words

    def test_that_may_be_left_is_left_for_a_reason(self):
        assert fault_of(item(may_be_left=True), Judged(applies=False)) == "不涉及的要写明为什么"
        assert fault_of(item(may_be_left=True), Judged(applies=False, remark="没有流失学生")) == ""

    def test_half_filled_is_not_impossible(self):
        assert impossible(item(), NOT_YET) == ""
        assert impossible(item(), Judged(Decimal(1))) == ""

    def test_offers_its_points_in_half_steps_full_ones_first(self):
        assert item("1.5").steps == [Decimal(each) for each in ("1.5", "1.0", "0.5", "0.0")]


class TestASchoolOfAKind:
    def test_is_not_judged_by_what_does_not_concern_it(self):
        codes = {kind: [each.code for each in items_of(SHORT.for_kind(kind))] for kind in KINDS}
        assert "pledge" in codes["primary"]
        assert "pledge" not in codes["teaching_point"]

    def test_a_section_of_which_nothing_is_left_is_not_there(self):
        content = CONTENT | {"sections": [dict(part) for part in CONTENT["sections"]]}
        content["sections"][0] = content["sections"][0] | {
            "items": [each | {"not_for": ["teaching_point"]} for each in CONTENT["sections"][0]["items"]]
        }
        kept = read_checklist(content).for_kind("teaching_point")
        assert [section.code for section in kept] == ["work"]

    def test_lacks_nothing_that_it_need_not_have(self):
        sections = SHORT.for_kind("teaching_point")
        sheet = {code: mark for code, mark in judged().items() if code != "pledge"}
        assert list(faults_of(sections, sheet)) == []
        assert [each.code for each, _ in faults_of(SHORT.for_kind("primary"), sheet)] == ["pledge"]
