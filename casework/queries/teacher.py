"""A teacher's day: whose lesson each slot is, what others ask for, what has to be found out."""

from dataclasses import dataclass
from datetime import datetime

from students.access import Scope
from students.models import Notice, Person, SchoolClass
from students.queries.alerts import AlertBoard, alert_board
from students.queries.calendar import current_calendar
from students.queries.lessons import lesson_words, lessons_on
from students.queries.notices import HomeNotices, home_notices
from students.queries.registers import ClassDay, SlotState, class_days
from students.queries.unverified import Unverified, unverified, unverified_lines

SHOWN_UNVERIFIED = 3


@dataclass(frozen=True)
class Lesson:
    """A slot of a class today and, where there is a timetable, whose it is. It guides, and refuses nobody."""

    state: SlotState
    words: str
    is_mine: bool


@dataclass(frozen=True)
class TeacherClass:
    """A class on a teacher's home: ``first`` are the slots that stand open, ``folded`` the lessons of others.

    ``may_report``: the reader teaches here and reports to somebody else, for ``report_slot`` where that is known.
    """

    day: ClassDay
    first: list[Lesson]
    folded: list[Lesson]
    may_report: bool

    @property
    def report_slot(self) -> str:
        mine = [lesson.state.slot for lesson in self.first if lesson.is_mine]
        return mine[0] if len(mine) == 1 else ""


@dataclass(frozen=True)
class TeacherHome:
    """A teacher's home without the duties. ``unverified``: the oldest; ``more_unverified``: there are others."""

    classes: list[TeacherClass]
    alerts: AlertBoard
    notices: HomeNotices
    unverified: list[Unverified]
    more_unverified: bool


def teacher_home(scope: Scope, person: Person, *, now: datetime) -> TeacherHome:
    """The day of ``person``; nine queries, and five more where alerts, notices or 待核实 wait.

    ``now`` is local.
    """
    today, calendar = now.date(), current_calendar()
    days = class_days(SchoolClass.objects.filter(pk__in=scope.classes), today, calendar, now=now)
    lessons = lessons_on([day.school_class for day in days], today, calendar)
    asked = list(unverified(scope, calendar)[: SHOWN_UNVERIFIED + 1]) if scope.homeroom else []
    classes = [_class(day, lessons, scope, person) for day in days]
    return TeacherHome(
        classes=sorted(classes, key=_nearest_first),
        alerts=alert_board(scope, person, today),
        notices=home_notices(scope, person, without=[Notice.Kind.CHILD_MISSING]),
        unverified=unverified_lines(asked[:SHOWN_UNVERIFIED], scope, today, calendar),
        more_unverified=len(asked) > SHOWN_UNVERIFIED,
    )


def _class(day: ClassDay, lessons: dict, scope: Scope, person: Person) -> TeacherClass:
    own = day.school_class.pk in scope.homeroom
    rows = []
    for state in day.slots:
        entry = lessons.get((day.school_class.pk, state.slot))
        words = lesson_words(entry.subject, entry.teacher.name) if entry else ""
        rows.append(Lesson(state, words, bool(entry and entry.teacher_id == person.pk)))
    fold = not own and any(row.words for row in rows)
    return TeacherClass(
        day,
        first=[row for row in rows if row.is_mine or not fold],
        folded=[row for row in rows if fold and not row.is_mine],
        may_report=day.is_school_day and not own,
    )


def _nearest_first(each: TeacherClass) -> tuple:
    """The own class, then those in which one has a lesson today, then the others."""
    return each.may_report, not any(lesson.is_mine for lesson in each.first), bool(each.folded)
