"""三年对照: what is measured of the last three school years, side by side, and against its targets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from operator import attrgetter

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.urls import reverse

from reports.figures import NO_FIGURES, Figures
from reports.queries.cohorts import CohortRow, cohort_rows, final_year, together
from reports.queries.county import national_line
from reports.queries.kept_figures import KeptMonth, kept, sums
from reports.queries.ledgers import entry_rates
from reports.queries.rosters import living
from reports.tables import Column, Kind, Table
from reports.templatetags.behind import children_address
from scoring.presets import schemes_in
from students.access import Scope
from students.calendar import school_year_label
from students.enrolment import EventKind, Standing
from students.metrics import (
    DISABLED_ENTRY_RATE,
    DROPOUT_RATE,
    ENTRY_RATE,
    NO_RATE,
    RETENTION_RATE,
    SIX_YEAR_RATE,
    THREE_YEAR_RATE,
    Rate,
)
from students.models import Enrolment, EnrolmentEvent, Resident, SchoolClass, SpecialGroup, Student
from students.policy import Policy
from students.queries.policy import policy_of
from students.queries.residents import births_due
from students.queries.unaccounted import finished, last_events
from students.turning import GRADES

YEARS = 3
ENTRY_ROSTERS = {"entry": "school_age", "disabled": "disabled"}  # a rate, and where its children stand by name
PRIMARY, JUNIOR = SchoolClass.Stage.PRIMARY, SchoolClass.Stage.JUNIOR


@dataclass(frozen=True)
class YearRow:
    """A school year 学年 through a ``month``: rates by name; a rate that nothing is known of is missing. ``figures``:
    what the rates of each stage were made of."""

    label: str
    rates: dict[str, Rate] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    figures: dict[str, Figures] = field(default_factory=dict)
    month: KeptMonth | None = None

    def shown(self, name: str) -> Rate | str:
        """The rate, what is said in its place, or a dash."""
        return self.rates.get(name) or self.words.get(name, NO_RATE)


def last_months(months: Sequence[KeptMonth]) -> list[KeptMonth]:
    """The last month kept of each of the last three school years, in order."""
    latest = {month.school_year: month for month in sorted(months)}
    return [latest[year] for year in sorted(latest)[-YEARS:]]


def three_years(scope: Scope, months: Sequence[KeptMonth]) -> list[YearRow]:
    """A row a school year, the targets below them."""
    last = last_months(months)
    found = sums(kept(scope).filter(as_of__in=[month.day for month in last]), "stage", "as_of")
    cohorts = cohort_rows(scope, last[-1].day)
    rows = [_year(scope, month, found, cohorts) for month in last]
    return [*rows, _targets(policy_of(last[-1].day), schemes_in(last[-1].school_year).county.targets)]


def _year(scope: Scope, month: KeptMonth, found, cohorts: Sequence[CohortRow]) -> YearRow:
    rates, by_stage = {}, {}
    for stage in SchoolClass.Stage:
        figures = by_stage[stage] = found.get((stage.value, month.day), NO_FIGURES)
        rates[f"{stage}.retention"], rates[f"{stage}.dropout"] = figures.retention_rate, figures.dropout_rate
        final = [
            row for row in cohorts if row.stage == stage and final_year(row.stage, row.cohort) == month.school_year
        ]
        whole = together(final)
        if whole and whole.rate:
            rates[f"{stage}.completion"] = whole.rate
    entered = entry_rates(scope, month.day)
    if entered:
        rates["entry"] = entered[-1].rate
    rates["disabled"] = disabled_entry_rate(scope, month.day)
    return YearRow(school_year_label(month.school_year), rates, figures=by_stage, month=month)


def behind(row: YearRow, column: Column) -> str:
    """Where those are listed whom a rate is lower or higher for: the children lost, the cohort that was to graduate."""
    stage, _, name = column.key.partition(".")
    if row.month is None or not row.rates.get(column.key):
        return ""
    if name in ("dropout", "retention"):
        return children_address(row.figures[stage], f"{name}_rate", **row.month.query, stage=stage)
    if name == "completion":
        first, last = GRADES[stage]
        return reverse("reports:cohorts", query={"cohort": f"{stage}-{row.month.school_year - (last - first)}"})
    roster = ENTRY_ROSTERS.get(column.key)
    return reverse("reports:roster", args=[roster], query={"day": f"{row.month.day}"}) if roster else ""


def _at_home(scope: Scope, day: date) -> QuerySet[Student]:
    """Whose children they are, each in one place only: those who live in the area 户籍儿童, as 入学率 counts them; of
    whom no list of residents tells, those whose latest class by ``day`` is in it. A school has no residents: of it are
    those of its classes."""
    classes = SchoolClass.objects.visible_to(scope.of_whole_schools).order_by().values("pk")
    latest = Enrolment.objects.filter(student=OuterRef("pk"), since__lte=day).order_by("-since").values("school_class")
    children = Student.objects.alias(latest=Subquery(latest[:1]))
    if not (scope.county or scope.townships):
        return children.filter(latest__in=classes)
    told_of = Resident.objects.exclude(student=None).order_by()
    here = living(told_of.visible_to(scope), day).values("student")
    return children.filter(Q(pk__in=here) | Q(latest__in=classes) & ~Q(pk__in=told_of.values("student")))


def disabled_entry_rate(scope: Scope, day: date) -> Rate:
    """残疾儿童少年入学率: of the children of school age that are flagged on ``day``, who is in school or taught at
    home; three queries."""
    flagged = SpecialGroup.objects.on(day).filter(kind=SpecialGroup.Kind.DISABLED)
    children = _at_home(scope, day).filter(
        pk__in=flagged.order_by().values("student"), birth_date__range=births_due(day)
    )
    in_order = [EventKind.DECEASE, EventKind.LEAVE_COUNTRY, EventKind.GRADUATE, EventKind.TRANSFER_OUT]
    unconfirmed = Q(kind=EventKind.TRANSFER_OUT) & (Q(confirmed_on=None) | Q(confirmed_on__gt=day))
    # Whoever has finished primary school and gone to no other is still due.
    events = EnrolmentEvent.objects.filter(~Q(kind=EventKind.GRADUATE) | finished()).exclude(unconfirmed)
    gone = last_events(events, in_order, day)
    due = children.exclude(pk__in=gone.order_by().values("student")).order_by()
    here = Enrolment.objects.on(day).exclude(standing=Standing.DROPPED_OUT).order_by()
    return DISABLED_ENTRY_RATE.of(due.filter(pk__in=here.values("student")).count(), due.count())


def _targets(policy: Policy, targets: Mapping) -> YearRow:
    words = {
        f"{stage}.dropout": f"国家不超过{national_line(policy, stage).normalize():f}%{_own(targets.get(stage.value))}"
        for stage in SchoolClass.Stage
    }
    words |= {f"{stage}.completion": f"{policy.completion_target}%以上" for stage in SchoolClass.Stage}
    words |= {"entry": f"{policy.entry_target}%", "disabled": f"{policy.disabled_entry_target}%以上"}
    return YearRow("目标和参考线", {}, words)


def _own(target) -> str:
    """The county's own target 控辍目标 beside the national line; blank where it has none."""
    if target is None:
        return ""
    if target.rate_below is not None:
        return f"，本县低于{target.rate_below.normalize():f}%"
    return f"，本县流失不超过{target.lost_at_most}人" if target.lost_at_most else "，本县0%"


