"""What a day adds up to: each child once, and the same number however it is counted."""

from collections import Counter
from datetime import date, timedelta
from itertools import product
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from reports.queries import daily_summary
from students.day_counts import LABELS, WEIGHT, ChildDay, DayCounts, child_day, class_counts
from students.days import DayState, MarkKind, Slot, day_state
from students.models import AbsenceMark, Enrolment, Leave, RollCall, SchoolClass
from students.queries import day_counts as queries
from students.queries.attendance_year import attendance_year
from students.queries.month_sheets import sheet_of
from students.queries.registers import for_register, register_page
from students.register_days import RegisterDay, RegisterState
from tests import cast
from tests.scene import FRIDAY, MONDAY, at


class TestOneChild:
    @pytest.mark.parametrize(
        ("marks", "leave", "outcome", "also"),
        [
            ({}, "", "present", set()),
            ({"AM": "unexcused", "PM": "unexcused"}, "", "unexcused", set()),
            ({"AM": "unexcused"}, "", "present", {"partly"}),
            ({"AM": "sick_leave", "PM": "unverified"}, "", "unverified", set()),
            ({"AM": "sick_leave", "PM": "personal_leave"}, "", "personal_leave", set()),
            ({"AM": "late"}, "", "present", {"late"}),
            ({"AM": "late", "PM": "unexcused"}, "", "present", {"late", "partly"}),
            ({"AM": "unexcused", "PM": "unverified"}, "sick_leave", "sick_leave", set()),
            ({"AM": "official", "PM": "unexcused"}, "sick_leave", "sick_leave", set()),
            ({"AM": "left_early", "PM": "official"}, "", "present", {"left_early", "partly"}),
        ],
    )
    def test_counts_once(self, marks, leave, outcome, also):
        assert child_day({"AM", "PM"}, marks, leave=leave) == ChildDay(outcome, frozenset(also))

    def test_is_unknown_where_no_register_was_taken(self):
        assert child_day(set(), {}) == child_day(set(), {}, leave="sick_leave") == ChildDay("unknown")

    def test_is_counted_by_a_mark_of_the_class_it_came_from(self):
        assert child_day(set(), {"AM": "unexcused"}).outcome == "unexcused"
        assert child_day({"PM"}, {"AM": "unexcused"}) == ChildDay("present", frozenset({"partly"}))


slots = st.sets(st.sampled_from(list(Slot)))
marks = st.dictionaries(st.sampled_from([s.value for s in Slot]), st.sampled_from([k.value for k in MarkKind]))
leaves = st.sampled_from(["", "sick_leave", "personal_leave", "official"])


@given(taken=slots, given_marks=marks, leave=leaves)
def test_how_a_child_counts_agrees_with_the_state_of_its_day(taken, given_marks, leave):
    state, unexcused, _ = day_state(taken, given_marks, on_leave=bool(leave))
    found = child_day(taken, given_marks, leave=leave)
    assert (found.outcome == "unknown") == (state is DayState.UNKNOWN)
    assert (found.outcome == "present") == (state is DayState.PRESENT)
    assert (found.outcome in ("unexcused", "unverified")) == (state is DayState.ABSENT)
    assert (found.outcome in ("personal_leave", "sick_leave", "official")) == (state is DayState.EXCUSED)
    if unexcused and state is DayState.PRESENT:
        assert "partly" in found.also


@given(children=st.lists(st.tuples(marks.filter(bool), leaves), max_size=8), others=st.integers(0, 9), taken=slots)
def test_every_child_is_counted_once(children, others, taken):
    counts = class_counts(
        RegisterDay(RegisterState.TAKEN, (Slot.AM,)),
        taken,
        len(children) + others,
        [child_day(taken, each, leave=leave) for each, leave in children],
    )
    kinds = sum(getattr(counts, kind) for kind in WEIGHT)
    assert counts.expected == counts.present + kinds + counts.unknown == len(children) + others
    assert DayCounts.of_record(counts.record) == counts
    assert counts.changes_to(counts) == []


