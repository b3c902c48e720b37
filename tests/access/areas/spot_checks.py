"""随机清点: reasons, draws, what is to be counted, what differs, the files."""

from uuid import uuid4

from inspections.actions.draws import Place
from students.models import School
from students.queries.registers import expected_on
from tests import cast
from tests.inspections.drawing import count_of, draw_of, reason_of
from tests.scene import MONDAY

TABLE = """
address                              visitor homeroom subject clerk principal deputy township bureau inspector admin substitute next_class far_clerk ended newcomer
GET  inspections:count_reasons       in      403     403     403   200       200    200      200    200       403   403        403        403       in    pw
POST inspections:count_reasons       in      405     405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  inspections:class_reasons       in      403     403     403   200       200    200      200    200       403   403        403        403       in    pw
POST inspections:class_reasons       in      405     405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  inspections:draws               in      403     403     403   200       200    200      200    200       403   403        403        403       in    pw
POST inspections:draws               in      405     405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  inspections:draw_classes        in      403     403     403   200       200    403      200    403       403   403        403        403       in    pw
POST inspections:draw_classes        in      403     403     403   →         →      403      →      403       403   403        403        403       in    pw
GET  inspections:draw                in      403     403     403   200       200    200      200    200       403   403        403        403       in    pw
POST inspections:draw                in      405     405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  inspections:cancel_draw         in      403     403     403   403       403    403      200    403       403   403        403        403       in    pw
POST inspections:cancel_draw         in      403     403     403   403       403    403      →      403       403   403        403        403       in    pw
GET  inspections:to_count            in      403     403     200   200       200    200      200    200       403   403        403        200       in    pw
POST inspections:to_count            in      405     405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  inspections:mismatches          in      403     403     200   200       200    200      200    200       403   403        403        200       in    pw
POST inspections:mismatches          in      405     405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  inspections:explain             in      403     403     200   200       200    403      403    403       403   403        403        404       in    pw
POST inspections:explain             in      403     403     →     →         →      403      403    403       403   403        403        404       in    pw
GET  reports:count_reasons_file      in      403     403     403   200       200    200      200    200       403   403        403        403       in    pw
POST reports:count_reasons_file      in      403     403     403   200       200    200      200    200       403   403        403        403       in    pw
GET  reports:mismatches_file         in      403     403     200   200       200    200      200    200       403   403        403        200       in    pw
POST reports:mismatches_file         in      403     403     200   200       200    200      200    200       403   403        403        200       in    pw
GET  reports:draw_file               in      403     403     403   200       200    200      200    200       403   403        403        403       in    pw
POST reports:draw_file               in      403     403     403   200       200    200      200    200       403   403        403        403       in    pw
GET  reports:lots_file               in      403     403     403   200       200    200      200    200       403   403        403        403       in    pw
POST reports:lots_file               in      403     403     403   200       200    200      200    200       403   403        403        403       in    pw
"""  # noqa: E501


def arguments(scene, people, day) -> dict[str, list]:
    """A class of the school is drawn from above and counted by the bureau, who misses a child marked present today."""
    counted = cast.school_class(scene.school, "202308")
    child = cast.student(counted, "谭明")
    cast.take_register(people["clerk"], counted, MONDAY)
    reason_of(counted)
    size = len(expected_on(scene.school.classes.values("pk"), MONDAY))
    drawn = draw_of(people["bureau"], Place(school=scene.school), size)
    made = count_of(people["bureau"], counted, child)
    for each in drawn.classes.exclude(school_class=counted):
        count_of(people["inspector"], each.school_class)
    return {
        "inspections:class_reasons": [counted.pk],
        "inspections:draw": [drawn.pk],
        "inspections:cancel_draw": [drawn.pk],
        "inspections:explain": [made.pk, child.pk],
        "reports:draw_file": [drawn.pk],
        "reports:lots_file": [drawn.pk],
    }


def fields() -> dict[str, dict]:
    school = School.objects.filter(name="东坪小学").first()
    return {
        "inspections:draw_classes": {"place": f"school-{school.pk}", "size": "1", "submission": str(uuid4())},
        "inspections:cancel_draw": {"reason": "停电"},
        "inspections:explain": {"text": "在医务室", "seen": ""},
        **{f"reports:{name}_file": {"format": ".xlsx"} for name in ("count_reasons", "mismatches", "draw", "lots")},
    }
