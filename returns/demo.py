"""Returns of the demonstration county 演示县: months accepted, and a last one of which every state can be seen."""

from datetime import date, timedelta
from itertools import chain, repeat

from casework.demo.acts import at
from casework.demo.plan import CountyPlan, SchoolPlan
from casework.demo.staff import holders, scope_on
from returns.actions import filing
from returns.queries.live import live_figures
from returns.queries.periods import FilingCalendar, FilingPeriod
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
    mark = live_figures(school.row, month, today=today).mark
    filing.prepare(**_by(school.clerk, school, month, today, day, 9), remark=REMARK, reason="", seen=0)
    if ends == PREPARED:
        return
    filing.sign(**_by(school.principal, school, month, today, day, 10), mark=mark, seen=2)
    row = filing.file_return(**_by(school.clerk, school, month, today, day, 11), seen=3)
    decided = _by(officer, school, month, today, min(day + DAY, today), 16)
    if ends == ACCEPTED:
        filing.accept(**decided, seen=row.pk)
    elif ends == RETURNED:
        filing.send_back(**decided, seen=row.pk, reason=BACK)


def _by(who: Person, school: SchoolPlan, month: FilingPeriod, today: date, day: date, hour: int) -> dict:
    place = {"school": school.row, "period": month, "today": today, "at": at(day, hour)}
    return place | {"by": who, "scope": scope_on(who, today)}
