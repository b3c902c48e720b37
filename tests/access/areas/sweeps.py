"""户籍儿童, their matching with students, and the sweeps 排查."""

from students.actions import residents
from students.actions.files import take_in
from students.models import Finding, FindingProof, ProposedMatch
from tests import sweep
from tests.scene import FRIDAY, MONDAY

TABLE = """
address                        visitor homeroom subject clerk principal deputy township bureau inspector admin substitute next_class far_clerk ended newcomer
GET  students:residents        in      403      403     403   403       403    200      200    200       403   403        403        403       in    pw
POST students:residents        in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  students:resident         in      403      403     403   403       403    200      200    200       403   403        403        403       in    pw
POST students:resident         in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  students:matches          in      403      403     403   403       403    200      200    200       403   403        403        403       in    pw
POST students:matches          in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  students:confirm_match    in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST students:confirm_match    in      403      403     403   403       403    →        →      403       403   403        403        403       in    pw
GET  students:refuse_match     in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST students:refuse_match     in      403      403     403   403       403    →        →      403       403   403        403        403       in    pw
GET  students:undo_match       in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST students:undo_match       in      403      403     403   403       403    →        →      403       403   403        403        403       in    pw
GET  students:undo_refusal     in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST students:undo_refusal     in      403      403     403   403       403    →        →      403       403   403        403        403       in    pw
GET  students:campaigns        in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
POST students:campaigns        in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  students:campaign         in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
POST students:campaign         in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  students:findings         in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
POST students:findings         in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  students:walk_list        in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
POST students:walk_list        in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  reports:findings_file     in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
POST reports:findings_file     in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
GET  casework:open_campaign    in      403      403     403   403       403    403      200    403       403   403        403        403       in    pw
POST casework:open_campaign    in      403      403     403   403       403    403      422    403       403   403        403        403       in    pw
GET  casework:redraw_campaign  in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST casework:redraw_campaign  in      403      403     403   403       403    403      →      403       403   403        403        403       in    pw
GET  students:close_campaign   in      403      403     403   403       403    403      200    403       403   403        403        403       in    pw
POST students:close_campaign   in      403      403     403   403       403    403      →      403       403   403        403        403       in    pw
GET  students:assign_village   in      403      403     403   403       403    200      200    403       403   403        403        404       in    pw
POST students:assign_village   in      403      403     403   403       403    →        →      403       403   403        403        404       in    pw
GET  students:finding          in      403      403     200   200       200    200      200    200       403   403        403        404       in    pw
POST students:finding          in      403      403     →     →         →      →        →      403       403   403        403        404       in    pw
GET  students:assign_finding   in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST students:assign_finding   in      403      403     403   403       403    →        →      403       403   403        403        404       in    pw
GET  students:dial_finding     in      403      403     →     →         →      →        →      403       403   403        403        404       in    pw
POST students:dial_finding     in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  students:finding_proof    in      403      403     404   404       404    200      200    200       403   403        403        404       in    pw
POST students:finding_proof    in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
"""  # noqa: E501


def arguments(scene, people, day) -> dict[str, list]:
    """The child of the scene who is out is on the second list; two residents of its village are on the first."""
    village = sweep.village(scene.school.township)
    for child in scene.children:
        sweep.resident(village, child.name)
    residents.match_residents(by=people["bureau"])
    confirmed, refused, waiting = ProposedMatch.objects.order_by("pk")
    confirmed = residents.confirm_match(by=people["bureau"], proposal=confirmed.pk)
    refused = residents.refuse_match(by=people["bureau"], proposal=refused.pk)
    campaign = sweep.sweep(people["bureau"], as_of=FRIDAY)
    finding = campaign.findings.get(list=Finding.List.NOT_ATTENDING)
    elsewhere = campaign.findings.filter(list=Finding.List.NOT_ENROLLED).first()
    sweep.record(people["bureau"], elsewhere, Finding.State.ELSEWHERE, proof=take_in(sweep.picture()))
    of_campaign = ("campaign", "findings", "walk_list", "close_campaign")
    return {
        "students:resident": [confirmed.pk],
        "students:undo_match": [confirmed.pk],
        "students:confirm_match": [waiting.pk],
        "students:refuse_match": [waiting.pk],
        "students:undo_refusal": [refused.pk],
        **{f"students:{name}": [campaign.pk] for name in of_campaign},
        "reports:findings_file": [campaign.pk],
        "casework:redraw_campaign": [campaign.pk],
        "students:assign_village": [campaign.pk, village.pk],
        "students:finding": [finding.pk],
        "students:assign_finding": [finding.pk],
        "students:dial_finding": [finding.pk],
        "students:finding_proof": [FindingProof.objects.get().pk],
    }


def fields() -> dict[str, dict]:
    step = {
        "state": Finding.State.VISITED,
        "happened_on": MONDAY.isoformat(),
        "note": "家里没人",
        "submission": "00000000-0000-4000-8000-000000000001",
        "seen": "0",
    }
    return {"reports:findings_file": {"format": ".xlsx"}, "students:finding": step}
