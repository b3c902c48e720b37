"""每日通报: the schools of an area in which today something is missing, overdue or new, as it stands by now."""

from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from django.db.models import Count, Q
from django.urls import reverse

from casework.models import AbsenceRun
from casework.queries.boards import SchoolLine, school_lines
from reports.tables import Column, Kind, Table
from students.access import Scope
from students.models import Area
from students.queries.policy import policy_of
from students.templatetags.chinese import cdate


@dataclass(frozen=True)
class BulletinRow:
    """A school in the bulletin, or the sum of all.

    ``suspected`` counts 疑似辍学, ``new`` those of them who reached the days for it today.
    """

    code: str | None
    name: str
    school: int | None
    township: str
    due: int
    missing: int
    late: int
    suspected: int
    new: int

    @property
    def is_told(self) -> bool:
        """Whether there is anything to tell of it."""
        return bool(self.missing or self.late or self.suspected)


NUMBERS = ("due", "missing", "late", "suspected", "new")


def bulletin_rows(scope: Scope, *, now: datetime) -> list[BulletinRow]:
    """Every school of the scope, those with most registers missing first; ``now`` is local."""
    today = now.date()
    enough = policy_of(today).suspected_days
    runs = AbsenceRun.objects.visible_to(scope).filter(ended_on=None, days__gte=enough)
    reached = Count("pk", filter=Q(days=enough, last_absent_on=today))
    found = runs.order_by().values_list("school_class__school").annotate(Count("pk"), reached=reached)
    away = {school: numbers for school, *numbers in found}
    towns = dict(Area.objects.filter(level=Area.Level.TOWNSHIP).values_list("pk", "name"))
    rows = [_row(line, towns, away.get(line.school.pk, (0, 0))) for line in school_lines(scope, now=now)]
    return sorted(rows, key=lambda row: (-row.missing, -row.late, -row.suspected, row.code))


def _row(line: SchoolLine, towns: dict[int, str], away) -> BulletinRow:
    school = line.school
    return BulletinRow(
        school.code, school.name, school.pk, towns[school.township_id], line.due, line.missing, line.late, *away
    )


def bulletin_table(scope: Scope, *, now: datetime, place: str) -> Table:
    """The schools of which there is anything to tell, and the sum of all."""
    rows = bulletin_rows(scope, now=now)
    told = [row for row in rows if row.is_told]
    today, days = now.date(), policy_of(now.date()).suspected_days
    others = len(rows) - len(told)
    sums = (sum(getattr(row, number) for row in rows) for number in NUMBERS)
    return Table(
        title="每日通报",
        columns=columns(days),
        rows=lambda: told,
        count=len(told),
        unit="所",
        as_of=today,
        filters=(place, f"{cdate(today)} {now:%H:%M}"),
        notes=(f"其余{others}所学校点名齐全，没有逾期待办，没有疑似辍学学生；合计是全部学校的。",) if others else (),
        total=BulletinRow(None, "合计", None, "", *sums),
    )


def behind(row: BulletinRow, column: Column) -> str:
    """Where what a number counts is listed: registers, duties, or children; a 0 has nothing behind it."""
    if column.key not in NUMBERS or not getattr(row, column.key):
        return ""
    of = {"school": row.school} if row.school else {}
    if column.key in ("due", "missing"):
        shown = {"show": "missing"} if column.key == "missing" else {}
        if row.school:
            return reverse("students:school_registers", args=[row.school], query=shown)
        return reverse("students:register_board", query=shown)
    if column.key == "late":
        return reverse("casework:duties", query={"state": "late", **of})
    return reverse("reports:roster", args=["suspected"], query=of)


def columns(days: int) -> tuple[Column, ...]:
    """``days``: after how many days of absence a child is suspected."""
    words = {
        "due": ("应点节次", "今天到现在应点名的。"),
        "missing": ("缺的节次", "其中还没有点名的。"),
        "late": ("逾期待办", "过了期限还没有办的。"),
        "suspected": ("疑似辍学", f"在校、连续缺课满{days}天、还没有返校的学生。"),
        "new": (f"今天满{days}天", "其中今天缺课正好满这些天的。"),
    }
    return (
        Column("school", "学校", Kind.TEXT, 11, attrgetter("code"), attrgetter("name")),
        Column("township", "乡镇", Kind.TEXT, 6, attrgetter("township")),
        *(Column(name, head, Kind.INTEGER, 4, attrgetter(name), note=note) for name, (head, note) in words.items()),
    )
