import re
from dataclasses import replace
from io import BytesIO

import pytest
from pypdf import PdfReader

from reports import pdf
from reports.pdf import MAX_ROWS, write_pdf
from reports.tables import NOTHING, CannotDraw
from tests.reports.small_table import IMPRINT, row, table

A4_LANDSCAPE = (842, 595)  # points


def drawn(drawn_table):
    file = BytesIO()
    write_pdf(drawn_table, file, IMPRINT)
    return PdfReader(file)


def text(page):
    """Its text without what typesetting puts between the letters: spaces, line ends, places to break."""
    return re.sub(r"[ \n\N{ZERO WIDTH SPACE}]", "", page.extract_text())


@pytest.fixture(scope="module")
def long_paper():
    """Two hundred rows, far more than a page holds."""
    rows = [row(f"学生{number}", days=number) for number in range(1, 201)]
    return drawn(table(*rows, tally={"已办": 200}, notes=("名单以学籍为准。",)))


def test_every_page_is_a4_landscape(long_paper):
    assert {(round(page.mediabox.width), round(page.mediabox.height)) for page in long_paper.pages} == {A4_LANDSCAPE}


def test_every_page_has_the_head_its_number_and_who_printed_it(long_paper):
    pages = [text(page) for page in long_paper.pages]
    assert len(pages) > 3
    for number, page in enumerate(pages, start=1):
        assert "学籍号" in page
        assert "状态" in page
        assert f"第{number}页　共{len(pages)}页" in page
        assert "导出人：曾杰&沈明　导出时间：2026年10月25日14:03" in page


def test_every_row_is_printed_once(long_paper):
    everything = "".join(text(page) for page in long_paper.pages)
    assert [everything.count(f"学生{number}0017") for number in range(1, 201)] == [1] * 200
    assert everything.count("2026年9月7日") == 200


def test_the_title_and_the_counts_stand_first_and_the_definitions_last(long_paper):
    first, last = text(long_paper.pages[0]), text(long_paper.pages[-1])
    assert "缺课明细" in first
    assert "东坪小学　截至2026年10月25日" in first
    assert "共200人：已办200人" in first
    assert "天数：只数上课日。" in last
    assert "名单以学籍为准。" in last
    assert "缺课明细（续）" in last


def test_chinese_fonts_are_embedded(long_paper):
    fonts = [font.get_object() for page in long_paper.pages for font in page["/Resources"]["/Font"].values()]
    descriptors = [font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object() for font in fonts]
    assert descriptors
    assert all("NotoSerifCJKsc" in descriptor["/FontName"] for descriptor in descriptors)
    assert all("/FontFile3" in descriptor for descriptor in descriptors)


def test_what_somebody_typed_is_printed_and_never_obeyed():
    typed = '#panic("x") *粗* $y$ `z` </script> \\ // =1+1'
    [page] = drawn(
        table(row(typed), title="#set page(fill: red)", filters=("#pagebreak()",), notes=("#emph[注]",))
    ).pages
    printed = text(page)
    for piece in ['#panic("x")', "*粗*$y$`z`", "</script>\\//=1+1", "#setpage(fill:red)", "#pagebreak()", "#emph[注]"]:
        assert piece in printed


def test_a_long_word_stays_in_its_column():
    [page] = drawn(table(row("M" * 60))).pages
    lines = [line.count("M") for line in page.extract_text().splitlines() if "M" in line]
    assert sum(lines) == 60
    assert len(lines) > 1


def test_a_table_without_rows_says_so():
    [page] = drawn(table()).pages
    assert NOTHING in text(page)


def test_a_table_too_long_for_paper_is_refused_with_a_way_out():
    too_long = replace(table(row()), count=MAX_ROWS + 1)
    with pytest.raises(CannotDraw, match="请改用Excel"):
        drawn(too_long)


def test_a_machine_without_the_chinese_font_refuses_instead_of_printing_boxes(tmp_path, monkeypatch):
    template = tmp_path / "table.typ"
    template.write_text(pdf.TEMPLATE.read_text().replace("Noto Serif CJK SC", "A Font Nobody Has"))
    monkeypatch.setattr(pdf, "TEMPLATE", template)
    with pytest.raises(CannotDraw, match="fonts-noto-cjk"):
        drawn(table(row()))


def test_typesetting_that_does_not_end_is_stopped(monkeypatch):
    monkeypatch.setattr(pdf, "MAX_SECONDS", 0.01)
    with pytest.raises(CannotDraw, match="用时过长"):
        drawn(table(row()))


def test_every_page_with_full_numbers_says_across_itself_who_printed_it_and_when(long_paper):
    mark = "含完整号码　曾杰&沈明　2026年10月25日14:03"
    assert mark not in "".join(text(page) for page in long_paper.pages)
    file = BytesIO()
    rows = [row(f"学生{number}", days=number) for number in range(1, 61)]
    write_pdf(table(*rows, unit_name="东坪小学"), file, replace(IMPRINT, reason="报县资助中心核对"))
    pages = [text(page) for page in PdfReader(file).pages]
    assert len(pages) > 1
    assert [page.count(mark) for page in pages] == [3] * len(pages)
    assert "填报单位：东坪小学　填报人：曾杰&沈明　填报日期：2026年10月25日" in pages[0]
