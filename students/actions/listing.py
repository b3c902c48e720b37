"""What lists of children are searched and sorted by: kept with every change, and rebuilt to the same content.

Whoever changes a child's name, numbers or 班内学号 calls ``index_children``, a resident's ``index_residents``; who
changes a class calls ``keep_order_of_classes``. Places change only through ``students.actions.enrolment.keep_places``,
which calls ``keep_lines``.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from django.db import transaction

from students.enrolment import LEADS_TO, EventKind, Place, Standing, standing_since
from students.models import (
    Enrolment,
    EnrolmentEvent,
    FormerNumber,
    RegistryLine,
    Resident,
    ResidentKey,
    SchoolClass,
    SearchKey,
    Student,
)
from students.search import keys_of, name_key, place_key

CHUNK = 2000  # children at a time
LINE_FIELDS = ("school_id", "school_class_id", "standing", "since", "place_key", "name_key")


class Stand(NamedTuple):
    """Where a child last stood, how, and since when."""

    school_class: int
    standing: Standing
    since: date


@transaction.atomic
def index_children(students: Collection[int]) -> None:
    """Keep what these children are found and sorted by, after a change of name, number or 班内学号."""
    for chunk in _chunks(students):
        _keep_keys(chunk)
        lines = RegistryLine.objects.filter(student__in=chunk).order_by()
        stands = {
            pk: Stand(school_class, standing, since)
            for pk, school_class, standing, since in lines.values_list("pk", "school_class", "standing", "since")
        }
        _write_lines(stands)


def keep_order_of_classes(classes: Collection[int]) -> None:
    """Keep where the children of these classes stand in the lists, after a change of number, stage or cohort."""
    index_children(RegistryLine.objects.filter(school_class__in=classes).order_by().values_list("pk", flat=True))


@transaction.atomic
def index_residents(residents: Collection[int]) -> None:
    """Keep what these residents 户籍儿童 are found by, after a change of name or number."""
    for chunk in _chunks(residents):
        rows = Resident.objects.filter(pk__in=chunk).order_by().values_list("pk", "name", "id_number")
        wanted = {(pk, key) for pk, name, number in rows for key in keys_of(name, [number])}
        _write_keys(ResidentKey, "resident", chunk, wanted)


@transaction.atomic
def keep_lines(wanted: Mapping[int, Sequence[Place]]) -> None:
    """Keep the lines of children whose places are ``wanted``; their events are written already."""
    for chunk in _chunks(wanted.keys()):
        stands, left = {}, []
        for student in chunk:
            last = max(wanted[student], key=lambda place: place.since, default=None)
            if last and last.until is None:
                stands[student] = Stand(last.school_class, last.standing, standing_since(wanted[student]))
            else:
                left.append(student)
        if left:
            stands |= _left(left)
            RegistryLine.objects.filter(student__in=set(left) - stands.keys()).delete()
        _write_lines(stands)


@transaction.atomic
def rebuild(students: Collection[int] | None = None) -> int:
    """Bring lines and keys of these children, or of all, to what the registry says; how many children that are."""
    if students is None:
        students = Student.objects.order_by("pk").values_list("pk", flat=True)
    for chunk in _chunks(students):
        wanted: dict[int, list[Place]] = {student: [] for student in chunk}
        rows = Enrolment.objects.filter(student__in=chunk).order_by("student", "since")
        for student, school_class, standing, since, until, spell in rows.values_list(
            "student", "school_class", "standing", "since", "until", "spell"
        ):
            wanted[student].append(Place(school_class, Standing(standing), since, until, spell))
        keep_lines(wanted)
        _keep_keys(chunk)
    return len(students)


def _left(students: Sequence[int]) -> dict[int, Stand]:
    """Child → where those who are nowhere now stood last: the class last joined, and the event that ended it."""
    stands, classes = {}, {}
    events = EnrolmentEvent.objects.effective().filter(student__in=students)
    for student, kind, day, school_class in events.order_by("student", "happened_on", "order").values_list(
        "student", "kind", "happened_on", "school_class"
    ):
        classes[student] = school_class or classes[student]
        stands[student] = Stand(classes[student], LEADS_TO[EventKind(kind)], day)
    return stands


def _write_lines(stands: Mapping[int, Stand]) -> None:
    """Write the lines that are missing or differ."""
    known = {
        line.pop("student_id"): line
        for line in RegistryLine.objects.filter(student__in=stands.keys()).order_by().values("student_id", *LINE_FIELDS)
    }
    differing = [line for line in _lines(stands) if known.get(line.pk) != {f: getattr(line, f) for f in LINE_FIELDS}]
    RegistryLine.objects.bulk_create(
        differing,
        update_conflicts=True,
        unique_fields=["student"],
        update_fields=["school", "school_class", "standing", "since", "place_key", "name_key"],
    )


def _lines(stands: Mapping[int, Stand]) -> Iterator[RegistryLine]:
    classes = SchoolClass.objects.select_related("school").in_bulk({stand.school_class for stand in stands.values()})
    children = Student.objects.filter(pk__in=stands.keys()).order_by("pk")
    for pk, name, list_position in children.values_list("pk", "name", "list_position"):
        stand = stands[pk]
        school_class = classes[stand.school_class]
        yield RegistryLine(
            student_id=pk,
            school_id=school_class.school_id,
            school_class_id=school_class.pk,
            standing=stand.standing,
            since=stand.since,
            place_key=place_key(
                school=school_class.school.code,
                stage=school_class.stage,
                cohort=school_class.cohort,
                class_number=school_class.number,
                list_position=list_position,
                name=name,
            ),
            name_key=name_key(name),
        )


def _keep_keys(students: Sequence[int]) -> None:
    """Write the keys that are missing, remove those that no longer hold."""
    former: dict[int, list[str]] = defaultdict(list)
    rows = FormerNumber.objects.filter(student__in=students).order_by()
    for student, number in rows.values_list("student", "number"):
        former[student].append(number)
    children = Student.objects.filter(pk__in=students).order_by("pk")
    wanted = {
        (pk, key)
        for pk, name, *numbers in children.values_list("pk", "name", "student_number", "id_number")
        for key in keys_of(name, [*numbers, *former[pk]])
    }
    _write_keys(SearchKey, "student", students, wanted)


def _write_keys(model, owner: str, owners: Sequence[int], wanted: set[tuple[int, str]]) -> None:
    """Bring the keys of these ``owners`` to the (id, key) ``wanted``."""
    stale = []
    for pk, *key in model.objects.filter(**{f"{owner}__in": owners}).order_by().values_list("pk", owner, "key"):
        if tuple(key) in wanted:
            wanted.remove(tuple(key))
        else:
            stale.append(pk)
    model.objects.filter(pk__in=stale).delete()
    # Two who index the same child at once write the same keys.
    model.objects.bulk_create(
        (model(**{f"{owner}_id": pk, "key": key}) for pk, key in sorted(wanted)), ignore_conflicts=True
    )


def _chunks(students: Iterable[int]) -> Iterator[list[int]]:
    ordered = sorted(students)
    for start in range(0, len(ordered), CHUNK):
        yield ordered[start : start + CHUNK]
