"""Sheets and columns are found by their names, in any order; what nobody can read is told once."""

from datetime import date

import pytest

from students.models import Student, Term
from tests.workbook.workbooks import child, counts, errors, load, places, table, xls, xlsx

pytestmark = pytest.mark.django_db

TERM = {"学年": "2026-2027", "学期": "第一学期", "开始日期": "2026-09-01", "结束日期": "2027-01-22"}


def terms(header: list, *rows: list) -> dict:
    return {"学年学期": [header, *rows]}


def test_columns_may_stand_in_any_order():
    backwards = dict(reversed(TERM.items()))
    assert counts(load({"学年学期": [backwards]}), "学年学期") == (1, 0, 0)


def test_headers_match_whatever_their_spaces_and_marks():
    header = ["学年★", " 学 期 ", "＊开始日期", "结束日期\n*"]
    assert counts(load(terms(header, list(TERM.values()))), "学年学期") == (1, 0, 0)


def test_headers_match_whatever_the_width_of_their_brackets():
    first = child(**{"特长（文艺）": "二胡"})
    load(places() | {"学生": [first]})
    assert Student.objects.get().extra == {"特长（文艺）": "二胡"}


def test_the_name_of_a_sheet_may_have_spaces():
    assert counts(load({" 学年学期 ": [TERM]}), "学年学期") == (1, 0, 0)


def test_an_xls_file_is_read_like_an_xlsx_file():
    row = TERM | {"开始日期": date(2026, 9, 1), "结束日期": date(2027, 1, 22)}
    assert counts(load(xls({"学年学期": [row]})), "学年学期") == (1, 0, 0)
    assert Term.objects.get().start == date(2026, 9, 1)


def test_a_file_is_known_by_its_content_and_not_by_its_name():
    assert counts(load(xlsx({"学年学期": [TERM]}, name="导出.xls")), "学年学期") == (1, 0, 0)


def test_blank_rows_are_skipped_and_row_numbers_are_those_of_excel():
    bad = TERM | {"学期": "第三学期"}
    outcome = load(terms(list(TERM), [None] * 4, ["  ", None, "", None], list(TERM.values()), list(bad.values())))
    assert errors(outcome) == [("学年学期", 5, "学期")]


def test_blank_rows_above_the_header_are_skipped_too():
    outcome = load({"学年学期": [[None], list(TERM), list((TERM | {"学期": "夏"}).values())]})
    assert errors(outcome) == [("学年学期", 3, "学期")]


def test_an_unknown_column_is_told_once_at_the_header():
    outcome = load({"学年学期": [TERM | {"备注": "甲"}, TERM | {"学期": "第二学期", "备注": "乙"}]})
    assert ("学年学期", 1, "备注") in errors(outcome)


def test_a_column_of_the_children_that_is_not_interpreted_is_kept():
    outcome = load(places() | {"学生": [child(血型="A型", 上下学距离=2.5, 曾用名=None)]})
    assert outcome.succeeded
    assert Student.objects.get().extra == {"血型": "A型", "上下学距离": "2.5"}


@pytest.mark.parametrize("sheet", ["学年学期", "学生"])
def test_a_header_that_stands_twice_is_told(sheet):
    sheets = places() | {"学生": [child()]}
    sheets[sheet] = [[*row, row[0]] for row in table(sheets[sheet])]
    assert errors(load(sheets)) == [(sheet, 1, table(sheets[sheet])[0][0])]


def test_a_missing_column_is_one_mistake_whatever_points_at_the_sheet():
    sheets = places() | {"学生": [child(1), child(2, "李涛")]}
    for row in sheets["班级"]:
        del row["学段"]
    assert errors(load(sheets)) == [("班级", 1, "学段")]


def test_a_sheet_that_nobody_knows_is_told():
    outcome = load({"学年学期": [TERM], "备注": [["甲"]]})
    assert errors(outcome) == [("备注", None, "")]
    assert "《备注》：不认识这个表" in outcome.problems[0].line


def test_an_empty_sheet_that_nobody_knows_is_left_alone():
    assert load({"学年学期": [TERM], "Sheet2": []}).succeeded


def test_a_hidden_list_behind_a_drop_down_is_left_alone():
    file = xlsx({"学年学期": [TERM], "字典": [["男"], ["女"]]})
    import openpyxl

    book = openpyxl.load_workbook(file)
    book["字典"].sheet_state = "hidden"
    file.seek(0)
    book.save(file)
    file.seek(0)
    assert load(file).succeeded


def test_the_same_sheet_twice_is_told():
    outcome = load({"学年学期": [TERM], "学年 学期": [TERM]})
    assert set(errors(outcome)) == {("学年学期", None, ""), ("学年 学期", None, "")}


def test_a_file_without_any_sheet_to_read_is_told():
    outcome = load({"Sheet1": []})
    assert "没有可以导入的表" in outcome.problems[0].message


def test_a_known_sheet_without_rows_counts_nothing():
    assert counts(load({"学年学期": [list(TERM)], "校历": []}), "校历") == (0, 0, 0)


def test_several_files_are_imported_as_one():
    sheets = places()
    children = {"学生": [child()]}
    outcome = load(children, {"班级": sheets.pop("班级")}, sheets)
    assert counts(outcome, "学生") == (1, 0, 0)


def test_a_row_may_stand_in_two_files():
    outcome = load({"学年学期": [TERM]}, {"学年学期": [TERM | {"结束日期": "2027-01-15"}]})
    assert counts(outcome, "学年学期") == (1, 1, 0)
    assert Term.objects.get().end == date(2027, 1, 15)


def test_a_mistake_in_one_file_leaves_the_others_unwritten():
    outcome = load({"学年学期": [TERM]}, {"学年学期": [TERM | {"学期": "第三学期"}]})
    assert [(problem.file, problem.row) for problem in outcome.problems] == [("文件2.xlsx", 2)]
    assert not Term.objects.exists()


def test_somebody_may_watch_the_progress():
    from casework.workbook import import_workbooks

    seen = []
    import_workbooks(
        [xlsx(places())], today=date(2026, 11, 20), progress=lambda sheet, done, rows: seen.append((sheet, done, rows))
    )
    assert ("班级", 4, 4) in seen
