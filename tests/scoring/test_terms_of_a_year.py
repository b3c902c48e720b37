"""Two terms of a school year: no day, register or late report counts in both or in none."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from casework.engine import escalate
from reports.queries.frozen_scores import frozen_scores_table
from scoring.presets import award_rule_in
from scoring.queries.award_facts import person_terms, school_terms, scores_now
from scoring.queries.class_scores import class_scores
from scoring.queries.freeze_page import sheet_of
from scoring.queries.months import months_of, seams_of
from scoring.school_scores import MEAN_LINES
from students.actions.enrolment import rebuild
from students.enrolment import EventKind
from students.models import EnrolmentEvent, Role, RollCall, SchoolClass, Term
from students.queries.calendar import current_calendar
from tests import cast
from tests.scene import at, client_of
from tests.scoring.appealing import freeze_scores, opened, principal_of, sign

CUT_OFF, SPRING, END, TODAY = date(2027, 1, 25), date(2027, 2, 22), date(2027, 3, 26), date(2027, 4, 1)


@pytest.fixture
def year(scene, clock):
    clock.move_to(at(TODAY))
    return scene


def terms_until(end: date, scene, *left_out: date) -> list[Term]:
    """The first term ends on ``end``, the second on 26 March; every register is taken but those of some days."""
    Term.objects.filter(number=1).update(end=end)
    Term.objects.filter(number=2).update(start=SPRING, end=END)
    days = current_calendar().school_days(school=scene.school.pk, school_class=scene.school_class.pk)
    RollCall.objects.bulk_create(
        RollCall(school_class=scene.school_class, day=day, slot=slot, taken_at=at(TODAY))
        for day in days.between(date(2026, 9, 1), END)
        for slot in ("AM", "PM")
        if day not in left_out
    )
    return list(Term.objects.filter(school_year=2026).order_by("number"))


def never_reported(scene, day: date) -> None:
    """A child went on ``day``; the report that was due then was never written."""
    EnrolmentEvent.objects.create(
        student=scene.children[0], kind=EventKind.TRANSFER_OUT, happened_on=day, confirmed_on=day, recorded_at=at(TODAY)
    )
    rebuild([scene.children[0].pk])
    escalate(through=TODAY)


def days_from(first: date, number: int) -> list[date]:
    return [first + timedelta(days=each) for each in range(number)]


def points_of(scene, term: Term):
    """What a term counts for the class's 班主任, but for the target."""
    [made] = person_terms([scores_now(scene.school, term, TODAY)])
    return made.points - 10


def lines_at(day: date):
    [(_, made)] = class_scores(SchoolClass.objects.all(), as_of=day)
    return sum(made.lines[line].points for line in MEAN_LINES)


@pytest.mark.parametrize(("end", "gone"), [(date(2027, 1, 15), 0), (CUT_OFF, 1), (date(2027, 1, 29), 7)])
def test_the_points_of_two_terms_add_up_to_the_years(year, end, gone):
    """A child leaves some days before the first term's end, the registers of its last three days are left out."""
    first, second = terms_until(end, year, *days_from(end - timedelta(days=2), 3), date(2027, 3, 1))
    never_reported(year, end - timedelta(days=gone))
    assert points_of(year, first) + points_of(year, second) == lines_at(END) < 0
    schools = [term for each in (first, second) for term in school_terms([scores_now(year.school, each, TODAY)])]
    spent = [(100 - points) / 5 for each in schools for _, points, _ in each.months]
    assert sum(spent) == -lines_at(END)


@pytest.mark.parametrize(
    ("left_out", "points"), [(date(2027, 1, 28), (-1, 0)), (date(2027, 1, 29), (-1, 0)), (SPRING, (0, -1))]
)
def test_a_day_at_the_end_of_a_term_counts_in_it_alone(year, left_out, points):
    first, second = terms_until(date(2027, 1, 29), year, left_out)
    assert (points_of(year, first), points_of(year, second)) == points


@pytest.mark.parametrize(("day", "points"), [(14, (-1, 0)), (15, (0, -1))])
def test_what_becomes_late_after_a_term_counts_in_the_next(year, day, points):
    """Reports of a day are due that day, and late from the next."""
    first, second = terms_until(date(2027, 1, 15), year)
    never_reported(year, date(2027, 1, day))
    assert (points_of(year, first), points_of(year, second)) == points


def test_the_end_of_the_term_before_is_a_seam_and_the_first_month_counts_from_it(year):
    first, second = terms_until(date(2027, 1, 29), year)
    assert date(2027, 1, 29) not in seams_of(first, first.end)
    assert seams_of(second, END)[0] == date(2027, 1, 29)
    assert [each.before for each in months_of(second, END)] == [date(2027, 1, 29), date(2027, 2, 25), date(2027, 3, 25)]
    assert months_of(first, first.end)[0].before is None
    assert months_of(second, date(2026, 8, 1)) == []


@pytest.mark.parametrize(("days", "short"), [(1, ["2月"]), (4, ["2月"]), (7, [])])
def test_a_stub_after_the_cut_off_is_told_and_not_judged(year, days, short):
    """One, four or five school days after Monday 25 January, the first of them without registers."""
    end = CUT_OFF + timedelta(days=days)
    first, _ = terms_until(end, year, CUT_OFF + timedelta(days=1))
    [made] = school_terms([scores_now(year.school, first, TODAY)])
    rule = award_rule_in(2026)
    named = [(label, number) for (label, *_), number in zip(made.months, made.days, strict=True)]
    assert (rule.short_months(named), named[-1][1]) == (short, min(days, 5))
    bureau = cast.person("苏远", role=Role.BUREAU_OFFICER)
    row = sign(opened(year, bureau, term=first, today=TODAY), principal_of(year), today=TODAY)
    row = freeze_scores(row, bureau, today=TODAY)
    said = "评先进校时，2月不足5个上课日，不单独评等级。" if short else "评先进校时"
    page = client_of(bureau).get(reverse("scoring:freeze", args=[row.pk])).content.decode()
    told = "".join(frozen_scores_table(sheet_of(row, "", today=TODAY)).notes)
    assert (said in page, said in told) == (bool(short), bool(short))
