"""评优: candidates, confirmed lists, certificates."""

from django.utils import timezone

from scoring.models import ScoreFreeze
from students.models import Term
from tests.access.score_rows import award_rows
from tests.scene import MONDAY

TABLE = """
address                          visitor homeroom subject clerk principal deputy township bureau inspector admin substitute next_class far_clerk ended newcomer
GET  scoring:awards              in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
POST scoring:awards              in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  scoring:confirm_awards      in      403      403     403   403       403    403      200    403       403   403        403        403       in    pw
POST scoring:confirm_awards      in      403      403     403   403       403    403      422    403       403   403        403        403       in    pw
GET  scoring:award_lists         in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
POST scoring:award_lists         in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  scoring:award_list          in      403      403     200   200       200    200      200    200       403   403        403        404       in    pw
POST scoring:award_list          in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  scoring:change_award_list   in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST scoring:change_award_list   in      403      403     403   403       403    403      422    403       403   403        403        404       in    pw
GET  scoring:print_award_list    in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST scoring:print_award_list    in      403      403     403   403       403    403      →      403       403   403        403        404       in    pw
GET  scoring:award_paper         in      403      403     200   200       200    200      200    200       403   403        403        404       in    pw
POST scoring:award_paper         in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  reports:award_list_file     in      403      403     200   200       200    200      200    200       403   403        403        404       in    pw
POST reports:award_list_file     in      403      403     200   200       200    200      200    200       403   403        403        404       in    pw
"""  # noqa: E501


def arguments(scene, people, day) -> dict[str, list]:
    term = Term.objects.create(
        school_year=2016, number=2, start=MONDAY.replace(year=2016), end=MONDAY.replace(year=2016, month=12)
    )
    now, bureau = timezone.now(), people["bureau"]
    freeze = ScoreFreeze.objects.create(
        school=scene.school, term=term, state="frozen", opened_at=now, opened_by=bureau, signed_at=now,
        signed_by=people["principal"], as_of=term.end, sha256="0", frozen_at=now, frozen_by=bureau, note="已检查",
    )  # fmt: skip
    rows = award_rows(scene.school_class, freeze, bureau)
    row = rows["list"].pk
    names = ("award_list", "change_award_list", "print_award_list")
    return {
        "scoring:confirm_awards": [term.pk, "class"],
        **{f"scoring:{name}": [row] for name in names},
        "scoring:award_paper": [rows["paper"].pk],
        "reports:award_list_file": [row],
    }


def fields() -> dict[str, dict]:
    return {
        "scoring:confirm_awards": {"rule": "1", "mark": "1", "note": "会议审定", "sure": "on"},
        "scoring:change_award_list": {"seen": "0", "mark": "0", "reason": "定分更正"},
        "reports:award_list_file": {"format": ".xlsx"},
    }
