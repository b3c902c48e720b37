"""Merging what is known of a child with what a workbook says; in parts or at once, the outcome is the same."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from students.enrolment import EventKind, Place
from students.workbook.timeline import Classes, Entering, Filed, Known, Refusal, merge

CODES = {1: ("2100000001", "202601"), 2: ("2100000001", "202602"), 3: ("2100000002", "202601")}
CLASSES = Classes({code: pk for pk, code in CODES.items()}, CODES, {1: 1, 2: 1, 3: 2})
FIRST = date(2026, 9, 1)
ENTERING = Entering(1, FIRST)
KINDS = [kind for kind in EventKind if kind not in (EventKind.VOID, EventKind.PROMOTE)]


def filed(rows: list[tuple], start: int = 0) -> list[Filed]:
    """(days after 1 September, kind, class) → rows of 学籍变动."""
    return [
        Filed(FIRST + timedelta(days), start + position, kind, *CODES[room], None, "", ("文件", start + position))
        for position, (days, kind, room) in enumerate(rows)
    ]


def kept(known: list[Known], course) -> list[Known]:
    """What the database holds after a course has been written."""
    corrected = {new.corrects for new in course.new}
    known = [event._replace(is_effective=event.is_effective and event.pk not in corrected) for event in known]
    return known + [
        Known(
            len(known) + position,
            new.event.kind,
            new.event.happened_on,
            new.event.order,
            new.event.school_class,
            None,
            "",
            True,
        )
        for position, new in enumerate(course.new, start=1)
    ]


ROWS = st.lists(st.tuples(st.integers(0, 30), st.sampled_from(KINDS), st.sampled_from(list(CODES))), max_size=7)


def possible(rows: list[tuple]) -> list[tuple]:
    """Those rows, in order of days, that can follow one another."""
    course: list[tuple] = []
    for row in sorted(rows, key=lambda row: row[0]):
        try:
            merge([], filed([*course, row]), ENTERING, CLASSES, None)
        except Refusal:
            continue
        course.append(row)
    return course


@given(ROWS, st.integers(0, 7))
def test_in_two_parts_or_at_once_the_child_is_in_the_same_places(rows, cut):
    course = possible(rows)
    at_once = merge([], filed(course), ENTERING, CLASSES, None)
    first = merge([], filed(course[:cut]), ENTERING, CLASSES, None)
    known = kept([], first)
    second = merge(known, filed(course[cut:], cut), None, CLASSES, None)
    if course[cut:]:
        assert second.places == at_once.places
    else:
        assert not second.new


@given(ROWS)
def test_the_same_again_changes_nothing(rows):
    course = possible(rows)
    known = kept([], merge([], filed(course), ENTERING, CLASSES, None))
    again = merge(known, filed(course), ENTERING, CLASSES, None)
    assert (again.new, again.amended, again.entry_corrected) == ([], [], False)
    assert again.unchanged == len(course)


@given(ROWS)
def test_places_never_overlap_and_events_of_a_day_have_an_order_each(rows):
    course = merge([], filed(possible(rows)), ENTERING, CLASSES, None)
    for one, next_one in zip(course.places, course.places[1:], strict=False):
        assert one.until is not None
        assert one.since < one.until <= next_one.since
    slots = [(new.event.happened_on, new.event.order) for new in course.new]
    assert len(set(slots)) == len(slots)


def test_a_child_that_entered_by_the_registry_alone_is_in_its_class():
    assert merge([], [], ENTERING, CLASSES, None).places == [Place(1, "attending", FIRST, None, 1)]
