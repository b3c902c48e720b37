"""Rosters and ledgers: everybody sees those of their own scope. 核对: whoever keeps the registry."""

from io import BytesIO
from uuid import uuid4

from django.utils import timezone

from students.models import Comparison, Difference

TABLE = """
address                        visitor homeroom subject clerk principal deputy township bureau inspector admin substitute next_class far_clerk ended newcomer
GET  reports:rosters           in      200      200     200   200       200    200      200    200       200   200        200        200       in    pw
POST reports:rosters           in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  reports:roster            in      200      200     200   200       200    200      200    200       200   200        200        200       in    pw
POST reports:roster            in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  reports:roster_file       in      200      403     200   200       200    200      200    200       403   200        200        200       in    pw
POST reports:roster_file       in      200      403     200   200       200    200      200    200       403   200        200        200       in    pw
GET  reports:comparison_file   in      403      403     200   403       403    403      200    403       403   403        403        404       in    pw
POST reports:comparison_file   in      403      403     200   403       403    403      200    403       403   403        403        404       in    pw
GET  students:comparisons      in      403      403     200   403       403    403      200    403       403   403        403        200       in    pw
POST students:comparisons      in      403      403     422   403       403    403      422    403       403   403        403        422       in    pw
GET  students:comparison       in      403      403     200   403       403    403      200    403       403   403        403        404       in    pw
POST students:comparison       in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  students:difference       in      403      403     200   403       403    403      200    403       403   403        403        404       in    pw
POST students:difference       in      403      403     →     403       403    403      →      403       403   403        403        404       in    pw
"""  # noqa: E501


def arguments(scene, people, day) -> dict[str, list]:
    comparison = Comparison.objects.create(
        name="导出.xls",
        as_of=timezone.localdate(),
        there=3,
        here=3,
        compared_at=timezone.now(),
        compared_by=scene.clerk,
    )
    comparison.schools.add(scene.school)
    difference = Difference.objects.create(
        comparison=comparison, kind="only_here", school=scene.school, student=scene.children[0], name="高东"
    )
    return {
        "reports:roster": ["school_age"],
        "reports:roster_file": ["school_age"],
        "reports:comparison_file": [comparison.pk],
        "students:comparison": [comparison.pk],
        "students:difference": [difference.pk],
    }


def fields() -> dict[str, dict]:
    return {
        "reports:roster_file": {"format": ".xlsx"},
        "reports:comparison_file": {"format": ".xlsx"},
        "students:comparisons": {"file": BytesIO(b"no workbook"), "submission": str(uuid4())},
        "students:difference": {"note": "已在全国系统改正"},
    }
