"""The board of registers and 催点名."""

TABLE = """
address                        visitor homeroom subject clerk principal deputy township bureau inspector admin substitute next_class far_clerk ended newcomer
GET  students:register_board   in      200      200     200   200       200    200      200    200       403   200        200        200       in    pw
POST students:register_board   in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  students:school_registers in      200      200     200   200       200    200      200    200       403   200        200        404       in    pw
POST students:school_registers in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  students:remind_class     in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST students:remind_class     in      403      403     →     →         →      →        →      403       403   403        404        404       in    pw
GET  students:remind_school    in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST students:remind_school    in      403      403     →     →         →      →        →      403       403   403        403        404       in    pw
"""  # noqa: E501


def arguments(scene, people, day) -> dict[str, list]:
    return {
        "students:school_registers": [scene.school.pk],
        "students:remind_school": [scene.school.pk],
        "students:remind_class": [scene.school_class.pk],
    }


def fields() -> dict[str, dict]:
    return {}