# ---- the table ---------------------------------------------------------------------------------


def _rate(name: str, header: str, group: str) -> Column:
    return Column(name, header, Kind.RATE, 5, lambda row: row.rates.get(name), lambda row: row.shown(name), group=group)


COLUMNS = (
    Column("school_year", "学年", Kind.TEXT, 8, attrgetter("label")),
    _rate(f"{PRIMARY}.dropout", "辍学率", "小学"),
    _rate(f"{PRIMARY}.retention", "学年巩固率", "小学"),
    _rate(f"{PRIMARY}.completion", "完成率", "小学"),
    _rate(f"{JUNIOR}.dropout", "辍学率", "初中"),
    _rate(f"{JUNIOR}.retention", "学年巩固率", "初中"),
    _rate(f"{JUNIOR}.completion", "完成率", "初中"),
    _rate("entry", "入学率", "适龄儿童少年"),
    _rate("disabled", "其中残疾", "适龄儿童少年"),
)


def three_years_table(scope: Scope, months: Sequence[KeptMonth], *, place: str) -> Table:
    """The last three school years that are kept, the running one through its last month."""
    rows = three_years(scope, months)
    last = last_months(months)[-1]
    return Table(
        title="三年对照",
        columns=COLUMNS,
        rows=lambda: rows,
        count=len(rows) - 1,
        unit="个学年",
        as_of=last.day,
        filters=(place,),
        notes=(
            "完成率：当年毕业的一届，小学是六年巩固率，初中是三年巩固率；以后补登的毕业也算在内。",
            "入学率按现有的户籍表计算，没有户籍表的不算。",
            *(metric.note for metric in (DROPOUT_RATE, RETENTION_RATE, SIX_YEAR_RATE, THREE_YEAR_RATE, ENTRY_RATE,
                                         DISABLED_ENTRY_RATE)),
        ),
    )  # fmt: skip
