"""Import of workbooks: the clerk's own uploads; nobody else finds them, and who does not import is refused."""

from casework.actions import uploads
from casework.jobs import check_upload
from tests.workbook.workbooks import xlsx

TABLE = """
address                        visitor homeroom subject clerk principal deputy township bureau inspector admin substitute next_class far_clerk ended newcomer
GET  casework:uploads          in      403      403     200   403       403    403      200    403       403   403        403        200       in    pw
POST casework:uploads          in      403      403     422   403       403    403      422    403       403   403        403        422       in    pw
GET  casework:template         in      403      403     200   403       403    403      200    403       403   403        403        200       in    pw
POST casework:template         in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  casework:upload           in      403      403     200   403       403    403      404    403       403   403        403        404       in    pw
POST casework:upload           in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  casework:upload_progress  in      403      403     200   403       403    403      404    403       403   403        403        404       in    pw
POST casework:upload_progress  in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  casework:confirm_upload   in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST casework:confirm_upload   in      403      403     →     403       403    403      404    403       403   403        403        404       in    pw
GET  casework:check_upload     in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST casework:check_upload     in      403      403     →     403       403    403      404    403       403   403        403        404       in    pw
GET  casework:cancel_upload    in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST casework:cancel_upload    in      403      403     →     403       403    403      404    403       403   403        403        404       in    pw
GET  casework:upload_copy      in      403      403     200   403       403    403      404    403       403   403        403        404       in    pw
POST casework:upload_copy      in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
"""  # noqa: E501


def arguments(scene, people, day) -> dict[str, list]:
    content = wrong_workbook(scene)
    upload, _ = uploads.receive(by=people["clerk"], name="请假.xlsx", content=content, then=check_upload.call)
    names = ("upload", "upload_progress", "confirm_upload", "check_upload", "cancel_upload", "upload_copy")
    return {f"casework:{name}": [upload.pk] for name in names}


def wrong_workbook(scene) -> bytes:
    """A leave that ends before it begins."""
    number = scene.children[0].student_number
    row = {"学籍号": number, "开始日期": "2026-09-10", "结束日期": "2026-09-09", "类型": "病假"}
    return xlsx({"请假": [row]}).getvalue()


def fields() -> dict[str, dict]:
    return {}
