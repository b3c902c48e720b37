"""每日考勤汇总 as a table: a row a class, or a row a school for whoever sees several."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from operator import attrgetter

from casework.queries.closes import runs_on
from reports.tables import Column, Kind, Table
from students.day_counts import LABELS, DayCounts
from students.days import SLOT_ORDER, Slot
from students.metrics import DAY_RATE, Rate
from students.models import AbsenceMark, Enrolment, Leave, School, SchoolClass, Student
from students.queries.day_counts import ClassDayCounts, children_behind, counts_between

SHOWN = (
    "expected", "present", "unexcused", "unverified", "personal_leave", "sick_leave", "official", "partly", "late",
    "left_early", "unknown",
)  # fmt: skip
ON_THE_PAGE = (*SHOWN[:7], "late", "left_early", "partly", "unknown")
STRESSED = frozenset({"unexcused", "unverified"})
OPENED = frozenset({*SHOWN, "out"})  # numbers that open the children behind them
NOTES = (
    "应到＝实到＋旷课＋待核实＋事假＋病假＋公假＋未点名，每名学生只计一次。",
    "点过名的各节次都没到的，按原因计入旷课、待核实、事假、病假或公假，几种都有的按前面的计；批准的请假按请假计。",
    "有一节到了的计入实到，缺了一部分节次的同时列入“缺部分节次”。",
    "未点名：所在班当天一次也没有点名的学生，不计入出勤率。",
)


@dataclass(frozen=True)
class SummaryRow:
    """A class, a school or the sum, on a day. ``pk`` is None for the sum."""

    pk: int | None
    name: str
    code: str
    counts: DayCounts

    @property
    def rate(self) -> Rate:
        return DAY_RATE.of(self.counts.present, self.counts.looked_at)

    @property
    def cells(self) -> list[tuple[str, int | str, bool]]:
        """(column, number, whether it has to catch the eye), as the page shows them."""
        figures = [(name, getattr(self.counts, name), name in STRESSED) for name in ON_THE_PAGE]
        return [*figures[:2], ("rate", self.rate.text, False), *figures[2:]]


@dataclass(frozen=True)
class Summary:
    """The day of some classes: a line each, drawn together by school where ``by_school``."""

    day: date
    by_school: bool
    rows: list[SummaryRow]

    @property
    def total(self) -> SummaryRow:
        return SummaryRow(None, "合计", "", DayCounts.total(row.counts for row in self.rows))


def summary(classes, day: date, *, by_school: bool) -> Summary:
    """``classes``: a queryset. Those without school or children that day are left out. Eight queries."""
    lines = [line for line in counts_between(classes, [day]) if line.counts.classes]
    return Summary(day, by_school, _by_school(lines) if by_school else [_of_class(line) for line in lines])


def _of_class(line: ClassDayCounts) -> SummaryRow:
    room = line.school_class
    return SummaryRow(room.pk, str(room), room.number, line.counts)


def _by_school(lines: Iterable[ClassDayCounts]) -> list[SummaryRow]:
    found: dict[School, list[DayCounts]] = defaultdict(list)
    for line in lines:
        found[line.school_class.school].append(line.counts)
    return [SummaryRow(school.pk, str(school), school.code, DayCounts.total(all_)) for school, all_ in found.items()]


def columns(*, by_school: bool) -> tuple[Column, ...]:
    def figure(name: str, width: float = 3.4) -> Column:
        return Column(name, LABELS[name], Kind.INTEGER, width, attrgetter(f"counts.{name}"))

    head = "学校" if by_school else "班级"
    return (
        Column("code", "学校标识码" if by_school else "班号", Kind.CODE, 6, attrgetter("code")),
        Column("name", head, Kind.TEXT, 9, attrgetter("name"), stressed=frozenset({"合计"})),
        figure("due"),
        Column("missing", "缺点名", Kind.INTEGER, 3.4, attrgetter("counts.missing")),
        figure("expected"),
        figure("present"),
        Column("rate", "出勤率", Kind.TEXT, 4.5, attrgetter("rate.record"), attrgetter("rate.text")),
        *(figure(name) for name in SHOWN[2:]),
    )


def summary_table(found: Summary, *, filters: tuple[str, ...]) -> Table:
    """The summary with its sum as the last row."""
    rows = [*found.rows, found.total] if found.rows else []
    return Table(
        title="每日考勤汇总",
        columns=columns(by_school=found.by_school),
        rows=lambda: rows,
        count=len(rows),
        unit="行",
        as_of=found.day,
        filters=filters,
        notes=(*NOTES, DAY_RATE.note),
        fixed_columns=2,
        signatures=("填报人", "审核人"),
    )


def daily_summary_table(*, as_of: date, school: School | None = None) -> Table:
    """For the command line: the schools of the county, or the classes of one."""
    classes = SchoolClass.objects.filter(school=school) if school else SchoolClass.objects.all()
    found = summary(classes, as_of, by_school=school is None)
    return summary_table(found, filters=(school.name if school else "全部学校",))


@dataclass(frozen=True)
class ChildLine:
    """A child behind a number: its class, and what the day was for it, slot by slot."""

    student: Student
    place: str
    words: str


def named_children(classes, day: date, column: str) -> list[int]:
    """The ids of the children behind a number, by class and class list; eight queries."""
    lines = list(counts_between(classes, [day]))
    if column == "out":
        found = set(
            runs_on(day).filter(school_class__in=classes.order_by().values("pk")).values_list("student", flat=True)
        )
    else:
        found = set(children_behind(lines, column))
    order = Enrolment.objects.attending().on(day).filter(student__in=found)
    order = order.order_by("school_class__school__code", "school_class__number", "student__list_position", "student")
    return list(order.values_list("student", flat=True))


def lines(page: Iterable[int], day: date) -> list[ChildLine]:
    """The children of a page in its order; three queries."""
    ids = list(page)
    here = Enrolment.objects.attending().on(day).filter(student__in=ids)
    rows = {row.student_id: row for row in here.select_related("student", "school_class__school")}
    marks: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for mark in AbsenceMark.objects.filter(student__in=ids, roll_call__day=day).select_related("roll_call"):
        marks[mark.student_id].append((mark.roll_call.slot, mark.get_kind_display()))
    leaves = Leave.objects.filter(student__in=ids).covering(day)
    excused = {leave.student_id: f"已批准{leave.get_kind_display()}" for leave in leaves.order_by("-first_day", "-pk")}
    found = []
    for pk in ids:
        row = rows[pk]
        said = [f"{Slot(slot).label}{kind}" for slot, kind in sorted(marks[pk], key=lambda each: SLOT_ORDER[each[0]])]
        words = "，".join([*said, *([excused[pk]] if pk in excused else [])])
        found.append(ChildLine(row.student, f"{row.school_class.school}{row.school_class}", words or "没有缺勤记录"))
    return found
