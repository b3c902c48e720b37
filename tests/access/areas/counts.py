"""Head counts and the opening of a term: pages, forms and files."""

from students.actions import counts
from students.models import Term
from students.queries.registers import expected_on
from tests import cast
from tests.scene import MONDAY

TABLE = """
address                        visitor homeroom subject clerk principal deputy township bureau inspector admin substitute next_class far_clerk ended newcomer
GET  students:head_counts      in      200      403     200   200       200    200      200    200       403   200        200        200       in    pw
POST students:head_counts      in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  students:head_count       in      200      403     200   200       200    200      200    200       403   200        404        404       in    pw
POST students:head_count       in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  students:count_class      in      404      404     200   200       200    200      200    200       404   404        404        404       in    pw
POST students:count_class      in      404      404     →     →         →      →        →      →         404   404        404        404       in    pw
GET  students:opening_absence  in      200      404     200   200       200    403      403    403       404   200        404        404       in    pw
POST students:opening_absence  in      →        404     →     →         →      403      403    403       404   →          404        404       in    pw
GET  casework:opening          in      200      403     200   200       200    200      200    200       403   200        200        200       in    pw
POST casework:opening          in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  reports:head_counts_file  in      200      403     200   200       200    200      200    200       403   200        200        200       in    pw
POST reports:head_counts_file  in      200      403     200   200       200    200      200    200       403   200        200        200       in    pw
GET  reports:opening_file      in      200      403     200   200       200    200      200    200       403   200        200        200       in    pw
POST reports:opening_file      in      200      403     200   200       200    200      200    200       403   200        200        200       in    pw
"""  # noqa: E501


def arguments(scene, people, day) -> dict[str, list]:
    """The class counted on Friday, an empty one to be counted today, and a child who has not been seen this term."""
    friday = MONDAY.replace(day=4)
    there = expected_on([scene.school_class.pk], friday)[scene.school_class.pk]
    counted = counts.record_head_count(
        by=people["deputy"], scope=cast.scope(people["deputy"]), school_class=scene.school_class, present=there,
        missing={}, note="", on_roll=there, seen=None, today=friday,
    )  # fmt: skip
    return {
        "students:head_count": [counted.pk],
        "students:count_class": [cast.school_class(scene.school, "202309").pk],
        "students:opening_absence": [Term.objects.get(number=1).pk, scene.children[0].pk],
    }


def fields() -> dict[str, dict]:
    return {
        "students:count_class": {"present": "0", "on_roll": "0", "seen": ""},
        "students:opening_absence": {"reason": "illness", "whereabouts": "", "seen": ""},
        "reports:head_counts_file": {"format": ".xlsx"},
        "reports:opening_file": {"format": ".xlsx"},
    }
