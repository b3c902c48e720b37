"""The children behind a figure: of which classes, by name, with what happened to them last; as a list and a table."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from operator import attrgetter
from typing import NamedTuple, Self

from django.db.models import QuerySet

from casework.queries.suspected import suspected_runs
from reports.figures import MOVEMENTS, SUSPECTED
from reports.queries.figures import Census, Move, Pair
from reports.queries.move_words import event_words, move_words
from reports.tables import Column, Kind, Table, number_column
from students.access import Scope
from students.enrolment import EventKind
from students.models import EnrolmentEvent, School, SchoolClass, SpecialGroup, Student
from students.templatetags.chinese import cdate
from students.turning import grade_label

CHUNK = 2000  # children of a long list read together


class Line(NamedTuple):
    """A child with the class in which it counts, and why it stands there; ``number``: its place in a table."""

    student: Student
    school_class: SchoolClass
    words: str
    number: int = 0

    @property
    def place(self) -> str:
        return f"{self.school_class.school}{self.school_class}"


@dataclass(frozen=True)
class Behind:
    """The children behind a figure, each with the class in which it counts, on a ``day``, for a reader with ``scope``.

    Of a ``Move`` is said what was counted (``move_words``); of the others what happened last, or, ``by_runs``, the
    absence that is not over, or ``otherwise``, where that says it.
    """

    pairs: Sequence[Pair | Move] | QuerySet
    classes: Mapping[int, SchoolClass]
    day: date
    scope: Scope
    by_runs: bool = False
    otherwise: str = ""

    @cached_property
    def count(self) -> int:
        return self.pairs.count() if isinstance(self.pairs, QuerySet) else len(self.pairs)

    def found(self, q: str) -> Self:
        """Those whom a search finds."""
        if not q:
            return self
        wanted = Student.objects.search(q).order_by()
        if isinstance(self.pairs, QuerySet):
            return replace(self, pairs=self.pairs.filter(student__in=wanted.values("pk")))
        keys = set(wanted.values_list("pk", flat=True))
        return replace(self, pairs=[pair for pair in self.pairs if pair[0] in keys])

    def lines(self, pairs: Iterable[Pair | Move]) -> list[Line]:
        """Some of the pairs by name; two queries however many there are, more for the runs of the suspected
        and for transfers."""
        pairs = list(pairs)
        children = Student.objects.in_bulk([pair[0] for pair in pairs])
        moves = [pair for pair in pairs if isinstance(pair, Move)]
        moved = move_words(moves, day=self.day, scope=self.scope)
        words = self._words({pair[0] for pair in pairs if not isinstance(pair, Move)})
        return [
            Line(
                children[pair[0]],
                self.classes[pair[1]],
                moved[pair.event] if isinstance(pair, Move) else words.get(pair[0], ""),
            )
            for pair in pairs
        ]

    def _words(self, children: Collection[int]) -> dict[int, str]:
        if self.otherwise:
            return dict.fromkeys(children, self.otherwise)
        return _runs(children, self.day) if self.by_runs else _last_events(children, self.day, self.scope)

    def rows(self) -> Iterator[Line]:
        """All of them, numbered, a chunk in memory at a time."""
        for start in range(0, self.count, CHUNK):
            for number, line in enumerate(self.lines(self.pairs[start : start + CHUNK]), start=start + 1):
                yield line._replace(number=number)

    def table(self, title: str, *, filters: tuple[str, ...], reveal: bool) -> Table:
        """As a list to take away."""
        return Table(
            title=f"{title}名单",
            columns=columns(reveal=reveal),
            rows=self.rows,
            count=self.count,
            unit="人",
            as_of=self.day,
            filters=filters,
            notes=() if reveal else ("学籍号和身份证件号只显示首尾几位。",),
            fixed_columns=2,
        )


STUDENT, PLACE = "学生", "学校"  # the heads over the columns


def columns(*, reveal: bool) -> tuple[Column, ...]:
    """What a list of children says of each; whom to ring is for the ledgers."""
    school, school_class = attrgetter("school_class.school.code"), attrgetter("school_class.number")
    name_of, class_name = attrgetter("school_class.school.name"), attrgetter("school_class.name")
    return (
        Column("number", "序号", Kind.INTEGER, 2.6, attrgetter("number")),
        Column("name", "姓名", Kind.TEXT, 6, attrgetter("student.name")),
        Column("sex", "性别", Kind.TEXT, 2.5, attrgetter("student.sex"), group=STUDENT),
        Column("birth_date", "出生日期", Kind.DATE, 7.5, attrgetter("student.birth_date"), group=STUDENT),
        number_column("student", "学籍号或证件号", 11, attrgetter("student.number"), reveal=reveal, group=STUDENT),
        Column("school", "就读学校", Kind.TEXT, 9, school, name_of, group=PLACE),
        Column("class", "班级", Kind.TEXT, 6, school_class, class_name, group=PLACE),
        Column("words", "情况", Kind.TEXT, 12, attrgetter("words")),
    )


def behind(census: Census, code: str, classes: Collection[int], *, scope: Scope) -> Behind:
    """The children of some classes behind a count."""
    pairs = census.moves(code, classes) if code in MOVEMENTS else census.children(code, classes)
    return Behind(pairs, census.classes, census.last, scope, by_runs=code == SUSPECTED)


def students_of(chosen: Mapping, day: date) -> QuerySet[Student] | None:
    """The children of a sex or a special group on ``day``; None where neither was asked for."""
    if not (chosen.get("sex") or chosen.get("group")):
        return None
    students = Student.objects.filter(sex=chosen["sex"]) if chosen.get("sex") else Student.objects.all()
    if not chosen.get("group"):
        return students
    held = SpecialGroup.objects.on(day).filter(kind=chosen["group"]).order_by()
    return students.filter(pk__in=held.values("student"))


def classes_of(census: Census, schools: Iterable[School], *, grade: int | None, stage: str = "") -> set[int]:
    """The classes of ``schools``, or those of a grade, or of a stage 学段."""
    wanted = {school.pk for school in schools}
    return {
        pk
        for pk, row in census.classes.items()
        if row.school_id in wanted
        and (grade is None or census.rows[pk][1] == grade)
        and (not stage or row.stage == stage)
    }


def grade_words(grade: str) -> list[str]:
    """一年级, where a grade was asked for."""
    return [grade_label(int(grade))] if is_grade(grade) else []


def is_grade(text: str) -> bool:
    """Whether an address names a grade by it."""
    return text.isdecimal() and len(text) < 3


def _runs(children: Collection[int], day: date) -> dict[int, str]:
    runs = suspected_runs(day, students=Student.objects.filter(pk__in=list(children)))
    return {student: f"{cdate(run.started_on)}起连续缺课{run.days}天" for student, run in runs.items()}


def _last_events(children: Collection[int], day: date, scope: Scope) -> dict[int, str]:
    """What happened last of all that the reader sees: what another school did with a child since is not theirs."""
    events = EnrolmentEvent.objects.effective().filter(student__in=list(children), happened_on__lte=day)
    rows = events.visible_to(scope).order_by("happened_on", "order").values_list("student", "happened_on", "kind")
    return {student: event_words(happened_on, EventKind(kind)) for student, happened_on, kind in rows}
