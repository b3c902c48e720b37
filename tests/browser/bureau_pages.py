"""The pages of what township and bureau do in cases, with a case behind each of them."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from casework.actions import hand_offs, legal_steps, trips
from casework.contacts import Companion
from casework.handing_off import Side
from casework.legal import Authority, LegalKind
from casework.models import Closing, HandUp
from students.models import Person
from tests import cast
from tests.casework.away import open_case
from tests.scene import MONDAY


def bureau_pages_of(classroom) -> dict[str, tuple[Person, str]]:
    """逾期上交, 移交, 个案办理, 销号, 依法措施, 联合劝返, 劝返漏斗."""
    clerk, bureau, today = classroom.clerk, classroom.bureau, MONDAY
    away, free, back = (open_case(child) for child in classroom.children[20:23])
    type(back).objects.filter(pk=back.pk).update(stage="returned", was_lost=True, returned_on=today)
    HandUp.objects.create(
        case=away, matter="visit", due_on=away.plan_on, to_role="principal", on=away.plan_on + timedelta(1),
        at=timezone.now(),
    )  # fmt: skip
    row = hand_offs.send(
        by=clerk, scope=cast.scope(clerk), case=away, from_side=Side.SCHOOL, to_side=Side.BUREAU,
        message="家长拒绝沟通，请县教育局协调", due_on=today + timedelta(7), today=today,
    )  # fmt: skip
    legal_steps.enter(
        by=bureau, scope=cast.scope(bureau), case=away, kind=LegalKind.ORDER, authority=Authority.BUREAU, day=today,
        deadline=today + timedelta(7), reference="云教〔2026〕3号", today=today,
    )  # fmt: skip
    trip = trips.plan_trip(
        by=bureau, scope=cast.scope(bureau), township=classroom.school.township, cases=[away], day=today,
        leader="韩刚", companions=[Companion.VILLAGE], today=today,
    )  # fmt: skip
    closing = Closing.objects.create(
        case=free, outcome="false_alarm", note="点错了人", state="proposed", proposed_at=timezone.now(),
        proposed_by=clerk,
    )  # fmt: skip
    pages = {
        "handed up": ("handed_up", []),
        "hand-offs": ("hand_offs", []),
        "a hand-off": ("hand_off", [row.pk]),
        "a case to hand off": ("send_hand_off", [free.pk]),
        "bureau's desk": ("desk", []),
        "a return to confirm": ("confirm_return", [back.pk]),
        "a closing to propose": ("propose_closing", [back.pk]),
        "a closing to approve": ("closing", [closing.pk]),
        "steps by law": ("legal_steps", [away.pk]),
        "joint trips": ("trips", []),
        "a joint trip to plan": ("new_trip", []),
        "a joint trip": ("trip", [trip.pk]),
        "a joint trip's result": ("trip_result", [trip.children.get().pk]),
        "funnel": ("funnel", []),
        "cases of a step of the funnel": ("funnel_cases", ["opened"]),
        "everybody out of school": ("out", []),
    }
    return {name: (bureau, reverse(f"casework:{address}", args=args)) for name, (address, args) in pages.items()}
