"""The facts of the funnel 劝返漏斗, for all cases of a period at once: six queries, however many there are."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db.models import OuterRef, Q, Subquery

from casework.contacts import ContactMethod
from casework.document_kinds import DocumentKind
from casework.funnel import CaseSteps, Funnel, Step, funnel_of
from casework.legal import LegalKind
from casework.models import AbsenceRun, Case, CaseEvent, Contact, Document, LegalStep
from casework.stages import CaseAction, CaseOutcome, CaseStage
from students.access import Scope
from students.calendar import school_year_of, school_year_start

OF_METHOD = {ContactMethod.HOME_VISIT: Step.VISIT, ContactMethod.JOINT_VISIT: Step.JOINT}
OF_PAPER = {DocumentKind.URGING_NOTICE: Step.NOTICE, DocumentKind.ORDER: Step.ORDER}
OF_KIND = {
    LegalKind.URGING_NOTICE: Step.NOTICE,
    LegalKind.JOINT_PERSUASION: Step.JOINT,
    LegalKind.ORDER: Step.ORDER,
}
LEAVING = (CaseAction.NOTE_ABSENCE, CaseAction.NOTE_LOSS, CaseAction.CONFIRM_DROPOUT)


@dataclass(frozen=True)
class PlaceFunnel:
    """The funnel of a school, a township or everything in the scope."""

    name: str
    funnel: Funnel

    @property
    def points(self) -> list[tuple[str, int]]:
        """For the chart: cases opened, then those that reached each step."""
        return [("建档", self.funnel.opened), *((line.step.label, line.cases) for line in self.funnel.lines)]


class _Row(NamedTuple):
    pk: int
    student: int
    opened_on: date
    closed_on: date | None
    outcome: str
    began: date | None
    school: str
    township: str


PLACE = ("student__line__school__name", "student__line__school__township__name")


def cases_between(scope: Scope, first: date, last: date):
    """Cases of children who were away or lost, opened in the period (both days included)."""
    away = CaseEvent.objects.filter(action__in=LEAVING).order_by().values("case")
    rows = Case.objects.visible_to(scope.without_lessons).filter(opened_on__range=(first, last))
    return rows.filter(Q(pk__in=away) | ~Q(stage__in=(CaseStage.WATCH, CaseStage.CLOSED)))


PARTS = {"township": "乡镇", "school": "学校"}


def funnels(
    scope: Scope, first: date, last: date, *, today: date, parts_are: str = "township"
) -> tuple[PlaceFunnel, list[PlaceFunnel]]:
    """The whole, then each part of it: the townships, or the schools, with their township where there are several."""
    listed, steps = _told(cases_between(scope, first, last), today)
    several = len({row.township for row in listed}) > 1
    parts: dict[str, list[CaseSteps]] = defaultdict(list)
    for row in listed:
        place = f"{row.township} {row.school}" if several else row.school
        parts[row.township if parts_are == "township" else place].append(steps[row.pk])
    found = [PlaceFunnel(name, funnel_of(part)) for name, part in sorted(parts.items())]
    return PlaceFunnel("合计", funnel_of(list(steps.values()))), found


def _told(cases, today: date) -> tuple[list[_Row], dict[int, CaseSteps]]:
    """The cases, and what was done in each."""
    run = AbsenceRun.objects.filter(student=OuterRef("student"), started_on__lte=OuterRef("opened_on"))
    run = run.filter(Q(settled_on=None) | Q(settled_on__gte=OuterRef("opened_on"))).order_by("started_on")
    rows = cases.order_by().annotate(began=Subquery(run.values("started_on")[:1]))
    listed = [_Row(*row) for row in rows.values_list(*_Row._fields[:6], *PLACE)]
    pks = cases.order_by().values("pk")
    returned = _returns(pks)
    steps = {
        row.pk: CaseSteps(row.opened_on, None if row.outcome == CaseOutcome.FALSE_ALARM else returned.get(row.pk))
        for row in listed
    }
    of_child: dict[int, list[tuple[CaseSteps, date, date]]] = defaultdict(list)
    for row in listed:
        of_child[row.student].append((steps[row.pk], row.began or row.opened_on, row.closed_on or today))
    for student, step, day in _acts(cases.order_by().values("student")):
        for case, since, until in of_child.get(student, ()):
            if since <= day <= until:
                case.tell(step, day)
    for case, kind, day in _legal_steps(pks):
        if case in steps:  # none that was opened meanwhile
            steps[case].tell(OF_KIND[kind], day)
    return listed, steps


def _acts(children) -> Iterator[tuple[int, Step, date]]:
    """Contacts and issued papers; those count that come between the first day of an absence and the end of its case."""
    contacts = Contact.objects.filter(student__in=children, cancelled_at=None).order_by()
    for child, day, method in contacts.values_list("student", "day", "method"):
        yield child, OF_METHOD.get(method, Step.CONTACT), day
    papers = Document.objects.standing().filter(student__in=children, kind__in=list(OF_PAPER)).order_by()
    papers = papers.filter(issued_at__isnull=False)
    for child, day, kind in papers.values_list("student", "issued_at__date", "kind"):
        yield child, OF_PAPER[kind], day


def _legal_steps(pks) -> Iterable[tuple[int, str, date]]:
    rows = LegalStep.objects.filter(case__in=pks, kind__in=list(OF_KIND), cancelled_at=None)
    return rows.order_by().values_list("case", "kind", "day")


def _returns(pks) -> dict[int, date]:
    """Case → the day of its last return, if it holds: the child has not been away again since.

    A case that ended as returned says that what opened it again was a mistake (``case_engine``).
    """
    ended = Q(action=CaseAction.CLOSE, details__outcome=CaseOutcome.RETURNED)
    rows = CaseEvent.objects.filter(Q(action__in=(*LEAVING, CaseAction.NOTE_RETURN)) | ended, case__in=pks)
    last: dict[int, date] = {}
    holds: dict[int, bool] = {}
    for case, action, day in rows.order_by("pk").values_list("case", "action", "day"):
        holds[case] = action not in LEAVING
        if action == CaseAction.NOTE_RETURN:
            last[case] = day
    return {case: day for case, day in last.items() if holds[case]}


def usual_period(today: date) -> tuple[date, date]:
    """From the first day of the school year to today."""
    return school_year_start(school_year_of(today)), today
