"""Returns of the demonstration county 演示县: months accepted, a last one in every state, and the quarter's review."""

from datetime import date, timedelta
from itertools import chain, repeat
from uuid import NAMESPACE_OID, uuid5

from django.utils import timezone

from casework.demo.acts import at
from casework.demo.hours import done_at
from casework.demo.plan import CountyPlan, SchoolPlan
from casework.demo.staff import holders, scope_on
from returns.actions import filing, reviews
from returns.queries.live import live_figures
from returns.queries.periods import FilingCalendar, FilingPeriod
from returns.queries.quarters import quarters_to_review
from returns.reviewing import Finding, Instead
from students.calendar import school_year_of
from students.models import Notice, Person, Role

REMARK = "变动都有证明材料，疑似辍学的学生正在劝返。"
BACK = "转出的学生没有接收学校的确认，请核实去向后重报。"
# What becomes of a month, school by school; those after them are accepted.
PREPARED, RETURNED, LATE, FILED, ACCEPTED = "prepared", "returned", "late", "filed", "accepted"
LAST_MONTH = (PREPARED, RETURNED, ACCEPTED, FILED)
MONTH_BEFORE = (ACCEPTED, ACCEPTED, LATE)
MOST_SCHOOLS, MOST_MONTHS = 12, 3  # each return is set in type, which takes half a second
DAY = timedelta(days=1)
# What is found in the first school of a review, child by child; of the others nothing has been entered.
FOUND = (
    (Finding.HOLDS, "", ""),
    (Finding.WRONG, Instead.NO_RECEPTION, "学校拿不出接收学校的回执，家长说孩子在外地打工。"),
    (Finding.UNVERIFIED, "", "家里没有人，邻居说全家外出。"),
)
SIZE, MOST = 5, 3  # children in school and of every other part


def file_returns(plan: CountyPlan) -> None:
    """The last months that are due; the school of the log-ins waits for the signature of the latest."""
    today = plan.span.today
    months = [month for month in FilingCalendar().months(school_year_of(today)) if month.is_due(today)][-MOST_MONTHS:]
    others = [school for school in plan.schools if school is not plan.shown_school]
    schools = [plan.shown_school, *others][:MOST_SCHOOLS]
    officer = holders(today, role=Role.BUREAU_OFFICER)[0]
    for month, ends in zip(months, _ends(len(months)), strict=True):
        for school, end in zip(schools, chain(ends, repeat(ACCEPTED)), strict=False):
            _file(school, month, officer, today, end)
        if month is not months[-1]:  # what the bureau said of it has been read long ago
            Notice.objects.filter(kind=Notice.Kind.RETURN_ACCEPTED, day=month.period.cut_off).delete()


def _ends(months: int) -> list[tuple[str, ...]]:
    """What becomes of each of so many months, in order."""
    return [*repeat((), months), MONTH_BEFORE, LAST_MONTH][-months:] if months else []


def _file(school: SchoolPlan, month: FilingPeriod, officer: Person, today: date, ends: str) -> None:
    """Prepared and signed on the day after the cut-off, decided on the day after that, or as soon as it can be."""
    day = min(month.deadline + 2 * DAY if ends == LATE else month.period.cut_off + DAY, today)
    live = live_figures(school.row, month, today=today)
    remark = "" if live.is_zero else REMARK
    filing.prepare(**_by(school.clerk, school, month, today, day, 9), remark=remark, reason="", seen=0)
    if ends != PREPARED:
        _sign_and_file(school, month, officer, today, ends, day, live.mark)
    _date_notices(school, month, today, day, ends)


def _sign_and_file(school: SchoolPlan, month: FilingPeriod, officer: Person, today: date, ends: str, day, mark) -> None:
    filing.sign(**_by(school.principal, school, month, today, day, 10), mark=mark, seen=2)
    row = filing.file_return(**_by(school.clerk, school, month, today, day, 11), seen=3)
    decided = _by(officer, school, month, today, min(day + DAY, today), 16)
    if ends == ACCEPTED:
        filing.accept(**decided, seen=row.pk)
    elif ends == RETURNED:
        filing.send_back(**decided, seen=row.pk, reason=BACK)


def _date_notices(school: SchoolPlan, month: FilingPeriod, today: date, day: date, ends: str) -> None:
    """What people were told of it was said when it was done, and not when the county was made."""
    told = at(min(day + DAY, today), 16) if ends in (ACCEPTED, RETURNED) else at(day, 9 if ends == PREPARED else 11)
    rows = Notice.objects.filter(kind__startswith="return_", day=month.period.cut_off)
    rows.filter(school_class__school=school.row).update(sent_at=min(told, timezone.now()))


def _by(who: Person, school: SchoolPlan, month: FilingPeriod, today: date, day: date, hour: int) -> dict:
    place = {"school": school.row, "period": month, "today": today, "at": at(day, hour)}
    return place | {"by": who, "scope": scope_on(who, today)}


def review_quarter(plan: CountyPlan) -> None:
    """The review of the latest quarter that is over, begun in one school; none while the first one lasts."""
    today = plan.span.today
    officer = holders(today, role=Role.BUREAU_OFFICER)[0]
    by = {"by": officer, "scope": scope_on(officer, today)}
    quarters = quarters_to_review(today)
    if not quarters:
        return
    submission = uuid5(NAMESPACE_OID, f"demo review {quarters[0].code}")
    told = {"quarter": quarters[0], "schools": None, "size": SIZE, "most": MOST, "submission": submission}
    with done_at(at(today, 8, 30)):
        review = reviews.open_review(**by, **told, today=today, seed=submission.hex)
    children = review.sheets.order_by("school__code").first().children.order_by("position")
    with done_at(at(today, 9, 30)):
        for child, (finding, instead, words) in zip(children, FOUND, strict=False):
            reviews.enter_child(
                **by, child=child, finding=finding, instead=instead, words=words, paper=None, seen=child.version
            )
