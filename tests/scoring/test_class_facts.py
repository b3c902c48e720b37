"""The facts behind a class's score, read from the county as it was on a day."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pytest

from casework.actions import acts
from casework.contacts import ContactMethod
from casework.models import Obligation
from casework.ruleset import Tier
from scoring.queries.class_scores import class_scores
from scoring.scheme import Measure
from students.actions import enrolment, leave
from students.days import MarkKind
from students.enrolment import EventKind
from students.losses import LossKind
from students.models import SchoolClass
from students.register_days import RegisterState
from tests import cast
from tests.scene import Scene, at, school_days

START = date(2026, 9, 1)
DAYS = school_days(START, 18)  # through 24 September: no holiday among them
TODAY = date(2026, 12, 1)


@dataclass
class Term:
    """A class whose term is told as it went; today is 1 December."""

    scene: Scene

    def take(self, *days: date, slots=("AM", "PM"), **marks):
        children = {name: (self.child(name), kind) for name, kind in marks.items()}
        for day in days:
            for slot in slots:
                cast.take_register(self.scene.clerk, self.scene.school_class, day, slot, today=TODAY, **children)

    def child(self, name: str):
        return self.scene.children[("first", "second", "third").index(name)]

    def happen(self, kind: EventKind, day: date, name: str = "first", **fields):
        fields = {"by": self.scene.clerk, "student": self.child(name), "today": TODAY} | fields
        return enrolment.record_event(kind=kind, happened_on=day, **fields)

    def call(self, day: date, name: str = "first"):
        told = {"method": ContactMethod.PHONE, "result": "通话", "outcome": "talked"}
        return acts.record_contact(by=self.scene.teacher, student=self.child(name), day=day, today=TODAY, **told)

    def report(self, day: date, kind: Tier, name: str = "first"):
        return acts.file_report(by=self.scene.teacher, student=self.child(name), day=day, kind=kind, today=TODAY)

    def score(self, as_of: date):
        [(_, made)] = class_scores(SchoolClass.objects.filter(pk=self.scene.school_class.pk), as_of=as_of)
        return made

    def points(self, measure: Measure, as_of: date) -> Decimal:
        return self.score(as_of).lines[measure].points


@pytest.fixture
def term(scene, clock):
    clock.move_to(at(TODAY))
    return Term(scene)


class TestDays:
    def test_run_from_the_school_year_through_the_day_asked_for(self, term):
        assert list(term.score(DAYS[4]).facts.days) == DAYS[:5]

    def test_are_what_their_registers_make_them(self, term):
        term.take(DAYS[0])
        term.take(DAYS[1], slots=["AM"])
        states = [day.state for day in term.score(DAYS[2]).facts.days.values()]
        assert states == [RegisterState.TAKEN, RegisterState.PARTLY, RegisterState.MISSING]

    def test_of_a_class_nobody_attends_cost_nothing(self, term):
        empty = cast.school_class(term.scene.school, "202401")
        [(_, made)] = class_scores(SchoolClass.objects.filter(pk=empty.pk), as_of=DAYS[4])
        assert made.total == 10  # nobody is lost
        assert {day.state for day in made.facts.days.values()} == {RegisterState.NOBODY}


class TestLateCalls:
    def miss(self, term):
        """A first week with every register, and one afternoon missed on Friday."""
        term.take(*DAYS[:3])
        term.take(DAYS[3], slots=["AM"])
        term.take(DAYS[3], slots=["PM"], first="unexcused")

    def test_are_late_from_the_day_after_they_were_due(self, term):
        self.miss(term)
        assert term.points(Measure.LATE_CONTACT, DAYS[3]) == 0
        assert term.points(Measure.LATE_CONTACT, DAYS[4]) == Decimal("-0.5")

    def test_made_in_time_cost_nothing(self, term):
        self.miss(term)
        term.call(DAYS[3])
        assert term.points(Measure.LATE_CONTACT, DAYS[10]) == 0

    def test_made_late_are_charged_all_the_same(self, term):
        self.miss(term)
        term.call(DAYS[6])
        [charge] = term.score(DAYS[5]).lines[Measure.LATE_CONTACT].charges
        assert charge.duties[0].done_on is None  # not yet, on that day
        [charge] = term.score(DAYS[10]).lines[Measure.LATE_CONTACT].charges
        assert charge.duties[0].done_on == DAYS[6]

    def test_vanish_where_the_absence_was_excused_later(self, term):
        self.miss(term)
        kept = Obligation.objects.get(tier=Tier.CONTACT)
        assert term.points(Measure.LATE_CONTACT, DAYS[10]) == Decimal("-0.5")
        slip = {"first_day": DAYS[3], "last_day": DAYS[3], "kind": MarkKind.SICK_LEAVE}
        leave.approve(by=term.scene.clerk, student=term.child("first"), today=TODAY, **slip)
        assert term.points(Measure.LATE_CONTACT, DAYS[10]) == 0
        kept.refresh_from_db()
        assert kept.withdrawn_at


class TestLateReports:
    def test_are_judged_as_if_the_later_days_had_not_been(self, term):
        """Two runs, one report between them: of the first while the second is young, of the second once it is old."""
        term.take(*DAYS[:3], first="unexcused")  # a report is owed on the third day
        term.take(*DAYS[3:6])
        term.take(*DAYS[6:9], first="unexcused")  # and again on the ninth
        term.take(*DAYS[9:])
        term.report(DAYS[7], Tier.ABSENCE_REPORT)
        done = dict(Obligation.objects.filter(tier=Tier.ABSENCE_REPORT).values_list("triggered_on", "done_on"))
        assert done == {DAYS[2]: None, DAYS[8]: DAYS[7]}
        [charge] = term.score(DAYS[7]).lines[Measure.LATE_REPORT].charges
        assert (charge.points, charge.duties[0].done_on) == (Decimal("-0.5"), DAYS[7])
        [charge] = term.score(DAYS[8]).lines[Measure.LATE_REPORT].charges
        assert (charge.points, charge.duties[0].done_on) == (-1, None)


class TestTheLost:
    def kinds(self, term, as_of: date):
        return {loss.student: loss.kind for loss in term.score(as_of).facts.lost}

    def test_are_the_dropped_out_from_their_day_until_they_return(self, term):
        child = term.child("first").pk
        term.happen(EventKind.DROP_OUT, DAYS[5])
        term.happen(EventKind.RETURN, DAYS[8])
        assert self.kinds(term, DAYS[4]) == {}
        assert self.kinds(term, DAYS[5]) == self.kinds(term, DAYS[7]) == {child: LossKind.DROPPED_OUT}
        assert self.kinds(term, DAYS[8]) == {}

    def test_are_others_out_at_once(self, term):
        term.happen(EventKind.OTHER_OUT, DAYS[5])
        assert self.kinds(term, DAYS[5]) == {term.child("first").pk: LossKind.OTHER_OUT}

    @pytest.mark.parametrize(("days", "lost"), [(30, False), (31, True), (32, True)])
    def test_are_transfers_that_nobody_confirmed_in_thirty_days(self, term, days, lost):
        term.happen(EventKind.TRANSFER_OUT, DAYS[0])
        assert bool(self.kinds(term, DAYS[0] + timedelta(days=days))) is lost

    @pytest.mark.parametrize(("days", "lost"), [(-1, False), (0, False), (1, True)])
    def test_are_found_again_from_the_day_of_the_confirmation(self, term, days, lost):
        asked = DAYS[0] + timedelta(days=40)
        term.happen(EventKind.TRANSFER_OUT, DAYS[0], confirmed_on=asked + timedelta(days=days))
        assert bool(self.kinds(term, asked)) is lost

    def test_of_an_earlier_school_year_are_not_this_years(self, term):
        term.happen(EventKind.DROP_OUT, date(2026, 8, 31))
        assert self.kinds(term, DAYS[5]) == {}
        assert term.score(DAYS[5]).facts.baseline == 2

    def test_belong_to_their_latest_class(self, term):
        other = cast.school_class(term.scene.school, "202302")
        term.happen(EventKind.CLASS_MOVE, DAYS[2], school_class=other)
        term.happen(EventKind.DROP_OUT, DAYS[5])
        assert self.kinds(term, DAYS[6]) == {}
        [(_, made)] = class_scores(SchoolClass.objects.filter(pk=other.pk), as_of=DAYS[6])
        assert [loss.student for loss in made.facts.lost] == [term.child("first").pk]
        assert (made.facts.baseline, made.veto) == (0, False)
        assert term.score(DAYS[6]).facts.baseline == 3


class TestReturns:
    def test_count_once_the_child_was_seen_on_ten_days(self, term):
        term.happen(EventKind.DROP_OUT, DAYS[0])
        term.happen(EventKind.RETURN, DAYS[2])
        term.take(*DAYS[2:5])
        term.take(DAYS[5], DAYS[6], first="sick_leave")  # not in a row
        term.take(*DAYS[7:])
        assert term.points(Measure.VERIFIED_RETURN, DAYS[12]) == 0
        assert term.points(Measure.VERIFIED_RETURN, DAYS[13]) == 2
        [charge] = term.score(DAYS[15]).lines[Measure.VERIFIED_RETURN].charges
        assert (charge.child, charge.day) == (term.child("first").pk, DAYS[13])

    def test_are_the_new_classs_where_another_took_the_child_back(self, term):
        other = cast.school_class(term.scene.school, "202302")
        term.happen(EventKind.DROP_OUT, DAYS[0])
        term.happen(EventKind.RETURN, DAYS[1], school_class=other)
        for day in DAYS[1:]:
            cast.take_register(term.scene.clerk, other, day, "AM", today=TODAY)
        assert term.points(Measure.VERIFIED_RETURN, DAYS[15]) == 0
        [(_, made)] = class_scores(SchoolClass.objects.filter(pk=other.pk), as_of=DAYS[15])
        assert made.lines[Measure.VERIFIED_RETURN].points == 2

    def test_into_two_classes_count_once_for_the_one_that_was_verified_first(self, term):
        other = cast.school_class(term.scene.school, "202302")
        term.happen(EventKind.DROP_OUT, DAYS[0])
        term.happen(EventKind.RETURN, DAYS[1])
        term.take(*DAYS[1:4])
        term.happen(EventKind.DROP_OUT, DAYS[4])
        term.happen(EventKind.RETURN, DAYS[5], school_class=other)
        for day in DAYS[5:]:
            cast.take_register(term.scene.clerk, other, day, "AM", today=TODAY)
        assert term.points(Measure.VERIFIED_RETURN, DAYS[17]) == 2
        [(_, made)] = class_scores(SchoolClass.objects.filter(pk=other.pk), as_of=DAYS[17])
        assert made.lines[Measure.VERIFIED_RETURN].points == 0


def test_many_classes_cost_no_more_queries_than_one(term, django_assert_num_queries):
    for number in range(3):
        cast.student(cast.school_class(term.scene.school, f"20240{number}"))
    term.take(*DAYS[:2], first="unexcused")
    classes = SchoolClass.objects.order_by("number")
    list(class_scores(classes, as_of=DAYS[5]))  # the calendar is kept from now on
    with django_assert_num_queries(13):
        assert len(list(class_scores(classes, as_of=DAYS[5]))) == 4
    with django_assert_num_queries(13):
        assert len(list(class_scores(classes.filter(pk=term.scene.school_class.pk), as_of=DAYS[5]))) == 1
