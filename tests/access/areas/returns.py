"""Returns 月报: the grid, a school's month in every state, its files."""

from datetime import date

from returns.actions import filing
from returns.models import Edition
from returns.queries.live import live_figures
from returns.queries.periods import filing_month
from students.models import School, Term
from tests import cast
from tests.scene import MONDAY

TABLE = """
address                     visitor homeroom subject clerk principal deputy township bureau inspector admin substitute next_class far_clerk ended newcomer
GET  returns:returns        in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
POST returns:returns        in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  returns:rounds         in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
POST returns:rounds         in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  returns:rounds_file    in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
POST returns:rounds_file    in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
GET  returns:school_return  in      403      403     200   200       200    200      200    200       403   403        403        404       in    pw
POST returns:school_return  in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  returns:return_file    in      403      403     200   200       200    200      200    200       403   403        403        404       in    pw
POST returns:return_file    in      403      403     200   200       200    200      200    200       403   403        403        404       in    pw
GET  returns:return_children in      403      403     200   200       200    200      200    200       403   403        403        404       in    pw
POST returns:return_children in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  returns:return_children_file in  403      403     200   200       200    200      200    200       403   403        403        404       in    pw
POST returns:return_children_file in  403      403     200   200       200    200      200    200       403   403        403        404       in    pw
GET  returns:attempt        in      403      403     200   200       200    200      200    200       403   403        403        404       in    pw
POST returns:attempt        in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  returns:attempt_file   in      403      403     200   200       200    200      200    200       403   403        403        404       in    pw
POST returns:attempt_file   in      403      403     200   200       200    200      200    200       403   403        403        404       in    pw
GET  returns:county         in      403      403     403   403       403    200      200    200       403   403        403        403       in    pw
POST returns:county         in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  returns:county_file    in      403      403     403   403       403    200      200    200       403   403        403        403       in    pw
POST returns:county_file    in      403      403     403   403       403    200      200    200       403   403        403        403       in    pw
GET  returns:prepare        in      403      403     →     →         →      →        →      →         403   403        403        404       in    pw
POST returns:prepare        in      403      403     →     →         →      403      403    403       403   403        403        404       in    pw
GET  returns:sign           in      403      403     →     →         →      →        →      →         403   403        403        404       in    pw
POST returns:sign           in      403      403     403   →         →      403      403    403       403   403        403        404       in    pw
GET  returns:hand_in        in      403      403     →     →         →      →        →      →         403   403        403        404       in    pw
POST returns:hand_in        in      403      403     →     →         →      403      403    403       403   403        403        404       in    pw
GET  returns:hand_in_zero   in      403      403     →     →         →      →        →      →         403   403        403        404       in    pw
POST returns:hand_in_zero   in      403      403     403   →         →      403      403    403       403   403        403        404       in    pw
GET  returns:take_back      in      403      403     →     →         →      →        →      →         403   403        403        404       in    pw
POST returns:take_back      in      403      403     →     →         →      403      403    403       403   403        403        404       in    pw
GET  returns:reword         in      403      403     →     →         →      →        →      →         403   403        403        404       in    pw
POST returns:reword         in      403      403     →     →         →      403      403    403       403   403        403        404       in    pw
GET  returns:close          in      403      403     →     →         →      →        →      →         403   403        403        404       in    pw
POST returns:close          in      403      403     422   422       422    403      403    403       403   403        403        404       in    pw
GET  returns:accept         in      403      403     →     →         →      →        →      →         403   403        403        404       in    pw
POST returns:accept         in      403      403     403   403       403    403      →      403       403   403        403        404       in    pw
GET  returns:send_back      in      403      403     →     →         →      →        →      →         403   403        403        404       in    pw
POST returns:send_back      in      403      403     403   403       403    403      →      403       403   403        403        404       in    pw
"""  # noqa: E501

NEW, PREPARED, FILED, ACCEPTED, SENT_BACK = (date(2026, month, 1) for month in (8, 7, 5, 4, 3))
SIGNED = date(2022, 1, 1)  # before anything happened, so that the facts still say it when it is filed
BEGUN = {"seen": 2}  # the version after the first step
MONTHS = {
    "school_return": FILED, "return_file": FILED, "prepare": NEW, "sign": PREPARED, "hand_in": SIGNED,
    "hand_in_zero": NEW, "take_back": PREPARED, "reword": PREPARED, "close": SENT_BACK,
    "accept": FILED, "send_back": FILED,
}  # fmt: skip


def arguments(scene, people, day) -> dict[str, list]:
    for year in (2021, 2025):
        Term.objects.create(school_year=year, number=1, start=date(year, 9, 1), end=date(year + 1, 1, 16))
    for month in (PREPARED, SIGNED, FILED, ACCEPTED, SENT_BACK):
        _begun(scene, people, month)
    places = {f"returns:{name}": [scene.school.pk, f"{month:%Y-%m}"] for name, month in MONTHS.items()}
    places |= {
        f"returns:{name}": [scene.school.pk, "2026-05", "closing"]
        for name in ("return_children", "return_children_file")
    }
    places |= {f"returns:{name}": [scene.school.pk, "2026-03", 0, 1] for name in ("attempt", "attempt_file")}
    return places | {"returns:county": ["2026-04"], "returns:county_file": ["2026-04"]}


def _begun(scene, people, month: date) -> None:
    def place(who) -> dict:
        given = {"by": people[who], "scope": cast.scope(people[who]), "school": scene.school}
        return given | {"period": filing_month(month), "today": MONDAY}

    filing.prepare(**place("clerk"), remark="", reason="", seen=0)
    if month != PREPARED:
        filing.sign(**place("principal"), mark=_mark(scene.school, month), seen=2)
    if month in (FILED, ACCEPTED, SENT_BACK):
        row = filing.file_return(**place("clerk"), seen=3)
    if month == ACCEPTED:
        filing.accept(**place("bureau"), seen=row.pk)
    if month == SENT_BACK:
        filing.send_back(**place("bureau"), seen=row.pk, reason="请核对")


def _mark(school: School, month: date) -> str:
    return live_figures(school, filing_month(month), today=MONDAY).mark


def fields() -> dict[str, dict]:
    filed = Edition.objects.filter(state="filed").first()
    school, awaited = filed.school_return.school, {"seen": filed.pk}
    return {
        "returns:return_file": {"format": ".xlsx"},
        "returns:attempt_file": {"format": ".xlsx"},
        "returns:return_children_file": {"format": ".xlsx"},
        "returns:county_file": {"format": ".xlsx"},
        "returns:rounds_file": {"format": ".xlsx"},
        "returns:prepare": {"seen": 0},
        "returns:sign": BEGUN | {"mark": _mark(school, PREPARED)},
        "returns:hand_in": {"seen": 3},
        "returns:hand_in_zero": {"seen": 0, "mark": _mark(school, NEW)},
        "returns:take_back": BEGUN,
        "returns:reword": BEGUN | {"remark": "没有变动"},
        "returns:close": {"seen": 0},
        "returns:accept": awaited,
        "returns:send_back": awaited | {"reason": "请核对"},
    }
