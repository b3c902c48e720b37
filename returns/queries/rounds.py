"""四个一 (the rounds): what the registers of the day, the month, the quarter, the term and the year have come to, and
what is next (domain.md §9)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.urls import reverse

from reports.tables import Column, Kind, Table
from returns.queries.editions import Deadline
from returns.queries.grid import OWED, Cell, Row, Standing, grid_rows, schools_that_file
from returns.queries.periods import FilingCalendar, FilingPeriod
from returns.queries.quarters import quarter
from returns.queries.reviews import reviews_seen
from students.access import AREA_ROLES, Scope
from students.calendar import school_year_label, school_year_of
from students.models import School, SchoolClass
from students.periods import PeriodKind
from students.queries.register_board import SchoolDay, registers_by_school
from students.register_days import RegisterState
from students.templatetags.chinese import cdate, cdate_short

QUARTERS = (1, 2, 3, 4)
NAMES = {
    PeriodKind.MONTH: "每月上报",
    PeriodKind.TERM: "每学期报告",
    PeriodKind.YEAR: "每年报告",
}
SEEN = {Standing.FILED: "看已上报的", Standing.FILED_LATE: "看已上报的", Standing.ACCEPTED: "看已接收的",
        Standing.NOT_DUE: "看目前的数字", Standing.RETURNED: "看退回原因"}  # fmt: skip
NO_SCHOOL = {RegisterState.NO_SCHOOL, RegisterState.NOBODY}


@dataclass(frozen=True)
class Round:
    """A round as it stands: how often what is done, of which period; ``state`` with its tone and ``numbers``; when it
    is due; the one next action."""

    name: str
    period: str
    state: str
    tone: str
    numbers: str
    due: str
    label: str
    url: str


@dataclass(frozen=True)
class Reader:
    """Whose rounds: the schools that are seen, and how."""

    scope: Scope
    schools: Sequence[School]
    today: date

    @property
    def only(self) -> School | None:
        """The school of whoever sees one and files for it."""
        return self.schools[0] if len(self.schools) == 1 and self.scope.runs(self.schools[0].pk) else None


def rounds(scope: Scope, *, now: datetime) -> list[Round]:
    """Every round, the most frequent first; about a dozen queries whatever the number of schools. ``now`` is local."""
    today, calendar = now.date(), FilingCalendar()
    reader = Reader(scope, list(schools_that_file(scope).order_by("code")), today)
    periods = calendar.to_file(today)
    rows = grid_rows(reader.schools, periods, today=today)
    month, term, year = (_filed(reader, kind, periods, rows) for kind in NAMES)
    found = [_daily(reader, now), month, _quarterly(reader, calendar), term, year]
    return [each for each in found if each]


def _daily(reader: Reader, now: datetime) -> Round:
    classes = SchoolClass.objects.filter(school__in=[school.pk for school in reader.schools])
    board = registers_by_school(classes, [reader.today], now=now)
    days = [by_day[reader.today] for by_day in board.values()]
    url = reverse("students:school_registers", args=[reader.only.pk]) if reader.only else (
        reverse("students:register_board")
    )  # fmt: skip
    state, tone, numbers, label = _of_today(days, single=bool(reader.only))
    return Round("每日点名", cdate(reader.today), state, tone, numbers, "当天点完", label, url)


def _of_today(days: Sequence[SchoolDay], *, single: bool) -> tuple[str, str, str, str]:
    """State, tone, numbers and the next action."""
    due, taken = sum(day.due for day in days), sum(day.taken for day in days)
    if due > taken:
        lacking = sum(day.missing > 0 for day in days)
        where = "" if single else f"，{lacking}所学校有缺"
        return f"缺{due - taken}次", "warn", f"到现在应点{due}次，已点{taken}次{where}", "看缺哪些"
    if due:
        return "已点完", "ok", f"到现在应点的{due}次都点了", "看点名"
    if all(day.state in NO_SCHOOL for day in days):
        return "今天不上课", "mute", "", "看点名"
    return "还没到时间", "mute", "今天的点名还没有开始", "看点名"


def _filed(reader: Reader, kind: PeriodKind, periods: Sequence[FilingPeriod], rows: Sequence[Row]) -> Round | None:
    """A round that schools file: the latest period that is due, or else the first to come."""
    wanted = [period for period in periods if period.kind is kind]
    due = [period for period in wanted if period.is_due(reader.today)]
    if not (wanted and reader.schools):
        return None
    shown = due[-1] if due else wanted[0]
    cells = [cell for row in rows for cell in row.cells if cell.period.code == shown.code]
    earlier = {period.code for period in due[:-1]}
    older = sum(cell.is_owed for row in rows for cell in row.cells if cell.period.code in earlier)
    made = _of_one(reader, cells[0]) if reader.only else _of_many(reader, shown, cells)
    if older:
        made = replace(made, numbers="，".join(filter(None, (made.numbers, f"以前的还有{older}份要办"))))
    if made.state in (Standing.ACCEPTED.label, ALL_ACCEPTED):
        following = next((each for each in wanted if not each.is_due(reader.today)), None)
        return replace(made, due=f"下一次{following.label}，{cdate_short(following.period.cut_off)}截止" if following
                       else "这个学年的已经报完")  # fmt: skip
    return made


def _due_words(period: FilingPeriod, deadline: Deadline, today: date) -> str:
    if not period.is_due(today):
        return f"{cdate_short(period.period.cut_off)}截止，{cdate_short(deadline.day)}前上报"
    return f"{deadline.name}{cdate_short(deadline.day)}{'，已经过了' if deadline.is_over(today) else ''}"


def _of_one(reader: Reader, cell: Cell) -> Round:
    period, work = cell.period, cell.filing.work
    numbers = f"第{work.number}号更正{work.step.label}" if work and work.number else work.step.label if work else ""
    url = reverse("returns:school_return", args=[reader.only.pk, period.code])
    return Round(
        NAMES[period.kind], period.name, cell.standing.label, cell.standing.tone, numbers,
        _due_words(period, cell.deadline, reader.today), SEEN.get(cell.standing, "去上报"), url,
    )  # fmt: skip


ALL_ACCEPTED = "全部接收"


def _of_many(reader: Reader, period: FilingPeriod, cells: Sequence[Cell]) -> Round:
    counts = Counter(cell.standing for cell in cells)
    awaited = counts[Standing.FILED] + counts[Standing.FILED_LATE]
    owed = sum(counts[each] for each in OWED)
    state, tone = _state(period, reader.today, counts, awaited, owed)
    numbers = [f"已接收{counts[Standing.ACCEPTED]}所，共{len(cells)}所"]
    numbers += [f"待接收{awaited}所"] if awaited else []
    numbers += [f"没有报的{owed}所"] if owed else []
    label, url = _next(reader, period, counts, awaited=awaited, owed=owed)
    due = _due_words(period, Deadline(period.deadline), reader.today)
    return Round(NAMES[period.kind], period.name, state, tone, "，".join(numbers), due, label, url)


def _state(period: FilingPeriod, today: date, counts: Counter, awaited: int, owed: int) -> tuple[str, str]:
    if not period.is_due(today):
        return Standing.NOT_DUE.label, Standing.NOT_DUE.tone
    for standing, words in ((Standing.OVERDUE, "有逾期未报"), (Standing.RETURNED, "有退回")):
        if counts[standing]:
            return words, "alarm"
    if owed:
        return Standing.WAITING.label, Standing.WAITING.tone
    return ("待接收", "note") if awaited else (ALL_ACCEPTED, "ok")


def _next(reader: Reader, period: FilingPeriod, counts: Counter, *, awaited: int, owed: int) -> tuple[str, str]:
    """What is done next, and where."""
    grid = {"year": period.period.school_year, "period": period.code}
    if awaited and reader.scope.is_bureau:
        standing = Standing.FILED if counts[Standing.FILED] else Standing.FILED_LATE
        return "去接收", reverse("returns:returns", query=grid | {"standing": standing})
    if owed and period.is_due(reader.today):
        standing = next(each for each in (Standing.OVERDUE, Standing.RETURNED, Standing.WAITING) if counts[each])
        return "看没报的", reverse("returns:returns", query=grid | {"standing": standing})
    if not reader.scope.roles & AREA_ROLES:
        return "看各校", reverse("returns:returns")
    label = "看汇总" if period.is_due(reader.today) else "看各校"
    return label, reverse("returns:county", args=[period.code])


def _quarterly(reader: Reader, calendar: FilingCalendar) -> Round:
    """县级复核 of the latest quarter that is over, or else of the first."""
    year = school_year_of(reader.today)
    quarters = [quarter(year, number, calendar) for number in QUARTERS]
    over = [each for each in quarters if each.is_over(reader.today)]
    shown = over[-1] if over else quarters[0]
    named = ("每季复核", shown.label)
    if not over:
        due = f"{cdate_short(shown.cut_off)}截止以后复核"
        return Round(*named, "未到期", "mute", "", due, "看复核", reverse("returns:reviews"))
    row = reviews_seen(reader.scope).filter(school_year=year, quarter=shown.number).first()
    if row is None:
        opens = reader.scope.is_bureau
        label, url = ("开始复核", reverse("returns:open_review")) if opens else ("看复核", reverse("returns:reviews"))
        return Round(*named, "待复核", "warn", "" if opens else "等县教育局复核定稿", "季度结束后", label, url)
    url = reverse("returns:review", args=[row.pk])
    if row.is_closed:
        following = next((each for each in quarters if each not in over), None)
        due = f"下一次{cdate_short(following.cut_off)}截止以后" if following else "这个学年的已经复核完"
        return Round(*named, "已定稿", "ok", "", due, "看结果", url)
    return Round(*named, "复核中", "note", "", "录完后定稿", "去录入" if reader.scope.is_bureau else "看复核", url)


COLUMNS = (
    Column("name", "轮次", Kind.TEXT, 4, lambda row: row.name),
    Column("period", "时段", Kind.TEXT, 10, lambda row: row.period),
    Column("state", "现在", Kind.TEXT, 6, lambda row: row.state),
    Column("numbers", "情况", Kind.TEXT, 14, lambda row: row.numbers),
    Column("due", "期限", Kind.TEXT, 10, lambda row: row.due),
)


def rounds_table(found: Sequence[Round], *, whose: str, today: date) -> Table:
    """The rounds as they are printed; ``whose``: of the county or of a school."""
    return Table(
        title="四个一进展表", columns=COLUMNS, rows=lambda: found, count=len(found), as_of=today, unit="项",
        filters=(school_year_label(school_year_of(today)), whose), signatures=("制表人", "负责人"),
    )  # fmt: skip
