"""学生名单: everybody sees the children of their own scope; who may only look takes nothing out."""

TABLE = """
address                     visitor homeroom subject clerk principal deputy township bureau inspector admin substitute next_class far_clerk ended newcomer
GET  reports:students       in      200      200     200   200       200    200      200    200       200   200        200        200       in    pw
POST reports:students       in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  reports:students_file  in      200      403     200   200       200    200      200    200       403   200        200        200       in    pw
POST reports:students_file  in      200      403     200   200       200    200      200    200       403   200        200        200       in    pw
"""  # noqa: E501


def arguments(scene, people, day) -> dict[str, list]:
    return {}


def fields() -> dict[str, dict]:
    return {"reports:students_file": {"format": ".xlsx"}}
