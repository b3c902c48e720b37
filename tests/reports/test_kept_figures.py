"""Figures that are kept overnight: which months, and that they are what the children themselves say."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError

from casework import clock as ticking
from reports.actions.figures import keep_figures, kept_months
from reports.figures import CODES
from reports.models import COLUMN_OF, KeptFigures
from reports.queries.figures import Census
from reports.queries.kept_figures import kept, months_kept, sums
from reports.queries.monthly_return import rows_of
from students.access import Scope
from students.actions import enrolment
from students.enrolment import EventKind
from students.models import SpecialGroup, Student, Term
from tests import cast
from tests.scene import MONDAY, at, clock, scene

__all__ = ["clock", "scene"]

NOVEMBER = date(2026, 11, 3)
COUNTY = Scope(county=True)


@pytest.fixture
def autumn(scene, clock):
    """One child drops out in September, one is transferred out unconfirmed in October; it is 3 November."""
    clock.move_to(at(NOVEMBER))
    first, second, _ = scene.children
    for child, kind, day in ((first, EventKind.DROP_OUT, date(2026, 9, 20)),
                             (second, EventKind.TRANSFER_OUT, date(2026, 10, 1))):  # fmt: skip
        enrolment.record_event(by=scene.clerk, student=child, kind=kind, happened_on=day, today=NOVEMBER)
    return scene


@pytest.mark.parametrize(
    ("today", "codes", "last"),
    [
        (date(2026, 9, 2), ["2026-09"], date(2026, 9, 1)),
        (date(2026, 9, 26), ["2026-09"], date(2026, 9, 25)),
        (date(2026, 9, 27), ["2026-09", "2026-10"], date(2026, 9, 26)),
        (NOVEMBER, ["2026-09", "2026-10", "2026-11"], date(2026, 11, 2)),
    ],
)
def test_the_months_of_the_year_are_kept_through_yesterday(db, today, codes, last):
    cast.terms()
    found = kept_months(today)
    assert [each.month.code for each in found] == codes
    assert found[-1].day == last


def test_the_last_months_of_two_years_are_kept_as_far_as_there_are_records(db):
    cast.terms()
    Term.objects.create(school_year=2025, number=2, start=date(2026, 2, 20), end=date(2026, 7, 9))
    assert [each.month.code for each in kept_months(date(2026, 9, 2))] == ["2026-08", "2026-09"]
    Term.objects.create(school_year=2024, number=2, start=date(2025, 2, 20), end=date(2025, 7, 9))
    assert [each.month.code for each in kept_months(date(2026, 9, 2))] == ["2025-08", "2026-08", "2026-09"]


def test_on_the_first_of_september_the_old_year_is_whole(db):
    cast.terms()
    found = kept_months(date(2027, 9, 1))
    assert len(found) == 12
    assert found[-1].day == date(2027, 8, 31)


def test_what_is_kept_is_what_the_children_say(autumn):
    keep_figures(today=NOVEMBER)
    [month] = [each for each in months_kept() if each.code == "2026-10"]
    [census] = Census(date(2026, 9, 26), date(2026, 10, 25)).counts().values()
    [row] = kept(COUNTY).filter(as_of=month.day)
    assert {code: getattr(row, COLUMN_OF[code]) for code in CODES} == {code: census[code] for code in CODES}
    assert (row.grade, row.stage, row.transfer_out, row.dropped_total) == (4, "primary", 1, 1)
    assert (month.days, month.label, month.school_year) == ("9月26日至10月25日", "2026年10月", 2026)


def test_a_correction_reaches_every_month_that_is_kept(autumn):
    keep_figures(today=NOVEMBER)
    before = {day: each.dropout_rate.numerator for day, each in sums(kept(COUNTY), "as_of").items()}
    gone = {"by": autumn.clerk, "kind": EventKind.DROP_OUT, "happened_on": date(2026, 9, 21), "today": NOVEMBER}
    enrolment.record_event(student=autumn.children[2], **gone)
    keep_figures(today=NOVEMBER)
    after = {day: each.dropout_rate.numerator for day, each in sums(kept(COUNTY), "as_of").items()}
    assert [after[day] - before[day] for day in after] == [1, 1, 1]


def test_a_day_that_is_no_cut_off_is_kept_until_the_next_night(scene, clock):
    keep_figures(today=date(2026, 9, 10))
    keep_figures(today=date(2026, 9, 11))
    assert [each.day for each in months_kept()] == [date(2026, 9, 10)]


def test_months_of_a_year_that_is_over_are_not_kept_on_as_they_were(scene):
    """Nobody counts them any more: a correction would not reach them."""
    keep_figures(today=date(2026, 10, 20))
    assert [each.code for each in months_kept()] == ["2026-09", "2026-10"]
    keep_figures(today=date(2027, 9, 2))
    assert [each.code for each in months_kept()] == ["2027-08", "2027-09"]


def test_the_figures_of_the_night_before_stand_until_the_new_ones_are_counted(autumn, monkeypatch):
    keep_figures(today=NOVEMBER)
    before = list(KeptFigures.objects.values_list("pk", flat=True))

    def fail(census):
        assert list(KeptFigures.objects.values_list("pk", flat=True)) == before
        raise RuntimeError("failed on purpose")

    monkeypatch.setattr(Census, "counts", fail)
    with pytest.raises(RuntimeError):
        keep_figures(today=NOVEMBER + timedelta(days=1))
    assert [each.day for each in months_kept()][-1] == NOVEMBER - timedelta(days=1)
    assert list(KeptFigures.objects.values_list("pk", flat=True)) == before


def test_sexes_and_groups_are_kept_beside_everybody(autumn):
    first, second, third = autumn.children
    Student.objects.filter(pk=third.pk).update(sex="女")
    Student.objects.filter(pk__in=[first.pk, second.pk]).update(sex="男")
    SpecialGroup.objects.create(student=first, kind="orphan", since=MONDAY)
    SpecialGroup.objects.create(student=second, kind="orphan", since=MONDAY, until=date(2026, 10, 25))
    keep_figures(today=NOVEMBER)
    baselines = {part: sums(kept(COUNTY, parts=[part]), "month")["2026-10"]["baseline"] for part in ("", "男", "女")}
    assert baselines == {"": 3, "男": 2, "女": 1}
    orphans = {month: each["baseline"] for month, each in sums(kept(COUNTY, parts=["orphan"]), "month").items()}
    assert orphans == {"2026-09": 2, "2026-10": 1, "2026-11": 1}  # on the last day of the month itself


def test_a_night_that_runs_twice_keeps_the_same(autumn):
    keep_figures(today=NOVEMBER)
    before = list(KeptFigures.objects.values(*COLUMN_OF.values(), "as_of", "part"))
    keep_figures(today=NOVEMBER)
    assert list(KeptFigures.objects.values(*COLUMN_OF.values(), "as_of", "part")) == before


def test_the_clock_keeps_them(scene, clock):
    assert ticking.DUTIES["figures"][1](MONDAY)["figures"] == KeptFigures.objects.count() > 0


@pytest.mark.parametrize(
    "broken", [{"part": "unheard of"}, {"first": date(2026, 9, 8)}, {"baseline": 3, "left_in_order": 2,
                                                                    "lost_of_baseline": 2}]
)  # fmt: skip
def test_figures_that_cannot_be_are_refused(scene, broken):
    of = {"school": scene.school, "stage": "primary", "grade": 4, "month": "2026-09", "first": MONDAY, "as_of": MONDAY}
    with pytest.raises(IntegrityError):
        KeptFigures.objects.create(**of | broken)


def test_a_class_that_has_left_is_no_grade_of_its_school(scene):
    """By its age it would be a seventh grade, which a primary school has not."""
    gone = cast.student(cast.school_class(scene.school, "202001"), "往届", since=date(2020, 9, 1))
    left = {"kind": EventKind.DROP_OUT, "happened_on": date(2026, 5, 8), "today": MONDAY}
    enrolment.record_event(by=scene.clerk, student=gone, **left)
    rows = rows_of(Census(date(2026, 8, 26), MONDAY), [scene.school])
    assert [(row.grade, row.grade_name) for row in rows] == [(4, "四年级"), (7, "已满学制")]
