"""月考勤表: its pages, and the sheet as Excel and on paper, looked into cell by cell."""

import re
from datetime import date
from io import BytesIO
from uuid import uuid4
from zipfile import ZipFile

import openpyxl
import pytest
from django.urls import reverse
from pypdf import PdfReader

from casework.models import AbsenceRun
from students.actions import leave, registers
from students.actions.enrolment import record_event
from students.days import MarkKind
from students.enrolment import EventKind
from students.models import AuditRow, DayOverride, Role, RollCall
from students.queries.month_sheets import class_lines, sheet_of
from tests import cast
from tests.scene import FRIDAY, MONDAY, at, client_of, clock, scene

__all__ = ["clock", "scene"]
SEPTEMBER, OCTOBER = date(2026, 9, 1), date(2026, 10, 1)


def address(name, scene, month=SEPTEMBER):
    return reverse(f"reports:{name}", args=[scene.school_class.pk, month])


@pytest.fixture
def teacher(scene):
    return client_of(scene.teacher)


@pytest.fixture
def taken(scene):
    """Friday morning and afternoon, Monday morning: one away, one late."""
    scene.take(FRIDAY, first="unexcused", second="late")
    scene.take(FRIDAY, "PM", first="unverified")
    scene.take(MONDAY, first="unexcused", third="sick_leave")
    return scene


def body(response) -> bytes:
    assert response.status_code == 200, response.content.decode()
    return b"".join(response.streaming_content)


def workbook(client, url):
    return openpyxl.load_workbook(BytesIO(body(client.post(url, {"format": ".xlsx"})))).active


def paper(client, url) -> PdfReader:
    return PdfReader(BytesIO(body(client.post(url, {"format": ".pdf"}))))


def text(page) -> str:
    return re.sub(r"\s", "", page.extract_text())


class TestThePage:
    def test_it_shows_signs_sums_and_counts(self, teacher, taken):
        html = teacher.get(address("month_sheet", taken)).content.decode()
        assert "3名学生，应点名10次，已点名3次" in html
        row = re.search(r"<tr><th scope=\"row\">高东</th>.*?</tr>", html).group()
        assert row.count('aria-label="旷课"') == 2
        assert row.count('aria-label="待核实"') == 1
        assert re.findall(r'<td class="figure">([^<]*)</td>', row) == ["8", "3", "", "", "", "", "", "2", "0.00"]

    def test_a_mark_leads_to_what_happened_on_its_day(self, teacher, taken):
        html = teacher.get(address("month_sheet", taken)).content.decode()
        day = reverse("reports:sheet_day", args=[taken.school_class.pk, FRIDAY])
        assert f'<a href="{day}#child-{taken.children[0].pk}">' in html
        shown = teacher.get(day).content.decode()
        assert f'id="child-{taken.children[0].pk}"' in shown
        assert "沈明" in shown
        assert "2026年9月7日 7:40" in shown  # when it was taken, not what day it was for
        assert "看记录" in shown

    def test_leave_shows_on_the_day_beside_what_was_written(self, teacher, taken):
        leave.approve(
            by=taken.teacher, student=taken.children[0], first_day=FRIDAY, last_day=FRIDAY, kind=MarkKind.SICK_LEAVE,
            today=MONDAY,
        )  # fmt: skip
        shown = teacher.get(reverse("reports:sheet_day", args=[taken.school_class.pk, FRIDAY])).content.decode()
        assert "已请假，算" in shown
        sheet = sheet_of(taken.school_class, SEPTEMBER, today=MONDAY)
        assert [cell.kind for cell in sheet.rows[0].cells[3]] == ["sick_leave", "sick_leave"]

    def test_a_register_that_was_not_taken_can_be_taken_from_there(self, teacher, taken):
        shown = teacher.get(reverse("reports:sheet_day", args=[taken.school_class.pk, MONDAY])).content.decode()
        assert reverse("students:register", args=[taken.school_class.pk, MONDAY, "PM"]) in shown

    def test_nobody_who_only_looks_is_offered_to_take_it(self, taken):
        client = client_of(cast.person(role=Role.PRINCIPAL, school=taken.school))
        shown = client.get(reverse("reports:sheet_day", args=[taken.school_class.pk, MONDAY])).content.decode()
        assert "未点名" in shown
        assert "去点名" not in shown

    def test_a_day_without_school_says_so(self, teacher, taken):
        sunday = MONDAY.replace(day=6)
        shown = teacher.get(reverse("reports:sheet_day", args=[taken.school_class.pk, sunday])).content.decode()
        assert "这一天不是本班的上课日" in shown
        assert "去点名" not in shown

    def test_a_month_without_children_says_what_to_do(self, teacher, scene):
        html = teacher.get(address("month_sheet", scene, date(2020, 9, 1))).content.decode()
        assert "这个月班里没有学生" in html

    def test_a_month_of_another_school_year_shows_the_class_of_then(self, teacher, scene):
        html = teacher.get(address("month_sheet", scene, date(2024, 3, 1))).content.decode()
        assert "一年级" in html
        assert "高东" in html

    @pytest.mark.parametrize("month", ["2026-13", "2026-00", "0000-01", "26-09", "2026-9"])
    def test_a_month_that_cannot_be_is_not_found(self, teacher, scene, month):
        assert teacher.get(f"/sheets/{scene.school_class.pk}/{month}/").status_code == 404

    def test_a_child_moved_afterwards_takes_its_marks_along(self, scene, teacher):
        other = cast.school_class(scene.school, "202302")
        child = scene.children[0]
        scene.take(FRIDAY, first="unexcused")
        record_event(
            by=scene.clerk, student=child, kind=EventKind.CLASS_MOVE, happened_on=FRIDAY, school_class=other,
            today=MONDAY,
        )  # fmt: skip
        here = sheet_of(scene.school_class, SEPTEMBER, today=MONDAY)
        there = sheet_of(other, SEPTEMBER, today=MONDAY)
        assert [row.note for row in here.rows if row.child.pk == child.pk] == ["在班到9月3日"]
        [row] = there.rows
        assert row.cells[3][0].kind == "unexcused"
        assert row.totals.absent_days == AbsenceRun.objects.get(student=child).days == 1
        assert here.totals.absent_days == 0

    @pytest.mark.parametrize("days", [1, 4])
    def test_its_queries_do_not_grow_with_the_registers(self, days, scene, teacher, django_assert_num_queries):
        for number in range(days):
            scene.take(SEPTEMBER.replace(day=1 + number), first="unexcused")
        teacher.get(address("month_sheet", scene))  # the calendar is kept from here on
        with django_assert_num_queries(8):
            teacher.get(address("month_sheet", scene))


