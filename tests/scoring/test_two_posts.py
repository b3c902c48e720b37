"""Whoever keeps one school and teaches a class of another sees what concerns all of the first, and nothing more."""

import pytest
from django.urls import reverse

from students.models import Role
from tests import cast
from tests.scene import client_of
from tests.scoring.bundling import make_key


@pytest.fixture
def other(scene):
    """西岭小学, where the clerk of 东坪小学 teaches a class, with a key child and a principal."""
    school = cast.school("西岭小学", township=cast.township("西岭镇"))
    taught = cast.school_class(school, "202305")
    make_key(cast.student(taught, "祝西"))
    cast.person("西校长", role=Role.PRINCIPAL, school=school)
    cast.post(scene.clerk, Role.SUBJECT_TEACHER, school_class=taught)
    return school


@pytest.mark.parametrize("page", ["school_bundles", "school_pledges"])
def test_the_page_of_the_other_school_is_not_there(page, scene, other):
    assert client_of(scene.clerk).get(reverse(f"scoring:{page}", args=[other.pk])).status_code == 404
    assert client_of(scene.clerk).get(reverse(f"scoring:{page}", args=[scene.school.pk])).status_code == 200


@pytest.mark.parametrize("page", ["bundles", "pledges"])
def test_the_list_of_schools_leads_to_their_own(page, scene, other):
    answer = client_of(scene.clerk).get(reverse(f"scoring:{page}"))
    assert answer.status_code == 302
    assert answer.url.endswith(f"/{scene.school.pk}/")


@pytest.mark.parametrize("file", ["bundles_file", "pledges_file"])
def test_the_files_hold_nobody_of_the_other_school(file, scene, other):
    page = client_of(scene.clerk).get(reverse(f"reports:{file}"), {"school": other.pk})
    assert page.status_code == 200
    assert "西岭" not in page.content.decode()


def test_an_officer_of_a_township_judges_the_teachers_of_their_own_school_alone(scene, other):
    cast.post(scene.clerk, Role.TOWNSHIP_OFFICER, township=other.township)
    page = client_of(scene.clerk).get(reverse("scoring:teachers"), {"school": other.pk})
    assert page.context["form"].chosen == scene.school
