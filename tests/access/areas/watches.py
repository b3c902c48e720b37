"""Children given attention 关注学生, and the list of children likely to be lost."""

from django.utils import timezone

from casework.models import Watch
from students.models import SpecialGroup
from tests.scene import MONDAY

TABLE = """
address                             visitor homeroom subject clerk principal deputy township bureau inspector admin substitute next_class far_clerk ended newcomer
GET  casework:watches               in      200      200     200   200       200    200      200    200       403   200        200        200       in    pw
POST casework:watches               in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  casework:watch                 in      200      404     200   200       200    200      200    200       403   200        404        404       in    pw
POST casework:watch                 in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  casework:latest_watch          in      →        404     →     →         →      →        →      →         403   →          404        404       in    pw
POST casework:latest_watch          in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  casework:watch_class           in      200      200     200   200       200    403      403    403       404   200        404        404       in    pw
POST casework:watch_class           in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  casework:propose_watch         in      200      200     200   200       200    403      403    403       404   200        404        404       in    pw
POST casework:propose_watch         in      →        →       →     →         →      403      403    403       404   →          404        404       in    pw
GET  casework:withdraw_watch        in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST casework:withdraw_watch        in      →        404     403   403       403    403      403    403       403   403        404        404       in    pw
GET  casework:confirm_watch         in      403      404     200   200       200    403      403    403       403   403        404        404       in    pw
POST casework:confirm_watch         in      403      404     422   422       422    403      403    403       403   403        404        404       in    pw
GET  casework:refuse_watch          in      403      404     200   200       200    403      403    403       403   403        404        404       in    pw
POST casework:refuse_watch          in      403      404     →     →         →      403      403    403       403   403        404        404       in    pw
GET  casework:review_watch          in      403      404     200   200       200    403      403    403       403   403        404        404       in    pw
POST casework:review_watch          in      403      404     422   422       422    403      403    403       403   403        404        404       in    pw
GET  casework:assign_watch          in      403      404     200   200       200    403      403    403       403   403        404        404       in    pw
POST casework:assign_watch          in      403      404     422   422       422    403      403    403       403   403        404        404       in    pw
GET  casework:end_watch             in      403      404     200   200       200    403      403    403       403   403        404        404       in    pw
POST casework:end_watch             in      403      404     →     →         →      403      403    403       403   403        404        404       in    pw
GET  casework:likely_lost           in      200      403     200   200       200    200      200    200       403   200        200        200       in    pw
POST casework:likely_lost           in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  reports:likely_lost_file       in      200      403     200   200       200    200      200    200       403   200        200        200       in    pw
POST reports:likely_lost_file       in      200      403     200   200       200    200      200    200       403   200        200        200       in    pw
"""  # noqa: E501


def arguments(scene, people, day) -> dict[str, list]:
    child, now = scene.children[0], timezone.now()
    told = {
        "student": child, "grounds": "交不起伙食费", "proposed_on": MONDAY, "proposed_at": now,
        "proposed_by": scene.teacher,
    }  # fmt: skip
    proposed = Watch.objects.create(kind="hardship", state="proposed", **told)
    group = SpecialGroup.objects.create(student=child, kind="learning_difficulty", since=MONDAY)
    confirmed = Watch.objects.create(
        kind="learning_difficulty", state="confirmed", decided_at=now, decided_by=scene.clerk, group=group,
        responsible=scene.teacher, review_on=MONDAY.replace(month=12), **told,
    )  # fmt: skip
    of_proposed = ("watch", "withdraw_watch", "confirm_watch", "refuse_watch")
    of_confirmed = ("review_watch", "assign_watch", "end_watch")
    return {
        "casework:latest_watch": [child.pk],
        "casework:propose_watch": [child.pk],
        "casework:watch_class": [scene.school_class.pk],
        **{f"casework:{name}": [proposed.pk] for name in of_proposed},
        **{f"casework:{name}": [confirmed.pk] for name in of_confirmed},
    }


def fields() -> dict[str, dict]:
    version = {"version": "1"}
    return {
        "casework:propose_watch": {"kind": "wavering", "reason": "weary", "grounds": "说读不下去"},
        "casework:confirm_watch": version,
        "casework:refuse_watch": version | {"reason": "应由民政认定"},
        "casework:review_watch": version,
        "casework:assign_watch": version,
        "casework:end_watch": version | {"reason": "improved", "note": "成绩已跟上"},
        "reports:likely_lost_file": {"format": ".xlsx"},
    }
