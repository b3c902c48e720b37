"""Appeals 申诉 against scores, and 学期定分."""

from uuid import uuid4

from django.utils import timezone

from scoring.models import Appeal, AppealPaper, FrozenScore, ScoreFreeze, StoredScheme
from students.models import Term
from tests.scene import MONDAY
from tests.scoring.appealing import kept_columns
from tests.students.papers import paper

TABLE = """
address                          visitor homeroom subject clerk principal deputy township bureau inspector admin substitute next_class far_clerk ended newcomer
GET  scoring:appeals             in      200      200     200   200       200    200      200    200       403   200        200        200       in    pw
POST scoring:appeals             in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  scoring:appeal              in      200      404     200   200       200    200      200    200       403   200        404        404       in    pw
POST scoring:appeal              in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  scoring:appeal_paper        in      200      404     200   200       200    200      200    200       403   200        404        404       in    pw
POST scoring:appeal_paper        in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  scoring:make_appeal         in      200      403     200   200       200    403      403    403       403   200        404        404       in    pw
POST scoring:make_appeal         in      →        403     →     →         →      403      403    403       403   →          404        404       in    pw
GET  scoring:save_appeal_draft   in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST scoring:save_appeal_draft   in      200      200     200   200       200    403      403    403       403   200        404        404       in    pw
GET  scoring:decide_appeal       in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST scoring:decide_appeal       in      403      404     →     →         →      403      403    403       403   403        404        404       in    pw
GET  scoring:review_appeal       in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST scoring:review_appeal       in      →        404     403   403       403    403      403    403       403   →          404        404       in    pw
GET  scoring:withdraw_appeal     in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST scoring:withdraw_appeal     in      →        404     403   403       403    403      403    403       403   →          404        404       in    pw
GET  scoring:freezes             in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
POST scoring:freezes             in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  scoring:open_term           in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST scoring:open_term           in      403      403     403   403       403    403      422    403       403   403        403        403       in    pw
GET  scoring:freeze              in      403      403     200   200       200    200      200    200       403   403        403        404       in    pw
POST scoring:freeze              in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  scoring:sign_scores         in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST scoring:sign_scores         in      403      403     403   422       422    403      403    403       403   403        403        404       in    pw
GET  scoring:send_back_scores    in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST scoring:send_back_scores    in      403      403     403   403       403    403      →      403       403   403        403        404       in    pw
GET  scoring:freeze_scores       in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST scoring:freeze_scores       in      403      403     403   403       403    403      422    403       403   403        403        404       in    pw
GET  scoring:amend_scores        in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST scoring:amend_scores        in      403      403     403   403       403    403      422    403       403   403        403        404       in    pw
GET  scoring:frozen_score        in      200      403     200   200       200    200      200    200       403   200        404        404       in    pw
POST scoring:frozen_score        in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  reports:frozen_scores_file  in      403      403     200   200       200    200      200    200       403   403        403        404       in    pw
POST reports:frozen_scores_file  in      403      403     200   200       200    200      200    200       403   403        403        404       in    pw
"""  # noqa: E501


def arguments(scene, people, day) -> dict[str, list]:
    room, now = scene.school_class, timezone.now()
    told = {
        "school_class": room, "kind": "register", "day": MONDAY, "told": "9月7日缺一部分点名", "ground": "network",
        "text": "停电", "level": "school", "made_at": now, "made_by": scene.teacher,
    }  # fmt: skip
    waiting = Appeal.objects.create(fact="register-2026-08-31", submission=uuid4(), **told)
    AppealPaper.objects.create(appeal=waiting, uploaded_at=now, uploaded_by=scene.teacher, **paper())
    refused = {"state": "refused", "decided_at": now, "decided_by": scene.clerk, "decision": "当天没有停电"}
    refused = Appeal.objects.create(fact="register-2026-08-30", submission=uuid4(), **told, **refused)
    opened, signed, frozen = freezes_of(scene.school, people, now)
    score = FrozenScore.objects.create(
        freeze=frozen, school_class=room, scheme=StoredScheme.objects.first(), **kept_columns(room)
    )
    fact = [room.pk, MONDAY, "register-2026-09-01"]
    return {
        "scoring:make_appeal": fact,
        "scoring:save_appeal_draft": fact,
        **{f"scoring:{name}": [waiting.pk] for name in ("appeal", "appeal_paper", "decide_appeal", "withdraw_appeal")},
        "scoring:review_appeal": [refused.pk],
        **{f"scoring:{name}": [opened.pk] for name in ("freeze", "sign_scores")},
        **{f"scoring:{name}": [signed.pk] for name in ("send_back_scores", "freeze_scores")},
        "scoring:amend_scores": [frozen.pk],
        "reports:frozen_scores_file": [frozen.pk],
        "scoring:frozen_score": [score.pk],
    }


def freezes_of(school, people, now) -> list[ScoreFreeze]:
    """Of three terms that are long over: to be signed, to be frozen, frozen."""
    terms = [
        Term.objects.create(
            school_year=year, number=2, start=MONDAY.replace(year=year), end=MONDAY.replace(year=year, month=12)
        )
        for year in (2019, 2018, 2017)
    ]
    opened = {"school": school, "opened_at": now, "opened_by": people["bureau"]}
    signed = {"signed_at": now, "signed_by": people["principal"], "as_of": MONDAY, "sha256": "0"}
    kept = {"state": "frozen", "frozen_at": now, "frozen_by": people["bureau"], "note": "已检查"}
    columns = ({}, {"state": "signed"} | signed, signed | kept)
    return [ScoreFreeze.objects.create(term=term, **opened, **more) for term, more in zip(terms, columns, strict=True)]


def fields() -> dict[str, dict]:
    return {
        "scoring:make_appeal": {"ground": "network", "text": "停电", "submission": str(uuid4())},
        "scoring:save_appeal_draft": {"ground": "network", "text": "停电", "submission": str(uuid4())},
        "scoring:decide_appeal": {"answer": "accept", "note": "供电所证明属实", "version": "1"},
        "scoring:review_appeal": {"text": "当时已报告", "version": "1"},
        "scoring:sign_scores": {"mark": "0", "sure": "on"},
        "scoring:send_back_scores": {"reason": "再核一次"},
        "scoring:freeze_scores": {"note": "已检查"},
        "scoring:amend_scores": {"seen": "0", "mark": "0", "reason": "核实"},
        "reports:frozen_scores_file": {"format": ".xlsx"},
    }
