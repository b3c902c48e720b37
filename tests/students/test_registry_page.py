"""The page 学籍: every role finds its ways, each way opens, and what waits is counted."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from students.models import Campaign, EnrolmentEvent, Finding, ProposedMatch, Role, Suspension, Transfer
from students.views.registry import WAYS, ways_of
from tests import cast, sweep
from tests.scene import MONDAY, client_of

PAGE = reverse("students:registry")


def labels_of(person) -> set[str]:
    return {entry["label"] for entries in ways_of(WAYS, cast.scope(person), MONDAY).values() for entry in entries}


def waiting(person) -> dict[str, int]:
    entries = [entry for group in ways_of(WAYS, cast.scope(person), MONDAY).values() for entry in group]
    return {entry["label"]: entry["waiting"] for entry in entries if entry["waiting"]}


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
    assert {entry["label"] for entry in entries} == {
        "班级清点",
        "开学到校",
        "关注学生",
        "可能流失学生",
        "文书",
        "发文登记",
        "名册与台账",
    }
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

    assert waiting(far_clerk) == {"转学": 1}
    assert waiting(scene.clerk) == {}
    assert waiting(cast.person(role=Role.TOWNSHIP_OFFICER, township=scene.school.township)) == {"休学": 1}
    assert waiting(cast.person(role=Role.TOWNSHIP_OFFICER, township=far.township)) == {}


def test_pairs_wait_for_whoever_may_decide_on_them(scene):
    resident = sweep.resident(sweep.village(scene.school.township), scene.children[0].name)
    ProposedMatch.objects.create(resident=resident, student=scene.children[0], confidence="medium")
    township = scene.school.township
    assert waiting(cast.person(role=Role.BUREAU_OFFICER)) == {"户籍比对": 1}
    assert waiting(cast.person(role=Role.TOWNSHIP_OFFICER, township=township)) == {"户籍比对": 1}
    assert waiting(cast.person(role=Role.TOWNSHIP_OFFICER, township=cast.township("西岭镇"))) == {}
    assert waiting(cast.person(role=Role.INSPECTOR, township=township)) == {}


def test_unsettled_children_of_a_sweep_wait_for_whoever_follows_them_up(scene):
    bureau = cast.person(role=Role.BUREAU_OFFICER)
    officer = cast.person(role=Role.TOWNSHIP_OFFICER, township=scene.school.township)
    sweep.resident(sweep.village(scene.school.township), "林远")
    campaign = sweep.sweep(bureau)
    finding = Finding.objects.get()
    assert waiting(officer) == {"三比对排查": 1}
    assert waiting(scene.clerk) == waiting(bureau) == {}
    Finding.objects.update(follower=bureau, school=scene.school)
    assert waiting(bureau) == {"三比对排查": 1}
    assert waiting(officer) == {}
    Finding.objects.update(follower=None)
    assert waiting(scene.clerk) == {"三比对排查": 1}
    assert waiting(cast.person(role=Role.PRINCIPAL, school=scene.school)) == {}
    sweep.record(bureau, finding, Finding.State.BACK)
    assert waiting(scene.clerk) == waiting(officer) == {}
    Finding.objects.update(state=Finding.State.TO_VISIT)
    Campaign.objects.filter(pk=campaign.pk).update(closed_at=timezone.now(), closed_by=bureau)
    assert waiting(scene.clerk) == waiting(officer) == {}


def test_on_every_page_that_it_leads_to_one_is_at_the_registry(scene):
    client = client_of(scene.clerk)
    for entries in client.get(PAGE).context["groups"].values():
        for entry in entries:
            frame = client.get(entry["url"], follow=True).context["frame"]
            expected = {"新增学生": "学生", "责任书": "待办"}.get(entry["label"], "学籍")
            assert [way["label"] for way in frame["nav"] if way["current"]] == [expected], entry["label"]
