"""学校考核办法: what holds, versions, comparisons; a version that the bureau proposes."""

from scoring.models import StoredSchoolScheme
from students.models import Person, Role
from tests.scoring.month_versions import proposed

TABLE = """
address                              visitor homeroom subject clerk principal deputy township bureau inspector admin substitute next_class far_clerk ended newcomer
GET  scoring:month_scheme            in      200      200     200   200       200    200      200    200       403   200        200        200       in    pw
POST scoring:month_scheme            in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  scoring:month_scheme_version    in      200      200     200   200       200    200      200    200       403   200        200        200       in    pw
POST scoring:month_scheme_version    in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  scoring:month_scheme_comparison in      200      200     200   200       200    200      200    200       403   200        200        200       in    pw
POST scoring:month_scheme_comparison in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  scoring:new_month_scheme        in      403      403     403   403       403    403      200    403       403   403        403        403       in    pw
POST scoring:new_month_scheme        in      403      403     403   403       403    403      422    403       403   403        403        403       in    pw
GET  scoring:month_scheme_proposal   in      404      404     404   404       404    404      200    404       404   404        404        404       in    pw
POST scoring:month_scheme_proposal   in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  scoring:try_month_scheme        in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST scoring:try_month_scheme        in      404      404     404   404       404    404      →      404       404   404        404        404       in    pw
GET  scoring:adopt_month_scheme      in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST scoring:adopt_month_scheme      in      404      404     404   404       404    404      →      404       404   404        404        404       in    pw
GET  scoring:give_up_month_scheme    in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST scoring:give_up_month_scheme    in      404      404     404   404       404    404      →      404       404   404        404        404       in    pw
GET  scoring:withdraw_month_scheme   in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST scoring:withdraw_month_scheme   in      404      404     404   404       404    404      422    404       404   404        404        404       in    pw
"""  # noqa: E501


def arguments(scene, people, day) -> dict[str, list]:
    bureau = Person.objects.filter(postings__role=Role.BUREAU_OFFICER).first()
    proposal = proposed(bureau, base=95)
    steps = ("try", "adopt", "give_up", "withdraw")
    return {
        "scoring:month_scheme_version": [StoredSchoolScheme.objects.get(code="school_standard").pk],
        "scoring:month_scheme_proposal": [proposal.pk],
        **{f"scoring:{step}_month_scheme": [proposal.pk] for step in steps},
    }


def fields() -> dict[str, dict]:
    return {"scoring:try_month_scheme": {"month": "2026-09"}}
