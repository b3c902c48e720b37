"""逾期上交: the cases that have gone up the chain."""

TABLE = """
address                             visitor homeroom subject clerk principal deputy township bureau inspector admin substitute next_class far_clerk ended newcomer
GET  casework:handed_up             in      200      403     200   200       200    200      200    200       403   200        200        200       in    pw
POST casework:handed_up             in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
"""  # noqa: E501


def arguments(scene, people, day) -> dict[str, list]:
    return {}


def fields() -> dict[str, dict]:
    return {}
