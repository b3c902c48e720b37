"""三包花名册: who had which child on a day, with village, class and what was done, in every form."""

import json
from datetime import date, timedelta

import openpyxl
import pytest
from django.core.management import call_command
from django.urls import reverse

from scoring.actions import assignments
from scoring.queries.bundle_roster import roster
from students.models import Posting, Role, Student
from tests import cast
from tests.scene import MONDAY, client_of, clock, scene
from tests.scoring.bundling import SEPTEMBER, assign, assign_villages, by, hand_over, make_key, village, visit

__all__ = ["clock", "scene"]


@pytest.fixture
def world(scene):
    """One child with somebody since 1 September who has visited it, one with nobody, one that is not key."""
    make_key(*scene.children[:2])
    li = village("李庄", of=scene.school.township)
    Student.objects.filter(pk=scene.children[0].pk).update(home_area_code=li.code)
    principal = cast.person("罗宁", role=Role.PRINCIPAL, school=scene.school)
    assign_villages(scene.clerk, scene.school, principal, li)
    scene.rows = assign(scene.clerk, scene.school, scene.teacher, scene.children[0], since=SEPTEMBER)
    visit(scene.teacher, scene.children[0], day=date(2026, 9, 4))
    return scene


def test_the_forms_say_the_same_and_who_has_nobody_is_on_it(world, tmp_path):
    paths = {form: tmp_path / f"三包.{form}" for form in ("json", "xlsx", "pdf")}
    for path in paths.values():
        call_command("export", "bundles", "-o", str(path), as_of="2026-09-07", verbosity=0)
    first, second = json.loads(paths["json"].read_text())
    assert first | {"school": "", "class": ""} == {
        "school": "", "class": "", "name": "高东", "why": "动摇生", "homeroom": "沈明", "person": "沈明",
        "since": "2026-09-01", "state": "", "village": "李庄", "head": "罗宁", "contacts": 1, "visits": 1,
        "last_on": "2026-09-04", "last_result": "家访：已联系上，其他情况",
    }  # fmt: skip
    assert (second["name"], second["state"], second["village"], second["head"]) == (
        "袁然远",
        "没有人包",
        "户籍村不明",
        "",
    )
    cells = [row for row in openpyxl.load_workbook(paths["xlsx"]).active.iter_rows(values_only=True) if "高东" in row]
    assert cells[0][2:6] == ("高东", "动摇生", "沈明", "沈明")
    assert paths["pdf"].read_bytes().startswith(b"%PDF")


def test_an_earlier_day_shows_who_had_the_child_then(world):
    hand_over(world.clerk, world.school, world.teacher, world.clerk, *world.rows)
    before, now = (roster([world.school], day)[0] for day in (MONDAY - timedelta(days=1), MONDAY))
    assert (before.person, before.deeds.visits) == ("沈明", 1)
    assert (now.person, now.deeds.visits) == ("何静", 0)
    assert [row.person for row in roster([world.school], date(2026, 8, 31))] == []


def test_whose_person_has_left_is_marked(world):
    Posting.objects.filter(person=world.teacher).update(until=MONDAY)
    assert roster([world.school], MONDAY)[0].state == "要重新安排"


def test_what_was_taken_back_was_never_so(world):
    assignments.take_back(row=world.rows[0], **by(world.clerk))
    assert roster([world.school], MONDAY)[0].state == "没有人包"


def test_no_day_to_come_is_exported(world, tmp_path, capsys):
    with pytest.raises(SystemExit):
        call_command("export", "bundles", "-o", str(tmp_path / "a.json"), as_of="2026-09-08", verbosity=0)
    assert "2026-09-08还没有到。没有导出任何文件。" in capsys.readouterr().err


@pytest.mark.parametrize("key", ["9" * 19, "9" * 5000, "x", "²"])
@pytest.mark.parametrize("name", ["school", "township"])
def test_a_key_that_is_none_narrows_nothing(world, name, key):
    page = client_of(world.clerk).get(reverse("reports:bundles_file"), {name: key})
    assert "全部学校" in page.context["table"].scope


@pytest.mark.parametrize(
    ("query", "words"),
    [({}, "全部学校"), ({"day": "2026-09-04"}, "2026年9月4日"), ({"day": "x"}, "2026年9月7日")],
)
def test_the_page_offers_it_for_the_schools_in_the_scope(world, query, words):
    far = cast.school_class(cast.school("西岭小学", township=cast.township("西岭镇")))
    make_key(cast.student(far, "吴远"))
    page = client_of(world.clerk).get(reverse("reports:bundles_file"), query)
    table = page.context["table"]
    assert words in table.scope
    assert [row.line.student.name for row in table.rows()] == ["高东", "袁然远"]
