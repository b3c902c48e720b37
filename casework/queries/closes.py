"""每日上报: which days have been closed, with which counts, and what has changed since."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from casework.models import AbsenceRun, DailyAmendment, DailyClose
from students.access import Scope
from students.day_counts import LABELS, DayCounts
from students.models import School, SchoolClass
from students.queries.day_counts import by_school, counts_between
from students.queries.register_days import days_through
from students.register_days import WINDOW
from students.templatetags.chinese import cdatetime


def counts_of(schools, days: Sequence[date]) -> dict[tuple[int, date], DayCounts]:
    """(school, day) → what the facts add up to now, with the children who had an open run that day. Days on which a
    school taught no child are left out. Eight queries, and one for each day."""
    found = by_school(counts_between(SchoolClass.objects.filter(school__in=schools), days))
    for day in days:
        out = runs_on(day).filter(school_class__school__in=schools).values_list("school_class__school")
        for school, number in out.annotate(Count("pk")):
            if counts := found.get((school, day)):
                found[school, day] = counts._replace(out=number)
    return found


def runs_on(day: date):
    """The runs 连续缺课 that had begun by ``day`` and had not ended."""
    return AbsenceRun.objects.filter(Q(ended_on=None) | Q(ended_on__gt=day), started_on__lte=day).order_by()


@dataclass(frozen=True)
class CloseLine:
    """A school on a day: what the facts say now, what was filed, and what has changed since."""

    school: School
    day: date
    now: DayCounts
    close: DailyClose | None
    amendments: Sequence[DailyAmendment]

    @property
    def filed(self) -> DayCounts | None:
        """The counts filed last; None where the day is open."""
        last = self.amendments[-1] if self.amendments else self.close
        return last.counts if last else None

    @property
    def shown(self) -> DayCounts:
        """What a list shows: what was filed, or what there is so far."""
        return self.now if self.filed is None else self.filed

    @property
    def changes(self) -> list[str]:
        """What was corrected after it was filed last: 旷课3→2."""
        return [] if self.filed is None else self.filed.changes_to(self.now)

    @property
    def state(self) -> tuple[str, str]:
        """In words with a tone."""
        if self.close is None:
            return "未上报", "warn"
        if self.changes:
            return "上报后有更正", "alarm"
        if self.close.closed_by_id is None and not self.amendments:
            return "系统自动汇总", "mute"
        return "已上报", "ok"


def close_lines(schools, days: Sequence[date]) -> list[CloseLine]:
    """Every school (a queryset) on each of ``days`` on which it taught, the latest day first."""
    rows = list(schools)
    counts = counts_of(schools.order_by().values("pk"), days)
    closes = DailyClose.objects.filter(day__range=(days[0], days[-1]), school__in=schools.order_by().values("pk"))
    filed = {(close.school_id, close.day): close for close in closes.select_related("closed_by")}
    amended = defaultdict(list)
    ids = [close.pk for close in filed.values()]
    for row in DailyAmendment.objects.filter(close__in=ids).select_related("filed_by").order_by("number"):
        amended[row.close_id].append(row)
    lines = []
    for day in reversed(days):
        for school in rows:
            close = filed.get((school.pk, day))
            now = counts.get((school.pk, day))
            if now or close:
                # a day that has become one without school after it was closed now counts nobody
                lines.append(CloseLine(school, day, now or DayCounts(), close, amended[close.pk] if close else ()))
    return lines


def close_line(school: School, day: date) -> CloseLine | None:
    """One school on one day; None where it taught no child."""
    return next(iter(close_lines(School.objects.filter(pk=school.pk), [day])), None)


def days_of_return(today: date) -> list[date]:
    """Today and the days before it that may still be closed."""
    return days_through(today, WINDOW + 1)


def unclosed(scope: Scope, today: date) -> int:
    """School days of the clerk's school that nobody has closed, today included."""
    if not scope.clerk_of:
        return 0
    lines = close_lines(School.objects.filter(pk__in=scope.clerk_of), days_of_return(today))
    return sum(line.close is None for line in lines)


@dataclass(frozen=True)
class Tallies:
    """How many days or schools have been filed, are open, or were corrected afterwards."""

    lines: int
    filed: int
    changed: int

    @property
    def left_open(self) -> int:
        return self.lines - self.filed


def tallies(lines: Sequence[CloseLine]) -> Tallies:
    return Tallies(
        lines=len(lines),
        filed=sum(line.close is not None for line in lines),
        changed=sum(bool(line.changes) for line in lines),
    )


@dataclass(frozen=True)
class CountRow:
    """A figure of a day: what was filed (None where nothing was) and what the facts say now."""

    label: str
    filed: int | None
    now: int
    unit: str

    @property
    def differs(self) -> bool:
        return self.filed is not None and self.filed != self.now


UNITS = {"classes": "个", "due": "次", "taken": "次"}


def count_rows(line: CloseLine) -> list[CountRow]:
    """The figures of a day in the order in which they are read."""
    filed = line.filed
    return [
        CountRow(label, None if filed is None else getattr(filed, name), getattr(line.now, name), UNITS.get(name, "人"))
        for name, label in LABELS.items()
    ]


def entries(line: CloseLine) -> list[dict]:
    """What was filed and amended as timeline entries, the newest first."""
    if line.close is None:
        return []
    before, found = line.close.counts, []
    for row in line.amendments:
        changes = "；".join(before.changes_to(row.counts))
        title, text = f"第{row.number}次更正：{row.reason}", changes
        found.append({"when": cdatetime(row.filed_at), "title": title, "text": text, "by": row.filed_by.name})
        before = row.counts
    by = line.close.closed_by
    first = {
        "when": cdatetime(line.close.closed_at),
        "title": "上报" if by else "系统自动汇总",
        "text": line.close.note,
    }
    return [*reversed(found), first | ({"by": by.name} if by else {})]
