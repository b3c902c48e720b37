"""考核办法: what holds, versions, comparisons; a version that a school's principal proposes."""

from scoring.models import StoredScheme
from students.models import Person, Role
from tests.scoring.versions import proposed

TABLE = """
address                            visitor homeroom subject clerk principal deputy township bureau inspector admin substitute next_class far_clerk ended newcomer
GET  scoring:scheme                in      →        →       →     →         →      →        →      →         403   →          →          →         in    pw
POST scoring:scheme                in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  scoring:county_scheme         in      200      200     200   200       200    200      200    200       403   200        200        200       in    pw
POST scoring:county_scheme         in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  scoring:school_scheme         in      200      200     200   200       200    200      200    200       404   200        200        404       in    pw
POST scoring:school_scheme         in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  scoring:scheme_version        in      200      200     200   200       200    200      200    200       403   200        200        200       in    pw
POST scoring:scheme_version        in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  scoring:scheme_comparison     in      200      200     200   200       200    200      200    200       403   200        200        200       in    pw
POST scoring:scheme_comparison     in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  scoring:new_county_scheme     in      403      403     403   403       403    403      200    403       403   403        403        403       in    pw
POST scoring:new_county_scheme     in      403      403     403   403       403    403      422    403       403   403        403        403       in    pw
GET  scoring:new_school_scheme     in      403      403     403   200       200    403      403    403       404   403        403        404       in    pw
POST scoring:new_school_scheme     in      403      403     403   422       422    403      403    403       404   403        403        404       in    pw
GET  scoring:return_school_scheme  in      403      403     403   200       200    403      403    403       404   403        403        404       in    pw
POST scoring:return_school_scheme  in      403      403     403   422       422    403      403    403       404   403        403        404       in    pw
GET  scoring:scheme_proposal       in      404      404     200   200       200    200      200    200       404   404        404        404       in    pw
POST scoring:scheme_proposal       in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  scoring:scheme_progress       in      404      404     200   200       200    200      200    200       404   404        404        404       in    pw
POST scoring:scheme_progress       in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  scoring:try_scheme            in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST scoring:try_scheme            in      404      404     403   →         →      403      403    403       404   404        404        404       in    pw
GET  scoring:adopt_scheme          in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST scoring:adopt_scheme          in      404      404     403   →         →      403      403    403       404   404        404        404       in    pw
GET  scoring:give_up_scheme        in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST scoring:give_up_scheme        in      404      404     403   →         →      403      403    403       404   404        404        404       in    pw
GET  scoring:withdraw_scheme       in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST scoring:withdraw_scheme       in      404      404     403   422       422    403      403    403       404   404        404        404       in    pw
"""  # noqa: E501


def arguments(scene, people, day) -> dict[str, list]:
    principal = Person.objects.get(postings__role=Role.PRINCIPAL, postings__school=scene.school)
    proposal = proposed(principal, scene.school, late_report={"open": -2})
    of_proposal = ("proposal", "progress")
    steps = ("try", "adopt", "give_up", "withdraw")
    names = [f"scheme_{each}" for each in of_proposal] + [f"{each}_scheme" for each in steps]
    return {
        "scoring:school_scheme": [scene.school.pk],
        "scoring:new_school_scheme": [scene.school.pk],
        "scoring:return_school_scheme": [scene.school.pk],
        "scoring:scheme_version": [StoredScheme.objects.get(code="class_standard").pk],
        **{f"scoring:{name}": [proposal.pk] for name in names},
    }


def fields() -> dict[str, dict]:
    return {"scoring:try_scheme": {"as_of": "2026-09-06"}}
