"""Cells with an error or a formula that was never computed: told at their place, never dropped in silence."""

import zipfile
from io import BytesIO

import openpyxl
import pytest

from students.models import Student
from students.workbook import formulas
from students.workbook.formulas import valueless_cells
from tests.workbook.workbooks import child, errors, load, places, table, xlsx

pytestmark = pytest.mark.django_db

CODES = ["#N/A", "#VALUE!", "#REF!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"]


def found(rows: str, title: str = "学生") -> dict:
    """Row → column → text of the cells without a value, of a sheet with these rows in its XML."""
    head = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    result = BytesIO()
    with (
        zipfile.ZipFile(xlsx({"首页": [], title: []})) as old,
        zipfile.ZipFile(result, "w") as new,
    ):
        for part in old.infolist():
            is_sheet = part.filename.endswith("sheet2.xml")
            new.writestr(part.filename, head + rows + "</sheetData></worksheet>" if is_sheet else old.read(part))
    cells = valueless_cells(result, title)
    return {row: {position: str(cell) for position, cell in of_row.items()} for row, of_row in cells.items()}


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize(("column", "is_required"), [("姓名", True), ("民族", False)])
def test_an_error_in_a_cell_is_told_once_at_its_place(code, column, is_required):
    outcome = load(places() | {"学生": [child(1), child(2, **{column: code})]})
    (problem,) = outcome.problems
    assert (problem.sheet, problem.row, problem.column, problem.value) == ("学生", 3, column, code)
    assert problem.sentence == "这一格是公式错误，没有值。请改成实际的内容。"
    assert not Student.objects.exists()


def test_a_formula_that_was_never_computed_is_told():
    (problem,) = load(places() | {"学生": [child(民族='=IF(A2="","",1)')]}).problems
    assert (problem.row, problem.column, problem.value) == (2, "民族", '=IF(A2="","",1)')
    assert problem.sentence == "这一格的公式没有保存计算结果，没有值。请改成实际的内容。"


def test_the_other_mistakes_of_the_row_are_told_too():
    outcome = load(places() | {"学生": [child(民族="#N/A", 性别="无", 班号="209901")]})
    assert sorted(errors(outcome)) == sorted(("学生", 2, column) for column in ("民族", "性别", "班号"))


def test_a_row_of_nothing_but_errors_is_not_passed_over():
    rows = [child(1), dict.fromkeys(child(), "#REF!")]
    told = errors(load(places() | {"学生": rows}))
    assert {row for _, row, _ in told} == {3}
    assert len(told) == len(child())


def test_an_uncomputed_formula_below_the_last_filled_row_is_told():
    outcome = load(places() | {"学生": [child(1), {}, {"民族": "=A1"}]})
    assert ("学生", 4, "民族") in errors(outcome)


def test_errors_in_columns_without_a_header_are_nobodys_business():
    rows = table([child(1)])
    rows[1] += [None, "#N/A"]
    rows += [[], [None] * len(rows[1][:-1]) + ["#N/A"]]
    assert load(places() | {"学生": rows}).succeeded


def test_a_header_that_is_an_error_is_told():
    rows = table([child(1)])
    rows[0].append("#REF!")
    rows[1].append("A型")
    (problem,) = load(places() | {"学生": rows}).problems
    assert (problem.row, problem.column) == (1, "#REF!")


def test_columns_are_found_where_a_sheet_begins_with_empty_ones():
    book = openpyxl.Workbook()
    book.active.title = "学年学期"
    header = ["学年", "学期", "开始日期", "结束日期"]
    for position, (title, value) in enumerate(
        zip(header, ["2026-2027", "第一学期", "2026-09-01", "#N/A"], strict=True)
    ):
        book.active.cell(3, position + 3, title)
        book.active.cell(5, position + 3, value)
    file = BytesIO()
    book.save(file)
    file.name = "学期.xlsx"
    assert errors(load(file)) == [("学年学期", 5, "结束日期")]


def test_the_part_of_a_sheet_is_found_by_its_name_and_not_by_its_position():
    assert found('<row r="2"><c r="B2" t="e"><v>#N/A</v></c></row>', title="甲<&\"'乙") == {2: {1: "#N/A"}}
    assert valueless_cells(xlsx({"学生": [["#N/A"]]}), "没有") == {}


def test_what_is_no_zip_file_has_none_to_find():
    assert valueless_cells(BytesIO(b"\xd0\xcf\x11\xe0"), "学生") == {}


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ('<c r="C2" t="e"><v>#N/A</v></c>', "#N/A"),
        ("<c t = 'e' r = 'C2' s='1'><v>#N/A</v></c>", "#N/A"),
        ('<x:c r="C2" t="e"><x:f>A1</x:f><x:v>#REF!</x:v></x:c>', "#REF!"),
        ('<c r="C2"><f>A1&amp;&quot;x&quot;</f></c>', '=A1&"x"'),
        ('<c r="C2"><f>A1</f><v></v></c>', "=A1"),
        ('<c r="C2"><f>A1</f><v/></c>', "=A1"),
        ('<c r="C2" t="str"><f>A1</f></c>', "=A1"),
        ('<c r="C2"><f t="shared" si="0"/></c>', "公式"),
    ],
)
def test_a_cell_without_a_value_is_recognised_however_it_is_written(cell, text):
    assert found(f'<row r="2"><c r="A2"><v>1</v></c>{cell}</row>') == {2: {2: text}}


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="C2" t="str"><f>IF(A1="","",1)</f><v></v></c>',
        '<c r="C2"><f>1+1</f><v>2</v></c>',
        '<c r="C2" t="e"/>',
        '<c r="C2" s="1"/>',
        '<c r="C2" t="inlineStr"><is><t>"e"</t></is></c>',
    ],
)
def test_a_cell_with_a_value_or_none_at_all_is_left_alone(cell):
    assert found(f'<row r="2">{cell}</row>') == {}


def test_rows_and_cells_without_a_place_follow_the_one_before():
    rows = '<row><c><v>1</v></c></row><row r="5"><c r="B5"><v>1</v></c><c t="e"><v>#N/A</v></c></row>'
    assert found(rows + '<row s="1"><c t="e"><v>#NUM!</v></c></row>') == {5: {2: "#N/A"}, 6: {0: "#NUM!"}}


def test_a_row_cut_by_the_end_of_a_read_is_found_whole(monkeypatch):
    rows = "".join(
        f'<row r="{n}"><c r="A{n}"><v>1</v></c><c r="B{n}" t="e"><v>#N/A</v></c></row>' for n in range(1, 40)
    )
    whole = found(rows)
    assert len(whole) == 39
    for chunk in (61, 97, 150):
        monkeypatch.setattr(formulas, "CHUNK", chunk)
        assert found(rows) == whole
