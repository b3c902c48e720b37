"""Who takes the register: alerts, notices, 待核实, substitutes, timetables."""

from students.actions import alerts, notices, substitutes
from students.models import Notice, Role, SchoolClass
from tests import cast
from tests.scene import FRIDAY, MONDAY

TABLE = """
address                          visitor homeroom subject clerk principal deputy township bureau inspector admin substitute next_class far_clerk ended newcomer
GET  students:notices            in      200      200     200   200       200    200      200    200       200   200        200        200       in    pw
POST students:notices            in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  students:put_notice_aside   in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST students:put_notice_aside   in      →        404     404   404       404    404      404    404       404   404        404        404       in    pw
GET  students:substitutes        in      403      403     200   200       200    403      403    403       403   403        403        200       in    pw
POST students:substitutes        in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  students:appoint_substitute in      403      403     200   200       200    403      403    403       403   403        403        200       in    pw
POST students:appoint_substitute in      403      403     422   422       422    403      403    403       403   403        403        422       in    pw
GET  students:end_substitute     in      403      403     200   200       200    403      403    403       403   403        403        404       in    pw
POST students:end_substitute     in      403      403     →     →         →      403      403    403       403   403        403        404       in    pw
GET  students:unverified         in      200      403     200   200       200    403      403    403       403   200        200        200       in    pw
POST students:unverified         in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  students:verify             in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST students:verify             in      →        403     →     403       403    403      403    403       404   →          404        404       in    pw
GET  students:alerts             in      200      200     200   200       200    403      403    403       403   200        200        200       in    pw
POST students:alerts             in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  students:alerts_now         in      200      200     403   403       403    403      403    403       403   200        200        403       in    pw
POST students:alerts_now         in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  students:answer_alert       in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST students:answer_alert       in      →        403     →     →         →      403      403    403       404   →          404        404       in    pw
GET  students:take_back_alert    in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST students:take_back_alert    in      403      →       403   403       403    403      403    403       404   403        404        404       in    pw
GET  students:report_missing     in      403      200     403   403       403    403      403    403       404   403        404        404       in    pw
POST students:report_missing     in      403      422     403   403       403    403      403    403       404   403        404        404       in    pw
GET  students:timetables         in      200      200     200   200       200    403      403    403       403   200        200        200       in    pw
POST students:timetables         in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  students:timetable          in      200      200     200   200       200    200      200    200       404   200        404        404       in    pw
POST students:timetable          in      403      403     422   422       422    403      403    403       404   403        404        404       in    pw
"""  # noqa: E501


def arguments(scene, people, day) -> dict[str, list]:
    place, child = scene.school_class, scene.children[1]
    scene.take(FRIDAY, "PM", first="unexcused", second="unverified")
    alert = alerts.report(
        by=people["subject"],
        scope=cast.scope(people["subject"]),
        school_class=place.pk,
        student=scene.children[2].pk,
        slot="AM",
        today=MONDAY,
    )
    beside = SchoolClass.objects.get(number="202302")
    substitute = substitutes.appoint(
        by=scene.clerk,
        scope=cast.scope(scene.clerk),
        school_class=beside,
        person=cast.person(role=Role.SUBJECT_TEACHER, school_class=beside),
        first_day=MONDAY,
        last_day=FRIDAY.replace(day=11),
        reason="",
        today=MONDAY,
    )
    send = {"kind": Notice.Kind.REGISTER_MISSING, "school_class": place, "day": MONDAY, "slot": "PM"}
    notices.send(by=scene.clerk, to=[scene.teacher], **send)
    return {
        "students:put_notice_aside": [scene.teacher.notices.get(kind=Notice.Kind.REGISTER_MISSING).pk],
        "students:end_substitute": [substitute.pk],
        "students:verify": [place.pk, child.pk, FRIDAY],
        "students:answer_alert": [alert.pk],
        "students:take_back_alert": [alert.pk],
        "students:report_missing": [place.pk],
        "students:timetable": [place.pk],
    }


def fields() -> dict[str, dict]:
    return {"students:verify": {"kind": "sick_leave"}, "students:answer_alert": {"answer": "searching"}}
