"""Scores that are kept overnight: which days, and that they are what the facts say."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError

from casework import clock as ticking
from scoring.actions.scores import keep_scores, kept_days
from scoring.models import KeptScore
from scoring.queries.class_scores import class_scores
from students.models import SchoolClass
from students.queries.calendar import current_calendar
from tests import cast
from tests.scene import at

SEPTEMBER, OCTOBER = date(2026, 9, 25), date(2026, 10, 25)


@pytest.mark.parametrize(
    ("today", "days"),
    [
        (date(2026, 9, 2), [date(2026, 9, 1)]),
        (date(2026, 9, 25), [date(2026, 9, 24)]),
        (date(2026, 9, 26), [SEPTEMBER]),
        (date(2026, 9, 27), [SEPTEMBER, date(2026, 9, 26)]),
        (date(2026, 11, 3), [SEPTEMBER, OCTOBER, date(2026, 11, 2)]),
    ],
)
def test_the_cut_offs_and_yesterday_are_kept(db, today, days):
    assert kept_days(today) == days


def test_on_the_first_of_september_the_old_year_is_whole(db):
    assert kept_days(date(2027, 9, 1))[-1] == date(2027, 8, 31)
    assert len(kept_days(date(2027, 9, 1))) == 12


def test_what_is_kept_is_what_the_facts_say(scene, clock):
    clock.move_to(at(date(2026, 11, 3)))
    for day in (date(2026, 9, 7), date(2026, 9, 8), date(2026, 9, 9)):
        cast.take_register(
            scene.clerk, scene.school_class, day, today=date(2026, 11, 3), a=(scene.children[0], "unexcused")
        )
    assert keep_scores(today=date(2026, 11, 3)) == 3
    for day in (SEPTEMBER, OCTOBER, date(2026, 11, 2)):
        [(_, made)] = class_scores(SchoolClass.objects.all(), as_of=day)
        kept = KeptScore.objects.get(as_of=day)
        assert kept.total == made.total
        assert {line: getattr(kept, line) for line in made.lines} == {k: v.points for k, v in made.lines.items()}
        assert (kept.baseline, kept.dropouts, kept.target_met, kept.is_rated) == (3, 0, True, False)


def test_a_correction_reaches_every_day_that_is_kept(scene, clock):
    clock.move_to(at(date(2026, 11, 3)))
    keep_scores(today=date(2026, 11, 3))
    before = dict(KeptScore.objects.values_list("as_of", "missed_roll_call"))
    days = current_calendar().school_days(school=scene.school.pk, school_class=scene.school_class.pk)
    for day in days.between(cast.FIRST_DAY, SEPTEMBER):
        for slot in ("AM", "PM"):
            cast.take_register(scene.clerk, scene.school_class, day, slot, today=date(2026, 11, 3))
    keep_scores(today=date(2026, 11, 3))
    after = dict(KeptScore.objects.values_list("as_of", "missed_roll_call"))
    assert before == dict.fromkeys(before, Decimal(-10))
    assert after[SEPTEMBER] == 0
    assert after[date(2026, 11, 2)] == -10


def test_yesterdays_row_makes_room_for_the_next(scene):
    keep_scores(today=date(2026, 9, 10))
    keep_scores(today=date(2026, 9, 11))
    assert list(KeptScore.objects.values_list("as_of", flat=True)) == [date(2026, 9, 10)]


def test_the_clock_keeps_them_once_a_day(scene):
    label, perform = ticking.DUTIES["scores"]
    assert label == "计算班级得分"
    assert perform(date(2026, 9, 10)) == {"scores": 1}


def test_a_total_that_is_no_sum_is_refused(scene):
    keep_scores(today=date(2026, 9, 10))
    with pytest.raises(IntegrityError, match="a_total_is_the_sum_of_its_lines"):
        KeptScore.objects.update(total=Decimal("99.9"))
