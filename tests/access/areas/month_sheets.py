"""月考勤表: whoever sees a class reads its sheet; names leave only with whoever answers for it."""

from uuid import uuid4

from tests.scene import MONDAY

TABLE = """
address                        visitor homeroom subject clerk principal deputy township bureau inspector admin substitute next_class far_clerk ended newcomer
GET  reports:sheets            in      200      200     200   200       200    200      200    200       403   200        200        200       in    pw
POST reports:sheets            in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  reports:month_sheet       in      200      200     200   200       200    200      200    200       403   200        404        404       in    pw
POST reports:month_sheet       in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  reports:sheet_day         in      200      200     200   200       200    200      200    200       403   200        404        404       in    pw
POST reports:sheet_day         in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  reports:month_sheet_file  in      200      403     200   200       200    200      200    200       403   200        404        404       in    pw
POST reports:month_sheet_file  in      200      403     200   200       200    200      200    200       403   200        404        404       in    pw
GET  reports:blank_sheet       in      200      403     200   200       200    200      200    200       403   200        404        404       in    pw
POST reports:blank_sheet       in      200      403     200   200       200    200      200    200       403   200        404        404       in    pw
GET  students:enter_month      in      200      403     200   403       403    403      403    403       404   200        404        404       in    pw
POST students:enter_month      in      →        403     →     403       403    403      403    403       404   →          404        404       in    pw
"""  # noqa: E501


def arguments(scene, people, day) -> dict[str, list]:
    month = [scene.school_class.pk, MONDAY.replace(day=1)]
    return {
        "reports:month_sheet": month,
        "reports:month_sheet_file": month,
        "reports:blank_sheet": month,
        "students:enter_month": month,
        "reports:sheet_day": [scene.school_class.pk, MONDAY],
    }


def fields() -> dict[str, dict]:
    return {
        "reports:month_sheet_file": {"format": ".xlsx"},
        "reports:blank_sheet": {"format": ".xlsx"},
        "students:enter_month": {"submission": str(uuid4()), "v-07-PM": "0", "t-07-PM": "on"},
    }
