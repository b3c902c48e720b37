"""专项检查: rounds, sheets, results, the ledger 整改台账, checklists."""

from inspections.actions import photos
from tests import cast
from tests.inspections import inspected
from tests.scene import MONDAY
from tests.students.papers import picture

TABLE = """
address                          visitor homeroom subject clerk principal deputy township bureau inspector admin substitute next_class far_clerk ended newcomer
GET  inspections:rounds          in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
POST inspections:rounds          in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  inspections:open_round      in      403      403     403   403       403    403      200    403       403   403        403        403       in    pw
POST inspections:open_round      in      403      403     403   403       403    403      422    403       403   403        403        403       in    pw
GET  inspections:round           in      403      403     200   200       200    200      200    200       403   403        403        404       in    pw
POST inspections:round           in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  inspections:round_paper     in      403      403     200   200       200    200      200    200       403   403        403        404       in    pw
POST inspections:round_paper     in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  inspections:change_round    in      403      403     403   403       403    403      200    403       403   403        403        404       in    pw
POST inspections:change_round    in      403      403     403   403       403    403      422    403       403   403        403        404       in    pw
GET  inspections:inspection      in      403      403     200   200       200    200      200    200       403   403        403        404       in    pw
POST inspections:inspection      in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  inspections:answer          in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST inspections:answer          in      403      403     403   →         →      403      403    403       403   403        403        404       in    pw
GET  inspections:correct         in      403      403     403   403       403    403      200    403       403   403        403        404       in    pw
POST inspections:correct         in      403      403     403   403       403    403      422    403       403   403        403        404       in    pw
GET  inspections:fill            in      403      403     403   403       403    403      200    200       403   403        403        404       in    pw
POST inspections:fill            in      403      403     403   403       403    403      →      →         403   403        403        404       in    pw
GET  inspections:save_sheet      in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST inspections:save_sheet      in      403      403     403   403       403    403      200    200       403   403        403        404       in    pw
GET  inspections:sign            in      403      403     403   403       403    403      200    200       403   403        403        404       in    pw
POST inspections:sign            in      403      403     403   403       403    403      422    422       403   403        403        404       in    pw
GET  inspections:item_photos     in      403      403     403   403       403    403      200    200       403   403        403        404       in    pw
POST inspections:item_photos     in      403      403     403   403       403    403      422    422       403   403        403        404       in    pw
GET  inspections:photo           in      403      403     403   403       403    200      200    200       403   403        403        404       in    pw
POST inspections:photo           in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  inspections:photo_thumbnail in      403      403     403   403       403    200      200    200       403   403        403        404       in    pw
POST inspections:photo_thumbnail in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  inspections:remove_photo    in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST inspections:remove_photo    in      403      403     403   403       403    403      →      →         403   403        403        404       in    pw
GET  inspections:rectifications  in    403      403     200   200       200    200      200    200       403   403        403        200       in    pw
POST inspections:rectifications  in    405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  inspections:rectification   in    403      403     200   200       200    200      200    200       403   403        403        404       in    pw
POST inspections:rectification   in    405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  inspections:move            in    405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST inspections:move            in    403      403     422   422       422    403      403    403       403   403        403        404       in    pw
GET  inspections:add_rectification in  403      403     403   403       403    403      200    200       403   403        403        404       in    pw
POST inspections:add_rectification in  403      403     403   403       403    403      422    422       403   403        403        404       in    pw
GET  inspections:evidence        in    403      403     200   200       200    200      200    200       403   403        403        404       in    pw
POST inspections:evidence        in    405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  inspections:checklists      in    403      403     200   200       200    200      200    200       403   403        403        200       in    pw
POST inspections:checklists      in    405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  inspections:checklist       in    403      403     200   200       200    200      200    200       403   403        403        200       in    pw
POST inspections:checklist       in    405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  inspections:new_version     in    403      403     403   403       403    403      200    403       403   403        403        403       in    pw
POST inspections:new_version     in    403      403     403   403       403    403      422    403       403   403        403        403       in    pw
GET  reports:rectifications_file in    403      403     200   200       200    200      200    200       403   403        403        200       in    pw
POST reports:rectifications_file in    403      403     200   200       200    200      200    200       403   403        403        200       in    pw
GET  reports:inspection_file     in      403      403     200   200       200    200      200    200       403   403        403        404       in    pw
POST reports:inspection_file     in      403      403     200   200       200    200      200    200       403   403        403        404       in    pw
"""  # noqa: E501


def arguments(scene, people, day) -> dict[str, list]:
    bureau, inspector = people["bureau"], people["inspector"]
    by = {"by": bureau, "inspectors": [bureau, inspector]}
    done = inspected.opened(scene.school, title="2026年春季检查", **by)
    running = inspected.opened(scene.school, **by)
    finished, begun = done.inspections.get(), running.inspections.get()
    inspected.signed(finished, inspector, register=3, pledge=5)
    planned, reported = finished.rectifications.all()
    inspected.mended(planned, people["principal"], is_reported=False)
    inspected.mended(reported, people["principal"])
    scope = cast.scope(inspector)
    photos.add(by=inspector, scope=scope, inspection=begun, item="plan", uploads=[picture()], today=MONDAY)
    pages = [
        (done, "inspections:round", "inspections:round_paper", "reports:inspection_file"),
        (running, "inspections:change_round"),
        (finished, "inspections:inspection", "inspections:answer", "inspections:correct"),
        (begun, "inspections:fill", "inspections:save_sheet", "inspections:sign"),
        (begun.photos.get(), "inspections:photo", "inspections:photo_thumbnail", "inspections:remove_photo"),
    ]
    found = {name: [row.pk] for row, *names in pages for name in names}
    return found | {
        "inspections:item_photos": [begun.pk, "plan"],
        "inspections:rectification": [planned.pk],
        "inspections:move": [planned.pk, "report"],
        "inspections:add_rectification": [finished.pk],
        "inspections:evidence": [reported.steps.get(move="report").files.get().pk],
        "inspections:checklist": [done.checklist_id],
        "inspections:new_version": [done.checklist_id],
    }


def fields() -> dict[str, dict]:
    return {
        "inspections:answer": {"number": "1", "kind": "confirmed"},
        "reports:inspection_file": {"format": ".xlsx"},
        "reports:rectifications_file": {"format": ".xlsx"},
    }
