"""What is to be looked at before signing: every number is that of the page behind it."""

from datetime import date, timedelta

import pytest

from casework.models import Obligation
from returns.queries.live import live_figures
from returns.queries.periods import filing_period
from returns.queries.warnings import Warning, warnings_of
from students.actions import transfers
from students.actions.enrolment import record_event
from students.enrolment import EventKind
from students.models import HeadCount, Term
from tests import cast
from tests.returns.filed import CUT_OFF, TODAY, october
from tests.scene import at, client_of


def warned(scene, words: str, today: date = TODAY) -> Warning | None:
    live = live_figures(scene.school, october(), today=today)
    return next((each for each in warnings_of(live, today=today) if words in each.text), None)


def leave(scene, child: int, day: date):
    student = scene.children[child]
    record_event(by=None, student=student, kind=EventKind.TRANSFER_OUT, happened_on=day, today=TODAY)


@pytest.mark.parametrize(("days", "number"), [(30, 0), (31, 1), (32, 1)])
def test_a_transfer_that_came_without_a_school_is_warned_of_from_the_day_on_which_it_is_listed(school, days, number):
    leave(school, 0, TODAY - timedelta(days=days))
    found = warned(school, "转出超过30天没有确认接收")
    assert bool(found) == bool(number)
    if found:
        assert found.text == "转出超过30天没有确认接收的1人，算疑似失联"
        page = client_of(school.clerk).get(found.url)
        assert [line.name for line in page.context["lines"]] == ["高东"]


def test_a_transfer_that_was_offered_is_among_those_of_the_page(school):
    far = cast.school("西岭小学", township=cast.township("西岭镇"))
    transfers.send_out(by=school.clerk, student=school.children[1], happened_on=CUT_OFF, today=TODAY, to_school=far)
    found = warned(school, "转学还没有确认接收")
    assert found.text == "转学还没有确认接收的1人"
    page = client_of(school.clerk).get(found.url)
    assert len(page.context["lines"]) == 1
    assert not warned(school, "疑似失联")


def test_duties_are_those_that_the_list_shows_as_overdue(school):
    for day in (date(2026, 9, 7), date(2026, 9, 8), date(2026, 9, 9)):
        school.take(day, first="unexcused", second="unexcused")
    found = warned(school, "逾期未办的待办")
    page = client_of(school.clerk).get(found.url)
    number = page.context["page"].paginator.count
    assert 0 < number < Obligation.objects.count()
    assert found.text == f"逾期未办的待办{number}件"


def test_the_bureau_is_led_to_the_pages_of_this_school(school, bureau):
    leave(school, 0, date(2026, 9, 15))
    other = cast.school("西岭小学")
    gone = cast.student(cast.school_class(other), "王一")
    record_event(by=None, student=gone, kind=EventKind.TRANSFER_OUT, happened_on=date(2026, 9, 15), today=TODAY)
    page = client_of(bureau).get(warned(school, "疑似失联").url)
    assert [line.name for line in page.context["lines"]] == ["高东"]


def count(scene, day: date, present: int, *, from_above: bool = False):
    now = at(day)
    HeadCount.objects.create(
        school_class=scene.school_class, term=Term.objects.get(start__lte=day, end__gte=day), counted_on=day,
        counted_at=now, slot="AM", is_from_above=from_above, on_roll=3, present=present, counted_by=scene.clerk,
        recorded_at=now, recorded_by=scene.clerk,
    )  # fmt: skip


def test_what_the_inspector_missed_is_said_whatever_the_school_counts_that_day(school):
    count(school, CUT_OFF, 2, from_above=True)
    count(school, CUT_OFF, 3)
    assert warned(school, "清点与名册不符")
    count(school, TODAY, 3)
    assert not warned(school, "清点与名册不符")  # the last day speaks


def test_a_count_of_the_term_is_told_of_in_its_holidays_too(school):
    """The cut-offs of January and July lie after the last day of term."""
    count(school, date(2027, 1, 12), 2)
    day = date(2027, 1, 26)
    live = live_figures(school.school, filing_period("2027-01"), today=day)
    assert any("清点与名册不符" in each.text for each in warnings_of(live, today=day))
