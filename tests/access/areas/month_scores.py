"""The month of a school and of a teacher 月考核: the lists, one of each, one's own, the files."""

from scoring.actions.scores import keep_scores
from tests.scene import MONDAY

TABLE = """
address                           visitor homeroom subject clerk principal deputy township bureau inspector admin substitute next_class far_clerk ended newcomer
GET  scoring:school_months        in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
POST scoring:school_months        in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  scoring:school_month         in      403      403     200   200       200    200      200    200       403   403        403        404       in    pw
POST scoring:school_month         in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  scoring:teachers             in      403      403     200   200       200    403      200    403       403   403        403        200       in    pw
POST scoring:teachers             in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  scoring:teacher              in      403      403     200   200       200    403      200    403       403   403        403        404       in    pw
POST scoring:teacher              in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  scoring:mine                 in      200      200     403   403       403    403      403    403       403   200        200        403       in    pw
POST scoring:mine                 in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  reports:school_scores_file   in      403      403     200   200       200    200      200    200       403   403        403        404       in    pw
POST reports:school_scores_file   in      403      403     200   200       200    200      200    200       403   403        403        404       in    pw
GET  reports:teacher_scores_file  in      403      403     200   200       200    403      200    403       403   403        403        200       in    pw
POST reports:teacher_scores_file  in      403      403     200   200       200    403      200    403       403   403        403        200       in    pw
"""  # noqa: E501


def arguments(scene, people, day) -> dict[str, list]:
    keep_scores(today=MONDAY)
    return {
        "scoring:school_month": [scene.school.pk],
        "scoring:teacher": [people["homeroom"].pk],
    }


def fields() -> dict[str, dict]:
    return {
        "reports:school_scores_file": {"format": ".xlsx"},
        "reports:teacher_scores_file": {"format": ".xlsx"},
    }
