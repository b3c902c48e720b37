"""Cases 个案: the lists, the page of one, what is done to it, and concerns in three taps."""

from django.utils import timezone

from casework.models import Case, ConcernReport
from tests.scene import MONDAY

TABLE = """
address                             visitor homeroom subject clerk principal deputy township bureau inspector admin substitute next_class far_clerk ended newcomer
GET  casework:case                  in      200      403     200   200       200    200      200    200       403   200        404        404       in    pw
POST casework:case                  in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  casework:case_of               in      →        403     →     →         →      →        →      →         403   →          404        404       in    pw
POST casework:case_of               in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  casework:cases                 in      200      403     200   200       200    200      200    200       403   200        200        200       in    pw
POST casework:cases                 in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  casework:case_board            in      200      403     200   200       200    200      200    200       403   200        200        200       in    pw
POST casework:case_board            in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  casework:my_concerns           in      200      200     200   200       200    403      403    403       403   200        200        200       in    pw
POST casework:my_concerns           in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  casework:concern_class         in      200      200     200   200       200    403      403    403       404   200        404        404       in    pw
POST casework:concern_class         in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  casework:raise_concern         in      200      200     200   200       200    403      403    403       404   200        404        404       in    pw
POST casework:raise_concern         in      →        →       →     →         →      403      403    403       404   →          404        404       in    pw
GET  casework:take_back_concern     in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST casework:take_back_concern     in      →        403     403   403       403    403      403    403       404   403        404        404       in    pw
GET  casework:plan_case             in      200      403     200   200       200    200      200    403       403   200        404        404       in    pw
POST casework:plan_case             in      →        403     →     →         →      →        →      403       403   →          404        404       in    pw
GET  casework:assign_case           in      403      403     200   200       200    403      200    403       403   403        404        404       in    pw
POST casework:assign_case           in      403      403     →     →         →      403      →      403       403   403        404        404       in    pw
GET  casework:add_case_paper        in      200      403     200   200       200    200      200    403       403   200        404        404       in    pw
POST casework:add_case_paper        in      422      403     422   422       422    422      422    403       403   422        404        404       in    pw
GET  casework:confirm_dropout       in      403      403     403   403       403    403      200    403       403   403        404        404       in    pw
POST casework:confirm_dropout       in      403      403     403   403       403    403      422    403       403   403        404        404       in    pw
GET  casework:close_case            in      403      403     200   200       200    403      200    403       403   403        404        404       in    pw
POST casework:close_case            in      403      403     422   422       422    403      422    403       403   403        404        404       in    pw
GET  casework:reopen_case           in      200      403     200   200       200    200      200    200       403   200        404        404       in    pw
POST casework:reopen_case           in      422      403     422   422       422    422      422    422       403   422        404        404       in    pw
"""  # noqa: E501


def arguments(scene, people, day) -> dict[str, list]:
    child = scene.children[0]
    Case.objects.filter(student=child).update(assigned_to=people["principal"], assigned_reason="病假")  # to take back
    case = [Case.objects.get(student=child).pk]
    addresses = ("case", "plan_case", "assign_case", "add_case_paper", "confirm_dropout", "close_case", "reopen_case")
    concern = ConcernReport.objects.create(
        student=scene.children[1], day=MONDAY, kind="weary", recorded_at=timezone.now(), recorded_by=scene.teacher
    )
    others = {
        "casework:case_of": [child.pk],
        "casework:concern_class": [scene.school_class.pk],
        "casework:raise_concern": [child.pk],
        "casework:take_back_concern": [concern.pk],
    }
    return others | {f"casework:{name}": case for name in addresses}


def fields() -> dict[str, dict]:
    version = {"version": "1"}
    dropped = {"reason": "work", "whereabouts": "work_away", "note": "村委会证明", "happened_on": MONDAY.isoformat()}
    return {
        "casework:raise_concern": {"concern": "weary"},
        "casework:plan_case": version | {"step": "visit", "on": MONDAY.isoformat(), "note": "下午"},
        "casework:assign_case": version | {"person": "", "reason": "已销假"},
        "casework:confirm_dropout": version | dropped,
        "casework:close_case": version | {"outcome": "false_alarm", "note": "记错了人"},
        "casework:reopen_case": version | {"note": "又听说要外出"},
    }
