"""Lines and keys of the registry: kept with every change, and rebuilt to the same content."""

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from students.actions import listing
from students.actions.enrolment import record_event
from students.enrolment import INS, LEADS_TO, EventKind, ImpossibleEvent
from students.models import Enrolment, EnrolmentEvent, RegistryLine, SchoolClass, SearchKey, SpecialGroup, Student
from tests import cast
from tests.examples import examples

TODAY = date(2026, 12, 1)
FIRST = date(2026, 9, 1)


def record(child, kind, day, **fields):
    return record_event(by=None, student=child, kind=kind, happened_on=day, today=TODAY, **fields)


def everything():
    """Lines and keys, as they are kept."""
    return (
        list(RegistryLine.objects.order_by("student").values()),
        sorted(SearchKey.objects.values_list("student", "key")),
    )


def stand(child):
    line = RegistryLine.objects.get(student=child)
    return line.school_class, line.standing, line.since


@pytest.mark.django_db
class TestALine:
    @pytest.fixture
    def room(self):
        return cast.school_class(cast.school())

    @pytest.fixture
    def child(self, room):
        return cast.student(room)

    def test_says_where_a_child_attends_and_since_when(self, child, room):
        assert stand(child) == (room, "attending", date(2023, 9, 1))

    def test_goes_with_the_child_to_another_class_of_the_school(self, child, room):
        next_room = cast.school_class(room.school, "202302")
        record(child, EventKind.CLASS_MOVE, FIRST, school_class=next_room)
        assert stand(child) == (next_room, "attending", date(2023, 9, 1))  # in school as long as before

    @pytest.mark.parametrize(
        ("kind", "standing"),
        [
            ("suspend", "suspended"),
            ("drop_out", "dropped_out"),
            ("transfer_out", "gone"),
            ("leave_country", "gone"),
            ("graduate", "graduated"),
            ("decease", "deceased"),
        ],
    )
    def test_says_how_a_child_left_and_where_it_was_last(self, child, room, kind, standing):
        record(child, EventKind(kind), FIRST)
        assert stand(child) == (room, standing, FIRST)

    def test_of_a_child_who_came_and_went_on_one_day_names_that_class(self, child):
        elsewhere = cast.school_class(cast.school("西坪小学"))
        record(child, EventKind.TRANSFER_OUT, FIRST)
        record(child, EventKind.TRANSFER_IN, FIRST + timedelta(3), school_class=elsewhere)
        record(child, EventKind.TRANSFER_OUT, FIRST + timedelta(3))
        assert stand(child) == (elsewhere, "gone", FIRST + timedelta(3))

    def test_of_a_child_whose_only_event_was_taken_back_is_none(self, child):
        entry = child.events.get()
        EnrolmentEvent.objects.create(
            student=child,
            kind=EventKind.VOID,
            happened_on=entry.happened_on,
            corrects=entry,
            recorded_at="2026-09-01T08:00+08:00",
        )
        Enrolment.objects.filter(student=child).delete()
        listing.rebuild([child.pk])
        assert not RegistryLine.objects.filter(student=child).exists()

    def test_stands_in_the_order_of_the_class_list(self, room):
        children = [
            cast.student(room, name, list_position=n) for name, n in [("胡涛", 10), ("高东", 2), ("艾力", None)]
        ]
        lines = RegistryLine.objects.filter(student__in=children).order_by("place_key")
        assert [line.student.name for line in lines] == ["高东", "胡涛", "艾力"]


@pytest.mark.django_db
def test_indexing_children_again_writes_nothing(django_assert_num_queries):
    room = cast.school_class(cast.school())
    children = [cast.student(room, name).pk for name in ("高东", "单小勇", "胡涛")]
    before = everything()
    with django_assert_num_queries(9):  # a savepoint, six reads, an empty delete
        listing.index_children(children)
    assert everything() == before


