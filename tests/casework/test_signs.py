"""Early signs 预警: the day before, of and after every threshold."""

from datetime import date, timedelta

import pytest

from casework.ladder import StudentFacts, World
from casework.signs import Lookout, Out, kin, plain_phone
from students.calendar import Calendar, Term
from students.enrolment import Place, Standing
from students.policy import Policy
from students.runs import ClassDays

TERMS = (Term(date(2026, 9, 1), date(2027, 1, 22)), Term(date(2027, 3, 1), date(2027, 7, 9)))
HOLIDAY = {date(2026, 10, day): False for day in range(1, 8)}
ROOM, NEXT_ROOM = 1, 2
DAYS = Calendar(terms=TERMS, statutory=HOLIDAY).school_days(school=1, school_class=1)
ENTERED = date(2025, 9, 1)
BOTH = frozenset({"AM", "PM"})
AUTUMN = date(2026, 11, 20)  # a Friday


def d(month: int, day: int) -> date:
    return date(2026 if month > 7 else 2027, month, day)


def days_back(last: date, number: int) -> list[date]:
    """The last ``number`` school days through ``last``."""
    return list(DAYS.between(TERMS[0].start, last)[-number:])


class Child:
    """A child of a class that takes every register through a day, except where it says otherwise."""

    def __init__(self, *, through: date = date(2027, 7, 9), without=(), places=None):
        registers = {day: BOTH for day in DAYS.days if day <= through and day not in set(without)}
        classes = {ROOM: ClassDays(1, DAYS, registers), NEXT_ROOM: ClassDays(1, DAYS, registers)}
        self.world = World(classes=classes, rules_on=lambda school, day: None, terms=TERMS)
        attending = [Place(ROOM, Standing.ATTENDING, ENTERED, None, 1)]
        self.facts = StudentFacts(places=places or attending)

    def missing(self, days, *, slots=("AM", "PM"), kind="unexcused"):
        for day in days:
            self.facts.marks.setdefault(day, {}).update(dict.fromkeys(slots, kind))
        return self

    def on_leave(self, first: date, last: date):
        self.facts.leaves.append((first, last))
        return self

    def called(self, day: date):
        self.facts.contacts.append((day, "phone"))
        return self

    def outlook(self, day: date, **policy):
        return Lookout(self.world, Policy(**policy), day).of(self.facts)

    def codes(self, day: date, **policy) -> set[str]:
        return {sign.code.value for sign in self.outlook(day, **policy).signs}

    def sign(self, code: str, day: date, **policy):
        return next((sign for sign in self.outlook(day, **policy).signs if sign.code == code), None)


def test_a_child_who_comes_every_day_has_no_sign():
    assert Child().outlook(AUTUMN) == ([], 0)


def test_a_child_who_does_not_attend_has_none():
    gone = [Place(ROOM, Standing.ATTENDING, ENTERED, d(11, 2), 1), Place(ROOM, Standing.SUSPENDED, d(11, 2), None, 1)]
    child = Child(places=gone).missing(days_back(d(10, 30), 20))
    assert child.outlook(AUTUMN).signs == []
    assert child.codes(d(11, 1)) != set()


