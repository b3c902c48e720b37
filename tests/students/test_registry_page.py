"""The page 学籍: every role finds its ways, each way opens, and what waits is counted."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from students.models import EnrolmentEvent, Role, Suspension, Transfer
from students.views.registry import WAYS, ways_of
from tests import cast
from tests.scene import MONDAY, client_of

PAGE = reverse("students:registry")


def labels_of(person) -> set[str]:
    return {entry["label"] for entries in ways_of(cast.scope(person), MONDAY).values() for entry in entries}


@pytest.mark.parametrize("role", [Role.REGISTRY_CLERK, Role.PRINCIPAL, Role.DEPUTY_HEAD])
def test_every_way_shown_to_a_school_opens(role, scene):
    client = client_of(cast.person(role=role, school=scene.school))
    for entries in client.get(PAGE).context["groups"].values():
        for entry in entries:
            assert client.get(entry["url"], follow=True).status_code == 200, entry["label"]


@pytest.mark.parametrize("role", [Role.TOWNSHIP_OFFICER, Role.INSPECTOR, Role.BUREAU_OFFICER])
def test_every_way_shown_to_an_area_opens(role, scene):
    place = {} if role is Role.BUREAU_OFFICER else {"township": scene.school.township}
    client = client_of(cast.person(role=role, **place))
    for entries in client.get(PAGE).context["groups"].values():
        for entry in entries:
            assert client.get(entry["url"], follow=True).status_code == 200, entry["label"]


def test_every_way_shown_to_a_class_teacher_opens(scene):
    client = client_of(scene.teacher)
    entries = [entry for group in client.get(PAGE).context["groups"].values() for entry in group]
    assert {entry["label"] for entry in entries} == {"班级清点", "开学到校", "名册与台账"}
    assert {client.get(entry["url"], follow=True).status_code for entry in entries} == {200}


def test_every_way_is_somebodys(scene):
    shown = labels_of(scene.clerk) | labels_of(cast.person(role=Role.BUREAU_OFFICER))
    assert shown == {label for entries in WAYS.values() for _, label, _, _ in entries}


def test_what_waits_for_the_reader_is_counted(scene):
    far = cast.school("西岭小学", township=cast.township("西岭镇"))
    far_clerk = cast.person(role=Role.REGISTRY_CLERK, school=far)
    now, child = timezone.now(), scene.children[0]
    left = EnrolmentEvent.objects.create(student=child, kind="transfer_out", happened_on=MONDAY, recorded_at=now)
    Transfer.objects.create(
        student=child, out_event=left, from_school=scene.school, to_school=far, offered_at=now, offered_by=scene.clerk
    )
    Suspension.objects.create(
        student=scene.children[1],
        ground="illness",
        reason="骨折",
        starts_on=MONDAY,
        ends_on=date(2027, 1, 10),
        requested_at=now,
        requested_by=scene.clerk,
    )

    def waiting(person) -> dict[str, int]:
        entries = [entry for group in ways_of(cast.scope(person), MONDAY).values() for entry in group]
        return {entry["label"]: entry["waiting"] for entry in entries if entry["waiting"]}

    assert waiting(far_clerk) == {"转学": 1}
    assert waiting(scene.clerk) == {}
    assert waiting(cast.person(role=Role.TOWNSHIP_OFFICER, township=scene.school.township)) == {"休学": 1}
    assert waiting(cast.person(role=Role.TOWNSHIP_OFFICER, township=far.township)) == {}
