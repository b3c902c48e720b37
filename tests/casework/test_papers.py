"""文书 on paper: every kind is set on A4 as GB/T 9704 says, with every font in it and its text to be read."""

import re
from datetime import date
from io import BytesIO
from itertools import pairwise

import pytest
from pypdf import PdfReader

from casework.document_kinds import KINDS, DocumentKind, Input
from casework.papers import Sheet, typeset
from tests.printed import Printed, assert_set_as_gb_t_9704_says

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the libraries that draw the PDF
FACTS = {
    "name": "阿卜杜热合曼·买买提", "sex": "男", "born": "2014年5月6日", "number_label": "学籍号",
    "number": "G6299**********007X", "school": "东坪小学", "school_class": "2023级1班", "school_year": "2026-2027学年",
}  # fmt: skip
LAW = {
    DocumentKind.URGING_NOTICE: "《中华人民共和国义务教育法》第五条",
    DocumentKind.ORDER: "第五十八条规定",
}


def sheet(kind: DocumentKind, *, text: str = "已与家长谈过，家长同意配合。", **more) -> Sheet:
    sample = {Input.LINE: "曾杰（母亲）", Input.TEXT: text, Input.DATE: "2026-09-07", Input.NUMBER: "7"}
    values = {each.name: each.choices[0][0] if each.choices else sample[each.input] for each in KINDS[kind].fields}
    printed = {"reference": "东坪小学控辍〔2026〕12号", "day": date(2026, 9, 9), "signed": "班主任：沈明"} | more
    chain = () if KINDS[kind].is_served else KINDS[kind].chain
    return Sheet(
        kind=kind,
        issuer="东坪小学",
        facts=FACTS | {"place": "东坪小学2023级1班"},
        values=values,
        author="沈明",
        chain=chain,
        **printed,
    )


def text_of(pdf: bytes) -> str:
    return Printed(pdf).text_of()


def lines_of(pdf: bytes, page: int = 1) -> list[tuple[float, float, float, float]]:
    return Printed(pdf).boxes(page)


@pytest.fixture(scope="module", params=DocumentKind)
def made(request):
    return request.param, typeset(sheet(request.param))


class TestEveryKind:
    def test_is_on_a4_as_gb_t_9704_says_with_every_font_in_it_and_few_pages(self, made):
        paper = Printed(made[1].pdf)
        assert paper.pages == made[1].pages <= 2
        assert_set_as_gb_t_9704_says(paper)

    def test_can_be_read(self, made):
        kind, printed = made
        text = text_of(printed.pdf)
        for words in (
            KINDS[kind].label,
            "东坪小学",
            "〔2026〕12号",
            "阿卜杜热合曼·买买提",
            "2026年9月9日",
            LAW.get(kind, ""),
        ):
            assert words in text
        assert "草稿" not in text

    def test_never_says_what_no_document_says(self, made):
        assert not re.search("罚款|开除|失学|您", text_of(made[1].pdf))


class TestTheGrid:
    @pytest.fixture(scope="class")
    def long(self):
        return typeset(sheet(DocumentKind.ABSENCE_REPORT, text="我班学生连续缺课，已多次联系家长。" * 60))

    def test_twenty_two_lines_stand_on_a_page_and_twenty_eight_characters_on_a_line(self, long):
        middle = [box for box in lines_of(long.pdf, 2) if box[3] < 297 - 34]
        assert len({round(top) for _, top, _, _ in middle}) == 22
        full = max(middle, key=lambda box: box[2] - box[0])
        assert full[2] - full[0] == pytest.approx(156, abs=1)
        tops = sorted({round(top, 1) for _, top, _, _ in middle})
        steps = {round(b - a, 1) for a, b in pairwise(tops)}
        assert steps <= {10.2, 10.3, 10.1}

    def test_the_first_line_stands_at_the_top_margin(self, long):
        # The line box begins at 37 mm; the character in it has the leading of a third of a line above.
        top = min(top for _, top, _, _ in lines_of(long.pdf, 2))
        assert 37 <= top + 2 <= 41

    def test_the_signature_never_stands_alone_on_a_page(self):
        for length in range(1, 26, 4):
            printed = typeset(sheet(DocumentKind.URGING_NOTICE, text="一行。\n" * length))
            pages = [page.extract_text() for page in PdfReader(BytesIO(printed.pdf)).pages]
            [signed] = [text for text in pages if "班主任：沈明" in re.sub(r"\s", "", text)]
            assert "联系人和电话" in re.sub(r"\s", "", signed)


def test_a_draft_is_marked_on_every_page_and_says_who_printed_it():
    printed = typeset(sheet(DocumentKind.URGING_NOTICE, day=None, printed="草稿，沈明，2026年9月9日7:40打印"))
    for each in PdfReader(BytesIO(printed.pdf)).pages:
        text = re.sub(r"\s", "", each.extract_text())
        assert text.count("草稿") == 2
        assert "沈明，2026年9月9日7:40打印" in text


def test_a_letter_brings_its_receipt_on_a_page_of_its_own():
    pages = PdfReader(BytesIO(typeset(sheet(DocumentKind.URGING_NOTICE)).pdf)).pages
    assert "送达回证" in re.sub(r"\s", "", pages[-1].extract_text())
    assert "受送达人" not in pages[0].extract_text()


def test_a_school_urges_and_only_an_area_orders():
    urging, order = (text_of(typeset(sheet(kind)).pdf) for kind in (DocumentKind.URGING_NOTICE, DocumentKind.ORDER))
    assert "责令" not in urging
    assert "责令你自本通知书送达之日起7日内改正" in order


def test_what_was_typed_is_printed_as_it_stands():
    text = text_of(typeset(sheet(DocumentKind.VISIT_RECORD, text='<b>家长</b>说：{{ 1 }} & "好"')).pdf)
    assert '<b>家长</b>说：{{1}}&"好"' in text
