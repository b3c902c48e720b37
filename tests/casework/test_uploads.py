"""导入工作簿 in the browser: upload, look, confirm; twice, too late, and by whom; what goes after a week."""

import zipfile
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse

from casework import jobs
from casework.actions import uploads
from casework.clock import DUTIES
from students.models import AuditRow, Posting, Role, Student, WorkbookUpload
from students.workbook.screening import OLE_SIGNATURE
from tests import cast
from tests.casework.uploading import clerk, new_child, page_of, press, send, the_upload
from tests.scene import MONDAY, client_of
from tests.workbook.workbooks import xls, xlsx

__all__ = ["clerk"]
State = WorkbookUpload.State


# -- from the upload to what is written --


def test_a_workbook_is_checked_shown_and_written_only_when_confirmed(scene, clerk):
    known = scene.children[0]
    changed = {
        "学籍号": known.student_number,
        "姓名": known.name,
        "出生日期": "2014-05-06",
        "身份证件号": known.id_number,
        "入学年月": "202309",
        "现住址": "东坪镇甲东村3号",
    }
    response = send(clerk, {"学生": [new_child(scene), new_child(scene) | changed]})
    assert response.status_code == 302
    assert the_upload().state == State.CHECKED
    assert Student.objects.count() == 3
    text = page_of(clerk)
    assert "检查通过：共2行，将新增或更新2行。还没有写入" in text
    children = page_of(clerk, query="?view=children")
    assert "现住址：空 → 东坪镇甲东村3号" in children
    assert known.student_number not in children
    text = press(clerk, "confirm").content.decode()
    assert "已写入2行，其中新增或更新2行" in text
    assert Student.objects.count() == 4
    assert Student.objects.get(pk=known.pk).address == "东坪镇甲东村3号"
    assert [row.action for row in AuditRow.objects.order_by("pk")] == [
        "upload.receive",
        "upload.confirm",
        "workbook.import",
    ]


def test_a_second_press_writes_once_and_is_told(scene, clerk):
    send(clerk, {"学生": [new_child(scene)]})
    press(clerk, "confirm")
    assert "没有再次写入" in press(clerk, "confirm").content.decode()
    assert AuditRow.objects.filter(action="workbook.import").count() == 1


def test_the_same_file_sent_twice_is_one_upload(scene, clerk):
    content = xlsx({"学生": [new_child(scene)]}).getvalue()
    send(clerk, content)
    response = send(clerk, content)
    assert WorkbookUpload.objects.count() == 1
    assert "没有重复上传" in clerk.get(response.url).content.decode()


def test_an_empty_template_has_nothing_to_confirm(clerk):
    send(clerk, clerk.get(reverse("casework:template")).content, name="导入模板.xlsx")
    text = page_of(clerk)
    assert "各表都没有内容" in text
    assert "检查通过" not in text
    assert "确认写入" not in text


def test_sheets_without_a_row_are_not_listed(scene, clerk):
    template = openpyxl.load_workbook(BytesIO(clerk.get(reverse("casework:template")).content))
    sheet, given = template["学生"], new_child(scene)
    sheet.append([given.get(cell.value.rstrip("★")) for cell in sheet[1]])
    filled = BytesIO()
    template.save(filled)
    send(clerk, filled.getvalue())
    text = page_of(clerk)
    assert "检查通过：共1行" in text
    assert "请假</th>" not in text


def test_what_is_wrong_with_a_whole_file_promises_no_copy(clerk):
    send(clerk, b"no workbook", name="学生.xlsx")
    text = page_of(clerk)
    assert "还没有写入任何数据" in text
    assert "标出错误的副本" not in text


def test_a_file_written_before_says_by_whom_and_when(scene, clerk):
    content = xlsx({"学生": [new_child(scene)]}).getvalue()
    send(clerk, content)
    press(clerk, "confirm")
    send(clerk, content)
    text = page_of(clerk)
    assert "同样的文件已由何静于2026年9月7日 7:40写入过" in text
    assert "所有内容系统中都已经有了" in text


def test_mistakes_are_listed_with_place_and_way_out_and_nothing_can_be_confirmed_whole(scene, clerk):
    send(clerk, {"学生": [new_child(scene), new_child(scene, 2, 性别="无")]})
    text = page_of(clerk)
    for words in ("第3行", "性别", "不在可填的内容里", "请从“男、女”中选一个", "共2行，有1处错误，1行不能写入"):
        assert words in text
    assert "确认写入" not in text
    assert "没有再次写入" in press(clerk, "confirm").content.decode()
    assert the_upload().state == State.CHECKED
    assert Student.objects.count() == 3


