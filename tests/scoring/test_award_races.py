"""Lists of awards, taken truly at the same time. PostgreSQL only."""

import pytest
from django.db import connection

from scoring.actions.award_lists import AwardRefused
from scoring.actions.award_papers import make_papers
from scoring.models import AwardChange, AwardList
from scoring.queries.award_lists import changes_of, proposal_of
from students.models import Role
from tests import cast
from tests.scoring.awarding import (
    CLASS,
    GRADE,
    TODAY,
    amended,
    change,
    confirm,
    freeze,
    lose,
    names,
    short_term,
    term,
)
from tests.students.test_register_races import all_at_once

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of the libraries that draw the PDF
    pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="SQLite lets one transaction write at a time, so nothing there is truly simultaneous",
    ),
]


@pytest.fixture
def taught(transactional_db, scene, clock):
    return short_term(scene, clock)


@pytest.fixture
def officers(taught):
    return [cast.person(name, role=Role.BUREAU_OFFICER) for name in ("苏远", "方宁")]


@pytest.fixture
def row(taught, officers):
    return freeze(taught, officers[0])


def test_of_two_who_confirm_one_award_one_is_told(officers, row):
    first, second = officers
    outcomes = all_at_once(lambda: confirm(CLASS, first), lambda: confirm(CLASS, second))
    assert len([each for each in outcomes if isinstance(each, AwardRefused)]) == 1, outcomes
    assert AwardList.objects.count() == 1


def test_two_awards_confirmed_at_once_have_two_numbers(officers, row):
    first, second = officers
    outcomes = all_at_once(lambda: confirm(CLASS, first), lambda: confirm(GRADE, second))
    assert sorted(each.number for each in outcomes) == [1, 2]


def test_an_amendment_comes_before_or_after_a_list_and_never_in_between(taught, officers, row):
    first, second = officers
    lose(taught)
    proposal = proposal_of(CLASS, term(), TODAY)
    seen = {"rule": proposal.field.rule.key, "mark": proposal.mark}
    outcomes = all_at_once(lambda: confirm(CLASS, first, **seen), lambda: amended(row, second))
    made = AwardList.objects.first()
    assert isinstance(outcomes[0], AwardRefused) is (made is None), outcomes
    if made:
        assert made.schools.get().edition == 0
        assert changes_of(made, TODAY).is_any


def test_of_two_who_change_a_list_one_is_told(taught, officers, row):
    first, second = officers
    awards = confirm(CLASS, first)
    lose(taught)
    amended(row, first)
    mark = changes_of(awards, TODAY).mark
    outcomes = all_at_once(lambda: change(awards, first, mark=mark), lambda: change(awards, second, mark=mark))
    assert len([each for each in outcomes if isinstance(each, AwardRefused)]) == 1, outcomes
    assert AwardChange.objects.count() == 1
    assert len(names(awards)) == 1


def test_papers_asked_for_twice_are_set_once(officers, row):
    awards = confirm(CLASS, officers[0])
    outcomes = all_at_once(*[lambda: make_papers(by=officers[0], award_list=awards, edition=0)] * 2)
    assert sorted(outcomes) == [0, 3]
