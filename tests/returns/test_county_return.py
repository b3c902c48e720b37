"""全县月报: the sum of what was accepted; who is missing is named; what was corrected since is shown beside it."""

from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from returns.queries.county import county_return, live_differences
from returns.snapshots import summed
from students.access import Scope
from students.models import Role
from tests import cast
from tests.returns.filed import CODE, TODAY, accept, file_zero, filed, leave, october, send_back
from tests.scene import Scene, client_of

COUNTY = Scope(county=True, roles=frozenset({Role.BUREAU_OFFICER}))


@pytest.fixture
def far(school) -> Scene:
    """A school in another township, with two children."""
    other = cast.school("西岭小学", township=cast.township("西岭镇"))
    school_class = cast.school_class(other, "202501")
    clerk = cast.person("郑和", role=Role.REGISTRY_CLERK, school=other)
    return Scene(other, school_class, clerk, clerk, cast.students(school_class, "王一", "王二"))


@pytest.fixture
def far_head(far):
    return cast.person("吴用", role=Role.PRINCIPAL, school=far.school)


def found(scope: Scope = COUNTY):
    return county_return(scope, october(), today=TODAY)


def address(name: str = "county") -> str:
    return reverse(f"returns:{name}", args=[CODE])


def test_is_made_of_what_was_accepted_and_names_who_is_missing(school, head, bureau, far, far_head):
    assert (found().lines, found().table) == ([], None)
    leave(school)
    filed(school, head)
    assert [each.standing.label for each in found().missing] == ["已报", "待报"]
    accept(school, bureau)
    made = found()
    assert [(line.school.name, line.values["closing"]) for line in made.lines] == [("东坪小学", 2)]
    assert made.missing_words == "西岭小学（待报）"
    assert any("没有计入的学校：西岭小学（待报）" in note for note in made.table.notes)


def test_adds_counts_and_makes_rates_of_the_sums(school, head, bureau, far, far_head):
    leave(school)
    for scene, who in ((school, head), (far, far_head)):
        filed(scene, who)
        accept(scene, bureau)
    made = found()
    assert made.missing == []
    assert (made.total.values["opening"], made.total.values["closing"], made.total.went) == (5, 4, 1)
    assert (made.total.dropout, made.total.retention) == ("20.00%", "80.00%")
    assert [record["school"] for record in made.table.records()] == [school.school.code, far.school.code]
    assert made.table.total_record["closing"] == 4
    assert live_differences(made, today=TODAY) == []


def test_a_return_sent_back_is_missing(school, head, bureau):
    filed(school, head)
    send_back(school, bureau)
    assert found().missing_words == "东坪小学（退回）"


def test_an_amendment_counts_once_it_is_accepted(school, head, bureau):
    file_zero(school, head)
    accept(school, bureau)
    leave(school)
    filed(school, head, reason="补登")
    assert found().total.values["closing"] == 3
    accept(school, bureau)
    assert found().total.values["closing"] == 2
    assert any("东坪小学（第1号更正）" in note for note in found().table.notes)


def test_what_was_corrected_since_is_shown_school_by_school(school, head, bureau, far, far_head):
    for scene, who in ((school, head), (far, far_head)):
        file_zero(scene, who)
        accept(scene, bureau)
    leave(school)
    assert [each.line.school.name for each in live_differences(found(), today=TODAY)] == ["东坪小学"]
    page = client_of(bureau).get(address(), {"compare": "1"}).content.decode()
    assert "辍学0→1人" in page
    assert "期末在校3→2人" in page
    assert "3→2人" not in client_of(bureau).get(address()).content.decode()


def test_a_school_that_is_missing_is_not_compared_but_named(school, head, bureau, far):
    file_zero(school, head)
    accept(school, bureau)
    assert live_differences(found(), today=TODAY) == []
    page = client_of(bureau).get(address(), {"compare": "1"}).content.decode()
    assert "已接收的学校与现在的数字完全一致" in page
    assert "没有计入的1所学校不参加比较：西岭小学（待报）" in page


def test_other_periods_of_the_year_are_a_press_away(school, bureau):
    page = client_of(bureau).get(address())
    labels = [(each["label"], each["current"]) for each in page.context["periods"]]
    assert labels == [("11月", False), ("10月", True), ("9月", False)]
    assert page.context["periods"][2]["url"] == reverse("returns:county", args=["2026-09"])
    grid = client_of(bureau).get(reverse("returns:returns")).content.decode()
    assert reverse("returns:county", args=["2026-09"]) in grid
    assert "/returns/county/" not in client_of(school.clerk).get(reverse("returns:returns")).content.decode()


def test_rates_are_printed_with_what_they_are_made_of(school, head, bureau):
    leave(school)
    filed(school, head)
    accept(school, bureau)
    heads = [column.header for column in found().table.columns]
    [cells] = found().table.cells()
    printed = dict(zip(heads, [str(getattr(cell, "text", cell)) for cell, _ in cells], strict=True))
    assert (printed["学年巩固率"], printed["巩固/应在校"]) == ("66.67%", "2/3")
    assert '<span class="return-share">2/3</span>' in client_of(bureau).get(address()).content.decode()


def test_a_township_sees_its_own(school, head, bureau, far, far_head):
    for scene, who in ((school, head), (far, far_head)):
        file_zero(scene, who)
        accept(scene, bureau)
    officer = cast.person(role=Role.TOWNSHIP_OFFICER, township=far.school.township)
    page = client_of(officer).get(address())
    assert [line.school.name for line in page.context["found"].lines] == ["西岭小学"]
    assert "西岭镇" in page.content.decode()


def test_before_anything_is_accepted_there_is_no_file(school, bureau):
    assert client_of(bureau).get(address("county_file")).status_code == 404
    assert "还没有接收的月报" in client_of(bureau).get(address()).content.decode()
    assert client_of(bureau).get(reverse("returns:county", args=["2027-01"])).status_code == 404


def test_the_file_holds_the_rows_and_the_missing_schools(school, head, bureau, far):
    file_zero(school, head)
    accept(school, bureau)
    response = client_of(bureau).post(address("county_file"), {"format": ".xlsx"})
    rows = [[cell.value for cell in row] for row in load_workbook(BytesIO(b"".join(response))).active.iter_rows()]
    assert any(row[:3] == ["东坪小学", "四年级", 3] for row in rows)
    assert any("西岭小学（待报）" in str(cell) for row in rows for cell in row)


def test_asks_for_the_same_however_many_schools_there_are(school, head, bureau, far, django_assert_num_queries):
    file_zero(school, head)
    accept(school, bureau)
    client = client_of(bureau)
    client.get(address())
    with django_assert_num_queries(12):
        client.get(address())
    for name in ("南岭小学", "北岭小学"):
        cast.student(cast.school_class(cast.school(name)))
    with django_assert_num_queries(12):
        client.get(address())


def test_a_sum_has_no_school_and_no_grade():
    rows = [{"school": "1", "grade": 3, "closing": 2, "rate": {"numerator": 1, "denominator": 2, "text": ""}}] * 2
    assert summed(rows) == {"closing": 4, "rate": {"numerator": 2, "denominator": 4}}
