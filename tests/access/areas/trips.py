"""联合劝返 and the funnel of steps."""

from casework.models import JointTrip, TripChild
from tests import cast
from tests.casework.away import open_cases_of
from tests.scene import MONDAY, at

TABLE = """
address                             visitor homeroom subject clerk principal deputy township bureau inspector admin substitute next_class far_clerk ended newcomer
GET  casework:trips                 in      403      403     403   403       403    200      200    200       403   403        403        403       in    pw
POST casework:trips                 in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  casework:new_trip              in      403      403     403   403       403    200      200    403       403   403        403        403       in    pw
POST casework:new_trip              in      403      403     403   403       403    422      422    403       403   403        403        403       in    pw
GET  casework:trip                  in      403      403     403   403       403    200      200    200       403   403        403        403       in    pw
POST casework:trip                  in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  casework:trip_list             in      403      403     403   403       403    200      200    200       403   403        403        403       in    pw
POST casework:trip_list             in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  casework:trip_result           in      403      403     403   403       403    200      200    403       403   403        403        403       in    pw
POST casework:trip_result           in      403      403     403   403       403    →        →      403       403   403        403        403       in    pw
GET  casework:trip_left_out         in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST casework:trip_left_out         in      403      403     403   403       403    →        →      403       403   403        403        403       in    pw
GET  casework:cancel_trip           in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST casework:cancel_trip           in      403      403     403   403       403    →        →      403       403   403        403        403       in    pw
GET  casework:funnel                in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
POST casework:funnel                in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  casework:funnel_cases          in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
POST casework:funnel_cases          in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  reports:funnel_file            in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
POST reports:funnel_file            in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
"""  # noqa: E501


def arguments(scene, people, day) -> dict[str, list]:
    trip = JointTrip.objects.create(
        township=scene.school.township, day=MONDAY, leader="韩刚", companions="village,police", planned_at=at(MONDAY),
        planned_by=cast.person("安排人"),
    )  # fmt: skip
    child = TripChild.objects.create(trip=trip, case=open_cases_of(scene.children[2]))
    return {
        **{f"casework:{name}": [trip.pk] for name in ("trip", "trip_list", "cancel_trip")},
        "casework:funnel_cases": ["opened"],
        "casework:trip_result": [child.pk],
        "casework:trip_left_out": [child.pk],
    }


def fields() -> dict[str, dict]:
    return {
        "casework:trip_result": {
            "outcome": "refuses", "talk": "不愿回校", "submission": "2b0f7c9e-6a39-4d15-9a53-0a5e2f4d9c11",
        },
        "casework:trip_left_out": {"why": "路断了"},
        "casework:cancel_trip": {"reason": "下雨"},
        "reports:funnel_file": {"format": ".xlsx"},
    }  # fmt: skip
