"""评优: candidates, confirmed lists, certificates."""

TABLE = """
address                          visitor homeroom subject clerk principal deputy township bureau inspector admin substitute next_class far_clerk ended newcomer
GET  scoring:awards              in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
POST scoring:awards              in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
"""  # noqa: E501


def arguments(scene, people, day) -> dict[str, list]:
    return {}


def fields() -> dict[str, dict]:
    return {}
