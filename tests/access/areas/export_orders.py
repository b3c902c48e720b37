"""导出的文件: whoever may take children's data out sees their own and nobody else's."""

from reports.actions import export_orders
from reports.jobs import draw_export

TABLE = """
address                      visitor homeroom subject clerk principal deputy township bureau inspector admin substitute next_class far_clerk ended newcomer
GET  reports:export_orders   in      200      403     200   200       200    200      200    200       403   200        200        200       in    pw
POST reports:export_orders   in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  reports:export_order    in      404      403     200   404       404    404      404    404       403   404        404        404       in    pw
POST reports:export_order    in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  reports:export_progress in      404      403     200   404       404    404      404    404       403   404        404        404       in    pw
POST reports:export_progress in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  reports:cancel_export   in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST reports:cancel_export   in      404      403     →     404       404    404      404    404       403   404        404        404       in    pw
GET  reports:take_export     in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST reports:take_export     in      404      403     200   404       404    404      404    404       403   404        404        404       in    pw
"""  # noqa: E501


def arguments(scene, people, day) -> dict[str, list]:
    order, _ = export_orders.ask(
        by=people["clerk"], title="学生名单", said={}, address="/students/file/", query="", form=".xlsx", reason="",
        then=draw_export.call,
    )  # fmt: skip
    names = ("export_order", "export_progress", "cancel_export", "take_export")
    return {f"reports:{name}": [order.pk] for name in names}


def fields() -> dict[str, dict]:
    return {}