class TestChoosing:
    def test_counts_the_registers_as_the_sheet_does(self, taken):
        """Also where a child comes in the middle, a day is closed, and a slot is no longer the school's."""
        other = cast.school_class(taken.school, "202302")
        cast.student(other, since=FRIDAY)
        RollCall.objects.create(school_class=other, day=FRIDAY, slot="EV", taken_at=at(FRIDAY))
        DayOverride.objects.create(day=date(2026, 9, 2), is_taught=False, school=taken.school)
        lines = class_lines([taken.school_class, other], SEPTEMBER, today=MONDAY)
        sheets = [sheet_of(line.school_class, SEPTEMBER, today=MONDAY) for line in lines]
        assert [(line.due, line.taken) for line in lines] == [(8, 3), (4, 0)]
        assert [(sheet.registers_due, sheet.registers_taken) for sheet in sheets] == [(8, 3), (4, 0)]

    def test_each_class_says_how_much_has_been_taken(self, taken, teacher):
        html = teacher.get(reverse("reports:sheets")).content.decode()
        assert taken.school_class.name in html
        assert re.search(r"3<span class=\"unit\">／10次", html)

    def test_the_coming_month_and_the_months_since_the_first_term_can_be_chosen(self, scene, teacher):
        html = teacher.get(reverse("reports:sheets")).content.decode()
        assert re.findall(r'<option value="(\S*?)"', html) == ["", "2026-10"]
        assert "2026年10月" in teacher.get(reverse("reports:sheets") + "?month=2026-10").content.decode()

    def test_a_class_that_has_left_is_listed_for_its_months_only(self, scene):
        old = cast.school_class(scene.school, "201801")
        clerk = client_of(scene.clerk)
        assert old.name not in clerk.get(reverse("reports:sheets")).content.decode()
        cast.student(old, "曾经", since=date(2018, 9, 1))
        assert old.name in clerk.get(reverse("reports:sheets")).content.decode()

    @pytest.mark.parametrize("classes", [1, 5])
    def test_its_queries_do_not_grow_with_the_classes(self, classes, scene, django_assert_num_queries):
        for number in range(2, classes + 2):
            cast.student(cast.school_class(scene.school, f"2023{number:02}"))
        client = client_of(scene.clerk)
        client.get(reverse("reports:sheets"))
        with django_assert_num_queries(9):
            client.get(reverse("reports:sheets"))


