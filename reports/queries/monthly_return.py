"""控辍保学月报表 (the monthly return): a row for every school and grade, and their sum (domain.md §7, contract.md)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter

from reports import figures
from reports.figures import INS, LABELS, OUTS, Figures, total
from reports.queries.figures import Census, Row
from reports.queries.return_months import ReturnMonth
from reports.tables import Column, Kind, Table
from students.metrics import DROPOUT_RATE, RAW_RATIO, RETENTION_RATE
from students.models import School
from students.queries.listing import LAST_GRADES
from students.turning import grade_label

TITLE = "控辍保学月报表"
SIGNATURES = ("填报人", "校长（负责人）")


@dataclass(frozen=True)
class ReturnRow:
    """The figures of a grade of a school; those of several have no grade, the sum of all no school either."""

    school: School | None
    grade: int | None
    figures: Figures

    @property
    def school_code(self) -> str | None:
        return self.school and self.school.code

    @property
    def school_name(self) -> str:
        return self.school.name if self.school else "合计"

    @property
    def grade_name(self) -> str | None:
        return self.grade and grade_label(self.grade)


def rows_of(census: Census, schools: Iterable[School]) -> list[ReturnRow]:
    """The rows of ``schools``, by code and grade: every grade with a class, and what is said of children of a class
    that has left school long ago."""
    parts: dict[Row, list[Figures]] = defaultdict(list)
    for school_class, found in census.counts().items():
        parts[census.rows[school_class]].append(found)
    taught = {
        census.rows[pk]
        for pk, row in census.classes.items()
        if row.FIRST_GRADE[row.stage] <= row.grade_on(census.last) <= LAST_GRADES[row.stage]
    }
    by_key = {school.pk: school for school in schools}
    made = (
        ReturnRow(by_key[school], grade, total(parts[school, grade]))
        for school, grade in taught | parts.keys()
        if school in by_key
    )
    return sorted(
        (row for row in made if row.figures or (row.school.pk, row.grade) in taught),
        key=lambda row: (row.school.code, row.grade),
    )


def monthly_return_table(*, month: ReturnMonth, school: School | None = None) -> Table:
    """The return of every school, or of one."""
    schools = [school] if school else list(School.objects.order_by("code"))
    rows = rows_of(Census(month.month.first, month.day), schools)
    return table_of(rows, month=month, filters=(school.name if school else "全部学校",))


def table_of(rows: list[ReturnRow], *, month: ReturnMonth, filters: tuple[str, ...]) -> Table:
    """A return as it is filed, of ``rows`` and their sum; ``filters`` say whose."""
    summed = total(row.figures for row in rows)
    return Table(
        title=TITLE,
        columns=COLUMNS,
        rows=lambda: rows,
        count=len(rows),
        unit="行",
        as_of=month.day,
        filters=(month.month.label, *filters, month.days, *(["暂计"] if month.is_provisional else [])),
        notes=NOTES,
        fixed_columns=2,
        signatures=SIGNATURES,
        total=ReturnRow(None, None, summed),
        about={"month": month.month.code, "period_start": month.month.first, "period_end": month.month.cut_off},
    )


NOTES = (
    "期末在校＝期初在校＋本期增加－本期减少。变动按发生日期计入，减少记在离开的年级，增加记在进入的年级。",
    "换到别的年级的转班、留级、跳级，在原年级记其他减少，在新年级记其他增加；年级内的转班不计。",
    "期末以后的变动和转出确认不计入。学年初、学年巩固率按9月1日所在的班计，期末各项和辍学率按最后所在的班计。",
    RETENTION_RATE.note,
    DROPOUT_RATE.note,
    RAW_RATIO.note,
)
DEFINITIONS = {
    figures.REGISTERED: "期末在籍的学生，含休学和辍学未返的，不含借读和送教上门的。",
    figures.SUSPECTED: "期末在校、连续缺课满县级规定天数还没有返校的学生。",
    figures.DROPPED_TOTAL: "期末仍没有劝返的辍学学生，不论哪一年辍学。",
    figures.UNACCOUNTED: "其他减少，和转出超过县级规定天数仍没有确认接收的，不论哪一年。",
}


def _count(code: str, width: float = 2.6, group: str = "") -> Column:
    note = DEFINITIONS.get(code, "")
    return Column(code, LABELS[code], Kind.INTEGER, width, lambda row: row.figures[code], note=note, group=group)


COLUMNS = (
    Column("school", "学校", Kind.TEXT, 8, attrgetter("school_code"), attrgetter("school_name")),
    Column("grade", "年级", Kind.TEXT, 4, attrgetter("grade"), attrgetter("grade_name")),
    _count(figures.OPENING),
    *(_count(str(kind), group="本期增加") for kind in INS),
    *(_count(str(kind), group="本期减少") for kind in OUTS),
    _count(figures.CLOSING),
    _count(figures.REGISTERED),
    _count(figures.SUSPECTED),
    _count(figures.DROPPED_TOTAL),
    _count(figures.UNACCOUNTED),
    _count(figures.BASELINE, 3),
    *(
        Column(metric.code, metric.label, Kind.RATE, 4.6, attrgetter(f"figures.{metric.code}"))
        for metric in (RETENTION_RATE, DROPOUT_RATE, RAW_RATIO)
    ),
)
