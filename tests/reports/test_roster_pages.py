"""Rosters on the screen, as files, and at the command line."""

import json
from datetime import date
from io import BytesIO, StringIO

import openpyxl
import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from reports.queries.rosters import ROSTERS
from students.actions.enrolment import record_event
from students.enrolment import EventKind
from students.models import AuditRow, Role, SpecialGroup
from tests import cast
from tests.scene import MONDAY, PHONE, client_of, clock, scene

__all__ = ["clock", "scene"]

INDEX = reverse("reports:rosters")


def page_of(person, code="school_age", **query):
    return client_of(person).get(reverse("reports:roster", args=[code]), query)


def file_of(person, code="school_age", query="", **fields):
    return client_of(person).post(reverse("reports:roster_file", args=[code]) + query, {"format": ".xlsx"} | fields)


def sheet_of(response):
    return openpyxl.load_workbook(BytesIO(b"".join(response.streaming_content))).active


def cells_of(sheet) -> list[str]:
    return [str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None]


def test_the_first_page_counts_every_roster_and_says_what_it_means(scene):
    SpecialGroup.objects.create(student=scene.children[0], kind="orphan", since=date(2026, 9, 1))
    html = client_of(scene.clerk).get(INDEX).content.decode()
    for roster in ROSTERS.values():
        assert roster.title in html
        assert roster.meaning in html
    counts = {
        each.roster.code: each.count
        for group in client_of(scene.clerk).get(INDEX).context["groups"].values()
        for each in group
    }
    assert counts == dict.fromkeys(ROSTERS, 0) | {"school_age": 3, "children": 3, "in_need": 1}


def test_a_day_gone_by_is_kept_on_the_way_through_the_pages(scene):
    html = client_of(scene.clerk).get(INDEX, {"day": "2026-09-02"}).content.decode()
    assert f"{reverse('reports:roster', args=['suspected'])}?day=2026-09-02" in html
    assert "截至2026年9月2日" in html


@pytest.mark.parametrize("day", ["2026-09-08", "昨天", "2026-02-30"])
def test_a_day_that_cannot_be_is_said_and_today_shown(scene, day):
    for address in (INDEX, reverse("reports:roster", args=["children"])):
        html = client_of(scene.clerk).get(address, {"day": day}).content.decode()
        assert "日期不对或还没有到，下面按今天列出。" in html
        assert "截至2026年9月7日" in html


def test_the_page_masks_numbers_links_the_child_and_defines_itself(scene):
    html = page_of(scene.clerk).content.decode()
    child = scene.children[0]
    assert f"G6299********{child.student_number[-4:]}" in html
    assert child.student_number not in html
    assert PHONE not in html
    assert reverse("casework:child", args=[child.pk]) in html
    assert ROSTERS["school_age"].meaning in html
    assert "按县级规定，入学年龄为6周岁，到满15周岁为止。" in html


def test_an_unknown_roster_is_not_found(scene):
    for name in ("reports:roster", "reports:roster_file"):
        assert client_of(scene.clerk).get(reverse(name, args=["nothing"])).status_code == 404


def test_a_class_teacher_sees_the_own_class_only(scene):
    beside = cast.school_class(scene.school, "202302")
    cast.student(beside, "别班生")
    html = page_of(scene.teacher).content.decode()
    assert "高东" in html
    assert "别班生" not in html
    assert "别班生" in page_of(scene.clerk).content.decode()


def test_search_school_and_township_narrow_a_roster(scene):
    far = cast.school("西岭小学", township=cast.township("西岭镇"))
    cast.student(cast.school_class(far), "仇英")
    bureau = cast.person(role=Role.BUREAU_OFFICER)
    assert page_of(bureau).context["page"].paginator.count == 4
    assert page_of(bureau, q="仇").context["page"].paginator.count == 1
    assert page_of(bureau, school=scene.school.pk).context["page"].paginator.count == 3
    assert page_of(bureau, township=far.township_id).context["page"].paginator.count == 1
    assert page_of(scene.clerk, school=far.pk).context["page"].paginator.count == 3  # no choice, no filter
    sheet = sheet_of(file_of(bureau, query=f"?school={scene.school.pk}&q=高"))
    assert (
        "填报单位：县教育局　填报人：沈明　填报日期：2026年9月7日　东坪小学　查找“高”　截至2026年9月7日　共1人"
        in cells_of(sheet)
    )


