"""Who took a register, in words: the class's own people by name, the clerk as 教务处 on their behalf."""

from datetime import timedelta

import pytest
from django.urls import reverse

from students.models import Role, RollCall
from tests import cast
from tests.scene import FRIDAY, MONDAY, client_of


def page(scene, day=MONDAY) -> str:
    address = reverse("students:register", args=[scene.school_class.pk, day, "AM"])
    return client_of(scene.teacher).get(address).content.decode()


def history(scene, call) -> str:
    return client_of(scene.teacher).get(reverse("students:register_history", args=[call.pk])).content.decode()


def test_the_clerk_hands_in_on_behalf_of_the_class(scene):
    call = scene.take(MONDAY, by=scene.clerk, first="unexcused")
    assert "何静（教务处） 2026年9月7日 7:40 代交" in page(scene)
    assert "何静（教务处）代交" in history(scene, call)


def test_the_clerk_corrects_on_behalf_of_the_class(scene):
    call = scene.take(MONDAY, first="unexcused")
    scene.take(MONDAY, by=scene.clerk, version=1, first="late")
    assert "沈明 2026年9月7日 7:40 提交" in page(scene)
    html = history(scene, call)
    assert "何静（教务处）代改" in html
    assert "沈明（教务处）" not in html


def test_whoever_has_the_class_or_stands_in_hands_in_their_own(scene):
    place = {"school_class": scene.school_class}
    subject = cast.person("徐兰", role=Role.SUBJECT_TEACHER, **place)
    substitute = cast.person("任军")
    cast.post(
        substitute, Role.HOMEROOM_TEACHER, since=MONDAY, until=MONDAY + timedelta(days=1), is_substitute=True, **place
    )
    scene.take(MONDAY, by=subject)
    scene.take(FRIDAY, by=substitute)  # an earlier day, while standing in
    assert "徐兰 2026年9月7日 7:40 提交" in page(scene)
    assert "任军 2026年9月7日 7:40 提交" in page(scene, FRIDAY)


def test_a_posting_that_ended_since_makes_nobody_a_stranger(scene):
    call = scene.take(MONDAY)
    scene.teacher.postings.update(until=MONDAY + timedelta(days=1))
    assert (
        "沈明 2026年9月7日 7:40 提交"
        in client_of(scene.clerk)
        .get(reverse("students:register", args=[scene.school_class.pk, MONDAY, "AM"]))
        .content.decode()
    )
    assert (
        "沈明（教务处）"
        not in client_of(scene.clerk).get(reverse("students:register_history", args=[call.pk])).content.decode()
    )


@pytest.mark.parametrize("shown", [page, lambda scene: history(scene, RollCall.objects.get())])
def test_a_workbook_is_nobody(scene, shown):
    scene.take(MONDAY)
    RollCall.objects.update(taken_by=None)
    assert "教务处" not in shown(scene)
