"""学籍变动, 转学, 休学, 证明材料, 疑似失联 and 县级规定."""

from students.actions import certificates, suspensions, transfers
from tests import cast
from tests.scene import MONDAY
from tests.students.papers import paper

TABLE = """
address                              visitor homeroom subject clerk principal deputy township bureau inspector admin substitute next_class far_clerk ended newcomer
GET  students:changes_of             in      200      403     200   200       200    200      200    200       404   200        404        404       in    pw
POST students:changes_of             in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  students:record_change          in      403      403     200   403       403    403      200    403       404   403        404        404       in    pw
POST students:record_change          in      403      403     422   403       403    403      422    403       404   403        404        404       in    pw
GET  students:new_child              in      403      403     200   403       403    403      403    403       403   403        403        200       in    pw
POST students:new_child              in      403      403     422   403       403    403      403    403       403   403        403        422       in    pw
GET  students:correct_change         in      403      403     200   403       403    403      200    403       404   403        404        404       in    pw
POST students:correct_change         in      403      403     422   403       403    403      422    403       404   403        404        404       in    pw
GET  students:hand_in                in      200      403     200   403       403    403      200    403       404   200        404        404       in    pw
POST students:hand_in                in      422      403     422   403       403    403      422    403       404   422        404        404       in    pw
GET  students:certificate            in      200      403     200   200       200    200      200    200       404   200        404        404       in    pw
POST students:certificate            in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  students:take_back_certificate  in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST students:take_back_certificate  in      →        403     403   403       403    403      403    403       404   403        404        404       in    pw
GET  students:transfers              in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
POST students:transfers              in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  students:transfer               in      404      404     200   200       200    200      200    200       404   404        404        200       in    pw
POST students:transfer               in      404      404     403   403       403    403      403    403       404   404        404        →         in    pw
GET  students:offer_transfer         in      403      403     200   403       403    403      200    403       404   403        404        404       in    pw
POST students:offer_transfer         in      403      403     422   403       403    403      422    403       404   403        404        404       in    pw
GET  students:ask_suspension         in      403      403     200   403       403    403      200    403       404   403        404        404       in    pw
POST students:ask_suspension         in      403      403     422   403       403    403      422    403       404   403        404        404       in    pw
GET  students:suspensions            in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
POST students:suspensions            in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  students:suspension             in      200      403     200   200       200    200      200    200       404   200        404        404       in    pw
POST students:suspension             in      403      403     403   403       403    →        →      403       404   403        404        404       in    pw
GET  students:unaccounted            in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
POST students:unaccounted            in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  reports:unaccounted_file        in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
POST reports:unaccounted_file        in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
GET  students:policy                 in      403      403     403   403       403    200      200    200       403   403        403        403       in    pw
POST students:policy                 in      403      403     403   403       403    403      422    403       403   403        403        403       in    pw
"""  # noqa: E501


def arguments(scene, people, day) -> dict[str, list]:
    """A child on its way to another school with a paper, and one for whom a suspension is asked."""
    far = people["far_clerk"].postings.get().school
    leaving, ill = cast.student(scene.school_class, "林越"), cast.student(scene.school_class, "石磊")
    transfer = transfers.send_out(by=scene.clerk, student=leaving, happened_on=MONDAY, to_school=far, today=MONDAY)
    proof = certificates.hand_in(
        by=scene.teacher, event=transfer.out_event, kind=certificates.Kind.CHANGE, paper=paper(), today=MONDAY
    )
    request = suspensions.ask(
        by=scene.clerk,
        student=ill,
        ground="illness",
        reason="骨折",
        starts_on=MONDAY,
        ends_on=MONDAY.replace(month=12),
        today=MONDAY,
    )
    child = scene.children[0]
    entered = child.events.get().pk
    return {
        "students:changes_of": [child.pk],
        "students:record_change": [child.pk, "class_move"],
        "students:ask_suspension": [child.pk],
        "students:correct_change": [entered],
        "students:hand_in": [entered],
        "students:certificate": [proof.pk],
        "students:take_back_certificate": [proof.pk],
        "students:transfer": [transfer.pk],
        "students:offer_transfer": [transfer.out_event_id],
        "students:suspension": [request.pk],
    }


def fields() -> dict[str, dict]:
    return {
        "reports:unaccounted_file": {"format": ".xlsx"},
        "students:transfer": {"do": "refuse", "refuse-reason": "孩子没有来报到"},
        "students:suspension": {"do": "approve", "approve-paper_number": "青教休〔2026〕3号"},
    }
