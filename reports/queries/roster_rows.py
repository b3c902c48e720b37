"""One row of a roster: who the child is, where it was that day, whom to ring; built a page or a chunk at a time."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple, Self

from django.db.models import F

from casework.ladder import RunRecord
from students.enrolment import EventKind, Standing
from students.models import Area, Enrolment, Finding, Guardian, Resident, SpecialGroup, Student
from students.school_age import full_years, is_of_school_age

IN_REGULAR_CLASS = "随班就读"
YES = "是"
NOBODY = ("", "")
GONE = {
    EventKind.TRANSFER_OUT: "已转出",
    EventKind.LEAVE_COUNTRY: "已出国（境）",
    EventKind.GRADUATE: "已毕业",
    EventKind.OTHER_OUT: "其他减少，去向不明",
}


class RosterRow(NamedTuple):
    """A child on a roster, as of its day. ``student`` is None where the registry of the reader does not hold it."""

    number: int
    student: int | None
    name: str
    sex: str
    birth_date: date
    age: int
    code: str
    school: str
    school_code: str
    school_class: str
    village: str
    guardian: str
    phone: str
    state: str
    groups: str
    apart: str
    since: date | None
    run: RunRecord | None

    def numbered(self, number: int) -> Self:
        return self._replace(number=number)


def enrolled_rows(enrolments: Sequence[Enrolment], wanted) -> list[RosterRow]:
    """The rows of these enrolments, read with child, class and school; five queries whatever their number.

    ``entitlement``: the 就读身份 of the child on the day.
    """
    ids = [enrolment.student_id for enrolment in enrolments]
    groups = groups_on(ids, wanted.as_of)
    guardians = _guardians(ids)
    homes = _homes([enrolment.student for enrolment in enrolments])
    schools_now = _schools_now(ids)
    rows = []
    for enrolment in enrolments:
        student, school = enrolment.student, enrolment.school_class.school
        # The numbers of a child who has moved on are its new school's to know.
        reachable = wanted.scope.county or schools_now[student.pk] == school.pk
        guardian, phone = guardians.get(student.pk, NOBODY) if reachable else NOBODY
        rows.append(
            RosterRow(
                number=0,
                student=student.pk,
                name=student.name,
                sex=student.get_sex_display(),
                birth_date=student.birth_date,
                age=full_years(student.birth_date, wanted.as_of),
                code=student.number,
                school=school.name,
                school_code=school.code,
                school_class=enrolment.school_class.name,
                village=homes.get(student.pk, ""),
                guardian=guardian,
                phone=phone,
                state=_state(enrolment),
                groups=_words(groups[student.pk]),
                apart=_apart(enrolment, groups[student.pk]),
                since=enrolment.since,
                run=wanted.runs.get(student.pk),
            )
        )
    return rows


def resident_rows(residents: Sequence[Resident], wanted) -> list[RosterRow]:
    """The rows of residents who are not in the reader's registry; four queries whatever their number."""
    ids = [resident.student_id for resident in residents if resident.student_id]
    places = Enrolment.objects.select_related("school_class__school").in_bulk(
        [resident.place for resident in residents if resident.place]
    )
    villages = Area.objects.in_bulk({resident.village_id for resident in residents})
    groups = groups_on(ids, wanted.as_of)
    rows = []
    for resident in residents:
        place = places.get(resident.place)
        school = place.school_class.school if place else None
        rows.append(
            RosterRow(
                number=0,
                student=None,
                name=resident.name,
                sex=resident.get_sex_display(),
                birth_date=resident.birth_date,
                age=full_years(resident.birth_date, wanted.as_of),
                code=resident.id_number,
                school=school.name if school else _as_told(resident),
                school_code=school.code if school else "",
                school_class="",
                village=villages[resident.village_id].name,
                guardian=resident.guardian_name,
                phone=resident.phone,
                state=Standing(place.standing).label if place else _without_enrolment(resident, wanted),
                groups=_words(groups[resident.student_id]),
                apart="",
                since=place.since if place else None,
                run=wanted.runs.get(resident.student_id),
            )
        )
    return rows


def _state(enrolment: Enrolment) -> str:
    """在校, 休学, 辍学; and whose 学籍 is not here, or who is taught at home."""
    label = Standing(enrolment.standing).label
    if enrolment.entitlement == Student.Standing.REGISTERED:
        return label
    return f"{label}（{Student.Standing(enrolment.entitlement).label}）"


def groups_on(students: Collection[int], day: date) -> dict[int, list[str]]:
    """Student → the special groups in force on ``day``; one query."""
    rows = SpecialGroup.objects.on(day).filter(student__in=students)
    found: dict[int, list[str]] = defaultdict(list)
    for student, kind in rows.order_by("student", "kind").values_list("student", "kind"):
        found[student].append(kind)
    return found


def _words(kinds: Collection[str]) -> str:
    return "、".join(SpecialGroup.Kind(kind).label for kind in kinds)


def _apart(enrolment: Enrolment, kinds: Collection[str]) -> str:
    """How a child is taught who is not taught like the others."""
    at_home = enrolment.entitlement == Student.Standing.HOME_TAUGHT or SpecialGroup.Kind.HOME_TAUGHT in kinds
    words = [IN_REGULAR_CLASS] if enrolment.student.extra.get(IN_REGULAR_CLASS) == YES else []
    return "、".join([*words, "送教上门"] if at_home else words)


def _guardians(students: Collection[int]) -> dict[int, tuple[str, str]]:
    """Student → whom to ring, by name and number: one with a number rather than without, the guardian first."""
    chosen: dict[int, tuple[str, str]] = {}
    people = Guardian.objects.filter(student__in=students).order_by("student", F("is_guardian").desc(), "position")
    for student, name, phone in people.values_list("student", "name", "phone"):
        if student not in chosen or (phone and not chosen[student][1]):
            chosen[student] = (name, phone)
    return chosen


def _homes(students: Collection[Student]) -> dict[int, str]:
    """Student → village of the household register, from the police's list or else from the registry; two queries."""
    homes = dict(
        Resident.objects.filter(student__in=[student.pk for student in students]).values_list(
            "student", "village__name"
        )
    )
    codes = {student.pk: student.home_area_code.ljust(12, "0") for student in students if student.home_area_code}
    names = dict(Area.objects.filter(code__in=set(codes.values())).values_list("code", "name"))
    return {student: names.get(code, "") for student, code in codes.items()} | homes


def _schools_now(students: Collection[int]) -> dict[int, int]:
    """Student → the school in whose registry the child last stood."""
    enrolments = Enrolment.objects.filter(student__in=students).order_by("student", "since")
    return dict(enrolments.values_list("student", "school_class__school"))


def _as_told(resident: Resident) -> str:
    return f"{resident.current_school}（户籍表所写）" if resident.current_school else ""


def _without_enrolment(resident: Resident, wanted) -> str:
    """What is known of a resident whom no school of the county holds."""
    if resident.found in Finding.SETTLED:
        return f"{Finding.State(resident.found).label}（排查）"
    if gone := GONE.get(resident.last_event):
        return gone
    policy = wanted.policy
    if is_of_school_age(resident.birth_date, wanted.as_of, entry_age=policy.entry_age, last_age=policy.last_age):
        return "未见学籍"
    return "未到入学年龄" if full_years(resident.birth_date, wanted.as_of) < policy.last_age else "已过义务教育年龄"
