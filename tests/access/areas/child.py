"""The child's page and the forms behind it."""

from students.models import SpecialGroup
from tests.scene import MONDAY

TABLE = """
address                        visitor homeroom subject clerk principal deputy township bureau inspector admin substitute next_class far_clerk ended newcomer
GET  casework:child            in      200      200     200   200       200    200      200    200       404   200        404        404       in    pw
POST casework:child            in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  casework:reveal           in      200      403     200   200       200    200      200    200       404   200        404        404       in    pw
POST casework:reveal           in      422      403     422   422       422    422      422    422       404   422        404        404       in    pw
GET  students:identity         in      403      403     200   403       403    403      403    403       404   403        404        404       in    pw
POST students:identity         in      403      403     422   403       403    403      403    403       404   403        404        404       in    pw
GET  students:student_number   in      403      403     200   403       403    403      403    403       404   403        404        404       in    pw
POST students:student_number   in      403      403     422   403       403    403      403    403       404   403        404        404       in    pw
GET  students:add_member       in      200      403     200   200       200    403      403    403       404   200        404        404       in    pw
POST students:add_member       in      422      403     422   422       422    403      403    403       404   422        404        404       in    pw
GET  students:edit_member      in      200      403     200   200       200    403      403    403       404   200        404        404       in    pw
POST students:edit_member      in      422      403     422   422       422    403      403    403       404   422        404        404       in    pw
GET  students:remove_member    in      200      403     200   200       200    403      403    403       404   200        404        404       in    pw
POST students:remove_member    in      →        403     →     →         →      403      403    403       404   →          404        404       in    pw
GET  students:phone_state      in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST students:phone_state      in      →        403     →     →         →      403      403    403       404   →          404        404       in    pw
GET  students:dial             in      →        403     →     →         →      403      403    403       404   →          404        404       in    pw
POST students:dial             in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  students:add_group        in      200      403     200   403       403    403      403    403       404   200        404        404       in    pw
POST students:add_group        in      422      403     422   403       403    403      403    403       404   422        404        404       in    pw
GET  students:end_group        in      200      403     200   403       403    403      403    403       404   200        404        404       in    pw
POST students:end_group        in      422      403     422   403       403    403      403    403       404   422        404        404       in    pw
"""  # noqa: E501


def arguments(scene, people, day) -> dict[str, list]:
    child = scene.children[0]
    member = child.guardians.get()
    group = SpecialGroup.objects.create(student=child, kind=SpecialGroup.Kind.LOW_INCOME, since=MONDAY)
    of_child = ("casework:child", "casework:reveal", "students:identity", "students:student_number")
    of_member = ("edit_member", "remove_member", "phone_state", "dial")
    return {
        **{name: [child.pk] for name in (*of_child, "students:add_member", "students:add_group")},
        **{f"students:{name}": [child.pk, member.pk] for name in of_member},
        "students:end_group": [child.pk, group.pk],
    }


def fields() -> dict[str, dict]:
    return {"students:phone_state": {"state": "answers"}}