class TestUnseen:
    """Not seen for 14 calendar days of the terms, whatever the registers say."""

    def test_on_the_fourteenth_day_after_the_last_one(self):
        child = Child().missing(DAYS.between(d(11, 3), d(12, 31)), kind="sick_leave")
        assert [child.outlook(d(11, day)).unseen_days for day in (2, 3, 15, 16, 17)] == [0, 1, 13, 14, 15]
        assert [child.sign("unseen", d(11, day)) is not None for day in (15, 16, 17)] == [False, True, True]
        sign = child.sign("unseen", d(11, 16))
        assert (sign.since, sign.details) == (d(11, 2), {"last": "2026-11-02", "from": "2026-11-02", "days": 14})

    def test_a_day_without_a_register_is_no_day_on_which_it_was_seen(self):
        child = Child(without=DAYS.between(d(11, 3), AUTUMN))
        assert child.sign("unseen", d(11, 15)) is None
        assert child.sign("unseen", d(11, 16)).since == d(11, 2)

    @pytest.mark.parametrize("kind", ["late", "left_early"])
    def test_late_is_seen_and_so_is_one_slot_of_the_day(self, kind):
        child = Child().missing(days_back(AUTUMN, 15)).missing([d(11, 13)], kind=kind)
        assert child.outlook(AUTUMN).unseen_days == 7
        half = Child().missing(days_back(AUTUMN, 15), slots=["AM"])
        assert half.outlook(AUTUMN).unseen_days == 0

    def test_the_holidays_between_two_terms_do_not_count_and_those_inside_one_do(self):
        child = Child().missing(DAYS.between(d(1, 20), d(7, 9)))
        assert [child.outlook(day).unseen_days for day in (d(1, 22), d(2, 15), d(3, 1), d(3, 11))] == [3, 3, 4, 14]
        assert [child.sign("unseen", d(3, day)) is not None for day in (10, 11)] == [False, True]
        national = Child().missing(DAYS.between(d(9, 30), d(12, 1)))
        assert national.outlook(d(10, 8)).unseen_days == 9

    def test_a_child_newly_arrived_counts_from_its_arrival(self):
        arrived = [Place(ROOM, Standing.ATTENDING, d(11, 2), None, 1)]
        child = Child(places=arrived).missing(DAYS.between(d(11, 2), d(12, 1)))
        assert [child.sign("unseen", d(11, day)) is not None for day in (15, 16)] == [False, True]
        assert child.sign("unseen", d(11, 16)).details == {"last": None, "from": "2026-11-02", "days": 14}

    def test_a_child_never_seen_counts_from_the_first_day_of_the_terms(self):
        child = Child().missing(DAYS.between(d(9, 1), d(12, 1)))
        assert [child.sign("unseen", d(9, day)) is not None for day in (13, 14)] == [False, True]
        assert child.sign("unseen", d(9, 14)).details["from"] == "2026-09-01"

    def test_coming_back_to_school_after_a_suspension_counts_anew(self):
        places = [
            Place(ROOM, Standing.ATTENDING, ENTERED, d(9, 10), 1),
            Place(ROOM, Standing.SUSPENDED, d(9, 10), d(11, 10), 1),
            Place(ROOM, Standing.ATTENDING, d(11, 10), None, 2),
        ]
        child = Child(places=places).missing(DAYS.between(d(9, 7), d(12, 31)))
        assert [child.sign("unseen", d(11, day)) is not None for day in (23, 24)] == [False, True]

    def test_a_move_to_another_class_changes_nothing(self):
        places = [
            Place(ROOM, Standing.ATTENDING, ENTERED, d(11, 10), 1),
            Place(NEXT_ROOM, Standing.ATTENDING, d(11, 10), None, 1),
        ]
        child = Child(places=places).missing(DAYS.between(d(11, 3), d(12, 1)))
        assert child.sign("unseen", d(11, 16)).since == d(11, 2)


class TestUnexcused:
    """Four unexcused slots in 45 days, and nobody has called since."""

    def test_the_fourth_slot_makes_it(self):
        assert "unexcused" not in Child().missing([d(11, 2), d(11, 10), d(11, 18)], slots=["AM"]).codes(AUTUMN)
        sign = Child().missing([d(11, 2), d(11, 10)]).sign("unexcused", AUTUMN)
        assert sign.since == d(11, 2)
        assert sign.details["slots"] == 4
        assert sign.details["days"] == [["2026-11-02", ["AM", "PM"]], ["2026-11-10", ["AM", "PM"]]]

    @pytest.mark.parametrize("kind", ["sick_leave", "official", "late", "left_early"])
    def test_other_marks_do_not_count_and_to_be_verified_does(self, kind):
        first = Child().missing([d(11, 10)]).missing([d(11, 18)], slots=["AM"])
        assert "unexcused" not in first.missing([d(11, 19)], slots=["AM"], kind=kind).codes(AUTUMN)
        assert "unexcused" in first.missing([d(11, 19)], slots=["AM"], kind="unverified").codes(AUTUMN)

    def test_the_window_holds_45_days(self):
        child = Child().missing([d(11, 2), d(11, 10)])
        last = d(11, 2) + timedelta(days=44)
        assert [child.sign("unexcused", last + timedelta(days=n)) is not None for n in (0, 1)] == [True, False]

    def test_a_call_on_the_last_day_or_later_ends_it_and_an_earlier_one_does_not(self):
        days = [d(11, 2), d(11, 10)]
        called = [Child().missing(days).called(day) for day in (d(11, 9), d(11, 10), d(11, 12))]
        assert ["unexcused" in child.codes(AUTUMN) for child in called] == [True, False, False]

    def test_a_call_that_is_still_to_come_ends_nothing(self):
        assert "unexcused" in Child().missing([d(11, 2), d(11, 10)]).called(d(11, 23)).codes(AUTUMN)

    def test_leave_given_afterwards_takes_its_days_out(self):
        child = Child().missing([d(11, 2), d(11, 10)])
        assert "unexcused" not in child.on_leave(d(11, 10), d(11, 10)).codes(AUTUMN)

    def test_a_mark_of_a_day_that_became_no_school_day_does_not_count(self):
        assert "unexcused" not in Child().missing([d(11, 2), d(11, 8)]).codes(AUTUMN)