def test_good_rows_are_written_on_request_and_the_others_stay_in_the_copy(scene, clerk):
    send(clerk, {"学生": [new_child(scene), new_child(scene, 2, 性别="无"), new_child(scene, 3)]})
    text = press(clerk, "confirm", good_rows_only="1").content.decode()
    assert "已写入2行" in text
    assert "留下1行没有写入" in text
    assert Student.objects.count() == 5
    (sheet,) = the_upload().outcome["sheets"]
    assert (sheet["created"], sheet["left"], sheet["rows"]) == (2, 1, 3)
    response = clerk.get(reverse("casework:upload_copy", args=[the_upload().pk]))
    book = openpyxl.load_workbook(BytesIO(response.content))
    assert book["学生"].max_row == 2
    assert "性别" in book["学生"].cell(2, book["学生"].max_column).value


def test_the_marked_copy_is_mended_and_sent_again(scene, clerk):
    send(clerk, {"学生": [new_child(scene, 2, 性别="无")]})
    response = clerk.get(reverse("casework:upload_copy", args=[the_upload().pk]))
    assert "attachment" in response["Content-Disposition"]
    book = openpyxl.load_workbook(BytesIO(response.content))
    book["学生"]["E2"].value = "男"
    mended = BytesIO()
    book.save(mended)
    send(clerk, mended.getvalue())
    press(clerk, "confirm")
    assert Student.objects.count() == 4


def test_numbers_of_a_problem_are_masked_on_the_page(scene, clerk):
    row = new_child(scene, 2)
    wrong = row["身份证件号"][:-1] + ("0" if row["身份证件号"][-1] != "0" else "1")
    send(clerk, {"学生": [row | {"身份证件号": wrong, "学籍号": None}]})
    text = page_of(clerk)
    assert wrong not in text
    assert f"{wrong[:4]}********{wrong[-4:]}" in text


def test_numbers_with_a_figure_too_few_or_too_many_are_masked_too(scene, clerk):
    row = new_child(scene, 2)
    number = row["身份证件号"]
    wrong = {"身份证件号": number[:-1], "学籍号": f"L{number}5"}
    send(clerk, {"学生": [row | wrong]})
    assert len(the_upload().problems) == 2
    text = page_of(clerk)
    assert not [each for each in wrong.values() if each in text]


def test_more_problems_than_are_shown_are_counted(scene, clerk):
    send(clerk, {"学生": [new_child(scene, serial, 性别="无") for serial in range(1, 231)]})
    upload = the_upload()
    assert (upload.problem_count, len(upload.problems)) == (230, 200)
    text = page_of(clerk, upload)
    assert "这里列出前200处，共230处" in text
    assert "第52行" not in text
    assert "第52行" in page_of(clerk, upload, "?page=2")


def test_what_changed_in_between_is_checked_again(scene, clerk):
    send(clerk, {"学生": [new_child(scene)]})
    scene.school_class.number = "202399"
    scene.school_class.save()
    text = press(clerk, "confirm").content.decode()
    assert "检查之后情况有了变化，没有写入任何数据" in text
    assert the_upload().state == State.FAILED
    assert Student.objects.count() == 3
    scene.school_class.number = "202301"
    scene.school_class.save()
    press(clerk, "check")
    assert the_upload().state == State.CHECKED
    press(clerk, "confirm")
    assert Student.objects.count() == 4


# -- scope --


def test_a_clerk_s_file_may_name_no_other_school(scene, clerk):
    far = cast.school_class(cast.school("西岭小学", township=cast.township("西岭镇")))
    stranger = cast.student(far, "贺兰")
    row = new_child(scene, 1, 姓名="贺兰", 学籍号=stranger.student_number, 身份证件号=stranger.id_number)
    send(clerk, {"学生": [row | {"出生日期": "2014-05-06"}]})
    assert "这名学生的学籍在“西岭小学”，不在“东坪小学”" in page_of(clerk)
    assert not the_upload().outcome["sheets"][0]["created"]


def test_the_county_imports_any_sheet(scene):
    bureau = client_of(cast.person(role=Role.BUREAU_OFFICER))
    row = {"学校标识码": scene.school.code, "班号": "202602", "班级名称": "2班", "学段": "小学", "入学年份": 2026}
    send(bureau, {"班级": [row]})
    press(bureau, "confirm")
    assert scene.school.classes.filter(number="202602").exists()


