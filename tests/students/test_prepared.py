"""Prepared queries: the SQL that is kept is the SQL that would be composed, and reads the same rows."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from casework import engine, facts
from students import authentication
from students.access import Scope
from students.actions import registers
from students.models import Enrolment, Student
from students.prepared import LENGTHS, LONGEST, Prepared
from tests import cast
from tests.scene import MONDAY, clock, scene

__all__ = ["clock", "scene"]
DAY = date(2026, 10, 8)
IN_SCOPE = {"county": False, "townships": [], "schools": [], "classes": [71]}
SAVED = {"school_class": 71, "day": DAY, "slot": "AM", "submission": uuid4()}
TAKEN = {"school_class": 71, "day": DAY}
TOUCHED = [(0, 5), (1, 5), (3, 5), (3, 8), (3, None)]

CALLS = [
    (authentication._postings, {"person": 31, "day": DAY}),
    *((engine._kept_duties, {"students": range(1, n + 1), "through": DAY}) for n in LENGTHS[1:]),
    *((engine._kept_runs, {"students": range(1, n + 1), "through": DAY}) for n in (1, 3, 12)),
    *((engine._lock_for_register, {"students": range(1, n + 1), **TAKEN, "least": least}) for n, least in TOUCHED),
    *((facts._with_registers, {"students": range(1, n + 1)}) for n in (1, 6, LONGEST)),
    *((registers._for_saving, {**IN_SCOPE, **SAVED, "students": range(1, n + 1)}) for n in (0, 1, 3, 48)),
    (registers._for_saving, {**registers._asked(Scope(county=True, schools={5})), **SAVED, "students": [1]}),
    (registers._for_saving, {**IN_SCOPE, **SAVED, "students": [1], "schools": [5], "townships": [1, 2], "classes": []}),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("prepared", "values"), CALLS)
def test_what_is_kept_is_what_would_be_composed(prepared, values):
    values = {name: list(value) if isinstance(value, range) else value for name, value in values.items()}
    for shift in (0, 1000):  # kept from the first, filled with the second
        moved = {name: [n + shift for n in v] if isinstance(v, list) else v for name, v in values.items()}
        sentence, filling = prepared.sentence(moved)
        fresh = prepared.compose(**moved)
        sql, params = fresh.query.get_compiler(fresh.db).as_sql()
        assert sentence.filled(filling) == (sql, tuple(params))


@pytest.mark.django_db
class TestRows:
    @pytest.fixture
    def children(self, scene):
        return [child.pk for child in scene.children]

    @staticmethod
    @Prepared
    def attending(students, day):
        return Enrolment.objects.on(day).filter(student__in=students).select_related("student").order_by("student")

    @staticmethod
    @Prepared
    def birthdays(students):
        return Student.objects.filter(pk__in=students).order_by("pk").values_list("pk", "birth_date", "name")

    def test_are_those_of_the_queryset_with_what_hangs_on_them(self, children, django_assert_num_queries):
        with django_assert_num_queries(1):
            rows = self.attending(students=children, day=MONDAY)
            assert [row.student.pk for row in rows] == children
        assert rows == list(self.attending.compose(students=children, day=MONDAY))

    def test_come_in_the_types_of_their_fields(self, children):
        assert self.birthdays(students=children) == list(self.birthdays.compose(students=children))
        assert isinstance(self.birthdays(students=children)[0][1], date)

    @pytest.mark.parametrize("number", [0, 1, 2, 3, 5, 64, 65, 200])
    def test_are_the_same_however_many_ids_are_asked_for(self, children, number):
        ids = (children + [10**12 + n for n in range(number)])[-number:] if number else []
        assert self.birthdays(students=ids) == list(self.birthdays.compose(students=ids))

    def test_are_read_anew_each_time(self, children, scene):
        before = self.birthdays(students=children)
        Student.objects.filter(pk=children[0]).update(birth_date=MONDAY)
        assert before[0][1] != self.birthdays(students=children)[0][1] == MONDAY

    def test_of_nobody_ask_nothing(self, scene, django_assert_num_queries):
        with django_assert_num_queries(0):
            assert self.birthdays(students=[]) == []

    def test_of_a_set_and_of_children_named_twice_are_the_same(self, children):
        assert self.birthdays(students=set(children)) == self.birthdays(students=children * 2)

    def test_follow_the_day_that_is_asked_for(self, scene, children):
        newcomer = cast.student(scene.school_class, "任雪", since=MONDAY + timedelta(days=1))
        everybody = [*children, newcomer.pk]
        assert len(self.attending(students=everybody, day=MONDAY)) == 3
        assert len(self.attending(students=everybody, day=MONDAY + timedelta(days=1))) == 4


@pytest.mark.django_db
def test_a_value_that_decides_in_python_is_refused():
    by_half = Prepared(lambda number: Student.objects.filter(pk=number // 2))
    with pytest.raises(ValueError, match="as it is"):
        by_half(number=5)


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL prepares statements by name")
def test_behind_a_pooler_nothing_is_prepared_on_a_connection(monkeypatch, scene):
    with CaptureQueriesContext(connection) as queries:
        authentication._postings(person=scene.teacher.pk, day=MONDAY)
    assert queries[0]["sql"].startswith("EXECUTE")
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)
    with CaptureQueriesContext(connection) as queries:
        assert len(authentication._postings(person=scene.teacher.pk, day=MONDAY)) == 1
    assert queries[0]["sql"].startswith("SELECT")


@pytest.mark.django_db(transaction=True)
def test_what_locks_needs_a_transaction_also_from_the_second_time_on(scene):
    locking = Prepared(lambda pk: Student.objects.select_for_update(no_key=True).filter(pk=pk))
    child = scene.children[0]
    with transaction.atomic():
        assert locking(pk=child.pk) == [child]
    with pytest.raises(TransactionManagementError):
        locking(pk=child.pk)