class TestExcel:
    def test_it_is_the_sheet_cell_by_cell(self, taken, teacher):
        sheet = workbook(teacher, address("month_sheet_file", taken))
        assert sheet["A1"].value == "班级考勤表"
        assert "学校：东坪小学　　班级：2023级1班（四年级）　　月份：2026年9月" in sheet["A2"].value
        assert "沈明" in sheet["A3"].value
        head = [cell.value for cell in sheet[4]]
        assert head[:6] == ["序号", "姓名", "1", None, "2", None]
        assert [cell.value for cell in sheet[5]][2:6] == ["二", None, "三", None]
        assert [cell.value for cell in sheet[6]][2:6] == ["上", "下", "上", "下"]
        friday = head.index("4") + 1
        rows = list(sheet.iter_rows(min_row=7, max_row=9))
        assert [row[1].value for row in rows] == ["高东", "袁然远", "胡涛"]
        assert [row[friday - 1].value for row in rows] == ["旷", "迟", "○"]
        assert [row[friday].value for row in rows] == ["核", "○", "○"]
        figures = head.index("旷课\n（节）")
        assert [cell.value for cell in rows[0]][figures : figures + 9] == [8, 3, None, None, None, None, None, 2, 0]
        assert rows[1][figures + 8].value == 100
        foot = list(sheet.iter_rows(min_row=10, max_row=11))
        assert (foot[0][0].value, foot[1][0].value) == ("应到", "实到")
        assert (foot[0][friday - 1].value, foot[1][friday - 1].value, foot[1][friday].value) == (3, 2, 2)
        saturday = head.index("5")
        assert rows[0][saturday].fill.patternType == "lightUp"

    def test_it_prints_on_a4_landscape_with_its_head_on_every_page(self, taken, teacher):
        sheet = workbook(teacher, address("month_sheet_file", taken))
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert sheet.print_title_rows == "$4:$6"
        assert sheet.print_title_cols == "$A:$B"
        assert sheet.freeze_panes == "C7"
        assert sheet.oddFooter.right.text == "第 &P 页　共 &N 页"

    def test_a_name_never_becomes_a_formula(self, scene, teacher):
        cast.student(scene.school_class, "=1+1")
        content = body(teacher.post(address("month_sheet_file", scene), {"format": ".xlsx"}))
        sheet = openpyxl.load_workbook(BytesIO(content)).active
        [cell] = [row[1] for row in sheet.iter_rows(min_row=7) if row[1].value == "=1+1"]
        assert cell.data_type == "s"
        assert b"<f>" not in ZipFile(BytesIO(content)).read("xl/worksheets/sheet1.xml")

    def test_it_holds_no_numbers_of_children(self, taken, teacher):
        sheet = workbook(teacher, address("month_sheet_file", taken))
        everything = "".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row)
        assert not any(child.id_number in everything for child in taken.children)


class TestPaper:
    def test_it_says_what_it_is_who_drew_it_and_where_to_sign(self, taken, teacher):
        [page] = paper(teacher, address("month_sheet_file", taken)).pages
        printed = text(page)
        for piece in ("班级考勤表", "学校：东坪小学", "班级：2023级1班（四年级）", "月份：2026年9月", "图例",
                      "班主任（签名）", "第1页共1页", "导出人：沈明", "高东", "应到", "实到", "出勤率＝"):  # fmt: skip
            assert piece in printed, piece
        assert (round(page.mediabox.width), round(page.mediabox.height)) == (842, 595)

    @pytest.mark.parametrize(("slots", "children", "pages"), [
        ("AM,PM", 50, 1), ("AM,PM,EV", 50, 1), ("1,2,3,4,5,6,7,EV", 50, 1), ("AM,PM", 75, 2),
    ])  # fmt: skip
    def test_fifty_children_stand_on_one_page(self, slots, children, pages, scene, teacher):
        type(scene.school).objects.filter(pk=scene.school.pk).update(slots=slots)
        for number in range(4, children + 1):
            cast.student(scene.school_class, f"学生{number}", list_position=number)
        drawn = paper(teacher, address("month_sheet_file", scene))
        assert len(drawn.pages) == pages
        everything = "".join(text(page) for page in drawn.pages)
        assert all(everything.count(f"学生{number}") for number in range(4, children + 1))
        assert all("姓名" in text(page) for page in drawn.pages)

    def test_chinese_fonts_are_embedded(self, taken, teacher):
        [page] = paper(teacher, address("month_sheet_file", taken)).pages
        fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
        descriptors = [font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object() for font in fonts]
        assert {descriptor["/FontName"].partition("+")[2].partition("-")[0] for descriptor in descriptors} == {
            "NotoSerifCJKsc",
            "NotoSansCJKsc",
        }
        assert all("/FontFile3" in descriptor for descriptor in descriptors)

    def test_what_somebody_typed_is_printed_and_never_obeyed(self, scene, teacher):
        cast.student(scene.school_class, '#panic("x")')
        [page] = paper(teacher, address("month_sheet_file", scene)).pages
        assert '#panic("x")' in text(page)


