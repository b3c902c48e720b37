"""届 (entry cohorts): how many entered a school together, and how many of them it saw through (domain.md §7).

Entrants are who 入学 into the cohort's classes by the end of its first school year; the number never changes. 转出
takes away only whom another school has accepted: no button makes a cohort smaller.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from operator import attrgetter

from django.db.models import Count, QuerySet

from reports.queries.figures import Move, Pair, class_left
from reports.tables import Column, Kind, Table
from students.access import WHOLE_COUNTY, Scope
from students.calendar import school_year_of, school_year_start
from students.enrolment import EventKind
from students.metrics import NO_RATE, SIX_YEAR_RATE, THREE_YEAR_RATE, Metric, Rate
from students.models import Enrolment, EnrolmentEvent, School, SchoolClass
from students.turning import GRADES

TITLE = "各校三年、六年巩固率"
FINISHED_SHOWN = 3  # cohorts that have left, beside those at school
METRICS: dict[str, Metric] = {
    SchoolClass.Stage.PRIMARY: SIX_YEAR_RATE,
    SchoolClass.Stage.JUNIOR: THREE_YEAR_RATE,
}
COUNTS = ("entrants", "transfer_in", "transfer_out", "graduates", "attending")
COUNT_LABELS = dict(zip(COUNTS, ("入学", "转入", "转出", "毕业", "现在校"), strict=True))
ENTERING = {"entrants": EventKind.ENROL, "transfer_in": EventKind.TRANSFER_IN}
LEAVING = {"transfer_out": EventKind.TRANSFER_OUT, "graduates": EventKind.GRADUATE}
COUNTED_BY_EVENTS = ("transfer_in", *LEAVING)
Key = tuple[int, str, int]  # a school, a stage, a cohort


@dataclass(frozen=True)
class CohortRow:
    """A cohort 级 of a school, or of several schools together (``school`` None).

    ``is_over``: its final school year is over, or in that year it has graduated, and not only some of it.
    """

    school: School | None
    stage: str
    cohort: int
    entrants: int
    transfer_in: int
    transfer_out: int
    graduates: int
    attending: int
    is_over: bool

    @property
    def school_code(self) -> str | None:
        return self.school and self.school.code

    @property
    def school_name(self) -> str:
        return self.school.name if self.school else "合计"

    @property
    def label(self) -> str:
        """2024级."""
        return f"{self.cohort}级"

    @property
    def stage_member(self) -> SchoolClass.Stage:
        return SchoolClass.Stage(self.stage)

    @property
    def expected(self) -> int:
        """应毕业: who should graduate with it."""
        return self.entrants + self.transfer_in - self.transfer_out

    @property
    def raw_rate(self) -> Rate | None:
        """The rate as it comes out; None until the cohort is over."""
        return METRICS[self.stage].of(self.graduates, max(self.expected, 0)) if self.is_over else None

    @property
    def rate(self) -> Rate | None:
        """三年巩固率 or 六年巩固率, at most 1."""
        raw = self.raw_rate
        return raw and METRICS[self.stage].of(min(raw.numerator, raw.denominator), raw.denominator)


def cohort_rows(scope: Scope, as_of: date) -> list[CohortRow]:
    """The cohorts at school on ``as_of`` and the last that have left, by school, stage and cohort; six queries."""
    year = school_year_of(as_of)
    classes = {row.pk: row for row in SchoolClass.objects.visible_to(scope.of_whole_schools).select_related("school")}
    shown = {
        pk: row
        for pk, row in classes.items()
        if year - FINISHED_SHOWN <= final_year(row.stage, row.cohort) and row.cohort <= year
    }
    counts: dict[Key, dict[str, int]] = defaultdict(lambda: dict.fromkeys(COUNTS, 0))
    schools: dict[int, School] = {}
    for row in shown.values():
        schools[row.school_id] = row.school
        counts[_key(row)]  # a cohort of which nothing happened has a row too
    for what, found in _counted(as_of, shown).items():
        for school_class, number in found:
            if school_class in shown:
                counts[_key(shown[school_class])][what] += number
    rows = (
        CohortRow(schools[school], stage, cohort, **found, is_over=_is_over(stage, cohort, found, year))
        for (school, stage, cohort), found in counts.items()
    )
    return sorted(rows, key=lambda row: (row.school.code, row.stage_member is SchoolClass.Stage.JUNIOR, row.cohort))


def _key(row: SchoolClass) -> Key:
    return row.school_id, row.stage, row.cohort


def final_year(stage: str, cohort: int) -> int:
    """The school year in which a cohort is in the final grade of its stage."""
    first, last = GRADES[stage]
    return cohort + last - first


def _is_over(stage: str, cohort: int, counts: dict[str, int], year: int) -> bool:
    final = final_year(stage, cohort)
    return final < year or (final == year and counts["graduates"] > 0 and not counts["attending"])


def _counted(as_of: date, classes: dict[int, SchoolClass]) -> dict[str, Iterable[tuple[int, int]]]:
    """Count → (class, number), of all classes; what is said of another is left out by the caller."""
    entered = _rows(as_of, "entrants").values_list("school_class", "happened_on").annotate(Count("pk"))
    entrants = ((pk, number) for pk, day, number in entered if pk in classes and _is_entrant(day, classes[pk]))
    others = (what for what in COUNTS if what != "entrants")
    return {"entrants": entrants} | {
        what: _rows(as_of, what).values_list(_class_of(what)).annotate(Count("pk")) for what in others
    }


def _is_entrant(day: date, school_class: SchoolClass) -> bool:
    """Whether who entered on ``day`` is counted for the cohort of the class for good."""
    return day < school_year_start(school_class.cohort + 1)


def _rows(as_of: date, what: str) -> QuerySet:
    """What a count is taken of: events or places, each with its ``student`` and ``school_class``."""
    events = EnrolmentEvent.objects.effective().filter(happened_on__lte=as_of).order_by()
    if what in ENTERING:
        return events.filter(kind=ENTERING[what])
    if what == "attending":
        return Enrolment.objects.on(as_of).attending().order_by()
    # The class that is left is that of the events before, since a place taken and left on one day was never held.
    leaving = events.filter(kind=LEAVING[what])
    if what == "transfer_out":
        leaving = leaving.filter(confirmed_on__lte=as_of)
    return leaving.annotate(left=class_left())


def _class_of(what: str) -> str:
    """In which column of ``_rows`` the class stands."""
    return "left" if what in LEAVING else "school_class"


def cohort_children(
    what: str, *, scope: Scope, as_of: date, stage: str, cohort: int, school: int | None = None
) -> tuple[list[Pair | Move], dict[int, SchoolClass]]:
    """The children that a count of a cohort counts, each with its class, and the classes by key; of every school of the
    scope, or of one. Who came from, went to another school or graduated is listed by that event; of entrants is of
    interest what has become of them. Two queries."""
    classes = SchoolClass.objects.visible_to(scope.of_whole_schools).filter(stage=stage, cohort=cohort)
    classes = classes.filter(school=school) if school else classes
    by_key = {row.pk: row for row in classes.select_related("school")}
    rows = _rows(as_of, what).filter(**{f"{_class_of(what)}__in": list(by_key)})
    if what == "entrants":
        entered = rows.values_list("student", "school_class", "happened_on")
        found = [(child, pk) for child, pk, day in entered if _is_entrant(day, by_key[pk])]
    elif what in COUNTED_BY_EVENTS:
        events = rows.order_by("happened_on").values_list("student", _class_of(what), "happened_on", "kind", "pk")
        found = [Move(child, pk, day, EventKind(kind), event) for child, pk, day, kind, event in events]
    else:
        found = list(rows.values_list("student", _class_of(what)))
    return sorted(found, key=lambda pair: (by_key[pair[1]].school.code, pair[1], pair[0])), by_key


def together(rows: Iterable[CohortRow]) -> CohortRow | None:
    """The cohorts of several schools as one; None of nothing. They are of one stage and year, and together they are
    over when every one is: the graduates of some are no rate of all."""
    rows = list(rows)
    if not rows:
        return None
    counts = {what: sum(getattr(row, what) for row in rows) for what in COUNTS}
    return CohortRow(None, rows[0].stage, rows[0].cohort, **counts, is_over=all(row.is_over for row in rows))


# ---- the table ---------------------------------------------------------------------------------


def _rate_shown(name: str):
    return lambda row: getattr(row, name) or NO_RATE


COLUMNS = (
    Column("school", "学校", Kind.TEXT, 11, attrgetter("school_code"), attrgetter("school_name")),
    Column("stage", "学段", Kind.WORD, 4, attrgetter("stage_member")),
    Column("cohort", "届", Kind.TEXT, 4, attrgetter("cohort"), attrgetter("label")),
    Column("entrants", "入学人数", Kind.INTEGER, 4, attrgetter("entrants"),
           note="入学当学年登记入学的人数，以后不变。"),
    Column("transfer_in", "转入", Kind.INTEGER, 3.4, attrgetter("transfer_in")),
    Column("transfer_out", "转出", Kind.INTEGER, 3.4, attrgetter("transfer_out"), note="已确认接收的转出。"),
    Column("expected", "应毕业", Kind.INTEGER, 4, attrgetter("expected"), note="入学人数加转入减转出。"),
    Column("graduates", "毕业", Kind.INTEGER, 3.4, attrgetter("graduates")),
    Column("attending", "现在校", Kind.INTEGER, 4, attrgetter("attending")),
    Column("rate", "巩固率", Kind.RATE, 5, attrgetter("rate"), _rate_shown("rate")),
    Column("raw_rate", "原值", Kind.RATE, 5, attrgetter("raw_rate"), _rate_shown("raw_rate")),
)  # fmt: skip


def cohorts_table(rows: list[CohortRow], *, as_of: date, filters: tuple[str, ...], with_total: bool) -> Table:
    """``with_total``: the rows are of one stage and cohort, and their sum says something."""
    stages = {row.stage for row in rows}
    return Table(
        title=TITLE,
        columns=COLUMNS,
        rows=lambda: rows,
        count=len(rows),
        unit="行",
        as_of=as_of,
        filters=filters,
        notes=tuple(metric.note for stage, metric in METRICS.items() if stage in stages or not stages),
        fixed_columns=3,
        total=together(rows) if with_total else None,
    )


def cohort_retention_table(*, as_of: date, school: School | None = None) -> Table:
    """For the command line: every cohort of every school, or of one."""
    rows = [row for row in cohort_rows(WHOLE_COUNTY, as_of) if school is None or row.school == school]
    return cohorts_table(rows, as_of=as_of, filters=(school.name if school else "全部学校",), with_total=False)
