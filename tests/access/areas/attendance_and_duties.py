"""Home, boards, registers and duties."""

from uuid import uuid4

from tests.scene import MONDAY

TABLE = """
address                        visitor homeroom subject clerk principal deputy township bureau inspector admin substitute next_class far_clerk ended newcomer
GET  home                      in      200      200     200   200       200    200      200    200       →     200        200        200       in    pw
POST home                      in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  casework:school_board     in      403      403     200   200       200    403      403    403       403   403        403        200       in    pw
POST casework:school_board     in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  casework:area_board       in      403      403     403   403       403    200      200    200       403   403        403        403       in    pw
POST casework:area_board       in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  casework:out              in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
POST casework:out              in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  casework:duties           in      200      200     200   200       200    200      200    200       200   200        200        200       in    pw
POST casework:duties           in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  casework:duty             in      200      200     200   200       200    200      200    200       404   200        404        404       in    pw
POST casework:duty             in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  casework:contact          in      →        403     →     →         →      403      403    403       404   →          404        404       in    pw
POST casework:contact          in      →        403     →     →         →      403      403    403       404   →          404        404       in    pw
GET  casework:report           in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST casework:report           in      →        403     →     →         →      403      403    403       404   →          404        404       in    pw
GET  casework:cancel_contact   in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST casework:cancel_contact   in      →        403     403   403       403    403      403    403       404   403        404        404       in    pw
GET  casework:cancel_report    in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST casework:cancel_report    in      →        403     403   403       403    403      403    403       404   403        404        404       in    pw
GET  students:attendance       in      200      200     200   200       200    200      200    200       403   200        200        200       in    pw
POST students:attendance       in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  students:register         in      200      200     200   200       200    200      200    200       404   200        404        404       in    pw
POST students:register         in      →        →       →     403       403    403      403    403       404   →          404        404       in    pw
GET  students:register_history in      200      200     200   200       200    200      200    200       404   200        404        404       in    pw
POST students:register_history in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  students:take_back        in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST students:take_back        in      →        →       →     403       403    403      403    403       404   →          404        404       in    pw
"""  # noqa: E501


def arguments(scene, people, day) -> dict[str, list]:
    return {
        "casework:duty": [day.report_duty.pk],
        "casework:contact": [day.contact_duty.pk],
        "casework:report": [day.report_duty.pk],
        "casework:cancel_contact": [day.contact.pk],
        "casework:cancel_report": [day.report.pk],
        "students:register": [scene.school_class.pk, MONDAY, "PM"],
        "students:register_history": [day.roll_call.pk],
        "students:take_back": [day.roll_call.pk, day.roll_call.version],
    }


def fields() -> dict[str, dict]:
    return {
        "casework:contact": {"result": "已联系上，今天返校"},
        "students:register": {"submission": str(uuid4()), "version": "0"},
    }