def test_whoever_has_lost_the_posting_meanwhile_writes_nothing(scene, clerk):
    send(clerk, {"学生": [new_child(scene)]})
    upload = the_upload()
    uploads.confirm(by=scene.clerk, upload=upload, good_rows_only=False, then=lambda pk: None)
    Posting.objects.filter(person=scene.clerk).update(until=MONDAY)
    jobs.apply_upload.call(upload.pk)
    assert the_upload().state == State.FAILED
    assert "没有导入的岗位" in the_upload().problems[0]["message"]
    assert Student.objects.count() == 3


# -- files nobody should send --


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "文件是空的，没有上传"),
        (b"0" * (10 * 1024 * 1024 + 1), "文件超过10 MB，没有上传"),
        (OLE_SIGNATURE + b"0" * (32 * 1024 * 1024), "文件超过32 MB，没有上传"),
        (None, "请选择要导入的工作簿"),
    ],
)
def test_what_cannot_be_taken_is_refused_at_once(clerk, content, words):
    response = send(clerk, content) if content is not None else clerk.post(reverse("casework:uploads"), {"sent": "1"})
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not WorkbookUpload.objects.exists()


def bomb() -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<a/>")
        archive.writestr("xl/media/a", b"0" * (17 * 1024 * 1024))
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (bomb(), "可能是恶意文件"),
        (b"%PDF-1.7 hello", "不是Excel工作簿"),
        (b"<html><table></table></html>", "网页文件"),
        (b"PK\x03\x04" + b"x" * 100, "损坏"),
    ],
    ids=["bomb", "pdf", "page", "broken"],
)
def test_a_hostile_or_wrong_file_is_a_sentence(clerk, content, words):
    send(clerk, content)
    text = page_of(clerk)
    assert words in text
    assert "这个文件不能导入" in text
    assert clerk.get(reverse("casework:upload_copy", args=[the_upload().pk])).status_code == 404


def test_a_name_with_folders_keeps_its_last_part(scene, clerk):
    made, _ = uploads.receive(by=scene.clerk, name="C:\\学校\\../学生.xls", content=b"x", then=lambda pk: None)
    assert made.name == "学生.xls"


def test_an_old_export_of_the_national_system_goes_through(scene, clerk):
    rows = [["学生基本信息"], list(new_child(scene)), list(new_child(scene).values())]
    send(clerk, xls({"sheet1": rows}).getvalue(), "导出.xls")
    press(clerk, "confirm")
    assert Student.objects.count() == 4


# -- afterwards --


@pytest.mark.parametrize(("day", "is_kept"), [(13, True), (14, True), (15, False)])
def test_after_seven_days_the_bytes_go_and_what_was_done_stays(scene, clerk, day, is_kept):
    send(clerk, {"学生": [new_child(scene), new_child(scene, 2, 性别="无")]})
    press(clerk, "confirm", good_rows_only="1")
    DUTIES["clear_uploads"][1](MONDAY.replace(day=day))
    upload = the_upload()
    assert (upload.content is not None, upload.marked is not None, bool(upload.problems)) == (is_kept,) * 3
    assert ("children" in upload.outcome) is is_kept
    assert upload.state == State.APPLIED
    assert "已写入1行" in page_of(clerk)


def test_what_nobody_confirmed_expires(scene, clerk):
    send(clerk, {"学生": [new_child(scene)]})
    DUTIES["clear_uploads"][1](MONDAY.replace(day=15))
    assert "已过期" in page_of(clerk)
    assert "没有再次写入" in press(clerk, "confirm").content.decode()


def test_the_list_shows_the_own_uploads_and_says_when_there_are_none(scene, clerk):
    empty = clerk.get(reverse("casework:uploads")).content.decode()
    assert "还没有上传过文件" in empty
    send(clerk, {"学生": [new_child(scene)]}, "秋季新生.xlsx")
    assert "秋季新生.xlsx" in clerk.get(reverse("casework:uploads")).content.decode()
    other = client_of(cast.person(role=Role.REGISTRY_CLERK, school=scene.school))
    assert "秋季新生.xlsx" not in other.get(reverse("casework:uploads")).content.decode()


@pytest.mark.parametrize("rows", [3, 60])
def test_queries_are_constant(scene, clerk, rows, django_assert_num_queries):
    send(clerk, {"学生": [new_child(scene, serial, 性别="无") for serial in range(1, rows)]})
    for serial in range(rows % 5):
        send(clerk, {"学生": [new_child(scene, 100 + serial)]})
    with django_assert_num_queries(4):
        clerk.get(reverse("casework:uploads"))
    address = reverse("casework:upload", args=[the_upload().pk])
    with django_assert_num_queries(4):
        clerk.get(address)
    with django_assert_num_queries(2):
        clerk.get(reverse("casework:template"))
