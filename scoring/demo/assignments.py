"""三包 and 联点 of the demonstration county: most key children and villages have somebody, some wait for one."""

from datetime import date
from itertools import count, cycle

from casework.demo.acts import at
from casework.demo.hours import done_at
from casework.demo.plan import CountyPlan, SchoolPlan
from casework.demo.staff import USERNAMES, holders, scope_on
from scoring.actions import assignments
from scoring.queries.assignments import key_lines
from students.calendar import school_year_start
from students.models import Enrolment, Person, Role, SchoolClass

SINCE = 15  # school days ago
SCHOOLS = 2  # that have assigned their key children; the others have not begun
FORGOTTEN = 4  # every fourth child of a school has nobody


def tell_assignments(plan: CountyPlan) -> None:
    """By the clerk of each school, and by the bureau for all of them."""
    shown = plan.shown_school
    for school in [shown, *(school for school in plan.schools if school is not shown)][:SCHOOLS]:
        _give_children(plan, school)
        _give_villages(plan, school)
    _go_with_schools(plan)


def _give_children(plan: CountyPlan, school: SchoolPlan) -> None:
    """Those of a class by turns to its 班主任 and to a teacher of it."""
    since = _since(plan)
    there = Enrolment.objects.on(since).filter(school_class__school=school.row).values("student")
    lines = key_lines(plan.span.today).filter(school=school.row, pk__in=there)
    turn = count(1)
    for of in sorted(school.classes, key=lambda of: not of.is_shown):
        children = lines.filter(school_class=of.row).order_by("pk").values_list("pk", flat=True)
        given = [pk for pk, number in zip(children, turn, strict=False) if number % FORGOTTEN]
        for person, own in zip(_teachers(of.row, since), (given[::2], given[1::2]), strict=False):
            if own:
                _assign(plan, school, assignments.assign_students, person, students=own)


def _teachers(school_class: SchoolClass, day: date) -> list[Person]:
    """The 班主任, and one who teaches the class and does not lead it: the one of the log-ins where that is theirs."""
    homeroom = holders(day, role=Role.HOMEROOM_TEACHER, school_class=school_class)[:1]
    others = [
        each for each in holders(day, role=Role.SUBJECT_TEACHER, school_class=school_class) if each not in homeroom
    ]
    others.sort(key=lambda person: person.username == USERNAMES[Role.SUBJECT_TEACHER])
    return [*homeroom, *others[-1:]]


def _give_villages(plan: CountyPlan, school: SchoolPlan) -> None:
    """All but the last, in turn to the 校长 and the 分管领导."""
    heads = list(dict.fromkeys([school.principal, school.deputy]))
    for number, head in enumerate(heads):
        if own := school.villages[:-1][number :: len(heads)]:
            _assign(plan, school, assignments.assign_villages, head, villages=own)


def _assign(plan: CountyPlan, school: SchoolPlan, act, person: Person, **what) -> None:
    since = _since(plan)
    with done_at(at(since, 15, 20)):
        act(
            by=school.clerk, scope=scope_on(school.clerk, since), school=school.row, person=person, since=since,
            today=since, **what,
        )  # fmt: skip


def _go_with_schools(plan: CountyPlan) -> None:
    """An officer of the bureau for each school, by turns."""
    since = _since(plan)
    officers = holders(since, role=Role.BUREAU_OFFICER)
    by = officers[0]
    for school, officer in zip(plan.schools, cycle(officers)):
        with done_at(at(since, 10, 40)):
            assignments.assign_liaison(
                by=by, scope=scope_on(by, since), school=school.row, person=officer, since=since, planned_until=None,
                seen=None, today=since,
            )  # fmt: skip


def _since(plan: CountyPlan) -> date:
    """So many school days ago, within the school year."""
    return max(plan.shown_class.days[-SINCE], school_year_start(plan.span.school_year))
