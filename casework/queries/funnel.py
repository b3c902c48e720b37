"""The facts of the funnel 劝返漏斗, for all cases of a period at once: six queries, however many there are."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db.models import OuterRef, Q, Subquery
from django.urls import reverse

from casework.contacts import ContactMethod
from casework.document_kinds import DocumentKind
from casework.funnel import STEP_LABELS, CaseSteps, Funnel, Step, funnel_of
from casework.legal import LegalKind
from casework.models import AbsenceRun, Case, CaseEvent, Contact, Document, LegalStep
from casework.stages import OUT_OF_SCHOOL, CaseAction, CaseOutcome, CaseStage
from students.access import Scope
from students.calendar import school_year_of, school_year_start

OF_METHOD = {ContactMethod.HOME_VISIT: Step.VISIT, ContactMethod.JOINT_VISIT: Step.JOINT}
OF_PAPER = {DocumentKind.URGING_NOTICE: Step.NOTICE, DocumentKind.ORDER: Step.ORDER}
OF_KIND = {
    LegalKind.URGING_NOTICE: Step.NOTICE,
    LegalKind.JOINT_PERSUASION: Step.JOINT,
    LegalKind.ORDER: Step.ORDER,
}
OPENED, UNAIDED = "opened", "unaided"  # beside the steps: every case, and those that came back without any
OPENED_LABEL = "建档"
LEAVING = (CaseAction.NOTE_ABSENCE, CaseAction.NOTE_LOSS, CaseAction.CONFIRM_DROPOUT)


@dataclass(frozen=True)
class PlaceFunnel:
    """The funnel of a school, a township or everything in the scope. ``query``: what addresses narrow the cases down
    to, the period and the place."""

    name: str
    funnel: Funnel
    query: Mapping

    @property
    def points(self) -> list[tuple[str, int, str, str]]:
        """For the chart: cases opened, then those that reached each step, each with the list of them."""
        steps = [
            (OPENED, OPENED_LABEL, self.funnel.opened),
            *((line.step, line.step.label, line.cases) for line in self.funnel.lines),
        ]
        return [(label, number, "", self.address(step)) for step, label, number in steps]

    def address(self, step: str, **more) -> str:
        """Where the cases that reached a step are listed."""
        return reverse("casework:funnel_cases", args=[step], query={**self.query, **more})


class _Row(NamedTuple):
    pk: int
    student: int
    opened_on: date
    closed_on: date | None
    outcome: str
    began: date | None
    school: int
    school_name: str
    township: int
    township_name: str


PLACE = tuple(
    f"student__line__{path}" for path in ("school", "school__name", "school__township", "school__township__name")
)


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
    period = {"first": first.isoformat(), "last": last.isoformat()}
    parts: dict[tuple[str, int], list[CaseSteps]] = defaultdict(list)
    for row in listed:
        school = f"{row.township_name} {row.school_name}" if several else row.school_name
        place = (row.township_name, row.township) if parts_are == "township" else (school, row.school)
        parts[place].append(steps[row.pk])
    found = [
        PlaceFunnel(name, funnel_of(part), period | {parts_are: place}) for (name, place), part in sorted(parts.items())
    ]
    return PlaceFunnel("合计", funnel_of(list(steps.values())), period), found


class StillOut(NamedTuple):
    """Cases of a period whose child is still away: one each, as a child has one open case; and how many of them no
    visit, of the school alone or with others, has been made in."""

    children: int
    unvisited: int


def still_out(scope: Scope, first: date, last: date, *, today: date) -> StillOut:
    """Those of ``cases_between`` that are not over by a return or in any other way."""
    _, steps = _told(cases_between(scope, first, last).filter(stage__in=OUT_OF_SCHOOL), today)
    unvisited = [case for case in steps.values() if not case.waits.keys() & {Step.VISIT, Step.JOINT}]
    return StillOut(len(steps), len(unvisited))


class FunnelCase(NamedTuple):
    """A case that reached a step, and after how many days; None where it only was opened, or came back by itself."""

    pk: int
    opened_on: date
    days: int | None


def cases_at(
    scope: Scope, first: date, last: date, *, today: date, step: str, has_worked: bool, place: Mapping
) -> list[FunnelCase]:
    """The cases of a period that a number of the funnel counts, those opened last first. ``step``: that they reached;
    OPENED for all, UNAIDED for those that came back without any. ``has_worked``: it was the last before the return.
    ``place``: the key of a ``school`` or a ``township``, as an address has it."""
    listed, steps = _told(cases_between(scope, first, last), today)
    found = [
        FunnelCase(row.pk, row.opened_on, steps[row.pk].waits.get(step))
        for row in listed
        if _is_at(steps[row.pk], step, has_worked)
        and all(str(getattr(row, name)) == asked for name, asked in place.items())
    ]
    return sorted(found, key=lambda case: (case.opened_on, case.pk), reverse=True)


def words_of(step: str, *, has_worked: bool) -> str | None:
    """What the cases at a step are called; None where there is no such step."""
    labels = {**STEP_LABELS, OPENED: OPENED_LABEL, UNAIDED: "没有登记步骤就返校"}
    label = labels.get(step)
    return f"返校以前最后做的是{label}" if label and has_worked else label


def case_rows(found: Iterable[FunnelCase]) -> list[tuple[FunnelCase, Case]]:
    """Cases of a page with child, class and stage; one query."""
    found = list(found)
    cases = Case.objects.select_related("student__line__school_class__school").in_bulk([each.pk for each in found])
    return [(each, cases[each.pk]) for each in found]


def _is_at(case: CaseSteps, step: str, has_worked: bool) -> bool:
    if step == OPENED:
        return True
    if step == UNAIDED:
        return case.returned_on is not None and case.worked is None
    return case.returned_on is not None and case.worked == step if has_worked else step in case.waits


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
