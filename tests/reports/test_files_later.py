"""Files that a person would rather have drawn in the background, and figures as JSON."""

import json

import pytest
from django.urls import reverse

from reports.actions.figures import keep_figures
from reports.models import ExportOrder
from students.models import Role
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
