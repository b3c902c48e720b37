"""每日考勤汇总: page, file and command line show the same numbers, and each opens the children behind it."""

import json
import re
from datetime import date, timedelta
from io import BytesIO

import openpyxl
import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from reports.queries.daily_summary import OPENED, daily_summary_table
from students.models import Role
from tests import cast
from tests.scene import FRIDAY, MONDAY, client_of, clock, scene

__all__ = ["clock", "scene"]

PAGE, FILE = reverse("reports:daily_summary"), reverse("reports:daily_summary_file")


@pytest.fixture
def monday(scene):
    """One child away all day, one in the morning, one late; a second class without a register."""
    scene.take(MONDAY, first="unexcused", second="sick_leave", third="late")
    scene.take(MONDAY, "PM", first="unexcused")
    cast.student(cast.school_class(scene.school, "202302"), "任雪")
    return scene


def test_a_row_a_class_and_their_sum(monday):
    rows = list(daily_summary_table(as_of=MONDAY, school=monday.school).records())
    assert [row["name"] for row in rows] == ["2023级1班", "2023级2班", "合计"]
    first, second, total = rows
    assert (first["expected"], first["present"], first["unexcused"], first["late"], first["partly"]) == (3, 2, 1, 1, 1)
    assert first["rate"] == {"numerator": 2, "denominator": 3, "text": "66.67%"}
    assert (second["unknown"], second["missing"], second["rate"]["text"]) == (1, 2, "—")
    assert (total["expected"], total["due"], total["rate"]["text"]) == (4, 4, "66.67%")


def test_the_county_has_a_row_a_school(monday):
    far = cast.school_class(cast.school("西岭小学"))
    cast.student(far)
    rows = list(daily_summary_table(as_of=MONDAY).records())
    assert [row["name"] for row in rows] == ["东坪小学", "西岭小学", "合计"]
    client = client_of(cast.person(role=Role.BUREAU_OFFICER))
    html = client.get(PAGE).content.decode()
    assert f"{PAGE}?school={far.school_id}&amp;day=2026-09-07" in html.replace("&day", "&amp;day")
    assert "2023级1班" in client.get(PAGE, {"school": monday.school.pk}).content.decode()


@pytest.mark.parametrize("day", ["2026-09-06", "2026-08-31"])
def test_a_day_without_school_is_empty(monday, day):
    assert "这一天没有班级上课" in client_of(monday.clerk).get(PAGE, {"day": day}).content.decode()


@pytest.mark.parametrize("day", ["2026-09-08", "nonsense", "2026-02-30"])
def test_a_day_that_is_none_falls_back_to_today_and_says_so(monday, day):
    html = client_of(monday.clerk).get(PAGE, {"day": day}).content.decode()
    assert "日期不对或还没有到" in html
    assert "2026年9月7日" in html


def test_every_number_opens_as_many_children(monday):
    client = client_of(monday.clerk)
    html = client.get(PAGE).content.decode()
    opened = re.findall(r'<a href="(/daily-summary/[^"]+)">(?:<span[^>]+>)?(\d+)<', html)
    assert len(opened) >= 10
    for address, number in opened:
        page = client.get(address.replace("&amp;", "&")).context["page"]
        assert page.paginator.count == int(number), address


def test_a_child_is_named_with_what_the_day_was(monday):
    client = client_of(monday.clerk)
    html = client.get(reverse("reports:daily_children", args=["unexcused"])).content.decode()
    assert "高东" in html
    assert "上午旷课，下午旷课" in html
    assert "袁然远" not in html
    assert "没有这样的学生" in client.get(
        reverse("reports:daily_children", args=["official"]), {"day": "2026-09-04"}
    ).content.decode()  # fmt: skip
    assert client.get(reverse("reports:daily_children", args=["out"])).context["page"].paginator.count == 1


@pytest.mark.parametrize("column", ["nonsense", "classes", "due"])
def test_what_counts_no_children_opens_nothing(monday, column):
    assert column not in OPENED
    assert client_of(monday.clerk).get(reverse("reports:daily_children", args=[column])).status_code == 404


def test_another_schools_children_are_not_shown(monday):
    far = cast.person(role=Role.REGISTRY_CLERK, school=cast.school("西岭小学"))
    address = reverse("reports:daily_children", args=["unexcused"])
    for query in ({"school": monday.school.pk}, {}):
        assert "高东" not in client_of(far).get(address, query).content.decode()
    inside = {"school_class": monday.school_class.pk}
    assert client_of(far).get(address, inside).status_code == 404
    for nobody in ("x", "1" * 5000):
        assert client_of(monday.clerk).get(address, {"school_class": nobody}).status_code == 404


def test_excel_says_what_the_page_says(monday):
    response = client_of(monday.clerk).post(FILE, {"format": ".xlsx"})
    sheet = openpyxl.load_workbook(BytesIO(b"".join(response))).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    heads = next(row for row in rows if row[0] == "班号")
    total = next(row for row in rows if row[1] == "合计")
    found = dict(zip(heads, total, strict=True))
    assert (found["应到"], found["实到"], found["出勤率"], found["未点名"]) == (4, 2, "66.67%", 1)


def test_the_command_line_writes_it(monday, tmp_path):
    path = tmp_path / "daily.json"
    call_command("export", "daily_summary", output=path, as_of="2026-09-07", school=monday.school.code)
    assert '"unexcused": 1' in json.dumps(json.loads(path.read_text()))


@pytest.mark.parametrize("role", [Role.PRINCIPAL, Role.BUREAU_OFFICER])
def test_it_asks_as_often_for_twelve_classes_as_for_two(role, monday):
    place = {"school": monday.school} if role == Role.PRINCIPAL else {}
    client = client_of(cast.person(role=role, **place))

    def queries():
        client.get(PAGE)
        with CaptureQueriesContext(connection) as asked:
            client.get(PAGE)
        return len(asked)

    few = queries()
    for number in range(3, 13):
        school = monday.school if number % 2 else cast.school(f"第{number}小学")
        cast.student(cast.school_class(school, f"2023{number:02}"))
    assert queries() == few <= 13


def test_an_earlier_day_is_as_its_facts_are(monday):
    monday.take(FRIDAY, first="sick_leave")
    [row] = [row for row in daily_summary_table(as_of=FRIDAY).records() if row["name"] == "东坪小学"]
    assert (row["expected"], row["sick_leave"], row["unknown"]) == (4, 1, 1)
    assert list(daily_summary_table(as_of=date(2026, 9, 5)).records()) == []
    assert list(daily_summary_table(as_of=MONDAY - timedelta(days=1)).records()) == []
