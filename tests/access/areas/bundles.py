"""三包 and 联点: key children, villages and schools with the people who answer for them.

The teacher of the class beside it answers for the third child: they see of it what they need to call and to visit.
"""

from scoring.actions.assignments import assign_students
from students.models import SpecialGroup
from tests import cast
from tests.scene import MONDAY

TABLE = """
address                           visitor homeroom subject clerk principal deputy township bureau inspector admin substitute next_class far_clerk ended newcomer
GET  scoring:bundles              in      403      403     →     →         →      200      200    200       403   403        403        →         in    pw
POST scoring:bundles              in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  scoring:my_bundles           in      200      200     200   200       200    200      200    200       403   200        200        200       in    pw
POST scoring:my_bundles           in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  scoring:school_bundles       in      403      403     200   200       200    200      200    200       403   403        403        404       in    pw
POST scoring:school_bundles       in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  scoring:assign_students      in      403      403     200   200       200    403      403    403       403   403        403        404       in    pw
POST scoring:assign_students      in      403      403     422   422       422    403      403    403       403   403        403        404       in    pw
GET  scoring:assign_villages      in      403      403     200   200       200    403      403    403       403   403        403        404       in    pw
POST scoring:assign_villages      in      403      403     422   422       422    403      403    403       403   403        403        404       in    pw
GET  scoring:hand_over_bundle     in      403      403     200   200       200    403      403    403       403   403        403        404       in    pw
POST scoring:hand_over_bundle     in      403      403     422   422       422    403      403    403       403   403        403        404       in    pw
GET  scoring:end_assignment       in      403      403     200   200       200    403      403    403       403   403        403        404       in    pw
POST scoring:end_assignment       in      403      403     →     →         →      403      403    403       403   403        403        404       in    pw
GET  scoring:take_back_assignment in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST scoring:take_back_assignment in      403      403     →     →         →      403      403    403       403   403        403        404       in    pw
GET  scoring:liaisons             in      403      403     403   403       403    200      200    200       403   403        403        403       in    pw
POST scoring:liaisons             in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  scoring:assign_liaison       in      403      403     403   403       403    403      200    403       403   403        403        403       in    pw
POST scoring:assign_liaison       in      403      403     403   403       403    403      422    403       403   403        403        403       in    pw
GET  casework:dial_family         in      →        403     →     →         →      →        →      403       404   →          →          404       in    pw
POST casework:dial_family         in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  reports:bundles_file         in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
POST reports:bundles_file         in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
"""  # noqa: E501


def arguments(scene, people, day) -> dict[str, list]:
    mentor, child = people["next_class"], scene.children[2]
    SpecialGroup.objects.create(student=child, kind="hardship", since=MONDAY)
    clerk = {"by": scene.clerk, "scope": cast.scope(scene.clerk)}
    told = {"school": scene.school, "since": MONDAY, "today": MONDAY}
    [row] = assign_students(person=mentor, students=[child.pk], **clerk, **told)
    return {
        "casework:dial_family": [child.pk],
        "scoring:school_bundles": [scene.school.pk],
        "scoring:assign_students": [scene.school.pk],
        "scoring:assign_villages": [scene.school.pk],
        "scoring:hand_over_bundle": [scene.school.pk, mentor.pk],
        "scoring:end_assignment": [row.pk],
        "scoring:take_back_assignment": [row.pk],
        "scoring:assign_liaison": [scene.school.pk],
    }


def fields() -> dict[str, dict]:
    return {"scoring:end_assignment": {"note": "已稳定"}, "reports:bundles_file": {"format": ".xlsx"}}
