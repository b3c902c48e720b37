"""The timetable of the school of the printed log-ins, somebody who stands in, and a child reported missing today."""

from datetime import timedelta

from casework.demo.acts import at
from casework.demo.plan import ClassPlan, CountyPlan, SchoolPlan
from casework.demo.staff import USERNAMES
from students.access import Scope, scope_of
from students.actions import alerts, substitutes, timetables
from students.models import MissingAlert, Notice, Person, Role
from students.queries.calendar import current_calendar
from students.queries.lessons import WORKING_WEEK, teachers_of, timetable_of
from students.queries.registers import roster

STOOD_IN = (2, 4)  # days: since when, and until when
REPORTED_CHILD = 17  # in the class list; nobody with a story of their own


def teach(plan: CountyPlan) -> None:
    """Everything through the actions of the pages, by the clerk and the teacher of the printed log-ins."""
    school = plan.shown_school
    for of in school.classes:
        _fill_timetable(plan, of)
    _stand_in(plan, school)
    _report_missing(plan, next(of for of in school.classes if of.is_shown))


def _scope(person: Person) -> Scope:
    return scope_of(person, person.postings.all())


def _fill_timetable(plan: CountyPlan, of: ClassPlan) -> None:
    """Each slot of the week to one of the class's teachers in turn."""
    clerk, today = of.school.clerk, plan.span.today
    postings = [posting for posting in teachers_of(of.row, today) if posting.role == Role.SUBJECT_TEACHER]
    cells = [(weekday.value, str(slot)) for weekday in WORKING_WEEK for slot in of.row.school.slot_list]
    lessons = {cell: postings[number % len(postings)].pk for number, cell in enumerate(cells)}
    seen = timetable_of(of.row).mark
    timetables.save(by=clerk, scope=_scope(clerk), school_class=of.row, lessons=lessons, seen=seen, today=today)


def _stand_in(plan: CountyPlan, school: SchoolPlan) -> None:
    """The last class's 班主任 is away; it was arranged on the first of the days."""
    first_day = plan.span.today - timedelta(days=STOOD_IN[0])
    substitutes.appoint(
        by=school.clerk,
        scope=_scope(school.clerk),
        school_class=school.classes[-1].row,
        person=school.teachers[-1],
        first_day=first_day,
        last_day=plan.span.today + timedelta(days=STOOD_IN[1]),
        reason="班主任外出培训",
        today=first_day,
    )


def _report_missing(plan: CountyPlan, of: ClassPlan) -> None:
    """The subject teacher of the printed log-in misses a child in the first slot, and nobody has answered yet; on a day
    without school nobody is missed."""
    today = plan.span.today
    if today not in current_calendar().school_days(school=of.row.school_id, school_class=of.row.pk):
        return
    teacher = Person.objects.get(username=USERNAMES[Role.SUBJECT_TEACHER])
    children = list(roster(of.row.pk, today))
    child = children[min(REPORTED_CHILD, len(children) - 1)].student_id
    place = {"school_class": of.row.pk, "student": child, "slot": of.row.school.slot_list[0]}
    alerts.report(by=teacher, scope=_scope(teacher), today=today, **place)
    MissingAlert.objects.update(reported_at=at(today, 9, 12))
    Notice.objects.filter(kind=Notice.Kind.CHILD_MISSING).update(sent_at=at(today, 9, 12))
