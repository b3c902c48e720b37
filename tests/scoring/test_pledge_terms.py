"""What 责任书 say of targets and points: the scheme in words, and how many may be lost at most."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.document_kinds import DocumentKind
from scoring.pledge_terms import StageCount, class_terms, school_terms
from scoring.scheme import Target
from scoring.scheme_reading import read_scheme
from tests.scoring.standard import STANDARD

SCHEME = read_scheme(STANDARD, key=1)
BASIS = f"系统自带《{SCHEME.title}》第1版"


def of_class(kind=DocumentKind.PLEDGE_HOMEROOM, stage="junior", baseline=45) -> dict[str, str]:
    return class_terms(SCHEME, BASIS, kind, stage=stage, baseline=baseline)


class TestOfAClass:
    @pytest.mark.parametrize(
        ("baseline", "allowed", "veto_from"), [(49, 0, 2), (50, 0, 3), (51, 1, 3), (100, 1, 5), (101, 2, 5)]
    )
    def test_a_junior_class_may_lose_less_than_two_per_cent(self, baseline, allowed, veto_from):
        terms = of_class(baseline=baseline)
        assert terms["target"] == f"本学年本班辍学率低于2%（学年初{baseline}人，最多流失{allowed}人）"
        assert terms["veto"].startswith(f"辍学率超过4%（流失{veto_from}人及以上）的，一票否决")

    def test_a_primary_class_loses_nobody(self):
        assert of_class(stage="primary")["target"] == "本学年本班没有流失学生（学年初45人，最多流失0人）"

    def test_without_children_it_says_so(self):
        terms = of_class(baseline=0)
        assert terms["target"] == "本学年本班辍学率低于2%（学年初没有学生，不得有人流失）"
        assert terms["veto"].startswith("辍学率超过4%的，一票否决")

    def test_points_floors_and_caps_stand_in_words_for_a_homeroom_teacher(self):
        assert of_class()["points"].splitlines() == [
            "控辍目标：完成目标加10分，没有完成目标扣10分",
            "点名：全天没有点名扣1分，缺一部分点名扣0.5分，最多扣10分",
            "及时联系：当天有联系或家访逾期扣0.5分，最多扣10分",
            "及时报告：报告逾期未交扣1分，报告逾期才交扣0.5分，最多扣10分",
            "劝返复学：劝返一名学生并到校稳定加2分，最多加10分",
        ]

    def test_a_subject_teacher_reads_only_what_is_counted_for_them(self):
        assert of_class(DocumentKind.PLEDGE)["points"] == "控辍目标：完成目标加10分，没有完成目标扣10分"

    def test_names_the_scheme_and_its_version(self):
        assert of_class()["basis"] == "系统自带《控辍保学班级责任考核办法》第1版"


class TestOfASchool:
    def test_says_each_stage_with_its_classes_and_children(self):
        terms = school_terms(SCHEME, BASIS, [StageCount("primary", 6, 270), StageCount("junior", 9, 420)])
        assert terms["target"].splitlines() == [
            "小学（6个班）：本学年没有流失学生（学年初270人，最多流失0人）",
            "初中（9个班）：本学年辍学率低于2%（学年初420人，最多流失8人）",
        ]
        assert "任何一个班辍学率超过4%" in terms["veto"]
        assert len(terms["points"].splitlines()) == 5


rates = st.decimals(Decimal("0.1"), Decimal(50), places=1)


@given(rates, st.integers(1, 3000))
def test_what_is_allowed_meets_the_target_and_one_more_does_not(rate, baseline):
    target = Target("", rate_below=rate)
    allowed = target.allowed(baseline)
    assert target.is_met(allowed, baseline)
    assert not target.is_met(allowed + 1, baseline)


@given(st.integers(0, 5), st.integers(0, 3000))
def test_a_number_allowed_is_that_number(most, baseline):
    target = Target("", lost_at_most=most)
    assert target.allowed(baseline) == most
    assert target.is_met(most, baseline)
    assert not target.is_met(most + 1, baseline)


@given(st.integers(1, 3000))
def test_the_veto_begins_with_the_first_child_above_its_rate(baseline):
    first = SCHEME.veto_from(baseline)
    assert SCHEME.is_vetoed(first, baseline)
    assert not SCHEME.is_vetoed(first - 1, baseline)
