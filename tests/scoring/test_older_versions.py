"""Versions of 学校考核办法 kept before there was a number, or a name: offered, told and migrated as what they are."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.urls import reverse

from reports.queries.school_scores import notes_of
from scoring.models import SchoolSchemeAdoption, SchoolSchemeProposal, StoredSchoolScheme
from scoring.school_scheme import read_school_scheme
from students.models import Role
from tests import cast
from tests.scene import client_of
from tests.scoring.month_versions import SCHOOL_STANDARD, proposed

State = SchoolSchemeProposal.State


@pytest.fixture
def bureau(scene):
    return cast.person("苏远", role=Role.BUREAU_OFFICER)


def test_a_version_kept_before_there_was_the_number_is_offered_the_presets(bureau):
    older = StoredSchoolScheme.objects.get()
    kept = {name: value for name, value in older.content.items() if not name.startswith("unfounded")}
    older = StoredSchoolScheme.objects.create(code=older.code, version=9, title=older.title, content=kept)
    SchoolSchemeAdoption.objects.filter(school_year__lte=2026).update(scheme=older)
    form = client_of(bureau).get(reverse("scoring:new_month_scheme")).context["form"]
    assert form["unfounded_above"].value() == "50"
    assert dict(form.words())["unfounded"] == "从前的办法没有规定"


class TestTheTableSaysTheNumbersThatHold:
    def test_of_a_scheme_with_a_number(self):
        words = " ".join(notes_of(read_school_scheme(SCHOOL_STANDARD | {"unfounded_above": 20})))
        assert "超过5%的，不能评为优秀，超过20%的不论得分评为不合格" in words
        assert "多数" not in words

    def test_of_a_version_without_it(self):
        older = {name: value for name, value in SCHOOL_STANDARD.items() if not name.startswith("unfounded")}
        assert "不论得分" not in " ".join(notes_of(read_school_scheme(older)))


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL does not let a constraint be passed over")
def test_the_migration_names_what_nobody_did(bureau):
    made = proposed(bureau, base=95)
    step = import_module("scoring.migrations.0012_proposals_are_adopted_by_somebody")
    step.refuse_what_nobody_did(apps, None)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA ignore_check_constraints = ON")
    try:
        SchoolSchemeProposal.objects.update(state=State.ADOPTED)
        with pytest.raises(RuntimeError, match=f"scoring_schoolschemeproposal {made.pk}（adopted）"):
            step.refuse_what_nobody_did(apps, None)
    finally:
        SchoolSchemeProposal.objects.update(state=State.REHEARSED)
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA ignore_check_constraints = OFF")