def test_the_file_is_the_bureaus_form_with_masked_numbers(scene):
    sheet = sheet_of(file_of(scene.clerk))
    cells = cells_of(sheet)
    assert cells[0] == "适龄儿童少年台账"
    assert cells[1] == "填报单位：东坪小学　填报人：何静　填报日期：2026年9月7日　截至2026年9月7日　共3人"
    assert cells[2].startswith("导出人：何静（东坪小学学籍管理员）")
    assert any(cell.startswith("填报人：＿") and cell.endswith("（盖章）") for cell in cells)
    assert any(ROSTERS["school_age"].meaning in cell for cell in cells)
    child = scene.children[0]
    assert not [cell for cell in cells if child.id_number in cell or PHONE in cell]


def test_full_numbers_need_a_reason_which_is_logged(scene):
    child = scene.children[0]
    assert file_of(scene.clerk, reveal="on").status_code == 422
    assert not AuditRow.objects.filter(action="table.export").exists()
    cells = cells_of(sheet_of(file_of(scene.clerk, reveal="on", reason="县教育局核对台账")))
    assert {child.student_number, PHONE} <= set(cells)
    row = AuditRow.objects.get(action="table.export")
    assert (row.subject, row.details["reveal"], row.details["rows"]) == (
        "reports.roster.school_age",
        "县教育局核对台账",
        3,
    )


def test_a_name_never_becomes_a_formula_and_a_number_stays_text(scene):
    type(scene.children[0]).objects.filter(pk=scene.children[0].pk).update(name="=1+1")
    sheet = sheet_of(file_of(scene.clerk, reveal="on", reason="县教育局核对台账"))
    types = {cell.value: cell.data_type for row in sheet.iter_rows() for cell in row}
    assert types["=1+1"] == "s"
    assert types[scene.children[1].student_number] == "s"


def test_the_paper_repeats_its_head_and_has_places_to_sign(scene):
    for index in range(75):
        cast.student(scene.school_class, f"生{index}")
    response = file_of(scene.clerk, format=".pdf")
    pdf = PdfReader(BytesIO(b"".join(response.streaming_content)))
    assert len(pdf.pages) >= 2
    for page in pdf.pages:
        assert page.mediabox.width > page.mediabox.height
        assert "监护人" in page.extract_text()
    last = pdf.pages[-1].extract_text()
    for word in ("填报人", "审核人", "单位负责人", "盖章"):
        assert word in last


@pytest.mark.parametrize("ledger", ["suspected", "dropped_out", "school_age"])
@pytest.mark.parametrize("form", ["json", "xlsx", "pdf"])
def test_the_command_exports_every_ledger_in_every_form(scene, tmp_path, ledger, form):
    path = tmp_path / f"台账.{form}"
    call_command("export", f"ledger_{ledger}", "-o", str(path), "--as-of", "2026-09-07", stdout=StringIO())
    assert path.stat().st_size > 0


def test_the_command_masks_unless_a_reason_is_given(scene, tmp_path):
    child = scene.children[0]
    record_event(by=scene.clerk, student=child, kind=EventKind.DROP_OUT, happened_on=MONDAY, today=MONDAY)
    asked = ["export", "ledger_dropped_out", "-o", str(tmp_path / "a.json"), "--as-of", "2026-09-07"]
    call_command(*asked, stdout=StringIO())
    [row] = json.loads((tmp_path / "a.json").read_text())
    assert (row["student"], row["phone"]) == (f"G6299********{child.student_number[-4:]}", "139****1234")
    assert (row["school"], row["since"], row["age"]) == (scene.school.code, "2026-09-07", 12)
    call_command(*asked, "--reveal", "县教育局核对台账", "--school", scene.school.code, stdout=StringIO())
    [row] = json.loads((tmp_path / "a.json").read_text())
    assert (row["student"], row["phone"]) == (child.student_number, PHONE)
    call_command(*asked[:-1], "2026-09-06", stdout=StringIO())
    assert json.loads((tmp_path / "a.json").read_text()) == []


@pytest.mark.parametrize("code", ["school_age", "suspected"])
def test_queries_do_not_grow_with_the_children(scene, code):
    client = client_of(cast.person(role=Role.BUREAU_OFFICER))
    address = reverse("reports:roster", args=[code])
    asked = {}
    for day, newcomers in ((date(2026, 9, 1), 0), (date(2026, 9, 2), 12), (date(2026, 9, 3), 0), (date(2026, 9, 4), 0)):
        scene.children.extend(cast.student(scene.school_class, f"生{index}") for index in range(newcomers))
        absent = {f"child{child.pk}": (child, "unexcused") for child in scene.children}
        cast.take_register(scene.teacher, scene.school_class, day, today=MONDAY, **absent)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(address, {"day": str(day)}).context["page"]
        asked[page.paginator.count] = len(queries)
    # 3 suspected on the third day, all 15 on the fourth
    assert asked.keys() == ({3, 15} if code == "school_age" else {0, 3, 15})
    assert asked[15] == asked[3]
