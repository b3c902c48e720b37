"""Scores 责任考核: the lists, one class, the file."""

from scoring.actions.scores import keep_scores
from tests.scene import MONDAY

TABLE = """
address                          visitor homeroom subject clerk principal deputy township bureau inspector admin substitute next_class far_clerk ended newcomer
GET  scoring:responsibility      in      200      200     200   200       200    200      200    200       403   200        200        200       in    pw
POST scoring:responsibility      in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  scoring:scores              in      200      403     200   200       200    200      200    200       403   200        200        200       in    pw
POST scoring:scores              in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  scoring:class_score         in      200      403     200   200       200    200      200    200       403   200        404        404       in    pw
POST scoring:class_score         in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  reports:class_scores_file   in      200      403     200   200       200    200      200    200       403   200        200        404       in    pw
POST reports:class_scores_file   in      200      403     200   200       200    200      200    200       403   200        200        404       in    pw
"""  # noqa: E501


def arguments(scene, people, day) -> dict[str, list]:
    keep_scores(today=MONDAY)
    return {"scoring:class_score": [scene.school_class.pk]}


def fields() -> dict[str, dict]:
    return {"reports:class_scores_file": {"format": ".xlsx"}}
