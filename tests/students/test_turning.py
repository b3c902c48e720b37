"""The year's turn as a calculation: every grade, whoever stays, and the choices that cannot be."""

from datetime import date

import pytest

from students.enrolment import Event, EventKind, Standing
from students.turning import (
    GRADES,
    Child,
    Plan,
    TurningClass,
    TurnRefused,
    check_graduation_day,
    entry_births,
    fingerprint,
    first_day_to_carry_out,
    grade_label,
    kind_between,
    turn,
    turning_year,
)

YEAR = 2026
EVE, FIRST = date(2026, 8, 31), date(2026, 9, 1)
SCHOOL, OTHER_SCHOOL = 1, 2


def a_class(pk: int, grade: int, *, school: int = SCHOOL) -> TurningClass:
    """A class that was in ``grade`` before the turn."""
    stage = "junior" if grade > 6 else "primary"
    cohort = YEAR - 1 - (grade - GRADES[stage][0])
    return TurningClass(pk, f"{cohort}级{pk}班", school, stage, cohort)


def a_plan(*classes: TurningClass, **choices) -> Plan:
    school_of = {own.pk: own.school for own in classes}
    return Plan(YEAR, EVE, {own.pk: own for own in classes}, school_of=school_of, **choices)


def a_child(own: TurningClass, *events: Event, standing=Standing.ATTENDING, **more) -> Child:
    entered = Event(date(own.cohort, 9, 1), 0, EventKind.ENROL, own.pk)
    return Child(7, own.pk, standing, (entered, *events), **more)


def line_of(plan: Plan, child: Child):
    [line] = turn(plan, [child])
    return line


class TestEveryGrade:
    @pytest.mark.parametrize("grade", [1, 2, 3, 4, 5, 7, 8])
    def test_goes_on_as_the_same_class_on_the_first_of_september(self, grade):
        own = a_class(1, grade)
        line = line_of(a_plan(own), a_child(own))
        assert (line.kind, line.day, line.to_class) == (EventKind.PROMOTE, FIRST, own.pk)

    @pytest.mark.parametrize("grade", [6, 9])
    def test_but_the_final_one_graduates_on_the_graduation_day(self, grade):
        own = a_class(1, grade)
        line = line_of(a_plan(own), a_child(own))
        assert (line.kind, line.day, line.to_class) == (EventKind.GRADUATE, EVE, None)

    def test_of_a_nine_year_school_too(self):
        primary, junior = a_class(1, 6), a_class(2, 7)
        plan = a_plan(primary, junior)
        assert line_of(plan, a_child(primary)).kind is EventKind.GRADUATE
        assert line_of(plan, a_child(junior)).kind is EventKind.PROMOTE

    def test_that_should_have_left_a_year_ago_leaves_now(self):
        late = a_class(1, 6)._replace(cohort=YEAR - 7)
        assert line_of(a_plan(late), a_child(late)).kind is EventKind.GRADUATE

    def test_entering_now_has_nothing_to_turn(self):
        entering = a_class(1, 1)._replace(cohort=YEAR)
        assert not entering.takes_part(YEAR)
        assert a_class(2, 1).takes_part(YEAR)

    def test_may_be_taken_into_another_class_of_its_cohort(self):
        own, sibling = a_class(1, 3), a_class(2, 3)
        assert line_of(a_plan(own, sibling, into={1: 2}), a_child(own)).to_class == 2

    def test_may_not_be_taken_into_another_cohort(self):
        own, older = a_class(1, 3), a_class(2, 4)
        with pytest.raises(TurnRefused, match="另一届"):
            turn(a_plan(own, older, into={1: 2}), [])

    def test_may_not_be_taken_into_another_school(self):
        own, far = a_class(1, 3), a_class(2, 3, school=OTHER_SCHOOL)
        with pytest.raises(TurnRefused, match="本校"):
            turn(a_plan(own, far, into={1: 2}), [])