@pytest.mark.django_db
def test_keeping_many_children_takes_as_many_queries_as_keeping_one(django_assert_max_num_queries):
    room = cast.school_class(cast.school())
    children = [cast.student(room, "高东").pk for _ in range(30)]
    RegistryLine.objects.all().delete()
    SearchKey.objects.all().delete()
    with django_assert_max_num_queries(13):
        listing.rebuild(children)
    assert RegistryLine.objects.count() == 30


STEPS = st.lists(
    st.tuples(
        st.sampled_from([kind for kind in EventKind if kind is not EventKind.VOID]), st.integers(0, 40), st.booleans()
    ),
    max_size=12,
)


class RebuildingTests(TestCase):
    """What is kept is what follows from the registry, whatever happened and in whatever order."""

    def setUp(self):
        home = cast.school()
        self.rooms = [cast.school_class(home), cast.school_class(home, "202302")]

    @settings(max_examples=examples(25))
    @given(STEPS)
    def test_rebuilt_lines_and_keys_equal_those_kept(self, steps):
        child = cast.student(self.rooms[0], since=date(2025, 9, 1))
        for kind, days, names_second in steps:
            try:
                record(child, kind, FIRST + timedelta(days), school_class=self.rooms[names_second])
            except ImpossibleEvent:
                continue
        kept = everything()
        assert stand(child) == self.read_plainly(child)
        listing.rebuild()
        assert everything() == kept
        RegistryLine.objects.all().delete()
        SearchKey.objects.all().delete()
        listing.rebuild()
        assert everything() == kept

    def read_plainly(self, child):
        """The same from the events, read one after the other."""
        school_class = standing = since = None
        for event in child.events.order_by("happened_on", "order"):
            reached = LEADS_TO[EventKind(event.kind)]
            if event.kind in INS or reached != standing:
                since = event.happened_on
            standing, school_class = reached, event.school_class or school_class
        return school_class, standing, since


@pytest.mark.django_db
def test_a_stale_line_and_a_stale_key_are_put_right():
    child = cast.student(cast.school_class(cast.school()), "单小勇")
    kept = everything()
    RegistryLine.objects.update(standing="gone", name_key="", place_key="x")
    SearchKey.objects.filter(key="sxy").update(key="xxx")
    listing.rebuild([child.pk])
    lines, keys = everything()
    assert (lines, keys) == kept


@pytest.mark.django_db
def test_children_without_a_line_are_found_by_rebuilding_all():
    room = cast.school_class(cast.school())
    child = Student.objects.create(
        student_number="G629901201405060017", name="高东", sex="男", birth_date=date(2014, 5, 6), id_type="居民身份证",
        admitted_on=FIRST,
    )  # fmt: skip
    EnrolmentEvent.objects.create(
        student=child, kind="enrol", happened_on=FIRST, school_class=room, recorded_at="2026-09-01T08:00+08:00"
    )
    Enrolment.objects.create(student=child, school_class=room, standing="attending", since=FIRST, spell=1)
    call_command("rebuild_lists", stdout=(said := StringIO()))
    assert said.getvalue() == "已核对1名学生的检索词和排列顺序，0名户籍儿童的检索词。\n"
    assert stand(child) == (SchoolClass.objects.get(), "attending", FIRST)
    assert Student.objects.search("gd").exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("until", "day", "in_force"),
    [
        (None, FIRST - timedelta(1), False),
        (None, FIRST, True),
        (None, TODAY, True),
        (TODAY, TODAY - timedelta(1), True),
        (TODAY, TODAY, False),
        (FIRST, FIRST, False),
    ],
)
def test_a_special_group_is_in_force_from_its_first_day_until_the_day_before_its_end(until, day, in_force):
    child = cast.student(cast.school_class(cast.school()))
    SpecialGroup.objects.create(student=child, kind="orphan", since=FIRST, until=until)
    assert SpecialGroup.objects.on(day).exists() == in_force
