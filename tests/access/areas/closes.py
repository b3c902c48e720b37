"""每日上报: the days and schools, closing a day, filing a correction."""

from casework.actions import closes
from tests import cast
from tests.scene import MONDAY

TABLE = """
address                        visitor homeroom subject clerk principal deputy township bureau inspector admin substitute next_class far_clerk ended newcomer
GET  casework:daily            in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
POST casework:daily            in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  casework:daily_close      in      403      403     200   200       200    200      200    200       403   403        403        404       in    pw
POST casework:daily_close      in      403      403     →     403       403    403      403    403       403   403        403        404       in    pw
GET  casework:amend_close      in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST casework:amend_close      in      403      403     →     403       403    403      403    403       403   403        403        404       in    pw
"""  # noqa: E501


def arguments(scene, people, day) -> dict[str, list]:
    """Monday is open; Wednesday was closed before its afternoon register came."""
    wednesday = MONDAY.replace(day=2)
    who = {"by": scene.clerk, "scope": cast.scope(scene.clerk)}
    closed = closes.close_day(school=scene.school.pk, day=wednesday, note="下午停电", today=MONDAY, **who)
    scene.take(wednesday, "PM", first="unexcused")
    return {"casework:daily_close": [scene.school.pk, MONDAY], "casework:amend_close": [closed.pk]}


def fields() -> dict[str, dict]:
    return {
        "casework:daily_close": {"note": "下午还没有点"},
        "casework:amend_close": {"reason": "补点了下午", "seen": "0"},
    }