class TestWhoStays:
    @pytest.mark.parametrize(
        ("standing", "kind", "words"),
        [
            (Standing.SUSPENDED, EventKind.SUSPEND, "休学中，不随班升级"),
            (Standing.DROPPED_OUT, EventKind.DROP_OUT, "辍学未返，不随班升级"),
        ],
    )
    def test_is_who_does_not_attend(self, standing, kind, words):
        for own in (a_class(1, 3), a_class(1, 6)):
            child = a_child(own, Event(date(2026, 4, 1), 0, kind), standing=standing)
            line = line_of(a_plan(own), child)
            assert (line.kind, line.reason, line.what) == (None, words, "stay")

    def test_is_who_had_an_event_on_the_very_day(self):
        own, other = a_class(1, 3), a_class(2, 3)
        moved = Event(FIRST, 0, EventKind.CLASS_MOVE, other.pk)
        assert line_of(a_plan(own, other), a_child(own, moved)).reason == "9月1日已登记转班"

    def test_is_not_who_left_later(self):
        own = a_class(1, 3)
        gone = Event(date(2026, 9, 10), 0, EventKind.TRANSFER_OUT)
        assert line_of(a_plan(own), a_child(own, gone)).kind is EventKind.PROMOTE

    def test_is_a_graduate_of_whom_something_else_was_recorded_afterwards(self):
        own, other = a_class(1, 6), a_class(2, 6)
        moved = Event(date(2026, 9, 5), 0, EventKind.CLASS_MOVE, other.pk)
        assert "已毕业" in line_of(a_plan(own, other), a_child(own, moved)).reason

    def test_and_an_open_request_blocks(self):
        own = a_class(1, 3)
        line = line_of(a_plan(own), a_child(own, open_request="休学申请还没有审批"))
        assert (line.blocks, line.what, line.kind) == (True, "blocked", None)


class TestWhoDoesNotGoWithTheClass:
    own = a_class(1, 3)

    @pytest.mark.parametrize(("grade", "kind"), [(2, EventKind.REPEAT), (3, EventKind.CLASS_MOVE), (4, EventKind.SKIP)])
    def test_repeats_changes_class_or_skips_by_the_class_chosen(self, grade, kind):
        target = a_class(2, grade)
        plan = a_plan(self.own, target, apart={7: 2})
        line = line_of(plan, a_child(self.own))
        assert (line.kind, line.to_class, line.day) == (kind, 2, FIRST)

    @pytest.mark.parametrize("grade", [1, 5])
    def test_moves_by_one_grade_at_most(self, grade):
        with pytest.raises(TurnRefused, match="只能相差一个年级"):
            kind_between(self.own, a_class(2, grade), YEAR)

    def test_a_child_of_the_final_grade_may_repeat_it(self):
        final, behind = a_class(1, 6), a_class(2, 5)
        line = line_of(a_plan(final, behind, apart={7: 2}), a_child(final))
        assert (line.kind, line.day) == (EventKind.REPEAT, FIRST)

    def test_a_first_grader_repeats_with_those_who_enter(self):
        entering = a_class(2, 1)._replace(cohort=YEAR)
        assert kind_between(a_class(1, 1), entering, YEAR) is EventKind.REPEAT

    @pytest.mark.parametrize(
        ("own", "target", "words"),
        [
            (a_class(1, 5), a_class(2, 6), "这次毕业"),
            (a_class(1, 6), a_class(2, 6), "这次毕业"),
            (a_class(1, 6), a_class(2, 7), "同一学段"),
            (a_class(1, 3), a_class(2, 3, school=OTHER_SCHOOL), "本校内"),
            (a_class(1, 3), a_class(1, 3), "不用单独安排"),
        ],
    )
    def test_what_cannot_be_is_refused_in_words(self, own, target, words):
        with pytest.raises(TurnRefused, match=words):
            kind_between(own, target, YEAR)


def test_the_mark_changes_with_every_line():
    own = a_class(1, 3)
    lines = turn(a_plan(own), [a_child(own)])
    assert fingerprint(lines) == fingerprint(list(lines))
    assert fingerprint(lines) != fingerprint([lines[0]._replace(to_class=9)])
    assert fingerprint(lines) != fingerprint([*lines, *lines])


@pytest.mark.parametrize(
    ("day", "year"),
    [(date(2026, 5, 31), 2025), (date(2026, 6, 1), 2026), (date(2026, 12, 31), 2026), (date(2027, 1, 1), 2026)],
)
def test_from_june_on_people_mean_the_coming_year(day, year):
    assert turning_year(day) == year


def test_it_is_carried_out_from_the_eve_on():
    assert first_day_to_carry_out(YEAR) == EVE


@pytest.mark.parametrize(("day", "fits"), [
    (date(2025, 8, 31), False), (date(2025, 9, 1), True), (date(2026, 8, 31), True), (date(2026, 9, 1), False),
])  # fmt: skip
def test_the_graduation_day_lies_in_the_year_that_ends(day, fits):
    if fits:
        check_graduation_day(YEAR, day)
    else:
        with pytest.raises(TurnRefused, match="2025年9月1日到2026年8月31日"):
            check_graduation_day(YEAR, day)


def test_first_graders_have_turned_six_by_the_last_of_august():
    assert entry_births(2026, 6) == (date(2019, 9, 1), date(2020, 8, 31))


def test_grades_are_named():
    assert [grade_label(grade) for grade in (1, 9, 10, 0)] == ["一年级", "九年级", "已满学制", "已满学制"]
