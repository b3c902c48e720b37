"""县级规定: every parameter with its source; a new version holds from its day on and not before."""

from datetime import timedelta

import pytest
from django.urls import reverse

from students.actions import policy
from students.models import AdoptedPolicy, AuditRow, Role
from students.policy import PARAMETERS, Policy, PolicyError, read_policy
from students.queries.policy import SOURCES, history, policy_of
from tests import cast
from tests.scene import MONDAY, client_of

TOMORROW = MONDAY + timedelta(days=1)


@pytest.fixture
def bureau(scene):
    return cast.person("苏远", role=Role.BUREAU_OFFICER)


def adopt(bureau, starts_on=TOMORROW, **content):
    return policy.adopt(by=bureau, starts_on=starts_on, content=content, today=MONDAY)


def sending(starts_on=TOMORROW, **more) -> dict:
    values = {name: parameter.default for name, parameter in PARAMETERS.items()} | more
    checked = {name: "on" if value is True else value for name, value in values.items() if value is not False}
    return checked | {"starts_on": starts_on.isoformat()}


def test_a_version_holds_from_its_day_until_the_next(bureau):
    adopt(bureau, unconfirmed_days=20)
    adopt(bureau, TOMORROW + timedelta(days=5), unconfirmed_days=40)
    days = [MONDAY, TOMORROW, TOMORROW + timedelta(days=4), TOMORROW + timedelta(days=5)]
    assert [policy_of(day).unconfirmed_days for day in days] == [30, 20, 20, 40]
    assert AuditRow.objects.filter(action="policy.adopt").count() == 2


def test_nothing_is_changed_for_the_past(bureau):
    with pytest.raises(policy.PolicyRefused, match="过去的日子"):
        adopt(bureau, MONDAY - timedelta(days=1), unconfirmed_days=20)
    assert adopt(bureau, MONDAY, unconfirmed_days=20)


def test_a_day_has_one_version_and_the_second_is_told_whose(bureau):
    first = adopt(bureau, unconfirmed_days=20)
    assert adopt(bureau, unconfirmed_days=20) == first  # the form sent twice
    with pytest.raises(policy.PolicyRefused, match="已由苏远保存"):
        adopt(cast.person("任平"), unconfirmed_days=25)


@pytest.mark.parametrize("name", [name for name, each in PARAMETERS.items() if not isinstance(each.default, bool)])
def test_every_number_has_its_bounds(name):
    parameter = PARAMETERS[name]
    for value in (parameter.lowest, parameter.highest):
        assert getattr(read_policy({name: value}), name) == value
    for value in (parameter.lowest - 1, parameter.highest + 1):
        with pytest.raises(PolicyError, match="应在"):
            read_policy({name: value})


def test_every_parameter_says_where_it_comes_from_and_has_its_field():
    assert {parameter.source[:3] for parameter in PARAMETERS.values()} <= SOURCES.keys()
    assert {name: parameter.default for name, parameter in PARAMETERS.items()} == vars(Policy())


def test_the_bureau_saves_a_version_and_the_page_tells_what_it_changed(bureau):
    fields = sending(unconfirmed_days=20, grade_six_may_transfer=False)
    client = client_of(bureau)
    assert client.post(reverse("students:policy"), fields).status_code == 302
    assert AdoptedPolicy.objects.get().content["grade_six_may_transfer"] is False
    assert history()[0].changes == [
        "转出多少天未确认列为去向不明：30天改为20天",
        "六年级学生可以转学：是改为否",
    ]
    text = client.get(reverse("students:policy")).content.decode()
    assert "30天改为20天" in text
    assert "法律法规：义务教育法第十一条" in text


@pytest.mark.parametrize(
    ("change", "field"),
    [({"unconfirmed_days": 0}, "unconfirmed_days"), ({"arrival_days": ""}, "arrival_days")],
)
def test_what_is_out_of_bounds_is_told_at_its_field(bureau, change, field):
    answer = client_of(bureau).post(reverse("students:policy"), sending(**change))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not AdoptedPolicy.objects.exists()


def test_a_past_day_is_told_at_its_field(bureau):
    answer = client_of(bureau).post(reverse("students:policy"), sending(MONDAY - timedelta(days=1)))
    assert "starts_on" in answer.context["form"].errors


def test_the_township_reads_and_has_no_form(scene):
    officer = cast.person(role=Role.TOWNSHIP_OFFICER, township=scene.school.township)
    text = client_of(officer).get(reverse("students:policy")).content.decode()
    assert "转出多少天未确认列为去向不明" in text
    assert "保存新规定" not in text
