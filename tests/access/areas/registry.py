"""The page that leads to everything the registry does."""

TABLE = """
address                        visitor homeroom subject clerk principal deputy township bureau inspector admin substitute next_class far_clerk ended newcomer
GET  students:registry         in      200      403     200   200       200    200      200    200       403   200        200        200       in    pw
POST students:registry         in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
"""  # noqa: E501


def arguments(scene, people, day) -> dict[str, list]:
    return {}


def fields() -> dict[str, dict]:
    return {}
