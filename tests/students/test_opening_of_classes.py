"""开学到校 of whole classes: counted a class at a time, they say the same as when every child is looked at."""

from contextlib import suppress
from datetime import date
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from students.actions import enrolment, registers
from students.days import MarkKind
from students.enrolment import EventKind, ImpossibleEvent
from students.models import DayOverride, Enrolment, Role, SchoolClass, Term
from students.queries.opening import Figures, look_at, opening_board
from tests import cast
from tests.examples import examples

BEFORE = (date(2026, 3, 2), date(2026, 7, 10))
SCHOOL_DAYS = [date(2026, 9, day) for day in (1, 2, 3, 4, 7, 8)]
moves = st.tuples(
    st.integers(0, 5),
    st.sampled_from([date(2026, 6, 1), date(2026, 7, 10), date(2026, 8, 3), *SCHOOL_DAYS[:5]]),
    st.sampled_from(
        ["suspend", "resume", "drop_out", "return", "transfer_out", "transfer_in", "graduate", "class_move"]
    ),
    st.integers(0, 2),
)
absences = st.tuples(
    st.integers(0, 2),
    st.sampled_from(SCHOOL_DAYS),
    st.sampled_from(["AM", "PM"]),
    st.lists(st.tuples(st.integers(0, 5), st.sampled_from(["unexcused", "sick_leave", "late"])), max_size=6),
)


def by_the_definition(board) -> dict[int, Figures]:
    """Class → counts, from every child looked at on its own."""
    everybody = Enrolment.objects.values_list("student", flat=True).distinct()
    figures = {pk: Figures() for pk in SchoolClass.objects.values_list("pk", flat=True)}
    for child in look_at(set(everybody), board.opening).values():
        if child.due_class:
            line = figures[child.due_class]
            line.due += 1
            setattr(line, child.presence, getattr(line, child.presence) + 1)
        if child.gone:
            name = "lost" if child.gone.is_lost else "in_order"
            setattr(figures[child.gone_class], name, getattr(figures[child.gone_class], name) + 1)
        if child.returned_class:
            figures[child.returned_class].returned += 1
    for row in Enrolment.objects.attending().on(BEFORE[1]):
        figures[row.school_class_id].before += 1
    return figures


