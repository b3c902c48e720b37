"""What township and bureau have done in the cases of the demonstration county: through the actions, as they would."""

from datetime import date, timedelta

from casework.actions import hand_offs, legal_steps, trips
from casework.actions.hand_ups import hand_up_overdue
from casework.contacts import Companion
from casework.demo.staff import holders, scope_on
from casework.handing_off import HandOffAction, Side
from casework.legal import Authority, LegalKind
from casework.models import Case
from casework.stages import CaseStage
from students.models import Area, Person, Role

NOTICE_DAYS, TRIP_IN = 7, 2


def work_on_cases(today: date) -> None:
    """Hand up what is overdue; a hand-off, steps by law and a joint trip in each township that has an officer."""
    hand_up_overdue(today=today)
    for township in Area.objects.filter(level=Area.Level.TOWNSHIP).order_by("code"):
        officers, cases = holders(today, role=Role.TOWNSHIP_OFFICER, township=township), list(_out_of_school(township))
        if officers and cases:
            _work_in(township, officers[0], cases, today)


def _work_in(township: Area, officer: Person, cases: list[Case], today: date) -> None:
    scope = scope_on(officer, today)
    first = cases[0]
    for clerk in holders(today, role=Role.REGISTRY_CLERK, school=first.student.line.school_id)[:1]:
        row = hand_offs.send(
            by=clerk, scope=scope_on(clerk, today), case=first, from_side=Side.SCHOOL, to_side=Side.TOWNSHIP,
            message="家访两次没有见到监护人，请村里协助联系", due_on=today + timedelta(NOTICE_DAYS), today=today,
        )  # fmt: skip
        accept = {"hand_off": row, "action": HandOffAction.ACCEPT, "version": row.version}
        hand_offs.step(by=officer, scope=scope, today=today, **accept)
        legal_steps.enter(
            by=clerk, scope=scope_on(clerk, today), case=first, kind=LegalKind.URGING_NOTICE,
            authority=Authority.SCHOOL, day=today, deadline=today + timedelta(NOTICE_DAYS), today=today,
        )  # fmt: skip
    trips.plan_trip(
        by=officer, scope=scope, township=township, cases=cases[:3], day=today + timedelta(TRIP_IN),
        leader=officer.name, companions=[Companion.VILLAGE, Companion.POLICE, Companion.WOMEN], today=today,
    )  # fmt: skip


def _out_of_school(township: Area):
    stages = (CaseStage.ABSENT, CaseStage.REPORTED_LOST, CaseStage.DROPPED_OUT)
    rows = Case.objects.filter(stage__in=stages, student__line__school__township=township)
    return rows.select_related("student__line__school").order_by("since", "pk")[:5]
