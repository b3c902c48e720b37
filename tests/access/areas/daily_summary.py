"""每日考勤汇总: the page, its file, and the children behind a number."""

TABLE = """
address                          visitor homeroom subject clerk principal deputy township bureau inspector admin substitute next_class far_clerk ended newcomer
GET  reports:daily_summary       in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
POST reports:daily_summary       in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  reports:daily_summary_file  in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
POST reports:daily_summary_file  in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
GET  reports:daily_children      in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
POST reports:daily_children      in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
"""  # noqa: E501


def arguments(scene, people, day) -> dict[str, list]:
    return {"reports:daily_children": ["unexcused"]}


def fields() -> dict[str, dict]:
    return {"reports:daily_summary_file": {"format": ".xlsx"}}
