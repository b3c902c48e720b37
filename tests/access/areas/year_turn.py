"""The year's turn and the hand-over of cohorts."""

from datetime import date

from django.utils import timezone

from students.actions import year_turn as turns
from students.models import HandOver, HandOverChild

TABLE = """
address                             visitor homeroom subject clerk principal deputy township bureau inspector admin substitute next_class far_clerk ended newcomer
GET  students:year_turns            in      403      403     →     →         →      200      200    200       403   403        403        →         in    pw
POST students:year_turns            in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  students:year_turn             in      403      403     200   200       200    200      200    200       403   403        403        404       in    pw
POST students:year_turn             in      403      403     422   403       403    403      403    403       403   403        403        404       in    pw
GET  students:year_turn_preview     in      404      404     200   200       200    200      200    200       404   404        404        404       in    pw
POST students:year_turn_preview     in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  students:carry_out_year_turn   in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST students:carry_out_year_turn   in      404      404     →     →         →      403      403    403       404   404        404        404       in    pw
GET  students:take_back_year_turn   in      404      404     200   200       200    403      403    403       404   404        404        404       in    pw
POST students:take_back_year_turn   in      404      404     →     →         →      403      403    403       404   404        404        404       in    pw
GET  students:confirm_year_turn     in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST students:confirm_year_turn     in      404      404     403   →         →      403      403    403       404   404        404        404       in    pw
GET  students:year_turn_children    in      404      404     200   200       200    200      200    200       404   404        404        404       in    pw
POST students:year_turn_children    in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  students:year_turn_child       in      404      404     200   403       403    403      403    403       404   404        404        404       in    pw
POST students:year_turn_child       in      404      404     →     403       403    403      403    403       404   404        404        404       in    pw
GET  students:new_classes           in      403      403     200   403       403    403      403    403       404   403        403        404       in    pw
POST students:new_classes           in      403      403     422   403       403    403      403    403       404   403        403        404       in    pw
GET  students:hand_overs            in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
POST students:hand_overs            in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  students:expected_children     in      403      403     200   403       403    403      200    403       403   403        403        200       in    pw
POST students:expected_children     in      403      403     422   403       403    403      404    403       403   403        403        422       in    pw
GET  students:not_arrived           in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
POST students:not_arrived           in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  students:hand_over             in      404      404     200   200       200    200      200    200       404   404        404        404       in    pw
POST students:hand_over             in      404      404     422   422       422    403      403    403       404   404        404        404       in    pw
GET  students:withdraw_hand_over    in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST students:withdraw_hand_over    in      404      404     →     403       403    403      →      403       404   404        404        404       in    pw
GET  students:hand_over_child       in      404      404     200   200       200    403      403    403       404   404        404        404       in    pw
POST students:hand_over_child       in      404      404     422   422       422    403      403    403       404   404        404        404       in    pw
GET  students:undo_arrival          in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST students:undo_arrival          in      404      404     →     →         →      403      403    403       404   404        404        404       in    pw
GET  reports:year_turn_file         in      404      404     200   200       200    200      200    200       404   404        404        404       in    pw
POST reports:year_turn_file         in      404      404     200   200       200    200      200    200       404   404        404        404       in    pw
GET  reports:not_arrived_file       in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
POST reports:not_arrived_file       in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
"""  # noqa: E501


def arguments(scene, people, day) -> dict[str, list]:
    year_turn = turns.begin(by=scene.clerk, school=scene.school, school_year=2026)
    made = HandOver.objects.create(
        kind="to_primary",
        source="青石村",
        to_school=scene.school,
        school_year=2026,
        due_on=date(2026, 9, 16),
        sent_at=timezone.now(),
        sent_by=scene.clerk,
    )
    child = HandOverChild.objects.create(hand_over=made, student=scene.children[2])
    return {
        "students:year_turn": [scene.school.pk, 2026],
        "students:year_turn_preview": [year_turn.pk],
        "students:carry_out_year_turn": [year_turn.pk],
        "students:take_back_year_turn": [year_turn.pk],
        "students:confirm_year_turn": [year_turn.pk],
        "students:year_turn_children": [year_turn.pk],
        "students:year_turn_child": [year_turn.pk, scene.children[0].pk],
        "students:new_classes": [scene.school.pk, 2026],
        "students:hand_over": [made.pk],
        "students:withdraw_hand_over": [made.pk],
        "students:hand_over_child": [child.pk],
        "students:undo_arrival": [child.pk],
        "reports:year_turn_file": [year_turn.pk],
    }


def fields() -> dict[str, dict]:
    file = {"format": ".xlsx"}
    return {"reports:year_turn_file": file, "reports:not_arrived_file": file}
