"""联系记录 and 家访: telling a contact, the list, the plan of visits."""

TABLE = """
address                             visitor homeroom subject clerk principal deputy township bureau inspector admin substitute next_class far_clerk ended newcomer
GET  casework:new_contact           in      200      403     200   200       200    200      200    403       404   200        404        404       in    pw
POST casework:new_contact           in      422      403     422   422       422    422      422    403       404   422        404        404       in    pw
"""  # noqa: E501


def arguments(scene, people, day) -> dict[str, list]:
    return {"casework:new_contact": [scene.children[0].pk]}


def fields() -> dict[str, dict]:
    return {}
