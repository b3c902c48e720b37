"""责任书 of the demonstration county: drawn up in four layers, some issued, some signed, one for the 班主任 to sign."""

from collections.abc import Iterable
from datetime import date, timedelta

from casework.actions import documents
from casework.demo.acts import at
from casework.demo.hours import done_at
from casework.demo.plan import CountyPlan, SchoolPlan
from casework.demo.staff import USERNAMES, holders, scope_on
from casework.document_kinds import PLEDGES, DocumentKind
from casework.models import Document
from scoring.actions import pledges
from scoring.queries.pledge_terms import has_scheme
from students.calendar import school_year_start
from students.models import Person, Role, School

SCHOOLS = 3  # with which the bureau has signed; a paper takes longer than a whole class
DRAWN, SIGNED = 20, 18  # school days ago
CLASSES, TEACHERS = 2, 2  # of the school of the log-ins, whose 责任书 are issued; the others are drafts
WAITING_AT = 2  # of the 班主任 whose turn it is, every second has signed


def tell_pledges(plan: CountyPlan) -> None:
    """The bureau with its schools, and the school of the log-ins with its people."""
    if not has_scheme(plan.span.school_year):
        return
    _of_the_bureau(plan)
    _of_the_school(plan)


def _of_the_bureau(plan: CountyPlan) -> None:
    """Of the schools the last has none issued yet, and the one before it has not signed."""
    shown = plan.shown_school
    schools = [shown, *(school for school in plan.schools if school is not shown)][:SCHOOLS]
    officer = holders(plan.span.today, role=Role.BUREAU_OFFICER)[0]
    drawn = {row.of_school_id: row for row in _draw_up(plan, officer, schools)}
    papers = [drawn[school.row.pk] for school in schools if school.row.pk in drawn]
    issued = _issue(plan, officer, papers[:-1])
    _sign(plan, issued[:-1])


def _of_the_school(plan: CountyPlan) -> None:
    school = plan.shown_school
    drawn = _draw_up(plan, school.clerk, [school])
    posts = [row for row in drawn if row.kind == DocumentKind.PLEDGE_POST]
    homeroom = [row for row in drawn if row.kind == DocumentKind.PLEDGE_HOMEROOM]
    subject = [row for row in drawn if row.kind == DocumentKind.PLEDGE]
    here = plan.shown_class.row.pk
    homeroom.sort(key=lambda row: row.school_class_id != here)
    own = USERNAMES[Role.SUBJECT_TEACHER]
    subject.sort(key=lambda row: (row.person.username != own, row.school_class_id != here))
    _sign(plan, _issue(plan, school.clerk, posts))
    _sign(plan, _issue(plan, school.clerk, homeroom[:CLASSES])[1::WAITING_AT])
    _sign(plan, _issue(plan, school.clerk, subject[:TEACHERS])[:-1])


def _draw_up(plan: CountyPlan, by: Person, schools: Iterable[SchoolPlan]) -> list[Document]:
    day, year = _day(plan, DRAWN), plan.span.school_year
    rows = School.objects.filter(pk__in=[school.row.pk for school in schools])
    with done_at(at(day, 9, 10)):
        pledges.draw_up(by=by, scope=scope_on(by, day), schools=rows, school_year=year, today=day)
    return list(Document.objects.filter(drafted_by=by, kind__in=PLEDGES).select_related("person").order_by("pk"))


def _issue(plan: CountyPlan, by: Person, papers: Iterable[Document]) -> list[Document]:
    day = _day(plan, DRAWN)
    place = {"by": by, "scope": scope_on(by, day), "today": day}
    issued = []
    for number, row in enumerate(papers):
        with done_at(at(day, 9, 30) + timedelta(minutes=2 * number)):
            issued.append(documents.issue(**place, document=row, version=row.version))
    return issued


def _sign(plan: CountyPlan, papers: Iterable[Document]) -> None:
    """Each by whom it names."""
    day = _day(plan, SIGNED)
    for number, row in enumerate(papers):
        with done_at(at(day, 16, 5) + timedelta(minutes=3 * number)):
            who = row.person
            documents.sign(by=who, scope=scope_on(who, day), document=row, version=row.version, today=day)


def _day(plan: CountyPlan, ago: int) -> date:
    """So many school days ago, or the first day of a school year that is younger."""
    return max(plan.shown_class.days[-ago], min(school_year_start(plan.span.school_year), plan.span.today))
