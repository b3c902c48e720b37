"""A day or month in an address that is not there: the page says so and shows another, and of that there is no file."""

import pytest
from django.urls import reverse

from reports.actions.figures import keep_figures
from students.models import AuditRow, Role
from tests import cast
from tests.reports.test_downloads import body
from tests.scene import MONDAY, client_of, clock, scene

__all__ = ["clock", "scene"]
DAYS = ["2026-09-08", "昨天", "2026-02-30", "0001-01-01"]
OF_DAYS = [("roster_file", ["children"]), ("daily_summary_file", []), ("bundles_file", [])]
OF_MONTHS = ["figures_file", "school_rates_file", "figure_parts_file"]


@pytest.fixture
def bureau(scene):
    keep_figures(today=MONDAY)
    return client_of(cast.person("苏远", role=Role.BUREAU_OFFICER))


def refused(client, address: str) -> str:
    """What the form of a file says, that it is refused, and that nothing left."""
    shown = client.get(address)
    assert shown.status_code == 200
    answer = client.post(address, {"format": ".xlsx"})
    assert answer.status_code == 422
    assert not AuditRow.objects.filter(action="table.export").exists()
    assert "请返回改过再导出" in answer.content.decode()
    return shown.content.decode()


@pytest.mark.parametrize("day", DAYS[:3])
@pytest.mark.parametrize(("name", "args"), OF_DAYS)
def test_there_is_no_file_of_a_day_that_cannot_be(bureau, name, args, day):
    address = reverse(f"reports:{name}", args=args, query={"day": day})
    assert "地址里的日期不对或还没有到，不能导出。请返回改过再导出。" in refused(bureau, address)


@pytest.mark.parametrize("month", ["2027-01", "2026-13", "x", "1999-09"])
@pytest.mark.parametrize("name", OF_MONTHS)
def test_there_is_no_file_of_a_month_that_cannot_be(bureau, name, month):
    address = reverse(f"reports:{name}", query={"month": month})
    assert "地址里的月份没有数字，或者还没有到，不能导出。" in refused(bureau, address)


@pytest.mark.parametrize(("name", "args"), OF_DAYS)
def test_of_a_day_gone_by_there_is_one(bureau, name, args):
    address = reverse(f"reports:{name}", args=args, query={"day": "2026-09-04"})
    assert "不能导出" not in bureau.get(address).content.decode()
    assert body(bureau.post(address, {"format": ".xlsx"})).startswith(b"PK")
    assert AuditRow.objects.get(action="table.export").details["as_of"] == "2026-09-04"


@pytest.mark.parametrize("day", DAYS)
def test_a_day_is_understood_by_the_word_of_the_command_line_as_well(bureau, day):
    for address in (reverse("reports:rosters"), reverse("reports:roster", args=["children"])):
        assert "日期不对或还没有到，下面按今天列出。" in bureau.get(address, {"as_of": day}).content.decode()
        assert "截至2026年9月4日" in bureau.get(address, {"as_of": "2026-09-04"}).content.decode()


def test_the_children_of_a_day_that_cannot_be_are_todays_and_said_to_be(bureau):
    address = reverse("reports:daily_children", args=["official"])
    assert "日期不对或还没有到，下面是今天的。" in bureau.get(address, {"day": "2026-09-08"}).content.decode()
    assert "日期不对" not in bureau.get(address, {"day": "2026-09-04"}).content.decode()


@pytest.mark.parametrize("month", ["9999-99", "2027-01", "x"])
def test_the_children_of_a_month_that_cannot_be_are_said_to_be_those_of_another(bureau, month):
    address = reverse("reports:figure_children", args=["closing"])
    shown = bureau.get(address, {"month": month})
    assert shown.status_code == 422
    assert "没有这个月的数字：月份还没有到，或者在记录以前。下面是2026年9月的。" in shown.content.decode()
    assert bureau.get(address, {"month": "2026-09"}).status_code == 200
    file = reverse("reports:figure_children_file", args=["closing"], query={"month": month})
    assert "地址里的月份没有数字，或者还没有到，不能导出。" in refused(bureau, file)