def test_what_changed_is_said_in_words():
    before, after = DayCounts(unexcused=3, present=5), DayCounts(unexcused=2, present=6)
    assert before.changes_to(after) == ["实到5→6", "旷课3→2"]
    assert DayCounts.total([before, after, DayCounts()]) == DayCounts(unexcused=5, present=11)
    assert DayCounts.total([]) == DayCounts()
    assert DayCounts.of_record({"unexcused": 1}).unexcused == 1  # a figure that was not kept then is 0
    assert set(LABELS) == set(DayCounts._fields)


def counted(day=MONDAY, **narrowed) -> DayCounts:
    classes = SchoolClass.objects.filter(**narrowed)
    return DayCounts.total(line.counts for line in queries.counts_between(classes, [day]))


class TestAClass:
    def test_adds_up(self, scene):
        scene.take(MONDAY, first="unexcused", second="late")
        found = counted()
        assert (found.classes, found.due, found.taken, found.missing) == (1, 2, 1, 1)
        assert (found.expected, found.present, found.unexcused, found.late) == (3, 2, 1, 1)

    def test_without_a_register_knows_of_nobody(self, scene):
        assert counted() == DayCounts(classes=1, due=2, expected=3, unknown=3)

    @pytest.mark.parametrize("day", [date(2026, 9, 5), date(2026, 10, 1), date(2026, 8, 31), date(2027, 2, 1)])
    def test_counts_nothing_on_a_day_without_school(self, scene, day):
        assert counted(day) == DayCounts()

    def test_that_nobody_attends_counts_nothing(self, scene):
        Enrolment.objects.update(until=MONDAY)
        assert counted() == DayCounts()
        assert counted(FRIDAY).expected == 3

    def test_counts_leave_that_was_approved_later(self, scene):
        scene.take(MONDAY, first="unexcused")
        scene.take(MONDAY, "PM", first="unexcused")
        Leave.objects.create(
            student=scene.children[0], first_day=MONDAY, last_day=MONDAY, kind="sick_leave", approved_at=timezone.now()
        )
        assert (counted().unexcused, counted().sick_leave) == (0, 1)

    def test_of_two_leaves_on_one_day_the_one_that_began_first_says_which_everywhere(self, scene):
        """A workbook may hold both, in any order: the pages must not call one absence by two names."""
        child = scene.children[0]
        for first, kind in ((MONDAY, "personal_leave"), (FRIDAY, "sick_leave")):
            Leave.objects.create(student=child, first_day=first, last_day=MONDAY, kind=kind, approved_at=timezone.now())
        offered = register_page(
            for_register(SchoolClass.objects).get(), MONDAY, Slot.AM, today=MONDAY, scope=cast.scope(scene.teacher)
        )
        assert [row.mark for row in offered.others] == ["sick_leave", "", ""]
        scene.take(MONDAY, first="unexcused")
        scene.take(MONDAY, "PM", first="unexcused")
        assert (counted().sick_leave, counted().personal_leave) == (1, 0)
        sheet = sheet_of(scene.school_class, MONDAY.replace(day=1), today=MONDAY)
        assert (sheet.totals.periods["sick_leave"], sheet.totals.periods["personal_leave"]) == (7, 0)
        (named,) = daily_summary.lines([child.pk], MONDAY)
        assert named.words.endswith("已批准病假")
        year = attendance_year(child, child.enrolments.all(), None, scope=cast.scope(scene.teacher), today=MONDAY)
        assert year.counts[0] == ("sick_leave", 1)

    def test_a_child_who_moved_in_on_the_day_counts_where_it_is(self, scene):
        scene.take(MONDAY, first="unexcused")
        other = cast.school_class(scene.school, "202302")
        child = scene.children[0]
        Enrolment.objects.filter(student=child).update(until=MONDAY)
        Enrolment.objects.create(student=child, school_class=other, standing="attending", since=MONDAY, spell=1)
        assert counted(pk=scene.school_class.pk).expected == 2
        there = counted(pk=other.pk)
        assert (there.expected, there.unexcused, there.unknown) == (1, 1, 0)

    def test_a_child_who_left_on_the_day_counts_nowhere(self, scene):
        scene.take(MONDAY, first="unexcused")
        Enrolment.objects.filter(student=scene.children[0]).update(until=MONDAY)
        assert (counted().expected, counted().unexcused) == (2, 0)


