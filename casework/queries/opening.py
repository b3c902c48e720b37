"""开学到校情况 as its page and its file show it: lines by school or class, and the children by name with their duty."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from casework import wording
from casework.ladder import DutyStatus
from casework.models import Obligation
from casework.ruleset import Tier
from students.days import DayState
from students.models import OpeningAbsence, Student, Term
from students.opening import ChildOpening
from students.queries.opening import Board, Figures, absences_noted

DEFINITIONS = (
    "应到：本班本学期第一个上课日在校的学生。",
    "实到：统计的上课日里至少有一天到校的应到学生。",
    "未到：这些日子里点过名、一天也没有到校的应到学生，请假的也在内。",
    "未点名：这些日子里本班一次点名也没有，不知道到没到，不算实到。",
    "上学期末在校：上学期最后一天在校的学生。",
    "流失：上学期末在校，本学期没有到校，也没有正常离校的学生，包括未到校、辍学、转出未确认和其他减少；开学时在校的记在当时的班，开学前已离开的记在上学期末的班。",
    "正常离校：上学期末在校，后来休学、转出已确认、毕业、出国或死亡的学生。",
    "回流：上学期末不在校（休学、辍学或已离校），本学期已到校的学生；新入学的不算。",
)
LISTS = {"absent": "未到", "lost": "流失", "returned": "回流"}
STATE_WORDS = {
    DayState.PRESENT: "到校",
    DayState.ABSENT: "缺课",
    DayState.EXCUSED: "请假",
    DayState.UNKNOWN: "未点名",
}


@dataclass(frozen=True)
class Line:
    """A school or a class with its counts; ``days`` is how many opening days have come, ``unregistered`` how many
    days (of its classes together) have no register."""

    pk: int
    name: str
    days: int
    unregistered: int
    figures: Figures


@dataclass(frozen=True)
class NamedChild:
    """A child by name: what was found, why as far as it is known, and where the visit stands."""

    student: Student
    place: object  # the class that it counts in
    found: ChildOpening
    noted: OpeningAbsence | None
    visit: Obligation | None
    visit_words: str
    visit_tone: str

    @property
    def reason(self) -> str:
        return self.noted.get_reason_display() if self.noted else "未登记"

    @property
    def days(self) -> str:
        """9月1日、2日缺课，9月3日未点名: days in a row that were alike stand together."""
        alike = groupby(self.found.states, key=lambda looked_at: looked_at[1])
        return "，".join(
            f"{wording.joined_days([day for day, _ in days])}{STATE_WORDS[state]}" for state, days in alike
        )


def lines(board: Board, *, by_school: bool) -> list[Line]:
    """The board a line a class, or drawn together by school."""
    if not by_school:
        return [
            Line(each.school_class.pk, str(each.school_class), len(each.days), each.unregistered, each.figures)
            for each in board.classes
        ]
    schools: dict[int, Line] = {}
    for each in board.classes:
        school = each.school_class.school
        before = schools.get(school.pk, Line(school.pk, str(school), 0, 0, Figures()))
        before.figures.add(each.figures)
        days, unregistered = max(before.days, len(each.days)), before.unregistered + each.unregistered
        schools[school.pk] = replace(before, days=days, unregistered=unregistered)
    return list(schools.values())


def named(board: Board, rows: Collection[tuple[int, ChildOpening, int]], *, today: date) -> list[NamedChild]:
    """The children of a list, with what is noted of them and their visit duty; three queries."""
    students = [pk for pk, _, _ in rows]
    people = Student.objects.in_bulk(students)
    places = {line.school_class.pk: line.school_class for line in board.classes}
    noted, visits = absences_noted(board.term, students), visits_of(board.term, students)
    return [
        NamedChild(people[pk], places[place], child, noted.get(pk), visits.get(pk), *_visit(visits.get(pk), today))
        for pk, child, place in rows
    ]


def visits_of(term: Term, students: Collection[int]) -> dict[int, Obligation]:
    """Child → its visit duty 开学未到家访 of the term."""
    duties = Obligation.objects.standing().filter(
        tier=Tier.OPENING_VISIT, student__in=students, key__gte=term.start, key__lte=term.end
    )
    return {duty.student_id: duty for duty in duties}


def _visit(duty: Obligation | None, today: date) -> tuple[str, str]:
    """Where the visit stands, in words with a tone."""
    if duty is None:
        return "不欠家访", "mute"
    status = duty.status_on(today)
    if status in (DutyStatus.DONE, DutyStatus.LATE_DONE):
        return f"{wording.short_day(duty.done_on)}办结", "ok"
    if status is DutyStatus.LATE_OPEN:
        return wording.overdue_words(duty.due_on, status, today), "alarm"
    return wording.due_words(duty.due_on, status, today), "warn"