class TestAttendance:
    """Below 90 % of the slots with a register this term, from ten such days on."""

    def test_below_and_not_at_the_share(self):
        twenty = DAYS.between(d(9, 1), d(9, 30))[:20]  # forty slots
        exactly = Child().missing(twenty[:2])
        assert "attendance" not in exactly.codes(twenty[-1])
        assert "attendance" in exactly.missing(twenty[2:3], slots=["PM"]).codes(twenty[-1])

    def test_from_the_tenth_day_with_a_register_on(self):
        days = DAYS.between(d(9, 1), d(9, 30))
        child = Child(without=days[3:5]).missing(days[:2])
        assert [child.sign("attendance", days[n]) is not None for n in (10, 11)] == [False, True]

    def test_an_excused_absence_is_missed_too_and_days_without_a_register_are_left_out(self):
        days = DAYS.between(d(9, 1), d(9, 30))
        child = Child(without=days[3:5]).missing(days[:1]).missing(days[1:2], kind="sick_leave")
        details = {"missed": 4, "excused": 2, "slots": 20, "days": 10}
        assert child.sign("attendance", days[11]).details == details

    def test_a_new_term_begins_with_nothing(self):
        child = Child().missing(days_back(d(1, 22), 30))
        assert child.sign("attendance", d(1, 22)).since == d(9, 1)
        assert [child.sign("attendance", day) for day in (d(1, 23), d(3, 12))] == [None, None]

    def test_what_was_missed_in_an_earlier_class_counts_on(self):
        places = [
            Place(ROOM, Standing.ATTENDING, ENTERED, d(9, 15), 1),
            Place(NEXT_ROOM, Standing.ATTENDING, d(9, 15), None, 1),
        ]
        child = Child(places=places).missing([d(9, 3), d(9, 17)])
        assert child.sign("attendance", d(9, 18)).details["missed"] == 4

    def test_a_mark_stands_for_its_own_register(self):
        days = DAYS.between(d(9, 1), d(9, 30))
        child = Child(without=days[:2]).missing(days[:2])
        assert child.sign("attendance", days[9]).details == {"missed": 4, "excused": 0, "slots": 20, "days": 10}


class TestFirstMonth:
    """Two whole days missed in September are watched through the term."""

    def test_the_second_day_makes_it_excused_or_not(self):
        child = Child().missing([d(9, 10)], kind="sick_leave").missing([d(9, 29)])
        assert [child.sign("first_month", d(9, day)) is not None for day in (28, 29, 30)] == [False, True, True]

    def test_october_and_half_days_do_not_count(self):
        child = Child().missing([d(9, 10), d(10, 8)]).missing([d(9, 30)], slots=["AM"])
        assert "first_month" not in child.codes(AUTUMN)

    def test_it_is_listed_through_the_term(self):
        child = Child().missing([d(9, 10), d(9, 30)])
        found = [child.sign("first_month", day) is not None for day in (d(1, 22), d(1, 23), d(3, 2))]
        assert found == [True, False, False]


class TestLeave:
    """A leave of ten school days, or three spells of leave in 45 days."""

    def test_the_tenth_day_makes_it_also_over_a_weekend(self):
        days = DAYS.between(d(11, 2), d(11, 30))
        nine, ten = Child().missing(days[:9], kind="sick_leave"), Child().missing(days[:10], kind="sick_leave")
        assert "leave" not in nine.codes(days[9])
        details = {"spells": [["2026-11-02", "2026-11-13", 10]], "longest": 10, "window": 45}
        assert ten.sign("leave", days[9]).details == details

    def test_a_leave_that_has_begun_counts_with_all_its_days(self):
        child = Child(through=d(11, 1)).on_leave(d(11, 2), d(11, 13))
        assert [child.sign("leave", day) is not None for day in (d(11, 1), d(11, 2))] == [False, True]
        assert "leave" not in Child(through=d(11, 1)).on_leave(d(11, 2), d(11, 12)).codes(d(11, 2))

    def test_three_spells_make_it_and_two_do_not(self):
        child = Child().missing([d(11, 2), d(11, 3), d(11, 10)], kind="personal_leave")
        assert "leave" not in child.codes(AUTUMN)
        spells = child.missing([d(11, 12)], kind="sick_leave").sign("leave", AUTUMN).details["spells"]
        assert spells == [["2026-11-02", "2026-11-03", 2], ["2026-11-10"] * 2 + [1], ["2026-11-12"] * 2 + [1]]

    def test_a_day_without_a_register_breaks_no_spell_and_a_day_at_school_or_without_leave_does(self):
        days = [d(11, 2), d(11, 4), d(11, 6)]
        unknown = Child(without=[d(11, 3), d(11, 5)]).missing(days, kind="sick_leave")
        assert "leave" not in unknown.codes(AUTUMN)
        absent = Child().missing(days, kind="sick_leave").missing([d(11, 3), d(11, 5)])
        assert "leave" in absent.codes(AUTUMN)

    def test_what_ended_before_the_window_is_over(self):
        child = Child().missing(DAYS.between(d(9, 7), d(9, 18)), kind="sick_leave")
        last = d(9, 18) + timedelta(days=44)
        assert [child.sign("leave", last + timedelta(days=n)) is not None for n in (0, 1)] == [True, False]


