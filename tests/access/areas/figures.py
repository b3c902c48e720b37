"""报表 and 月报数字: the page, its file, and the children behind a number."""

TABLE = """
address                          visitor homeroom subject clerk principal deputy township bureau inspector admin substitute next_class far_clerk ended newcomer
GET  reports:ways                in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
POST reports:ways                in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  reports:figures             in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
POST reports:figures             in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  reports:figures_file        in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
POST reports:figures_file        in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
GET  reports:figure_children     in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
POST reports:figure_children     in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  reports:figure_children_file in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
POST reports:figure_children_file in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
"""  # noqa: E501


def arguments(scene, people, day) -> dict[str, list]:
    return {"reports:figure_children": ["closing"], "reports:figure_children_file": ["closing"]}


def fields() -> dict[str, dict]:
    return {f"reports:{name}": {"format": ".xlsx"} for name in ("figures_file", "figure_children_file")}
