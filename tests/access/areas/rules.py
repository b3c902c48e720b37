"""规则: the ladders, versions, comparisons."""

from casework.models import StoredRuleSet

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
"""  # noqa: E501


def arguments(scene, people, day) -> dict[str, list]:
    return {
        "casework:school_rules": [scene.school.pk],
        "casework:rule_version": [StoredRuleSet.objects.get(code="standard").pk],
    }


def fields() -> dict[str, dict]:
    return {}
