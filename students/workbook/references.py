"""What rows point at by code or number: areas, schools, classes, people, children, registers; looked up in bulk."""

from collections.abc import Collection
from datetime import date
from functools import cached_property
from typing import NamedTuple

from django.db.models import Max

from students.days import SLOT_ORDER
from students.models import Area, Enrolment, FormerNumber, Person, RollCall, School, SchoolClass, Student

CHUNK = 2000  # values in one look-up


class SchoolRef(NamedTuple):
    pk: int
    code: str
    slots: frozenset[str]
    kind: str
    name: str


class ClassRef(NamedTuple):
    pk: int
    school: SchoolRef
    number: str


class AreaRef(NamedTuple):
    pk: int
    level: str


class References:
    """Whole tables where they are small; children as they are asked for."""

    def __init__(self):
        self._students: dict[str, int] = {}

    def forget(self, *names: str) -> None:
        """Read these again when next asked for: rows were written."""
        for name in names:
            self.__dict__.pop(name, None)

    @cached_property
    def areas(self) -> dict[str, AreaRef]:
        return {code: AreaRef(pk, level) for code, pk, level in Area.objects.values_list("code", "pk", "level")}

    @cached_property
    def schools(self) -> dict[str, SchoolRef]:
        rows = School.objects.values_list("pk", "code", "slots", "kind", "name")
        return {code: SchoolRef(pk, code, frozenset(slots.split(",")), *rest) for pk, code, slots, *rest in rows}

    @cached_property
    def classes(self) -> dict[tuple[str, str], ClassRef]:
        """(school code, class number) → class."""
        rows = SchoolClass.objects.order_by().values_list("pk", "school__code", "number")
        return {(code, number): ClassRef(pk, self.schools[code], number) for pk, code, number in rows}

    @cached_property
    def school_of(self) -> dict[int, int]:
        """Class id → school id."""
        return {ref.pk: ref.school.pk for ref in self.classes.values()}

    @cached_property
    def people(self) -> dict[str, int]:
        """工号 → person."""
        return dict(Person.objects.order_by().values_list("staff_number", "pk"))

    def schools_of(self, students: Collection[int]) -> dict[int, SchoolRef]:
        """Child → the school it is in, or was in last."""
        schools = {school.pk: school for school in self.schools.values()}
        rows = Enrolment.objects.filter(student__in=students).order_by("student", "since")
        latest = dict(rows.values_list("student", "school_class__school"))
        return {student: schools[school] for student, school in latest.items()}

    def find_students(self, numbers: Collection[str]) -> dict[str, int]:
        """Number → child, for the numbers that are known: by 学籍号, by 身份证件号, by a 学籍号 of former days."""
        missing = sorted(set(numbers) - self._students.keys())
        for start in range(0, len(missing), CHUNK):
            wanted = set(missing[start : start + CHUNK])
            for model, number, student in (
                (Student, "student_number", "pk"),
                (Student, "id_number", "pk"),
                (FormerNumber, "number", "student"),
            ):
                rows = model.objects.filter(**{f"{number}__in": wanted}).order_by().values_list(number, student)
                found = dict(rows)
                self._students |= found
                wanted -= found.keys()
                if not wanted:
                    break
        return self._students


class RegisterBook:
    """The roll calls of classes as they are met: class → (day, slot) → id. 点名 and 缺勤 share it."""

    def __init__(self):
        self._calls: dict[int, dict[int, int]] = {}
        # Made before anything is written: roll calls up to here stood before this import, and a mark added to one of
        # them corrects it.
        self.last_before = RollCall.objects.aggregate(last=Max("pk"))["last"] or 0

    def meet(self, classes: Collection[int]) -> None:
        missing = set(classes) - self._calls.keys()
        self._calls |= {school_class: {} for school_class in missing}
        rows = RollCall.objects.filter(school_class__in=missing).order_by()
        for pk, school_class, day, slot in rows.values_list("pk", "school_class", "day", "slot").iterator(5000):
            self._calls[school_class][self._key(day, slot)] = pk

    def find(self, school_class: int, day: date, slot: str) -> int | None:
        return self._calls[school_class].get(self._key(day, slot))

    def add(self, calls: Collection[RollCall]) -> None:
        for call in calls:
            self._calls[call.school_class_id][self._key(call.day, call.slot)] = call.pk

    @staticmethod
    def _key(day: date, slot: str) -> int:
        """A day and a slot in one small number: a county has half a million of them."""
        return day.toordinal() * len(SLOT_ORDER) + SLOT_ORDER[slot]
