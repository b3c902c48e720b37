"""The national system's own template and export, as they come: titles above, any sheet name, codes, decorations."""

import pytest

from students.models import Student
from students.workbook.codes import ETHNICITIES, without_code
from tests.workbook.workbooks import child, counts, errors, load, places, table, xls, xlsx

pytestmark = pytest.mark.django_db

ABOVE = [["中小学生学籍信息导入模板"], ["填表说明：带★的必填"], []]


@pytest.fixture
def county():
    assert load(places()).succeeded


def decorated(rows: list[dict]) -> list[list]:
    header, *body = table(rows)
    return [[f"{name}★" if place % 2 else f"*{name[0]} {name[1:]}\n" for place, name in enumerate(header)], *body]


def test_a_header_below_titles_and_instructions_is_found(county):
    outcome = load({"学生": [*ABOVE, *table([child(1), child(2, "袁远")])]})
    assert counts(outcome, "学生") == (2, 0, 0)


def test_below_titles_a_mistake_names_the_row_that_excel_shows(county):
    outcome = load({"学生": [*ABOVE, *table([child(1), child(2, 性别="无")])]})
    assert errors(outcome) == [("学生", 6, "性别")]


@pytest.mark.parametrize(("lines", "found"), [(9, True), (10, False)])
def test_the_header_is_looked_for_in_ten_rows(county, lines, found):
    outcome = load({"学生": [*([["说明文字"]] * lines), *table([child(1)])]})
    assert outcome.succeeded is found
    if not found:
        assert {row for _, row, _ in errors(outcome)} == {1}


def test_stars_line_breaks_and_spaces_in_headers_do_not_matter(county):
    rows = decorated([child(1)])
    assert counts(load({"学生": rows}), "学生") == (1, 0, 0)


def test_a_sheet_of_any_name_is_known_by_its_columns_and_what_stands_beside_it_is_left_alone(county):
    book = {"填表须知": [["请逐项填写"]], "Sheet1": table([child(1)]), "代码表": [["01", "汉族"]]}
    assert counts(load(book), "学生") == (1, 0, 0)


def test_an_old_file_of_any_sheet_name_is_read_as_well(county):
    assert counts(load(xls({"sheet1": [["学籍信息"], *table([child(1)])]})), "学生") == (1, 0, 0)


def test_a_mistake_there_names_the_sheet_by_what_it_is(county):
    assert errors(load({"Sheet1": table([child(1, 性别="无")])})) == [("学生", 2, "性别")]


def test_of_two_sheets_that_could_be_meant_none_is_guessed(county):
    outcome = load({"一年级": table([child(1)]), "二年级": table([child(2)])})
    assert [problem.message for problem in outcome.problems] == ["不认识这个表", "不认识这个表"]


def test_beside_a_sheet_that_is_known_a_strange_one_is_told(county):
    outcome = load({"学生": table([child(1)]), "Sheet2": table([child(2)])})
    assert errors(outcome) == [("Sheet2", None, "")]


@pytest.mark.parametrize(
    ("columns", "field", "kept"),
    [
        ({"性别": "1"}, "sex", "男"),
        ({"性别": 1}, "sex", "男"),
        ({"性别": "1-男"}, "sex", "男"),
        ({"性别": "男"}, "sex", "男"),
        ({"民族": "01"}, "ethnicity", "汉族"),
        ({"民族": 3}, "ethnicity", "回族"),
        ({"民族": "56-基诺族"}, "ethnicity", "基诺族"),
        ({"民族": "汉族"}, "ethnicity", "汉族"),
        ({"身份证件类型": "1-居民身份证"}, "id_type", "居民身份证"),
        ({"身份证件类型": "1"}, "id_type", "居民身份证"),
        ({"身份证件类型": 1}, "id_type", "居民身份证"),
        ({"就读方式": "1-走读"}, "attendance_mode", "走读"),
        ({"就读身份": "0-在籍"}, "standing", "registered"),
    ],
)
def test_codes_and_words_say_the_same(county, columns, field, kept):
    outcome = load({"学生": [child(1, **columns)]})
    assert counts(outcome, "学生") == (1, 0, 0)
    assert getattr(Student.objects.get(), field) == kept


@pytest.mark.parametrize("written", ["2019-10-11", "东坪-3号", "-男", "1-"])
def test_what_only_looks_like_a_code_before_a_word_stays(written):
    assert without_code(written) == written


def test_the_peoples_are_fifty_six():
    assert len(set(ETHNICITIES.values())) == 56
    assert (ETHNICITIES["01"], ETHNICITIES["11"], ETHNICITIES["56"]) == ("汉族", "满族", "基诺族")


def test_columns_that_are_not_interpreted_are_kept_as_they_came(county):
    assert load({"学生": [child(1, **{"国籍/地区\n": "156-中国", "血型": "1-A血型"})]}).succeeded
    assert Student.objects.get().extra == {"国籍/地区": "156-中国", "血型": "1-A血型"}


def test_our_own_page_of_notes_is_no_sheet_to_take_in(county):
    assert counts(load({"说明": [["填写说明"]], "学生": [child(1)]}), "学生") == (1, 0, 0)
    assert load(xlsx({"说明": [["填写说明"]]})).problems[0].message == "文件里没有可以导入的表，没有写入任何数据"