def by_hand(classes, day) -> Counter:
    """The same figures, a child at a time."""
    from students.queries.calendar import current_calendar

    found = Counter()
    for room in classes:
        here = Enrolment.objects.attending().on(day).filter(school_class=room)
        school_days = current_calendar().school_days(school=room.school_id, school_class=room.pk)
        if day not in school_days or not here.exists():
            continue
        taken = set(RollCall.objects.filter(school_class=room, day=day).values_list("slot", flat=True))
        found += Counter(classes=1, due=len(room.school.slot_list), taken=len(taken & set(room.school.slot_list)))
        for row in here:
            marks = dict(
                AbsenceMark.objects.filter(student=row.student, roll_call__day=day).values_list(
                    "roll_call__slot", "kind"
                )
            )
            leave = Leave.objects.filter(student=row.student, first_day__lte=day, last_day__gte=day).first()
            how = child_day(taken, marks, leave=leave.kind if leave else "")
            found += Counter({"expected": 1, how.outcome: 1, **dict.fromkeys(how.also, 1)})
    return found


def live_a_week(chance: Random, rooms, days, children) -> None:
    """Random children, moves, registers, marks and leave."""
    for number in range(6):
        room, then = chance.sample(rooms, 2)
        child = cast.student(room, f"学生{number}")
        children.append(child)
        moved = chance.choice([None, *days])
        Enrolment.objects.filter(student=child).update(until=moved)
        if moved and chance.random() < 0.7:
            Enrolment.objects.create(student=child, school_class=then, standing="attending", since=moved, spell=1)
    for room, day, slot in product(rooms, days, ("AM", "PM")):
        if chance.random() < 0.8:
            call = RollCall.objects.create(school_class=room, day=day, slot=slot, taken_at=at(day))
            here = Enrolment.objects.on(day).filter(school_class=room).values_list("student", flat=True)
            AbsenceMark.objects.bulk_create(
                AbsenceMark(roll_call=call, student_id=student, kind=chance.choice(list(MarkKind)))
                for student in here
                if chance.random() < 0.5
            )
    for child in chance.sample(children, 3):
        kind, first = chance.choice(["sick_leave", "personal_leave"]), chance.choice(days)
        Leave.objects.create(student=child, first_day=first, last_day=first, kind=kind, approved_at=timezone.now())


@pytest.mark.parametrize("many", [0, 200])
@pytest.mark.parametrize("seed", range(3))
def test_the_sum_is_what_is_counted_by_hand(seed, many, scene, monkeypatch):
    """Asked of the database either way, for all classes and for some."""
    monkeypatch.setattr(queries, "MANY", many)
    rooms = [scene.school_class, cast.school_class(scene.school, "202302"), cast.school_class(cast.school("西岭小学"))]
    days = [MONDAY - timedelta(days=back) for back in reversed(range(7))]
    live_a_week(Random(seed), rooms, days, list(scene.children))
    for narrowed in (rooms, rooms[:1], rooms[1:]):
        classes = SchoolClass.objects.filter(pk__in=[room.pk for room in narrowed])
        lines = list(queries.counts_between(classes, days))
        for day in days:
            of_day = [line for line in lines if line.day == day]
            found = DayCounts.total(line.counts for line in of_day)
            assert +Counter(found.record) == by_hand(classes.select_related("school"), day), (seed, day)
            assert list(queries.counts_between(classes, [day])) == of_day, (seed, day)
            for column in ("expected", "present", "unknown", "unexcused", "sick_leave", "late", "partly"):
                assert len(queries.children_behind(of_day, column)) == getattr(found, column)


def test_it_asks_as_often_for_ten_classes_and_fourteen_days_as_for_one(scene):
    def queries_of(days):
        with CaptureQueriesContext(connection) as asked:
            list(queries.counts_between(SchoolClass.objects.all(), days))
        return len(asked)

    scene.take(MONDAY, first="unexcused")
    queries_of([MONDAY])
    few = queries_of([MONDAY])
    for number in range(2, 12):
        cast.student(cast.school_class(scene.school, f"2023{number:02}"))
    assert queries_of([MONDAY - timedelta(days=back) for back in reversed(range(14))]) == few <= 8
