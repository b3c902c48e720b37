"""What a child is found by, and what lists are sorted by."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from students.actions.listing import index_children
from students.models import FormerNumber, RegistryLine, SearchKey, Student
from students.search import LONGEST_KEY, LONGEST_PLACE_KEY, Query, keys_of, name_key, place_key, read_query
from tests import cast

NUMBER = "G62990120140506123X"


def found_by(typed, name="单小勇", numbers=(NUMBER,)):
    """Whether what was typed begins one of the child's keys."""
    query = read_query(typed)
    return any(key.startswith(query.beginning) for key in keys_of(name, numbers))


@pytest.mark.parametrize(
    "typed",
    [
        "单",
        "单小",
        "单小勇",
        "小勇",
        "小",
        "s",
        "sx",
        "sxy",
        "dxy",
        "SXY",
        "shanxiao",
        "danxiaoyong",
        " 单 小勇 ",
        "ｓｘｙ",
    ],
)
def test_a_child_is_found_by_the_beginning_of_its_name_in_writing_and_in_sound(typed):
    assert found_by(typed)


@pytest.mark.parametrize("typed", ["123x", "123X", "１２３Ｘ", "12", NUMBER, NUMBER[1:], "506123X"])
def test_a_child_is_found_by_the_end_of_its_number(typed):
    assert found_by(typed)


@pytest.mark.parametrize("typed", ["勇", "张", "xyz", "1234", "hanxiao"])
def test_a_child_is_not_found_by_what_is_not_its_own(typed):
    assert not found_by(typed)


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("欧阳娜娜", ["娜娜", "阳娜", "oynn", "ouyangnana"]),
        ("古丽·买买提", ["买买提", "古丽·买", "古丽•买", "glmmt"]),
        ("Anna Li", ["annal", "ANNA LI"]),
        ("翟志", ["zz", "dz"]),
        ("吕布", ["lvbu", "lyubu"]),
    ],
)
def test_names_of_every_kind_are_found(name, typed):
    assert all(found_by(each, name) for each in typed)


def test_more_than_four_characters_of_a_number_must_all_agree():
    assert read_query("506123x") == Query("123x", "506123X")
    assert read_query("123x") == Query("123x")


@given(st.text(alphabet="单曾仇解查翟盖重藏乐区·吕小勇Aa1 ", max_size=60))
def test_no_key_begins_another_one_and_each_fits_its_column(name):
    keys = keys_of(name, [NUMBER, None])
    assert not [(one, other) for one in keys for other in keys if one != other and other.startswith(one)]
    assert all(0 < len(key) <= LONGEST_KEY for key in keys)


def test_names_sort_by_pinyin_syllable_by_syllable():
    names = ["李安", "李艾", "连杰", "单小勇", "李", "沈明"]
    assert sorted(names, key=name_key) == ["李", "李艾", "李安", "连杰", "单小勇", "沈明"]


def test_children_sort_by_school_grade_class_and_list():
    def key(**fields):
        usual = {"school": "2100000001", "stage": "primary", "cohort": 2023, "class_number": "202301"}
        return place_key(**(usual | {"list_position": 2, "name": "高东"} | fields))

    in_order = [
        key(cohort=2026, class_number="202601"),  # the first grade stands first
        key(list_position=1),
        key(),
        key(list_position=10),
        key(list_position=None, name="艾力"),
        key(list_position=None),
        key(class_number="202302"),
        key(class_number="202310"),
        key(stage="junior", cohort=2026),
        key(school="2100000002"),
    ]
    assert in_order == sorted(in_order)
    assert max(map(len, in_order)) <= LONGEST_PLACE_KEY


@pytest.mark.django_db
class TestInTheDatabase:
    @pytest.fixture
    def child(self):
        return cast.student(cast.school_class(cast.school()), "单小勇")

    @pytest.mark.parametrize("typed", ["小勇", "dxy", "单小", "%", "_xy", "\\", "s%"])
    def test_signs_of_the_query_language_mean_nothing(self, typed, child):
        wild = set("%_\\") & set(typed)
        assert list(Student.objects.search(typed)) == ([] if wild else [child])

    def test_an_empty_search_finds_everybody(self, child):
        assert list(Student.objects.search("  ")) == [child]

    def test_one_of_two_with_the_same_last_four_is_told_by_more(self, child):
        tail = child.id_number[-4:]
        other = cast.student(child.enrolments.get().school_class, "胡涛", id_number=f"62990120150101{tail}")
        assert set(Student.objects.search(tail)) == {child, other}
        assert list(Student.objects.search(child.id_number[-8:])) == [child]
        assert list(Student.objects.search(child.student_number)) == [child]

    def test_a_child_is_found_by_a_number_of_former_times(self, child):
        FormerNumber.objects.create(student=child, number="L620100201405067777", replaced_at="2026-09-01T08:00+08:00")
        index_children([child.pk])
        assert list(Student.objects.search("7777")) == [child]
        assert list(Student.objects.search("L620100201405067777")) == [child]

    def test_a_change_of_name_and_place_in_the_list_is_followed(self, child):
        Student.objects.filter(pk=child.pk).update(name="仇英", list_position=7)
        index_children([child.pk])
        assert not Student.objects.search("sxy").exists()
        assert Student.objects.search("qy").exists()
        line = RegistryLine.objects.get(student=child)
        assert line.name_key == "qiu0ying"
        assert "00007" in line.place_key

    def test_the_search_walks_an_index(self, child):
        plan = SearchKey.objects.filter(key__begins="sx").order_by().explain()
        assert "a_search_key_is_kept_once" in plan or "Seq Scan" in plan  # PostgreSQL reads a small table whole
        assert "SCAN" not in plan.split()
