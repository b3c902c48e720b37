"""控辍保学工作情况: for which periods and units there are reports, and the text that the figures make of one."""

from datetime import date, timedelta
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from django.db.models import Count

from casework.contacts import CALLS, ContactMethod
from casework.models import Contact, JointTrip, Watch
from casework.queries.funnel import StillOut, funnels, still_out
from casework.watching import WatchState
from reports import figures
from reports.figures import Figures, total
from reports.models import WorkReport
from reports.models.work_reports import period_name
from reports.queries.figures import Census
from reports.queries.monthly_return import by_school, rows_of
from reports.queries.return_months import month_today, return_month
from students.access import Scope
from students.enrolment import EventKind
from students.models import Area, School, Term
from students.periods import TermPeriod, terms_of
from students.queries.places import county_name
from students.templatetags.chinese import cdate, cdate_short

Kind = WorkReport.Kind
MIDDLE = 15  # the last day of the first half of a month


class Period(NamedTuple):
    """A period to report on, through today where it is not over."""

    kind: Kind
    first: date
    last: date

    @property
    def code(self) -> str:
        return f"{self.kind.value}-{self.first}"

    @property
    def label(self) -> str:
        return f"{period_name(self.kind, self.first)}（{cdate_short(self.first)}至{cdate_short(self.last)}）"


class Unit(NamedTuple):
    """Whose report it is: the county's has neither, and is named by a query."""

    township: Area | None
    school: School | None

    @property
    def code(self) -> str:
        place = self.school or self.township
        return f"{'school' if self.school else 'township'}-{place.pk}" if place else "county"

    @property
    def name(self) -> str:
        return str(self.school or self.township or county_name())

    @property
    def scope(self) -> Scope:
        """What belongs to it."""
        if self.school:
            return Scope(schools=frozenset({self.school.pk}))
        return Scope(townships=frozenset({self.township.pk})) if self.township else Scope(county=True)


def periods(today: date) -> list[Period]:
    """The periods of each kind that holds today and the one before it."""
    found, day = [], today
    for _ in range(2):
        first = day.replace(day=1 if day.day <= MIDDLE else MIDDLE + 1)
        found.append(Period(Kind.HALF_MONTH, first, min(_half_month_end(first), today)))
        day = first - timedelta(1)
    month = month_today(today)
    before = month.month.first - timedelta(1)
    for each in (month, return_month(before.year, before.month, today=today)):
        if each:
            found.append(Period(Kind.MONTH, each.month.first, each.day))
    begun = [term for term in _terms() if term.first <= today]
    return [*found, *(Period(Kind.TERM, term.first, min(term.cut_off, today)) for term in begun[:-3:-1])]


def _terms() -> list[TermPeriod]:
    """The terms over the days that their returns take in, the holiday before them among these; one query."""
    rows = Term.objects.order_by("school_year", "number").values_list("school_year", "number", "end")
    years = groupby(rows, key=itemgetter(0))
    return [term for year, ends in years for term in terms_of(year, ((number, end) for _, number, end in ends))]


def _half_month_end(first: date) -> date:
    next_month = (first.replace(day=1) + timedelta(31)).replace(day=1)
    return first.replace(day=MIDDLE) if first.day <= MIDDLE else next_month - timedelta(1)


def end_of(kind: str, first: date) -> date:
    """The last day of the period that begins on a day, be it still to come; of a term that was moved the day itself."""
    if kind == Kind.HALF_MONTH:
        return _half_month_end(first)
    if kind == Kind.MONTH:
        return month_today(first).month.cut_off
    return next((term.cut_off for term in _terms() if term.first == first), first)


def period_of(report: WorkReport, *, today: date) -> Period:
    """The period of a report as far as it goes today; never less than it has been reported for."""
    last = max(report.last, min(end_of(report.kind, report.first), today))
    return Period(Kind(report.kind), report.first, last)


def unit_of(report: WorkReport) -> Unit:
    """Whose report it is."""
    return Unit(report.township, report.school)


def standing_words(report: WorkReport, *, today: date) -> str:
    """What whoever drafts a period again is told of the report that there is."""
    said = "这个单位这一期已经有报告，没有重复起草。下面就是。"
    last = period_of(report, today=today).last
    if report.is_finished or last == report.last:
        return said
    return f"{said}数字算到{cdate(report.last)}，要算到{cdate(last)}请按“重新填数字”。"


def draft_words(report: WorkReport, *, today: date) -> str:
    """What is said above a draft: how far its figures go, and what finishing it leaves out."""
    period, end = period_of(report, today=today), end_of(report.kind, report.first)
    said = [f"数字算到{cdate(report.last)}。"]
    if period.last > report.last:
        said.append(f"现在可以重新填到{cdate(period.last)}。")
    if end > today:
        said.append(f"报告期到{cdate(end)}才结束，现在定稿，以后的情况不再写进这份报告。")
    return "".join([*said, "定稿以后文件不再改变，也不能再修改。"])


def units(scope: Scope) -> list[Unit]:
    """For whom the reader writes: the county, their townships, the schools that they run."""
    own = [Unit(None, None)] if scope.is_bureau else []
    own += [Unit(area, None) for area in Area.objects.filter(pk__in=scope.officer_of).order_by("code")]
    schools = School.objects.filter(pk__in=scope.clerk_of | scope.led).select_related("township").order_by("code")
    return own + [Unit(school.township, school) for school in schools]