class TestWeekdays:
    """Four Mondays and Fridays missed in eight weeks, three quarters of all days missed."""

    EDGES = (d(10, 30), d(11, 6), d(11, 9), d(11, 16))  # Friday, Friday, Monday, Monday

    def test_the_fourth_day_makes_it_also_with_one_slot(self):
        assert "weekdays" not in Child().missing(self.EDGES[:3], slots=["PM"]).codes(AUTUMN)
        sign = Child().missing(self.EDGES, slots=["PM"], kind="sick_leave").sign("weekdays", AUTUMN)
        assert (sign.since, sign.details["missed"], len(sign.details["days"])) == (d(10, 30), 4, 4)

    def test_three_quarters_of_all_days_and_not_less(self):
        child = Child().missing(self.EDGES).missing([d(11, 11)])  # 4 of 5
        assert "weekdays" in child.codes(AUTUMN)
        assert "weekdays" not in child.missing([d(11, 12)]).codes(AUTUMN)  # 4 of 6
        assert "weekdays" in Child().missing([*self.EDGES, d(11, 13), d(11, 20), d(11, 11), d(11, 12)]).codes(AUTUMN)

    def test_the_window_holds_eight_weeks(self):
        child, last = Child().missing(self.EDGES), d(10, 30) + timedelta(days=55)
        assert [child.sign("weekdays", last + timedelta(days=n)) is not None for n in (0, 1)] == [True, False]

    def test_a_long_absence_is_no_pattern(self):
        assert "weekdays" not in Child().missing(days_back(AUTUMN, 30)).codes(AUTUMN)


class TestKin:
    """Brothers, sisters and neighbours out of school at the same time."""

    def out(self, student, *phones, village=""):
        return Out(student, d(11, 2), frozenset(phones), village)

    def found(self, *out):
        return {
            (student, sign.code.value): sign.details["others"] for student, signs in kin(out).items() for sign in signs
        }

    def test_a_shared_number_is_a_family_and_a_shared_village_neighbours(self):
        out = [self.out(1, "a", village="v"), self.out(2, "a", "b", village="v"), self.out(3, "c", village="v")]
        assert self.found(*out) == {
            (1, "family"): [2],
            (1, "village"): [3],
            (2, "family"): [1],
            (2, "village"): [3],
            (3, "village"): [1, 2],
        }

    def test_nobody_else_out_is_no_sign(self):
        assert self.found(self.out(1, "a", village="v"), self.out(2, village="w"), self.out(3)) == {}

    @pytest.mark.parametrize(("children", "is_family"), [(6, True), (7, False)])
    def test_a_number_that_too_many_share_is_no_familys(self, children, is_family):
        found = self.found(*(self.out(student, "school") for student in range(children)))
        assert bool(found) is is_family

    @pytest.mark.parametrize(
        ("typed", "plain"),
        [
            ("139 0000 1234", "13900001234"),
            ("+86-13900001234", "13900001234"),
            ("0931-8612345", "09318612345"),
            ("无", ""),
            ("120", ""),
        ],
    )
    def test_numbers_are_compared_by_their_digits(self, typed, plain):
        assert plain_phone(typed) == plain


def test_every_threshold_is_the_countys():
    child = Child().missing([d(11, 2), d(11, 10)])
    assert "unexcused" not in child.codes(AUTUMN, sign_slots=5)
    assert "unexcused" in child.codes(AUTUMN, sign_slots=3)
    away = Child().missing(days_back(AUTUMN, 5))  # seen on Friday a week ago
    assert ["unseen" in away.codes(AUTUMN, unseen_days=days) for days in (7, 8)] == [True, False]
