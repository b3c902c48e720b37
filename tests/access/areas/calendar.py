"""The calendar: months, changes, terms."""

from casework.actions import calendar_changes
from students.day_plans import DayPlan, Plan
from students.queries.calendar_months import Place
from tests.scene import MONDAY

TABLE = """
address                                visitor homeroom subject clerk principal deputy township bureau inspector admin substitute next_class far_clerk ended newcomer
GET  students:calendar                 in      →        →       →     →         →      →        →      →         403   →          →          →         in    pw
POST students:calendar                 in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  students:county_calendar          in      200      200     200   200       200    200      200    200       403   200        200        200       in    pw
POST students:county_calendar          in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  students:school_calendar          in      200      200     200   200       200    200      200    200       404   200        200        404       in    pw
POST students:school_calendar          in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  students:class_calendar           in      200      200     200   200       200    200      200    200       404   200        404        404       in    pw
POST students:class_calendar           in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  casework:close_today              in      403      403     →     →         →      403      403    403       403   403        403        →         in    pw
POST casework:close_today              in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  casework:change_county            in      403      403     403   403       403    403      200    403       403   403        403        403       in    pw
POST casework:change_county            in      403      403     403   403       403    403      422    403       403   403        403        403       in    pw
GET  casework:change_school            in      403      403     200   200       200    403      403    403       404   403        403        404       in    pw
POST casework:change_school            in      403      403     422   422       422    403      403    403       404   403        403        404       in    pw
GET  casework:change_class             in      403      403     200   200       200    403      403    403       404   403        404        404       in    pw
POST casework:change_class             in      403      403     →     →         →      403      403    403       404   403        404        404       in    pw
GET  casework:big_and_small_weeks      in      403      403     200   200       200    403      403    403       404   403        403        404       in    pw
POST casework:big_and_small_weeks      in      403      403     422   422       422    403      403    403       404   403        403        404       in    pw
GET  casework:monthly_holidays         in      403      403     200   200       200    403      403    403       404   403        403        404       in    pw
POST casework:monthly_holidays         in      403      403     422   422       422    403      403    403       404   403        403        404       in    pw
GET  casework:terms                    in      200      200     200   200       200    200      200    200       403   200        200        200       in    pw
POST casework:terms                    in      403      403     403   403       403    403      422    403       403   403        403        403       in    pw
GET  casework:calendar_changes         in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
POST casework:calendar_changes         in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  casework:calendar_change          in      404      404     200   200       200    200      200    200       404   404        404        404       in    pw
POST casework:calendar_change          in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  casework:calendar_progress        in      404      404     200   200       200    200      200    200       404   404        404        404       in    pw
POST casework:calendar_progress        in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  casework:edit_calendar_change     in      404      404     200   200       200    403      403    403       404   404        404        404       in    pw
POST casework:edit_calendar_change     in      404      404     422   422       422    403      403    403       404   404        404        404       in    pw
GET  casework:confirm_calendar_change  in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST casework:confirm_calendar_change  in      404      404     →     →         →      403      403    403       404   404        404        404       in    pw
GET  casework:give_up_calendar_change  in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST casework:give_up_calendar_change  in      404      404     →     →         →      403      403    403       404   404        404        404       in    pw
GET  casework:go_on_calendar_change    in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST casework:go_on_calendar_change    in      404      404     →     →         →      403      403    403       404   404        404        404       in    pw
GET  casework:take_back_calendar_change in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST casework:take_back_calendar_change in      404      404     →     →         →      403      403    403       404   404        404        404       in    pw
"""  # noqa: E501


def arguments(scene, people, day) -> dict[str, list]:
    plan = DayPlan(MONDAY, Plan.CLOSED, None, "大雪")
    change = calendar_changes.plan_days(
        by=scene.clerk, place=Place(scene.school), plans=[plan], today=MONDAY, then=lambda pk: None
    )
    of_change = [
        "calendar_change", "calendar_progress", "edit_calendar_change", "confirm_calendar_change",
        "give_up_calendar_change", "go_on_calendar_change", "take_back_calendar_change",
    ]  # fmt: skip
    pages_of_school = ["change_school", "big_and_small_weeks", "monthly_holidays"]
    return {
        **{f"casework:{name}": [change.pk] for name in of_change},
        **{f"casework:{name}": [scene.school.pk] for name in pages_of_school},
        "casework:change_class": [scene.school_class.pk],
        "students:school_calendar": [scene.school.pk],
        "students:class_calendar": [scene.school_class.pk],
    }


def fields() -> dict[str, dict]:
    return {"casework:change_class": {"first": "2026-09-07", "what": "closed", "note": "水痘", "follows": ""}}
