"""请假条: the list, a new one, one that waits for the school, and its paper."""

from datetime import timedelta
from uuid import uuid4

from students.actions import leave_slips
from students.days import MarkKind
from tests import cast
from tests.scene import MONDAY

TABLE = """
address                           visitor homeroom subject clerk principal deputy township bureau inspector admin substitute next_class far_clerk ended newcomer
GET  students:leave_slips         in      200      403     200   200       200    200      200    200       403   200        200        200       in    pw
POST students:leave_slips         in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  students:find_child_on_leave in      200      403     200   200       200    200      200    200       403   200        200        200       in    pw
POST students:find_child_on_leave in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  students:new_leave_slip      in      200      403     200   200       200    403      403    403       403   200        404        404       in    pw
POST students:new_leave_slip      in      →        403     →     →         →      403      403    403       403   →          404        404       in    pw
GET  students:leave_slip          in      200      403     200   200       200    200      200    200       403   200        404        404       in    pw
POST students:leave_slip          in      403      403     →     →         →      403      403    403       403   403        404        404       in    pw
GET  students:leave_slip_paper    in      200      403     200   200       200    200      200    200       403   200        404        404       in    pw
POST students:leave_slip_paper    in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
"""  # noqa: E501


def arguments(scene, people, day) -> dict[str, list]:
    """A fortnight asked for by the 班主任, which waits for the school."""
    first, last = MONDAY + timedelta(7), MONDAY + timedelta(18)
    done = leave_slips.hand_in(
        by=scene.teacher, scope=cast.scope(scene.teacher), student=scene.children[1], kind=MarkKind.SICK_LEAVE,
        first_day=first, last_day=last, reason="骨折", applicant="曾杰（母亲）", submission=uuid4(), today=MONDAY,
    )  # fmt: skip
    return {
        "students:new_leave_slip": [scene.children[1].pk],
        "students:leave_slip": [done.slip.pk],
        "students:leave_slip_paper": [done.slip.pk],
    }


def fields() -> dict[str, dict]:
    asked = {"kind": "sick_leave", "applicant": "学生本人", "reason": "发烧", "submission": str(uuid4())}
    return {
        "students:new_leave_slip": asked | {"first_day": str(MONDAY), "last_day": str(MONDAY)},
        "students:leave_slip": {"do": "approve"},
    }
