"""控辍看板 and what is compared of a county: the pages, their files."""

from reports.actions.figures import keep_figures
from tests.scene import MONDAY

TABLE = """
address                         visitor homeroom subject clerk principal deputy township bureau inspector admin substitute next_class far_clerk ended newcomer
GET  reports:county             in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
POST reports:county             in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  reports:school_rates_file  in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
POST reports:school_rates_file  in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
GET  reports:cohorts            in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
POST reports:cohorts            in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  reports:cohorts_file       in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
POST reports:cohorts_file       in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
GET  reports:figure_parts       in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
POST reports:figure_parts       in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  reports:figure_parts_file  in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
POST reports:figure_parts_file  in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
GET  reports:years              in      403      403     403   403       403    200      200    200       403   403        403        403       in    pw
POST reports:years              in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  reports:years_file         in      403      403     403   403       403    200      200    200       403   403        403        403       in    pw
POST reports:years_file         in      403      403     403   403       403    200      200    200       403   403        403        403       in    pw
GET  reports:bulletin           in      403      403     403   403       403    200      200    200       403   403        403        403       in    pw
POST reports:bulletin           in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  reports:bulletin_file      in      403      403     403   403       403    200      200    200       403   403        403        403       in    pw
POST reports:bulletin_file      in      403      403     403   403       403    200      200    200       403   403        403        403       in    pw
GET  reports:cohort_children              in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
POST reports:cohort_children              in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  reports:cohort_children_file         in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
POST reports:cohort_children_file         in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
"""  # noqa: E501


def arguments(scene, people, day) -> dict[str, list]:
    keep_figures(today=MONDAY)
    return {f"reports:{name}": ["entrants"] for name in ("cohort_children", "cohort_children_file")}


def fields() -> dict[str, dict]:
    files = (
        "school_rates_file",
        "cohorts_file",
        "cohort_children_file",
        "figure_parts_file",
        "years_file",
        "bulletin_file",
    )
    return {f"reports:{name}": {"format": ".xlsx"} for name in files}
