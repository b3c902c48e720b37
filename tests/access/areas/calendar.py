"""The calendar: months, changes, terms."""

TABLE = """
address                        visitor homeroom subject clerk principal deputy township bureau inspector admin substitute next_class far_clerk ended newcomer
GET  students:calendar         in      →        →       →     →         →      →        →      →         403   →          →          →         in    pw
POST students:calendar         in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  students:county_calendar  in      200      200     200   200       200    200      200    200       403   200        200        200       in    pw
POST students:county_calendar  in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  students:school_calendar  in      200      200     200   200       200    200      200    200       404   200        200        404       in    pw
POST students:school_calendar  in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  students:class_calendar   in      200      200     200   200       200    200      200    200       404   200        404        404       in    pw
POST students:class_calendar   in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
"""  # noqa: E501


def arguments(scene, people, day) -> dict[str, list]:
    return {
        "students:school_calendar": [scene.school.pk],
        "students:class_calendar": [scene.school_class.pk],
    }


def fields() -> dict[str, dict]:
    return {}
