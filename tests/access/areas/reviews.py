"""复核: the reviews, a school that is being reviewed, its children and months."""

from datetime import date

from returns.actions import reviews
from returns.models import ReviewChild, ReviewMonth, ReviewPaper
from returns.queries.quarters import quarter
from students.actions.files import take_in
from tests import cast
from tests.returns.reviewed import accept_month
from tests.scene import MONDAY
from tests.students.papers import picture

TABLE = """
address                             visitor homeroom subject clerk principal deputy township bureau inspector admin substitute next_class far_clerk ended newcomer
GET  returns:reviews                in      403      403     200   200       200    200      200    200       403   403        403        200       in    pw
POST returns:reviews                in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  returns:open_review            in      403      403     403   403       403    403      200    403       403   403        403        403       in    pw
POST returns:open_review            in      403      403     403   403       403    403      →      403       403   403        403        403       in    pw
GET  returns:review                 in      403      403     404   404       404    200      200    200       403   403        403        404       in    pw
POST returns:review                 in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  returns:review_sheet           in      403      403     404   404       404    200      200    200       403   403        403        404       in    pw
POST returns:review_sheet           in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  returns:review_sheet_file      in      403      403     404   404       404    200      200    200       403   403        403        404       in    pw
POST returns:review_sheet_file      in      403      403     404   404       404    200      200    200       403   403        403        404       in    pw
GET  returns:review_child           in      403      403     404   404       404    403      200    403       403   403        403        404       in    pw
POST returns:review_child           in      403      403     404   404       404    403      →      403       403   403        403        404       in    pw
GET  returns:review_month           in      403      403     404   404       404    403      200    403       403   403        403        404       in    pw
POST returns:review_month           in      403      403     404   404       404    403      →      403       403   403        403        404       in    pw
GET  returns:review_paper           in      403      403     404   404       404    200      200    200       403   403        403        404       in    pw
POST returns:review_paper           in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  returns:remove_review_paper    in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST returns:remove_review_paper    in      403      403     404   404       404    403      →      403       403   403        403        404       in    pw
"""  # noqa: E501

REVIEWED, TO_OPEN = date(2026, 1, 1), date(2025, 10, 1)  # months of two quarters of the last school year


def arguments(scene, people, day) -> dict[str, list]:
    office = {"clerk": people["clerk"], "head": people["principal"], "bureau": people["bureau"]}
    for month in (REVIEWED, TO_OPEN):
        accept_month(scene.school, month, today=MONDAY, **office)
    by = {"by": people["bureau"], "scope": cast.scope(people["bureau"])}
    review = reviews.open_review(
        **by, quarter=quarter(2025, 2), schools=None, size=2, most=None, submission=SUBMISSION[0], today=MONDAY
    )
    child = ReviewChild.objects.filter(sheet__review=review).first()
    told = {"finding": "holds", "instead": "", "words": "", "paper": take_in(picture()), "seen": 0}
    reviews.enter_child(**by, child=child, **told)
    month, paper = ReviewMonth.objects.get(sheet=child.sheet), ReviewPaper.objects.get(child=child)
    return {
        "returns:review": [review.pk],
        "returns:review_sheet": [child.sheet_id],
        "returns:review_sheet_file": [child.sheet_id],
        "returns:review_child": [child.pk],
        "returns:review_month": [month.pk],
        "returns:review_paper": [paper.pk],
        "returns:remove_review_paper": [paper.pk],
    }


SUBMISSION = ("12345678-1234-5678-1234-567812345601", "12345678-1234-5678-1234-567812345602")


def fields() -> dict[str, dict]:
    return {
        "returns:open_review": {"submission": SUBMISSION[1], "quarter": "2025-1", "audience": "all", "size": "2"},
        "returns:review_sheet_file": {"format": ".xlsx"},
        "returns:review_child": {"seen": 1, "finding": "unverified", "words": "没有见到"},
        "returns:review_month": {"seen": 0, "agreement": "agrees"},
    }