class TestBlank:
    def test_it_has_the_names_and_days_of_the_month_and_nothing_that_was_recorded(self, taken, teacher):
        sheet = workbook(teacher, address("blank_sheet", taken))
        rows = list(sheet.iter_rows(min_row=7, max_row=12, values_only=True))
        assert [row[1] for row in rows] == ["高东", "袁然远", "胡涛", None, None, None]
        assert {cell for row in rows for cell in row[2:]} == {None}
        assert sheet["AA4"].value  # the head goes on through the month
        [page] = paper(teacher, address("blank_sheet", taken)).pages
        assert "高东" in text(page)
        assert "旷课" in text(page)  # in the legend

    def test_it_can_be_printed_for_the_coming_month(self, scene, teacher):
        sheet = workbook(teacher, address("blank_sheet", scene, OCTOBER))
        assert "2026年10月" in sheet["A2"].value
        assert sheet["B7"].value == "高东"
        assert sheet["C7"].fill.patternType == "lightUp"  # National Day

    def test_a_class_without_children_gets_empty_lines(self, scene):
        other = cast.school_class(scene.school, "202601")
        url = reverse("reports:blank_sheet", args=[other.pk, SEPTEMBER])
        client = client_of(scene.clerk)
        assert "还没有学生，姓名栏留空" in client.get(url).content.decode()
        sheet = workbook(client, url)
        assert [sheet.cell(row, 1).value for row in (7, 51)] == [1, 45]
        assert len(paper(client, url).pages) == 1


class TestTheDoor:
    def test_looking_says_what_goes_out_and_writes_nothing(self, taken, teacher):
        html = teacher.get(address("month_sheet_file", taken)).content.decode()
        assert "东坪小学　2023级1班（四年级）　2026年9月" in html
        assert "显示完整号码" not in html
        assert not AuditRow.objects.filter(action="table.export").exists()

    def test_the_file_is_named_and_logged(self, taken, teacher):
        response = teacher.post(address("month_sheet_file", taken), {"format": ".pdf"})
        assert body(response).startswith(b"%PDF")
        assert "2023" in response.headers["Content-Disposition"]
        row = AuditRow.objects.get(action="table.export")
        assert (row.subject, row.done_by) == ("reports.month_sheet", taken.teacher)
        assert row.details == {
            "form": ".pdf", "rows": 3, "school_class": taken.school_class.pk, "month": "2026-09", "as_of": "2026-09-07",
            "scope": "东坪小学　2023级1班（四年级）　2026年9月", "posts": "东坪小学2023级1班班主任",
        }  # fmt: skip

    def test_who_teaches_here_and_is_homeroom_teacher_elsewhere_only_looks(self, taken):
        other = cast.school_class(taken.school, "202302")
        both = cast.person(role=Role.HOMEROOM_TEACHER, school_class=other)
        cast.post(both, Role.SUBJECT_TEACHER, school_class=taken.school_class)
        client = client_of(both)
        html = client.get(address("month_sheet", taken)).content.decode()
        assert address("month_sheet_file", taken) not in html
        assert client.get(address("month_sheet_file", taken)).status_code == 403


def test_an_old_month_judged_again_gives_the_same_as_the_runs(scene):
    """Run days of the engine against those of the sheet."""
    for number in (1, 2, 3, 4):
        registers.submit(
            by=scene.teacher, scope=cast.scope(scene.teacher), school_class=scene.school_class.pk, slot="AM",
            day=SEPTEMBER.replace(day=number), marks={scene.children[0].pk: MarkKind.UNEXCUSED}, submission=uuid4(),
            version=0, today=MONDAY,
        )  # fmt: skip
    sheet = sheet_of(scene.school_class, SEPTEMBER, today=MONDAY)
    assert sheet.rows[0].totals.absent_days == AbsenceRun.objects.get().days == 4
