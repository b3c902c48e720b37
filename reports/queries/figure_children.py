"""The children behind a figure: of which classes, by name, with what happened to them last."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import NamedTuple

from django.db.models import Q, QuerySet

from casework.queries.suspected import suspected_runs
from reports.figures import SUSPECTED
from reports.queries.figures import Census, Pair
from students.enrolment import EVENT_LABELS, EventKind
from students.models import EnrolmentEvent, School, SpecialGroup, Student
from students.templatetags.chinese import cdate
from students.turning import grade_label


class Line(NamedTuple):
    """A child with the class in which it counts, and why it stands there."""

    student: Student
    place: str
    words: str


def students_of(chosen: Mapping, day: date) -> QuerySet[Student] | None:
    """The children of a sex or a special group on ``day``; None where neither was asked for."""
    if not (chosen.get("sex") or chosen.get("group")):
        return None
    students = Student.objects.filter(sex=chosen["sex"]) if chosen.get("sex") else Student.objects.all()
    if not chosen.get("group"):
        return students
    held = SpecialGroup.objects.filter(Q(until=None) | Q(until__gt=day), kind=chosen["group"], since__lte=day)
    return students.filter(pk__in=held.values("student"))


def classes_of(census: Census, schools: Iterable[School], *, grade: int | None) -> set[int]:
    """The classes of ``schools``, or those of a grade."""
    wanted = {school.pk for school in schools}
    return {
        pk for pk in census.classes if census.rows[pk][0] in wanted and (grade is None or census.rows[pk][1] == grade)
    }


def grade_words(grade: str) -> list[str]:
    """一年级, where a grade was asked for."""
    return [grade_label(int(grade))] if grade.isdecimal() else []


def lines(pairs: Iterable[Pair], census: Census, code: str) -> list[Line]:
    """``pairs`` by name; three queries however many there are, more for the runs of the suspected."""
    pairs = list(pairs)
    children = Student.objects.in_bulk([student for student, _ in pairs])
    words = _runs(children, census.last) if code == SUSPECTED else _last_events(children, census.last)
    return [
        Line(children[student], f"{census.classes[each].school}{census.classes[each]}", words.get(student, ""))
        for student, each in pairs
    ]


def _runs(children: Collection[int], day: date) -> dict[int, str]:
    runs = suspected_runs(day, students=Student.objects.filter(pk__in=list(children)))
    return {student: f"{cdate(run.started_on)}起连续缺课{run.days}天" for student, run in runs.items()}


def _last_events(children: Collection[int], day: date) -> dict[int, str]:
    events = EnrolmentEvent.objects.effective().filter(student__in=list(children), happened_on__lte=day)
    rows = events.order_by("happened_on", "order").values_list("student", "kind", "happened_on")
    return {student: f"{cdate(happened_on)}{EVENT_LABELS[EventKind(kind)]}" for student, kind, happened_on in rows}
