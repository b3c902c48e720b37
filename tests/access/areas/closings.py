"""The bureau's desk of cases, 确认复学, 销号 by two, steps by law."""

from datetime import timedelta

from django.utils import timezone

from casework.models import Closing, LegalStep
from tests.casework.away import open_case
from tests.scene import MONDAY

TABLE = """
address                             visitor homeroom subject clerk principal deputy township bureau inspector admin substitute next_class far_clerk ended newcomer
GET  casework:desk                  in      403      403     403   403       403    200      200    200       403   403        403        403       in    pw
POST casework:desk                  in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  casework:confirm_return        in      403      403     403   403       403    403      200    403       403   403        403        403       in    pw
POST casework:confirm_return        in      403      403     403   403       403    403      422    403       403   403        403        403       in    pw
GET  casework:propose_closing       in      403      403     403   403       403    403      200    403       403   403        403        403       in    pw
POST casework:propose_closing       in      403      403     403   403       403    403      422    403       403   403        403        403       in    pw
GET  casework:closing               in      403      403     403   403       403    200      200    200       403   403        403        403       in    pw
POST casework:closing               in      403      403     403   403       403    403      →      403       403   403        403        403       in    pw
GET  casework:latest_closing        in      403      403     403   403       403    →        →      →         403   403        403        403       in    pw
POST casework:latest_closing        in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  casework:legal_steps           in      200      403     200   200       200    200      200    200       403   200        404        404       in    pw
POST casework:legal_steps           in      →        403     →     →         →      422      422    403       403   →          404        404       in    pw
GET  casework:cancel_legal_step     in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST casework:cancel_legal_step     in      403      403     →     403       403    403      →      403       403   403        404        404       in    pw
"""  # noqa: E501


def arguments(scene, people, day) -> dict[str, list]:
    back = open_case(scene.children[1], stage="returned", was_lost=True, returned_on=MONDAY)
    free = open_case(scene.children[2])
    at, clerk = timezone.now(), people["clerk"]
    row = Closing.objects.create(
        case=free, outcome="false_alarm", note="误报", state="proposed", proposed_at=at, proposed_by=people["clerk"]
    )
    step = LegalStep.objects.create(
        case=free, kind="urging_notice", authority="school", day=MONDAY - timedelta(3),
        deadline=MONDAY + timedelta(4), recorded_at=at, recorded_by=clerk,
    )  # fmt: skip
    return {
        "casework:confirm_return": [back.pk],
        "casework:propose_closing": [back.pk],
        "casework:closing": [row.pk],
        "casework:latest_closing": [free.student_id],
        "casework:legal_steps": [free.pk],
        "casework:cancel_legal_step": [step.pk],
    }


def fields() -> dict[str, dict]:
    return {
        "casework:confirm_return": {"note": "到校核对", "version": "1"},
        "casework:propose_closing": {"outcome": "returned", "note": "稳定", "version": "1"},
        "casework:closing": {"do": "refuse", "note": "材料不全"},
        "casework:legal_steps": {
            "kind": "urging_notice", "authority": "school", "day": "2026-09-07", "deadline": "2026-09-14",
        },
    }  # fmt: skip
