"""Early signs 预警: the lists, computing anew, putting off, the file."""

from tests.scene import MONDAY

TABLE = """
address                             visitor homeroom subject clerk principal deputy township bureau inspector admin substitute next_class far_clerk ended newcomer
GET  casework:signs                 in      200      403     200   200       200    200      200    200       403   200        200        200       in    pw
POST casework:signs                 in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  casework:signs_by_school       in      403      403     403   403       403    200      200    200       403   403        403        403       in    pw
POST casework:signs_by_school       in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  casework:compute_school_signs  in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST casework:compute_school_signs  in      403      403     →     →         →      403      403    403       404   403        403        404       in    pw
GET  casework:compute_class_signs   in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST casework:compute_class_signs   in      →        403     →     →         →      403      403    403       404   →          404        404       in    pw
GET  casework:put_off_signs         in      200      403     200   200       200    403      403    403       404   200        404        404       in    pw
POST casework:put_off_signs         in      →        403     →     →         →      403      403    403       404   →          404        404       in    pw
GET  casework:bring_back_signs      in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST casework:bring_back_signs      in      →        403     →     →         →      403      403    403       404   →          404        404       in    pw
GET  reports:signs_file             in      200      403     200   200       200    200      200    200       403   200        200        200       in    pw
POST reports:signs_file             in      200      403     200   200       200    200      200    200       403   200        200        200       in    pw
"""  # noqa: E501


def arguments(scene, people, day) -> dict[str, list]:
    child = [scene.children[0].pk]
    return {
        "casework:compute_school_signs": [scene.school.pk],
        "casework:compute_class_signs": [scene.school_class.pk],
        "casework:put_off_signs": child,
        "casework:bring_back_signs": child,
    }


def fields() -> dict[str, dict]:
    return {
        "reports:signs_file": {"format": ".xlsx"},
        "casework:put_off_signs": {"codes": "unseen", "days": "7", "reason": f"{MONDAY.day}日已家访"},
    }