def may_write(scope: Scope, report: WorkReport) -> bool:
    """Whether the reader writes for the unit of a report."""
    if report.school_id:
        return scope.runs(report.school_id)
    return report.township_id in scope.officer_of if report.township_id else scope.is_bureau


def draft_text(unit: Unit, period: Period, *, today: date) -> str:
    """The text that the figures make: 基本情况, 各学校情况, 劝返工作, 下一步措施."""
    schools = list(School.objects.visible_to(unit.scope).order_by("code"))
    only = None if unit.scope.county else frozenset(school.pk for school in schools)
    rows = by_school(rows_of(Census(period.first, period.last, schools=only), schools))
    whole = total(row.figures for row in rows)
    funnel = funnels(unit.scope, period.first, period.last, today=today)[0].funnel
    parts = [
        ("基本情况", [_state(whole, unit, period)]),
        ("各学校情况", [f"{row.name}：{_of_school(row.figures)}" for row in rows if not unit.school]),
        ("劝返工作", [_effort(unit, period, whole), _funnel(funnel)]),
        ("下一步措施", _measures(whole, still_out(unit.scope, period.first, period.last, today=today))),
    ]
    told = [(heading, lines) for heading, lines in parts if lines]
    numerals = "一二三四"
    return "\n".join(
        line for number, (heading, lines) in enumerate(told) for line in (f"{numerals[number]}、{heading}", *lines)
    )


def _state(found: Figures, unit: Unit, period: Period) -> str:
    kept, lost = found.retention_rate, found.dropout_rate
    return (
        f"{cdate(period.first)}至{cdate(period.last)}，{unit.name}期初在校学生{found[figures.OPENING]}人，"
        f"增加{found.came}人，减少{found.went}人，期末在校{found[figures.CLOSING]}人。"
        f"学年巩固率{kept.text}（{kept.numerator}/{kept.denominator}人），"
        f"辍学率{lost.text}（{lost.numerator}/{lost.denominator}人）。"
        f"期末疑似辍学{found[figures.SUSPECTED]}人，累计辍学未返{found[figures.DROPPED_TOTAL]}人，"
        f"去向不明{found[figures.UNACCOUNTED]}人。"
    )


def _of_school(found: Figures) -> str:
    return (
        f"在校{found[figures.CLOSING]}人，学年巩固率{found.retention_rate.text}，"
        f"疑似辍学{found[figures.SUSPECTED]}人，累计辍学未返{found[figures.DROPPED_TOTAL]}人。"
    )


def _effort(unit: Unit, period: Period, found: Figures) -> str:
    """家访, calls, 联合劝返, 帮扶 and the children who came back, counted from what was recorded in the period,
    for the school in which the child was on the day."""
    rows = Contact.objects.done_in(unit.scope).filter(cancelled_at=None, day__range=(period.first, period.last))
    counts = dict(rows.order_by().values_list("method").annotate(Count("pk", distinct=True)))
    children = rows.order_by().values("student").distinct().count()
    calls = sum(counts.get(method, 0) for method in CALLS)
    trips = JointTrip.objects.filter(cancelled_at=None, day__range=(period.first, period.last))
    gone = trips.filter(children__contact__in=rows.order_by().values("pk")).distinct().count()
    watched = Watch.objects.visible_to(unit.scope).filter(state=WatchState.CONFIRMED)
    helped = rows.filter(student__in=watched.order_by().values("student")).order_by().values("pk").distinct().count()
    return (
        f"本期电话和微信联系{calls}次，家访{counts.get(ContactMethod.HOME_VISIT, 0)}次，"
        f"联合家访{counts.get(ContactMethod.JOINT_VISIT, 0)}次，书面联系{counts.get(ContactMethod.LETTER, 0)}次，"
        f"涉及学生{children}名；组织联合劝返{gone}次，劝返复学{found[EventKind.RETURN]}人；"
        f"帮扶关注学生{watched.order_by().values('student').distinct().count()}名，联系{helped}次。"
    )


def _funnel(funnel) -> str:
    steps = "、".join(f"{line.step.label}{line.cases}件" for line in funnel.lines)
    return f"本期建立个案{funnel.opened}件，其中{steps}。"


def _measures(found: Figures, out: StillOut) -> list[str]:
    """What is left to be done for those who are still away, in the order of the steps."""
    lines = []
    if out.children:
        lines.append(f"对本期还没有返校的{out.children}名学生逐人落实劝返责任人和时限，每周报进展。")
    if out.unvisited:
        lines.append(f"还没有返校的学生中有{out.unvisited}名没有家访过，由学校尽快上门，摸清原因。")
    if found[figures.SUSPECTED]:
        lines.append(f"对疑似辍学的{found[figures.SUSPECTED]}人由学校、乡镇联合劝返，防止转为辍学。")
    if found[figures.DROPPED_TOTAL]:
        lines.append(f"对累计辍学未返的{found[figures.DROPPED_TOTAL]}人依法发出通知书，逐级督办。")
    if found[figures.UNACCOUNTED]:
        lines.append(f"对去向不明的{found[figures.UNACCOUNTED]}人逐人查清去向，取得接收证明。")
    return lines or ["继续落实每日点名和缺课跟踪，发现一名、劝返一名。"]
