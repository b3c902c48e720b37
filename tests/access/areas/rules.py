"""规则: the ladders, versions, comparisons; a version that a school proposes."""

from casework.models import StoredRuleSet
from tests.proposals import proposed

TABLE = """
address                         visitor homeroom subject clerk principal deputy township bureau inspector admin substitute next_class far_clerk ended newcomer
GET  casework:rules             in      →        →       →     →         →      →        →      →         403   →          →          →         in    pw
POST casework:rules             in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  casework:county_rules      in      200      200     200   200       200    200      200    200       403   200        200        200       in    pw
POST casework:county_rules      in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  casework:school_rules      in      200      200     200   200       200    200      200    200       404   200        200        404       in    pw
POST casework:school_rules      in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  casework:rule_version      in      200      200     200   200       200    200      200    200       403   200        200        200       in    pw
POST casework:rule_version      in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  casework:rule_comparison   in      200      200     200   200       200    200      200    200       403   200        200        200       in    pw
POST casework:rule_comparison   in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  casework:new_county_rules  in      403      403     403   403       403    403      200    403       403   403        403        403       in    pw
POST casework:new_county_rules  in      403      403     403   403       403    403      422    403       403   403        403        403       in    pw
GET  casework:new_school_rules  in      403      403     200   200       200    403      200    403       404   403        403        404       in    pw
POST casework:new_school_rules  in      403      403     422   422       422    403      422    403       404   403        403        404       in    pw
GET  casework:return_school_rules in    403      403     200   200       200    403      200    403       404   403        403        404       in    pw
POST casework:return_school_rules in    403      403     422   422       422    403      422    403       404   403        403        404       in    pw
GET  casework:rule_proposal     in      404      404     200   200       200    200      200    200       404   404        404        404       in    pw
POST casework:rule_proposal     in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  casework:rule_progress     in      404      404     200   200       200    200      200    200       404   404        404        404       in    pw
POST casework:rule_progress     in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  casework:try_rules         in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST casework:try_rules         in      404      404     →     →         →      403      →      403       404   404        404        404       in    pw
GET  casework:adopt_rules       in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST casework:adopt_rules       in      404      404     →     →         →      403      →      403       404   404        404        404       in    pw
GET  casework:give_up_rules     in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST casework:give_up_rules     in      404      404     →     →         →      403      →      403       404   404        404        404       in    pw
GET  casework:withdraw_rules    in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST casework:withdraw_rules    in      404      404     →     →         →      403      →      403       404   404        404        404       in    pw
"""  # noqa: E501


def arguments(scene, people, day) -> dict[str, list]:
    proposal = proposed(scene.clerk, scene.school, absence_report={"threshold": 2})
    of_proposal = ["rule_proposal", "rule_progress", "try_rules", "adopt_rules", "give_up_rules", "withdraw_rules"]
    return {
        "casework:school_rules": [scene.school.pk],
        "casework:new_school_rules": [scene.school.pk],
        "casework:return_school_rules": [scene.school.pk],
        "casework:rule_version": [StoredRuleSet.objects.get(code="standard").pk],
        **{f"casework:{name}": [proposal.pk] for name in of_proposal},
    }


def fields() -> dict[str, dict]:
    return {"casework:try_rules": {"period": "term"}}
