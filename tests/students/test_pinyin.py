"""Children are found by every reading of their names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from students.pinyin import MAX_LENGTH, name_index


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("单小勇", ["sxy", "dxy", "shanxiaoyong", "danxiaoyong"]),
        ("曾杰", ["zj", "cj", "zengjie"]),
        ("仇英", ["qy", "cy", "qiuying"]),
        ("解磊", ["xl", "jl", "xielei", "jielei"]),
        ("查良", ["zl", "cl", "zhaliang"]),
        ("翟志", ["zz", "dz", "zhaizhi"]),
        ("盖聂", ["gn", "genie", "gainie"]),
        ("尉迟恭", ["ycg", "yuchigong"]),
        ("单于飞", ["cyf", "chanyufei"]),
        ("吕布", ["lb", "lvbu", "lyubu"]),
        ("那英", ["ny", "naying"]),
        ("黑虎", ["hh", "hehu", "heihu"]),
        ("买买提·吐尔逊", ["mmttex", "maimaitituerxun"]),
        ("Anna Li", ["annali"]),
    ],
)
def test_each_reading_is_a_word_of_the_index(name, typed):
    assert set(typed) <= set(name_index(name).split())


def test_the_reading_of_the_surname_comes_first():
    assert name_index("单小勇").split()[:2] == ["sxy", "shanxiaoyong"]
    assert name_index("尉迟恭").split()[:2] == ["ycg", "yuchigong"]


@pytest.mark.parametrize("name", ["", "·", "？", " "])
def test_a_name_without_a_reading_has_an_empty_index(name):
    assert name_index(name) == ""


@given(st.text(alphabet="单曾仇解查翟盖重藏乐区·吕小勇A", max_size=60))
def test_the_index_fits_its_column_whatever_the_name(name):
    index = name_index(name)
    assert len(index) <= MAX_LENGTH
    assert index.isascii()
    assert index == index.strip()
