"""What a school learns of a draw from above before all of it has been counted: the classes already visited, no more."""

from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from inspections.actions.draws import Place, cancel_draw
from inspections.queries.draws import drawn_seen, lots_seen
from reports.queries.spot_checks import draw_table
from students.models import Role
from tests import cast
from tests.inspections.drawing import count_of, draw_of
from tests.scene import MONDAY, client_of


@pytest.fixture
def bureau(scene):
    return cast.person("苏远", role=Role.BUREAU_OFFICER)


@pytest.fixture
def principal(scene):
    return cast.person("罗宁", role=Role.PRINCIPAL, school=scene.school)


def page(who, made) -> str:
    return client_of(who).get(reverse("inspections:draw", args=[made.pk])).content.decode()


def test_a_draw_from_above_keeps_its_seed_from_the_school_until_all_is_counted(scene, bureau, principal):
    """Whoever has seed and tickets knows which class comes next."""
    beside = cast.school_class(scene.school, "202302")
    cast.student(beside)
    made = draw_of(bureau, Place(school=scene.school), 2)
    count_of(bureau, scene.school_class)
    lots = reverse("reports:lots_file", args=[made.pk])
    assert made.seed not in page(principal, made)
    assert made.seed in page(bureau, made)
    assert client_of(principal).post(lots, {"format": ".xlsx"}).status_code == 403
    table = draw_table(made, [], as_of=MONDAY, lots_seen=lots_seen(cast.scope(principal), made))
    assert made.seed not in "".join(table.notes)
    count_of(bureau, beside)
    assert made.seed in page(principal, made)
    assert b"".join(client_of(principal).post(lots, {"format": ".xlsx"}).streaming_content)


def test_a_draw_called_off_names_no_class_that_nobody_visited(scene, bureau, principal):
    beside = cast.school_class(scene.school, "202302")
    cast.student(beside)
    made = draw_of(bureau, Place(school=scene.school), 2)
    count_of(bureau, scene.school_class)
    cancel_draw(by=bureau, scope=cast.scope(bureau), draw=made.pk, reason="停电")
    seen = set(drawn_seen(cast.scope(principal)).filter(draw=made).values_list("school_class", flat=True))
    assert seen == {scene.school_class.pk}
    address = reverse("reports:lots_file", args=[made.pk])
    response = client_of(principal).post(address, {"format": ".xlsx"})
    rows = list(load_workbook(BytesIO(b"".join(response.streaming_content))).active.iter_rows(values_only=True))
    parts = {row[2]: row[5] for row in rows if row[2] in ("2023级1班", "2023级2班")}
    assert parts["2023级1班"]
    assert not parts["2023级2班"]
