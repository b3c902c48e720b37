"""Rows that are ticked in a form: those offered, and what is said of a key that is none."""

import pytest
from django import forms

from students.forms.fields import RowsField
from students.models import School
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def field():
    field = RowsField("学校", wrong="请在列出的学校中选择")
    field.queryset = School.objects.all()
    return field


def test_rows_that_are_offered_are_chosen(field):
    schools = [cast.school("东坪小学"), cast.school("西岭小学")]
    assert list(field.clean([str(school.pk) for school in schools])) == schools


@pytest.mark.parametrize("key", ["9" * 19, "9" * 5000, "999999999999999999", "-1", "x", "=1+1", "长"])
def test_a_key_that_is_none_is_refused_in_words(field, key):
    with pytest.raises(forms.ValidationError) as refused:
        field.clean([key])
    assert refused.value.messages == ["请在列出的学校中选择"]


def test_nothing_chosen_is_asked_for(field):
    with pytest.raises(forms.ValidationError) as refused:
        field.clean([])
    assert refused.value.messages == ["请选择学校"]
