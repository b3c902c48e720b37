"""Who opens, enters and closes a review truly at the same time. PostgreSQL only."""

import pytest
from django.db import connection

from returns.actions.reviews import Clash, ReviewRefused
from returns.models import Review, ReviewChild
from returns.queries.review_results import closing_of
from students.models import AuditRow, Role
from tests import cast
from tests.returns.filed import principal_of
from tests.returns.reviewed import (
    TODAY,
    accept_quarter,
    add_words,
    children,
    close,
    enter,
    enter_all,
    opened,
)
from tests.scene import at
from tests.students.test_register_races import all_at_once

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="SQLite lets one transaction write at a time, so nothing there is truly simultaneous",
    ),
]


@pytest.fixture
def school(transactional_db, scene, clock):
    clock.move_to(at(TODAY))
    head, bureau = principal_of(scene), cast.person(role=Role.BUREAU_OFFICER)
    accept_quarter(scene.school, clerk=scene.clerk, head=head, bureau=bureau)
    return scene


@pytest.fixture
def officers(school):
    return [cast.person(name, role=Role.BUREAU_OFFICER) for name in ("苏远", "方宁")]


def refused(outcomes, kind=ReviewRefused) -> int:
    return len([each for each in outcomes if isinstance(each, kind)])


def test_of_two_who_open_a_quarter_one_is_told(school, officers):
    one, other = officers
    outcomes = all_at_once(lambda: opened(one), lambda: opened(other))
    assert refused(outcomes) == 1, outcomes
    assert (Review.objects.count(), ReviewChild.objects.count()) == (1, 3)


def test_of_two_who_enter_a_child_one_sees_the_other(school, officers):
    one, other = officers
    opened(one)
    child = children(school.school)[0]
    outcomes = all_at_once(lambda: enter(one, child), lambda: enter(other, child, "unverified", words="没有见到"))
    assert refused(outcomes, Clash) == 1, outcomes
    assert ReviewChild.objects.get(pk=child.pk).version == 1


def test_two_who_enter_two_children_disturb_nobody(school, officers):
    one, other = officers
    opened(one)
    first, second, _ = children(school.school)
    assert refused(all_at_once(lambda: enter(one, first), lambda: enter(other, second))) == 0
    assert ReviewChild.objects.filter(finding="holds").count() == 2


def test_what_is_entered_while_it_is_closed_is_in_the_results_or_refused(school, officers):
    one, other = officers
    review = opened(one)
    enter_all(one, school.school)
    child, mark = children(school.school)[0], closing_of(review, today=TODAY).mark
    outcomes = all_at_once(
        lambda: close(one, review, mark=mark), lambda: enter(other, child, "unverified", words="没有见到")
    )
    assert refused(outcomes) == 1, outcomes
    review.refresh_from_db()
    assert review.is_closed == (ReviewChild.objects.get(pk=child.pk).finding == "holds")


def test_of_two_who_close_one_is_told(school, officers):
    one, other = officers
    review = opened(one)
    enter_all(one, school.school)
    mark = closing_of(review, today=TODAY).mark
    outcomes = all_at_once(lambda: close(one, review, mark=mark), lambda: close(other, review, mark=mark))
    assert refused(outcomes) == 1, outcomes
    assert AuditRow.objects.filter(action="review.close").count() == 1


def test_two_who_add_words_take_two_numbers(school, officers):
    one, other = officers
    review = opened(one)
    enter_all(one, school.school)
    close(one, review)
    outcomes = all_at_once(lambda: add_words(one, review, "一"), lambda: add_words(other, review, "二"))
    assert sorted(each.number for each in outcomes) == [1, 2]
