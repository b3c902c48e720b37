"""What a device without a network keeps and sends. A script is told to log in by a status, not led to another page."""

from uuid import uuid4

from tests.scene import MONDAY

TABLE = """
address                        visitor homeroom subject clerk principal deputy township bureau inspector admin substitute next_class far_clerk ended newcomer
GET  students:send_register    405     405      405     405   405       405    405      405    405       405   405        405        405       405   pw
POST students:send_register    401     200      200     200   403       403    403      403    403       404   200        404        404       401   pw
GET  students:shell            200     200      200     200   200       200    200      200    200       200   200        200        200       200   pw
POST students:shell            405     405      405     405   405       405    405      405    405       405   405        405        405       405   pw
GET  students:service_worker   200     200      200     200   200       200    200      200    200       200   200        200        200       200   pw
POST students:service_worker   405     405      405     405   405       405    405      405    405       405   405        405        405       405   pw
"""  # noqa: E501


def arguments(scene, people, day) -> dict[str, list]:
    return {"students:send_register": [scene.school_class.pk, MONDAY, "PM"]}


def fields() -> dict[str, dict]:
    return {"students:send_register": {"submission": str(uuid4()), "version": "0"}}
