"""移交 of cases: the list, one, sending and dealing with it."""

from datetime import timedelta

from casework.actions import hand_offs
from casework.handing_off import Side
from tests import cast
from tests.casework.away import open_cases_of
from tests.scene import MONDAY

TABLE = """
address                             visitor homeroom subject clerk principal deputy township bureau inspector admin substitute next_class far_clerk ended newcomer
GET  casework:hand_offs             in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
POST casework:hand_offs             in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  casework:hand_off              in      403      403     200   200       200    200      200    200       403   403        403        404       in    pw
POST casework:hand_off              in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  casework:step_hand_off         in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST casework:step_hand_off         in      403      403     403   403       403    →        403    403       403   403        403        404       in    pw
GET  casework:latest_hand_off       in      403      403     →     →         →      →        →      →         403   403        403        404       in    pw
POST casework:latest_hand_off       in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  casework:send_hand_off         in      403      404     200   200       200    200      200    403       404   403        404        404       in    pw
POST casework:send_hand_off         in      403      404     →     →         →      422      422    403       404   403        404        404       in    pw
"""  # noqa: E501


def arguments(scene, people, day) -> dict[str, list]:
    free, handed = (open_cases_of(child) for child in scene.children[1:3])
    row = hand_offs.send(
        by=people["clerk"], scope=cast.scope(people["clerk"]), case=handed, from_side=Side.SCHOOL,
        to_side=Side.TOWNSHIP, message="请协助劝返", due_on=MONDAY + timedelta(7), today=MONDAY,
    )  # fmt: skip
    return {
        "casework:hand_off": [row.pk],
        "casework:step_hand_off": [row.pk],
        "casework:latest_hand_off": [handed.student_id],
        "casework:send_hand_off": [free.pk],
    }


def fields() -> dict[str, dict]:
    return {
        "casework:step_hand_off": {"do": "accept", "seen": "1", "note": ""},
        "casework:send_hand_off": {"way": "school-bureau", "message": "请认定", "due_on": "2026-09-14"},
    }