class WholeClasses(TestCase):
    """Three classes of two schools, six children."""

    def build(self):
        Term.objects.create(school_year=2025, number=2, start=BEFORE[0], end=BEFORE[1])
        cast.terms()
        self.term = Term.objects.get(school_year=2026, number=1)
        one, other = cast.school(), cast.school("乙校")
        self.classes = [cast.school_class(one), cast.school_class(one, "202302"), cast.school_class(other)]
        self.clerks = {place.pk: cast.person(role=Role.REGISTRY_CLERK, school=place) for place in (one, other)}
        self.children = [cast.student(self.classes[number % 3], f"学生{number}") for number in range(6)]

    def take(self, number, day, slot, marked):
        of_class = self.classes[number]
        there = Enrolment.objects.attending().on(day).filter(school_class=of_class)
        there = set(there.values_list("student", flat=True))
        marks = {self.children[n].pk: MarkKind(kind) for n, kind in marked}
        by = self.clerks[of_class.school_id]
        with suppress(registers.RegisterRefused):  # taken already, or nobody is there
            registers.submit(
                by=by, scope=cast.scope(by), school_class=of_class.pk, day=day, slot=slot,
                marks={child: kind for child, kind in marks.items() if child in there},
                submission=uuid4(), version=0, today=SCHOOL_DAYS[-1],
            )  # fmt: skip

    def move(self, number, day, kind, to):
        joins = kind in ("transfer_in", "class_move", "return", "resume")
        with suppress(ImpossibleEvent), transaction.atomic():
            enrolment.record_event(
                by=self.clerks[self.classes[to].school_id], student=self.children[number], kind=EventKind(kind),
                happened_on=day, school_class=self.classes[to] if joins else None, today=SCHOOL_DAYS[-1],
            )  # fmt: skip

    def agree(self, day):
        """The board of everything and that of one class, both as every child looked at has it."""
        for among in (SchoolClass.objects.filter(pk=self.classes[0].pk), SchoolClass.objects.all()):
            board = opening_board(among, self.term, day)
            expected = by_the_definition(board)
            found = {line.school_class.pk: line.figures for line in board.classes}
            for each in among:
                assert found.get(each.pk, Figures()) == expected[each.pk], each
        return board

    def test_a_simple_week_is_counted(self):
        self.build()
        for day in SCHOOL_DAYS[:5]:
            self.take(0, day, "AM", [(0, "unexcused")])
        self.move(3, date(2026, 8, 3), "drop_out", 0)
        board = self.agree(SCHOOL_DAYS[4])
        line = next(line for line in board.classes if line.school_class == self.classes[0])
        assert line.figures == Figures(before=2, due=1, arrived=0, absent=1, lost=2)
        assert line.unregistered == 0
        assert [(pk, place) for pk, _, place in board.of("absent")] == [(self.children[0].pk, self.classes[0].pk)]
        assert {pk for pk, *_ in board.of("lost")} == {self.children[0].pk, self.children[3].pk}
        assert [(day, str(state)) for day, state in board.children[self.children[0].pk].states] == [
            (day, "absent") for day in SCHOOL_DAYS[:5]
        ]

    def test_a_class_without_a_register_is_unknown_and_says_how_many_days(self):
        self.build()
        self.take(1, SCHOOL_DAYS[0], "AM", [])
        board = self.agree(SCHOOL_DAYS[2])
        lines = {line.school_class.pk: line for line in board.classes}
        assert (lines[self.classes[0].pk].figures.unknown, lines[self.classes[0].pk].unregistered) == (2, 3)
        assert (lines[self.classes[1].pk].figures.arrived, lines[self.classes[1].pk].unregistered) == (2, 2)

    def test_before_the_term_nobody_is_due(self):
        self.build()
        assert self.agree(date(2026, 8, 31)).total == Figures(before=6)

    def test_a_class_that_begins_later_has_its_own_days(self):
        self.build()
        [school_class, *_] = self.classes
        DayOverride.objects.create(
            day=SCHOOL_DAYS[0], is_taught=False, school=school_class.school, school_class=school_class
        )
        for day in SCHOOL_DAYS[1:]:
            self.take(0, day, "AM", [(0, "unexcused")] if day < SCHOOL_DAYS[5] else [])
        assert self.agree(SCHOOL_DAYS[4]).total.absent == 1
        assert self.agree(SCHOOL_DAYS[5]).total.absent == 0

    def test_marks_of_a_class_left_on_paper_afterwards_still_count(self):
        self.build()
        for day in SCHOOL_DAYS[:5]:
            self.take(0, day, "AM", [(0, "unexcused")])
            self.take(1, day, "AM", [])
        self.move(0, date(2026, 8, 3), "class_move", 1)
        assert self.agree(SCHOOL_DAYS[4]).total.absent == 1

    @settings(max_examples=examples(60))
    @given(
        st.lists(moves, max_size=6),
        st.lists(absences, min_size=4, max_size=18),
        st.lists(moves, max_size=3),
        st.sampled_from(SCHOOL_DAYS),
    )
    def test_whatever_happens_the_counts_are_those_of_every_child_looked_at(self, before, taken, after, day):
        self.build()
        for each in sorted(before, key=lambda move: move[1]):
            self.move(*each)
        for each in taken:
            self.take(*each)
        for each in after:
            self.move(*each)
        self.agree(day)


@pytest.mark.django_db
def test_the_opening_asks_as_many_queries_for_many_classes_as_for_one(django_assert_max_num_queries):
    cast.terms()
    school = cast.school()
    clerk = cast.person(role=Role.REGISTRY_CLERK, school=school)
    for number in range(1, 9):
        of_class = cast.school_class(school, f"20230{number}")
        child = cast.student(of_class, f"学生{number}")
        cast.take_register(clerk, of_class, SCHOOL_DAYS[0], child=(child, "unexcused"))
    with django_assert_max_num_queries(22):
        board = opening_board(SchoolClass.objects.all(), Term.objects.get(school_year=2026, number=1), SCHOOL_DAYS[0])
    assert board.total.absent == 8
