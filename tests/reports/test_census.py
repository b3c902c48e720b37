"""What is counted of a return, against children followed day by day; and the children behind each count."""

from datetime import date, timedelta
from itertools import pairwise

from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from reports.figures import CODES, SUSPECTED, total
from reports.queries.figures import Census
from students.actions.enrolment import rebuild
from students.models import EnrolmentEvent, FormerStanding, School, SchoolClass, Student
from tests import cast
from tests.brute_force import MAY_FOLLOW
from tests.examples import examples
from tests.reports.plain_return import plain_return

PERIODS = [(date(2026, 9, 1), date(2026, 9, 25)), (date(2026, 9, 26), date(2026, 10, 25)),
           (date(2026, 10, 26), date(2026, 11, 25))]  # fmt: skip
CLASSES = 5
JOINS = {"enrol", "transfer_in", "other_in", "class_move", "repeat", "skip"}
MOVES = {"class_move", "promote", "repeat", "skip"}


@st.composite
def children(draw):
    """A child's events from before the school year into November, several of which may fall on one day; and what its
    就读身份 was from when on."""
    events, day, before, place = [], date(2026, 8, 1) + timedelta(days=draw(st.integers(0, 45))), None, None
    for _ in range(draw(st.integers(1, 6))):
        kind = draw(st.sampled_from(sorted(MAY_FOLLOW[before]) or [""]))
        if not kind:
            break
        same_school = [each for each in range(CLASSES) if place is not None and each // 3 == place // 3]
        joined = None
        if kind in MOVES:
            joined = draw(st.sampled_from(same_school))
        elif kind in JOINS or draw(st.booleans()):
            joined = draw(st.integers(0, CLASSES - 1)) if kind in JOINS | {"resume", "return"} else None
        confirmed = None
        if kind == "transfer_out" and draw(st.booleans()):
            confirmed = day + timedelta(days=draw(st.integers(0, 50)))
        events.append((day, kind, joined, confirmed))
        place = place if joined is None else joined
        before, day = kind, day + timedelta(days=draw(st.sampled_from([0, 0, 1, 5, 20, 31, 40])))
    days = [day for first, last in PERIODS for day in (first, last, last + timedelta(days=1))]
    changes = sorted(draw(st.sets(st.sampled_from(days), max_size=2)))
    return events, [(day, draw(st.sampled_from(Student.Standing.values))) for day in (date.min, *changes)]


class TestTheCounts(TestCase):
    """Two schools with classes of several grades, some of them of one."""

    def setUp(self):
        here, there = cast.school(), cast.school("西岭小学")
        numbers = ((here, "202301"), (here, "202302"), (here, "202401"), (there, "202301"), (there, "202501"))
        self.classes = [cast.school_class(of, number) for of, number in numbers]

    @settings(max_examples=examples(60), deadline=None)
    @given(st.lists(children(), min_size=1, max_size=6))
    def test_are_those_of_children_followed_day_by_day(self, drawn):
        plain = self.written(drawn)
        rows = {row.pk: (row.school_id, row.grade_on(date(2026, 9, 1))) for row in self.classes}
        for first, last in PERIODS:
            expected = plain_return(plain, rows, first=first, last=last, year_start=date(2026, 9, 1))
            census = Census(first, last)
            self.assert_same(census, expected, CODES)
            for school in School.objects.all():
                own = {key: counts for key, counts in expected.items() if key[0] == school.pk}
                self.assert_same(Census(first, last, schools=frozenset({school.pk})), own, CODES)

    @settings(max_examples=examples(30), deadline=None)
    @given(st.lists(children(), min_size=1, max_size=6))
    def test_add_up_and_open_exactly_the_children_that_they_count(self, drawn):
        self.written(drawn)
        for first, last in PERIODS:
            census = Census(first, last)
            counts = census.counts()
            assert [figures.balance for figures in self.by_row(census).values() if figures.balance] == []
            for code in CODES:
                for school_class in self.classes:
                    behind = list(census.children(code, {school_class.pk}))
                    assert len(behind) == (counts[school_class.pk][code] if school_class.pk in counts else 0)
                    assert {each for _, each in behind} <= {school_class.pk}

    @settings(max_examples=examples(30), deadline=None)
    @given(st.lists(children(), min_size=2, max_size=6))
    def test_of_boys_and_girls_add_up_to_all(self, drawn):
        self.written(drawn)
        for first, last in PERIODS:
            parts = [
                total(Census(first, last, students=Student.objects.filter(sex=sex)).counts().values())
                for sex in Student.Sex
            ]
            assert total(parts).counts == total(Census(first, last).counts().values()).counts

    def assert_same(self, census, expected, codes):
        found = self.by_row(census)
        for key in found.keys() | expected.keys():
            counted = found[key].counts if key in found else {}
            for code in codes:
                if code != SUSPECTED:
                    assert counted.get(code, 0) == expected.get(key, {}).get(code, 0), (key, code, census.last)

    def by_row(self, census):
        """A move inside a grade of a school moves nothing there, whatever it does to the classes."""
        found = {}
        for school_class, figures in census.counts().items():
            found.setdefault(census.rows[school_class], []).append(figures)
        return {key: total(parts) for key, parts in found.items()}

    def written(self, drawn):
        """Write the events; the same with the keys of the classes."""
        plain, made = [], []
        for number, (events, standings) in enumerate(drawn):
            id_number = cast.identity_number()
            child = Student.objects.create(
                student_number=f"G{id_number}", id_number=id_number, id_type="居民身份证", name=f"学生{number}",
                sex="男" if number % 2 else "女", birth_date=date(2014, 5, 6), admitted_on=date(2023, 9, 1),
                standing=standings[-1][1],
            )  # fmt: skip
            FormerStanding.objects.bulk_create(
                FormerStanding(student=child, standing=standing, until=until, replaced_at=timezone.now())
                for (_, standing), (until, _) in pairwise(standings)
            )
            own = [
                (day, kind, None if joined is None else self.classes[joined].pk, confirmed)
                for day, kind, joined, confirmed in events
            ]
            EnrolmentEvent.objects.bulk_create(
                EnrolmentEvent(
                    student=child, happened_on=day, kind=kind, order=order, school_class_id=joined,
                    confirmed_on=confirmed, recorded_at=timezone.now(),
                )
                for order, (day, kind, joined, confirmed) in enumerate(own)
            )  # fmt: skip
            plain.append((own, standings))
            made.append(child.pk)
        rebuild(made)
        return plain


def test_every_class_of_the_tests_has_a_grade(db):
    """The brute force counts by grade: the classes above must not all stand in one."""
    school = cast.school()
    grades = {cast.school_class(school, number).grade_on(date(2026, 9, 1)) for number in ("202301", "202401")}
    assert grades == {3, 4}
    assert SchoolClass.objects.count() == 2
