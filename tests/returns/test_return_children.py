"""The children behind the numbers of a return: those that were filed, not those that the facts say now."""

from datetime import date
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse

from students.actions import corrections, enrolment
from students.enrolment import EventKind
from students.models import Role
from tests import cast
from tests.returns.filed import CODE, TODAY, accept, filed, leave
from tests.scene import client_of


def address(school, figure="closing", name="return_children", **query):
    return reverse(f"returns:{name}", args=[school.school.pk, CODE, figure], query=query)


def names(who, school, figure="closing", **query):
    return [line.student.name for line in client_of(who).get(address(school, figure, **query)).context["lines"]]


def test_they_are_those_that_were_filed(school, head, bureau):
    filed(school, head)
    accept(school, bureau)
    leave(school)
    assert names(head, school) == ["高东", "袁然远", "胡涛"]
    filed(school, head, reason="补登辍学")
    assert names(head, school) == ["高东", "袁然远"]
    assert names(head, school, edition=0) == ["高东", "袁然远", "胡涛"]
    assert names(head, school, "dropped_total", edition=1) == ["胡涛"]


def test_before_anything_was_filed_they_are_those_of_now(school, head):
    assert names(head, school) == ["高东", "袁然远", "胡涛"]
    assert names(head, school, q="yry") == ["袁然远"]


@pytest.mark.parametrize("is_filed", [True, False])
def test_every_number_of_the_page_opens_as_many(school, head, is_filed):
    leave(school)
    if is_filed:
        filed(school, head)
    client = client_of(head)
    page = client.get(reverse("returns:school_return", args=[school.school.pk, CODE])).context["page"]
    for line in (*page.lines, page.total):
        assert line.urls
        for code, url in line.urls.items():
            count = {"came": line.came, "went": line.went}.get(code) or line.values[code]
            assert (code, client.get(url).context["page"].paginator.count) == (code, count)


def test_what_came_and_went_opens_every_kind_of_event(school, head):
    leave(school)
    leave(school, 1, kind=EventKind.LEAVE_COUNTRY)
    page = client_of(head).get(reverse("returns:school_return", args=[school.school.pk, CODE])).context["page"]
    assert {"came", "went"} & page.total.urls.keys() == {"went"}
    assert names(head, school, "went") == ["袁然远", "胡涛"]
    assert "本期减少" in client_of(head).get(address(school, "went")).content.decode()


def words(who, school, figure, **query):
    lines = client_of(who).get(address(school, figure, **query)).context["lines"]
    return [(line.student.name, line.words) for line in lines]


def came_back(school):
    """胡涛 dropped out on 12 October and is back on the 20th."""
    event = leave(school)
    told = {"kind": EventKind.RETURN, "happened_on": date(2026, 10, 20), "school_class": school.school_class}
    enrolment.record_event(by=school.clerk, student=school.children[2], today=TODAY, **told)
    return event


@pytest.mark.parametrize("is_filed", [True, False])
def test_what_went_and_came_says_the_event_that_was_counted(school, head, is_filed):
    came_back(school)
    if is_filed:
        filed(school, head)
    assert words(head, school, "went") == [("胡涛", "2026年10月12日辍学")]
    assert words(head, school, "drop_out") == [("胡涛", "2026年10月12日辍学")]
    assert words(head, school, "came") == [("胡涛", "2026年10月20日劝返复学")]


def test_who_went_twice_stands_there_with_each_event(school, head):
    came_back(school)
    leave(school, 2, date(2026, 10, 22))
    leave(school, 0, date(2026, 10, 22), kind=EventKind.LEAVE_COUNTRY)
    assert words(head, school, "went") == [
        ("高东", "2026年10月22日出国"), ("胡涛", "2026年10月12日辍学"), ("胡涛", "2026年10月22日辍学"),
    ]  # fmt: skip


def test_what_was_filed_and_taken_back_since_says_so(school, head):
    event = leave(school)
    filed(school, head)
    corrections.void(by=school.clerk, event=event, reason="登记错了人", today=TODAY)
    assert words(head, school, "went", edition=0) == [("胡涛", "现在的记录里没有这次变动")]


def test_they_leave_as_a_file_with_masked_numbers(school, head):
    filed(school, head)
    answer = client_of(head).post(address(school, name="return_children_file"), {"format": ".xlsx"})
    sheet = openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content))).active
    assert [sheet.cell(row, 2).value for row in (7, 8, 9)] == ["高东", "袁然远", "胡涛"]
    assert sheet.cell(7, 7).value == "四年级"
    assert "*" in sheet.cell(7, 5).value


@pytest.mark.parametrize("query", [{"grade": "9" * 5000}, {"grade": "x"}, {"q": "\x00"}, {"page": "-3"}])
def test_an_odd_address_lists_some_or_nobody(school, head, query):
    assert client_of(head).get(address(school, **query)).status_code == 200


def test_what_is_no_figure_no_edition_or_another_school_s_is_not_there(school, head):
    client = client_of(head)
    assert client.get(address(school, "nothing")).status_code == 404
    assert client.get(address(school, edition=7)).status_code == 404
    far = cast.school("西岭小学")
    cast.school_class(far)
    principal = cast.person("李青", role=Role.PRINCIPAL, school=far)
    assert client_of(principal).get(address(school)).status_code == 404


def test_a_change_of_too_many_to_name_opens_all_of_them(school, head, monkeypatch):
    monkeypatch.setattr("returns.queries.children.MOST_NAMED", 0)
    leave(school)
    listed = f'href="{address(school, "drop_out")}?">看全部'
    assert (
        listed in client_of(head).get(reverse("returns:school_return", args=[school.school.pk, CODE])).content.decode()
    )
    assert names(head, school, "drop_out") == ["胡涛"]
    monkeypatch.setattr("returns.queries.children.MOST_NAMED", 1)
    assert (
        "看全部"
        not in client_of(head).get(reverse("returns:school_return", args=[school.school.pk, CODE])).content.decode()
    )
