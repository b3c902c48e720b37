"""控辍保学月报表 (the monthly return): a row for every school and grade, and their sum (domain.md §7, contract.md)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from reports import figures
from reports.figures import INS, LABELS, OUTS, Figures, total
from reports.models import ALL
from reports.queries.figures import Census, Row
from reports.queries.kept_figures import KeptMonth, kept, sums
from reports.tables import Column, Kind, Table
from students.access import Scope
from students.calendar import grade_in, school_year_of
from students.metrics import DROPOUT_RATE, RAW_RATIO, RETENTION_RATE, Metric
from students.models import School, SchoolClass
from students.periods import PeriodKind
from students.queries.listing import LAST_GRADES
from students.queries.months import CountedPeriod
from students.turning import FINISHED, grade_label

TITLES = {
    PeriodKind.MONTH: "控辍保学月报表",
    PeriodKind.TERM: "控辍保学学期报告",
    PeriodKind.YEAR: "控辍保学学年报告",
}
SIGNATURES = ("填报人", "校长（负责人）")


@dataclass(frozen=True)
class ReturnRow:
    """The figures of a grade of a school; those of several grades have no grade, those of several schools no school.

    ``name``: what is written in the place of the school. ``taught``: whether the school has a class of the grade; not
    where a class has left it, whatever number its age would give it.
    """

    school: School | None
    grade: int | None
    figures: Figures
    name: str
    taught: bool = True

    @property
    def school_code(self) -> str | None:
        return self.school and self.school.code

    @property
    def grade_name(self) -> str:
        return "" if self.grade is None else grade_label(self.grade) if self.taught else FINISHED


def rows_of(census: Census, schools: Iterable[School]) -> list[ReturnRow]:
    """The rows of ``schools``, by code and grade: every grade with a class, and what is said of children of a class
    that has left school long ago."""
    parts: dict[Row, list[Figures]] = defaultdict(list)
    for school_class, found in census.counts().items():
        parts[census.rows[school_class]].append(found)
    classes = ((row.school_id, row.stage, row.cohort) for row in census.classes.values())
    return _rows({row: total(found) for row, found in parts.items()}, classes, census.last, schools)


def rows_kept(month: KeptMonth, schools: Iterable[School], *, scope: Scope, part: str = ALL) -> list[ReturnRow]:
    """The same rows as they were counted last night; two queries. ``part``: of which children (``KeptFigures``)."""
    found = sums(kept(scope, parts=[part]).filter(as_of=month.day), "school", "grade")
    classes = SchoolClass.objects.order_by().values_list("school", "stage", "cohort").distinct()
    return _rows(found, classes, month.day, schools)


def _rows(
    found: Mapping[Row, Figures], classes: Iterable[tuple[int, str, int]], day: date, schools: Iterable[School]
) -> list[ReturnRow]:
    """``classes``: school, stage and cohort of every class there is; one that has left school teaches no grade."""
    year, taught = school_year_of(day), set()
    for school, stage, cohort in classes:
        grade = grade_in(year, cohort=cohort, first_grade=SchoolClass.FIRST_GRADE[stage])
        if SchoolClass.FIRST_GRADE[stage] <= grade <= LAST_GRADES[stage]:
            taught.add((school, grade))
    by_key = {school.pk: school for school in schools}
    made = (
        ReturnRow(
            by_key[school], grade, found.get((school, grade), Figures()), by_key[school].name, (school, grade) in taught
        )
        for school, grade in taught | found.keys()
        if school in by_key
    )
    return sorted(
        (row for row in made if row.figures or row.taught),
        key=lambda row: (row.school.code, row.grade),
    )


class Stat(NamedTuple):
    """A number at the top of the page; ``note`` says what it is of."""

    label: str
    value: str
    unit: str
    note: str
    tone: str = ""


def stats_of(found: Figures) -> list[Stat]:
    """What is read first."""
    kept, lost = found.retention_rate, found.dropout_rate
    sums = f"期初{found[figures.OPENING]}＋增加{found.came}－减少{found.went}"
    if found.balance:
        sums = f"{sums}，与期末相差{found.balance}，请告诉系统管理员"
    suspected = found[figures.SUSPECTED]
    return [
        Stat("期末在校", f"{found[figures.CLOSING]}", "人", sums, "alarm" if found.balance else ""),
        Stat("学年巩固率", kept.text, "", f"{kept.numerator}/{kept.denominator}人"),
        Stat("辍学率", lost.text, "", f"{lost.numerator}/{lost.denominator}人", "alarm" if lost.numerator else ""),
        Stat("疑似辍学", f"{suspected}", "人", "在校而连续缺课", "warn" if suspected else ""),
    ]


def by_school(rows: Iterable[ReturnRow]) -> list[ReturnRow]:
    """The rows of a return, those of a school taken together."""
    groups = groupby(rows, key=attrgetter("school"))
    return [ReturnRow(school, None, total(row.figures for row in found), school.name) for school, found in groups]


def by_grade(rows: Iterable[ReturnRow]) -> list[ReturnRow]:
    """The rows of a return, those of a grade in all schools taken together."""
    groups = groupby(sorted(rows, key=attrgetter("grade")), key=attrgetter("grade"))
    return [ReturnRow(None, grade, total(row.figures for row in found), grade_label(grade)) for grade, found in groups]


def monthly_return_table(period: CountedPeriod, *, school: School | None = None) -> Table:
    """The return of every school, or of one, of a month; or of a term or year, whose figures are made alike."""
    schools = [school] if school else list(School.objects.order_by("code"))
    only = frozenset({school.pk}) if school else None
    rows = rows_of(Census(period.period.first, period.day, schools=only), schools)
    return table_of(rows, period=period, filters=(school.name if school else "全部学校",))


def table_of(
    rows: list[ReturnRow], *, period: CountedPeriod, filters: tuple[str, ...], heads: tuple[Column, ...] = ()
) -> Table:
    """A return as it is filed, of ``rows`` and their sum; ``filters`` say whose. ``heads``: what the rows are called,
    by default school and grade."""
    span = period.period
    summed = total(row.figures for row in rows)
    return Table(
        title=TITLES[span.kind],
        columns=(*(heads or ROW_HEADS), *COUNTS),
        rows=lambda: rows,
        count=len(rows),
        unit="行",
        as_of=period.day,
        filters=(span.label, *filters, period.days, *(["暂计"] if period.is_provisional else [])),
        notes=(*NOTES, *NOTES_OF.get(span.kind, ())),
        fixed_columns=len(heads or ROW_HEADS),
        signatures=SIGNATURES,
        total=ReturnRow(None, None, summed, "合计"),
        about={str(span.kind): span.code, "period_start": span.first, "period_end": span.cut_off},
    )


NOTES = (
    "期末在校＝期初在校＋本期增加－本期减少。变动按发生日期计入，减少记在离开的年级，增加记在进入的年级。",
    "换到别的年级的转班、留级、跳级，在原年级记其他减少，在新年级记其他增加；年级内的转班不计。",
    "期末以后的变动和转出确认不计入。学年初、学年巩固率按9月1日所在的班计，期末各项和辍学率按最后所在的班计。",
    RETENTION_RATE.note,
    DROPOUT_RATE.note,
    RAW_RATIO.note,
)
NOTES_OF = {
    PeriodKind.TERM: (
        "第一学期从9月1日算起，第二学期从第一学期结束的次日算起，寒假里的变动计入第二学期，暑假里的只计入学年报告。",
    ),
}
DEFINITIONS = {
    figures.REGISTERED: "期末在籍的学生，含休学和辍学未返的，不含期末当天是借读和送教上门的。",
    figures.SUSPECTED: "期末在校、连续缺课满县级规定天数还没有返校的学生。",
    figures.DROPPED_TOTAL: "期末仍没有劝返的辍学学生，不论哪一年辍学。",
    figures.UNACCOUNTED: "其他减少，和转出超过县级规定天数仍没有确认接收的，不论哪一年。",
}


def _count(code: str, width: float = 2.6, group: str = "") -> Column:
    note = DEFINITIONS.get(code, "")
    return Column(code, LABELS[code], Kind.INTEGER, width, lambda row: row.figures[code], note=note, group=group)


def _rate(metric: Metric, width: float, *, shares: str = "") -> Iterator[Column]:
    """A rate; ``shares``: the head of its two counts beside it, where no other columns have them. Heads fit their
    columns on one line, or break between two words."""
    value = attrgetter(f"figures.{metric.code}")
    yield Column(metric.code, metric.label, Kind.RATE, width, value)
    if shares:
        yield Column(metric.code, shares, Kind.SHARE, 5.6, value)


SCHOOL = Column("school", "学校", Kind.TEXT, 8, attrgetter("school_code"), attrgetter("name"))
ROW_HEADS = (SCHOOL, Column("grade", "年级", Kind.TEXT, 4, attrgetter("grade"), attrgetter("grade_name")))
GRADE = Column("grade", "年级", Kind.TEXT, 8, attrgetter("grade"), attrgetter("name"))
COUNTS = (
    _count(figures.OPENING),
    *(_count(str(kind), group="本期增加") for kind in INS),
    *(_count(str(kind), group="本期减少") for kind in OUTS),
    _count(figures.CLOSING),
    _count(figures.REGISTERED),
    _count(figures.SUSPECTED),
    _count(figures.DROPPED_TOTAL),
    _count(figures.UNACCOUNTED),
    _count(figures.BASELINE, 3.4),
    *_rate(RETENTION_RATE, 5.4, shares="巩固/应在校"),
    *_rate(DROPOUT_RATE, 4),
    *_rate(RAW_RATIO, 5.6),
)
