"""为什么: wherever an obligation is shown, the page that says why is one step away."""

import pytest
from django.urls import reverse

from casework import engine
from casework.actions.hand_ups import hand_up_overdue
from casework.models import Case, Obligation
from students.models import Role
from tests import cast
from tests.scene import MONDAY, at, client_of, school_days


@pytest.fixture
def late(scene, clock):
    """Three days away and nothing done: a call and a report are owed, a day later both have gone up."""
    days = school_days(MONDAY, 4)
    for day in days[:3]:
        clock.move_to(at(day))
        scene.take(day, first="unexcused")
    clock.move_to(at(days[3]))
    hand_up_overdue(today=days[3])
    return scene


@pytest.fixture
def report(late):
    return Obligation.objects.get(tier="absence_report")


@pytest.mark.parametrize(
    ("name", "who"),
    [
        ("home", "teacher"),
        ("casework:duties", "teacher"),
        ("casework:duties", "principal"),
        ("casework:duties", "township"),
        ("casework:child", "clerk"),
        ("casework:case", "clerk"),
        ("casework:handed_up", "clerk"),
        ("casework:handed_up", "bureau"),
    ],
)
def test_an_obligation_leads_to_its_reasons(late, report, name, who):
    people = {
        "teacher": late.teacher,
        "clerk": late.clerk,
        "principal": cast.person(role=Role.PRINCIPAL, school=late.school),
        "township": cast.person(role=Role.TOWNSHIP_OFFICER, township=late.school.township),
        "bureau": cast.person(role=Role.BUREAU_OFFICER),
    }
    pks = {"casework:child": [report.student_id], "casework:case": [Case.objects.get().pk]}
    query = {"post": "all"} if name == "casework:handed_up" else {}
    client = client_of(people[who])
    why = reverse("casework:duty", args=[report.pk])
    assert f'href="{why}"' in client.get(reverse(name, args=pks.get(name)), query).content.decode()
    html = client.get(why).content.decode()
    for said in ("《标准规则》第1版第2级", "按《标准规则》第2级：连续缺课满3个上课日，当日办结", "到9月9日连续缺课3天"):
        assert said in html or said.replace("9月9日", "昨天") in html
    assert reverse("casework:school_rules", args=[late.school.pk]) in html


def test_what_was_withdrawn_still_says_why(late, report):
    late.take(MONDAY, version=1)  # the child was there after all
    engine.escalate(through=school_days(MONDAY, 4)[3])
    client = client_of(late.clerk)
    report.refresh_from_db()
    assert report.withdrawn_at
    assert "《标准规则》第1版第2级" in client.get(reverse("casework:duty", args=[report.pk])).content.decode()
    listed = client.get(reverse("casework:duties"), {"state": "withdrawn"}).content.decode()
    assert reverse("casework:duty", args=[report.pk]) in listed
