"""复核: the reviews, a school that is being reviewed, its children and months; one to be closed, one that is."""

from datetime import date

from returns.actions import reviews
from returns.models import AmendmentRequest, Review, ReviewChild, ReviewMonth, ReviewPaper
from returns.queries.quarters import quarter
from returns.queries.review_results import closing_of
from students.actions.files import take_in
from tests import cast
from tests.returns.reviewed import accept_month, close, enter, enter_sheet
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
GET  returns:review_rest            in      403      403     404   404       404    403      200    403       403   403        403        404       in    pw
POST returns:review_rest            in      403      403     404   404       404    403      →      403       403   403        403        404       in    pw
GET  returns:undo_review_rest       in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST returns:undo_review_rest       in      403      403     404   404       404    403      →      403       403   403        403        404       in    pw
GET  returns:review_child           in      403      403     404   404       404    403      200    403       403   403        403        404       in    pw
POST returns:review_child           in      403      403     404   404       404    403      →      403       403   403        403        404       in    pw
GET  returns:review_month           in      403      403     404   404       404    403      200    403       403   403        403        404       in    pw
POST returns:review_month           in      403      403     404   404       404    403      →      403       403   403        403        404       in    pw
GET  returns:review_paper           in      403      403     404   404       404    200      200    200       403   403        403        404       in    pw
POST returns:review_paper           in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
GET  returns:remove_review_paper    in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST returns:remove_review_paper    in      403      403     404   404       404    403      →      403       403   403        403        404       in    pw
GET  returns:close_review           in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST returns:close_review           in      403      403     403   403       403    403      →      403       403   403        403        403       in    pw
GET  returns:add_to_review          in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST returns:add_to_review          in      403      403     403   403       403    403      →      403       403   403        403        403       in    pw
GET  returns:review_file            in      403      403     200   200       200    200      200    200       403   403        403        404       in    pw
POST returns:review_file            in      403      403     200   200       200    200      200    200       403   403        403        404       in    pw
GET  returns:close_request          in      405      405     405   405       405    405      405    405       405   405        405        405       in    pw
POST returns:close_request          in      403      403     403   403       403    403      →      403       403   403        403        404       in    pw
"""  # noqa: E501

# Months of quarters that are over: under review, to be opened, entered to the end, closed.
REVIEWED, TO_OPEN, ENTERED, CLOSED = date(2026, 1, 1), date(2025, 10, 1), date(2025, 1, 1), date(2025, 4, 1)
SUBMISSIONS = [f"12345678-1234-5678-1234-56781234560{number}" for number in range(5)]


def arguments(scene, people, day) -> dict[str, list]:
    office = {"clerk": people["clerk"], "head": people["principal"], "bureau": people["bureau"]}
    for month in (REVIEWED, TO_OPEN, ENTERED, CLOSED):
        accept_month(scene.school, month, today=MONDAY, **office)
    bureau = people["bureau"]
    child = _opened(bureau, 2025, 2, SUBMISSIONS[0])
    told = {"finding": "holds", "instead": "", "words": "", "paper": take_in(picture()), "seen": 0}
    reviews.enter_child(by=bureau, scope=cast.scope(bureau), child=child, **told)
    month, paper = ReviewMonth.objects.get(sheet=child.sheet), ReviewPaper.objects.get(child=child)
    entered, closed = (_opened(bureau, 2024, number, SUBMISSIONS[number - 1]).sheet for number in (2, 3))
    enter(bureau, closed.children.first(), "wrong", instead="away", words="没有见到")
    for sheet in (entered, closed):
        enter_sheet(bureau, sheet)
    close(bureau, closed.review, today=MONDAY)
    sheet, review = [child.sheet_id], [child.sheet.review_id]
    return {
        "returns:review": review,
        "returns:review_sheet": sheet,
        "returns:review_sheet_file": sheet,
        "returns:review_rest": [*sheet, "holds"],
        "returns:undo_review_rest": sheet,
        "returns:review_child": [child.pk],
        "returns:review_month": [month.pk],
        "returns:review_paper": [paper.pk],
        "returns:remove_review_paper": [paper.pk],
        "returns:close_review": [entered.review_id],
        "returns:add_to_review": [closed.review_id],
        "returns:review_file": [closed.review_id],
        "returns:close_request": [AmendmentRequest.objects.get().pk],
    }


def _opened(bureau, school_year: int, number: int, submission: str) -> ReviewChild:
    """The first child of the review of a quarter."""
    told = {"quarter": quarter(school_year, number), "schools": None, "size": 2, "most": None, "today": MONDAY}
    review = reviews.open_review(by=bureau, scope=cast.scope(bureau), submission=submission, **told)
    return ReviewChild.objects.filter(sheet__review=review).order_by("position").first()


def _left() -> str:
    """The children of whom nothing has been entered, as the page names them."""
    rows = ReviewChild.objects.filter(sheet__review__school_year=2025, finding="")
    return ",".join(str(pk) for pk in rows.values_list("pk", flat=True))


def fields() -> dict[str, dict]:
    entered = Review.objects.filter(school_year=2024, quarter=2).first()
    if entered is None:  # asked for before there is a world
        return {}
    return {
        "returns:open_review": {"submission": SUBMISSIONS[3], "quarter": "2025-1", "audience": "all", "size": "2"},
        "returns:review_sheet_file": {"format": ".xlsx"},
        "returns:review_rest": {"submission": SUBMISSIONS[4], "children": _left(), "words": ""},
        "returns:review_child": {"seen": 1, "finding": "unverified", "words": "没有见到"},
        "returns:review_month": {"seen": 0, "agreement": "agrees"},
        "returns:close_review": {"mark": closing_of(entered, today=MONDAY).mark},
        "returns:add_to_review": {"words": "学校补交了材料"},
        "returns:review_file": {"format": ".xlsx"},
        "returns:close_request": {"reason": "学校已经说明"},
    }
