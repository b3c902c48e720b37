"""工作情况报告: a school's report is read by the school and those above it, written by the school alone."""

from reports.actions import work_reports
from reports.queries.work_reports import Unit, periods
from tests.scene import MONDAY

TABLE = """
address                          visitor homeroom subject clerk principal deputy township bureau inspector admin substitute next_class far_clerk ended newcomer
GET  reports:work_reports        in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
POST reports:work_reports        in      403      403     422   422       422    422      422    403       403   403        403        422       in    pw
GET  reports:work_report         in      403      403     200   200       200    200      200    200       403   403        403        404       in    pw
POST reports:work_report         in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  reports:edit_work_report    in      403      403     200   200       200    403      403    403       403   403        403        404       in    pw
POST reports:edit_work_report    in      403      403     422   422       422    403      403    403       403   403        403        404       in    pw
GET  reports:refill_work_report  in      403      403     200   200       200    403      403    403       403   403        403        404       in    pw
POST reports:refill_work_report  in      403      403     422   422       422    403      403    403       403   403        403        404       in    pw
GET  reports:discard_work_report in      403      403     200   200       200    403      403    403       403   403        403        404       in    pw
POST reports:discard_work_report in      403      403     →     →         →      403      403    403       403   403        403        404       in    pw
GET  reports:finish_work_report  in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST reports:finish_work_report  in      403      403     →     →         →      403      403    403       403   403        403        404       in    pw
GET  reports:work_report_paper   in      403      403     200   200       200    200      200    200       403   403        403        404       in    pw
POST reports:work_report_paper   in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
"""  # noqa: E501


def arguments(scene, people, day) -> dict[str, list]:
    unit = Unit(scene.school.township, scene.school)
    report, _ = work_reports.draft(by=people["clerk"], unit=unit, period=periods(MONDAY)[0])
    names = ("edit_work_report", "refill_work_report", "discard_work_report", "finish_work_report", "work_report_paper")
    return {f"reports:{name}": [report.pk] for name in ("work_report", *names)}


def fields() -> dict[str, dict]:
    return {f"reports:{name}_work_report": {"version": "1"} for name in ("finish", "discard")}
