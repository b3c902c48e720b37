"""A 就读身份 that changes leaves the returns of the months before as they were; one that was wrong does not."""

from datetime import date, timedelta

import pytest

from reports.figures import REGISTERED
from returns.actions.dues import mark_amendments
from returns.models import AmendmentDue
from returns.queries.live import live_figures
from tests.returns.filed import CUT_OFF, TODAY, accept, filed, october
from tests.students.test_child_forms import correct

DAY = timedelta(days=1)


def registered(school) -> int:
    live = live_figures(school.school, october(), today=TODAY)
    assert len(live.lists[REGISTERED]) == live.total[REGISTERED]
    return live.total[REGISTERED]


@pytest.mark.parametrize(
    ("since", "way", "counted", "due"),
    [
        (CUT_OFF + DAY, "changed", 3, 0),  # the figures of October stood when it changed
        (CUT_OFF, "changed", 2, 1),  # on its last day it was something else already
        (CUT_OFF - DAY, "changed", 2, 1),
        ("", "changed", 3, 0),  # of today
        ("", "wrong", 2, 1),
    ],
)
def test_a_filed_return_is_to_be_amended_where_the_month_was_another(school, head, bureau, since, way, counted, due):
    filed(school, head)
    accept(school, bureau)
    assert registered(school) == 3
    assert (
        correct(school, school.children[1], standing="guest", standing_since=since, standing_way=way).status_code == 302
    )
    assert registered(school) == counted
    assert mark_amendments(today=TODAY) == due
    assert ["期末在籍3→2人" in words for words in AmendmentDue.objects.values_list("words", flat=True)] == [True] * due


def test_what_was_wrong_of_a_change_is_put_right_again(school, head, bureau):
    filed(school, head)
    child = school.children[1]
    correct(school, child, standing="guest", standing_since=date(2026, 10, 12))
    assert mark_amendments(today=TODAY) == 1
    child.refresh_from_db()
    correct(school, child, standing="registered", standing_way="wrong")
    assert (registered(school), mark_amendments(today=TODAY)) == (3, 0)
