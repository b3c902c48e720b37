"""Files that a person would rather have drawn in the background, and figures as JSON."""

import json
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.urls import reverse

from casework.clock import EVERY_TIME
from reports.actions.figures import keep_figures
from reports.models import ExportOrder
from reports.views import downloads
from students.models import AuditRow, Role
from tests import cast
from tests.reports.test_downloads import FILE, body
from tests.reports.test_export_orders import page_of, press, the_order
from tests.scene import MONDAY, client_of, clock, scene

__all__ = ["clock", "scene"]
State = ExportOrder.State


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("reports:students_file", []),
        ("reports:roster_file", ["school_age"]),
        ("reports:figures_file", []),
        ("reports:figure_children_file", ["closing"]),
        ("reports:bulletin_file", []),
        ("reports:cohorts_file", []),
    ],
)
def test_any_table_is_drawn_in_the_background_for_whoever_will_not_wait(scene, name, args):
    bureau = client_of(cast.person("苏远", role=Role.BUREAU_OFFICER))
    address = reverse(name, args=args)
    assert "在后台生成" in bureau.get(address).content.decode()
    bureau.post(address, {"format": ".xlsx", "later": "on"})
    assert (the_order().state, the_order().address) == (State.READY, address)
    assert body(press(bureau, "take")).startswith(b"PK")


def test_figures_are_drawn_as_json_at_once_and_later(scene):
    bureau, address = client_of(cast.person("苏远", role=Role.BUREAU_OFFICER)), reverse("reports:figures_file")
    at_once = body(bureau.post(address, {"format": ".json"}))
    assert [row["school"] for row in json.loads(at_once)["rows"]] == [scene.school.code]
    bureau.post(address, {"format": ".json", "later": "on"})
    assert "控辍保学月报表（JSON）" in page_of(bureau)
    assert body(press(bureau, "take")) == at_once


def test_children_are_not_drawn_as_json(scene):
    clerk = client_of(scene.clerk)
    assert "JSON" not in clerk.get(FILE).content.decode()
    answer = clerk.post(FILE, {"format": ".json"})
    assert answer.status_code == 422
    assert "没有这种格式" in answer.content.decode()


def test_a_board_is_drawn_at_once_and_never_later(scene):
    keep_figures(today=MONDAY)
    bureau, address = client_of(cast.person("苏远", role=Role.BUREAU_OFFICER)), reverse("reports:school_rates_file")
    assert "在后台生成" not in bureau.get(address).content.decode()
    assert body(bureau.post(address, {"format": ".xlsx", "later": "on"})).startswith(b"PK")
    assert not ExportOrder.objects.exists()


def later(client, query: str) -> None:
    """The list of children, searched, drawn in the background."""
    client.post(f"{FILE}{query}", {"format": ".xlsx", "later": "on"})


def test_months_later_it_still_says_of_whom_and_of_which_day_it_was_and_not_whom_was_searched_for(scene, clock):
    later(client_of(scene.clerk), "?q=袁然远&state=all")
    clock.shift(timedelta(days=60))
    EVERY_TIME["清理过期的导出文件"]()
    clerk = client_of(scene.clerk)
    said = "有查找（内容不保存）　在校情况：全部，含已离校　截至2026年9月7日"
    assert the_order().details["said"]["scope"] == said
    assert said in clerk.get(reverse("reports:export_orders")).content.decode()
    page = page_of(clerk)
    assert said in page
    assert "导出时的岗位</dt><dd>东坪小学学籍管理员" in page
    kept = [str(row.details) for row in AuditRow.objects.all()] + [str(the_order().details)]
    assert len(kept) == 2
    assert not [each for each in kept if "袁然远" in each]


def test_one_that_waits_says_what_was_asked_for(scene, monkeypatch):
    monkeypatch.setattr(downloads, "draw_export", SimpleNamespace(enqueue=lambda pk: None))
    later(client_of(scene.clerk), "?q=袁然远")
    assert the_order().details == {
        "said": {"scope": "有查找（内容不保存）　截至2026年9月7日", "posts": "东坪小学学籍管理员"}
    }
