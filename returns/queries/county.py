"""全县汇总: assembled of what schools have filed and the bureau has accepted; who is missing is named, not guessed."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self

from reports.figures import INS, OUTS, Figures, total
from reports.queries.figures import Census
from reports.queries.monthly_return import TITLES
from reports.tables import Table
from returns.models import Edition, Snapshot
from returns.queries.grid import Standing, grid_rows, schools_that_file
from returns.queries.periods import FilingPeriod
from returns.snapshots import contradictions, filed_figures, joined, summed
from students.access import Scope
from students.metrics import Rate
from students.models import School
from students.queries.months import CountedPeriod
from students.queries.places import county_name


@dataclass(frozen=True)
class CountyLine:
    """A school whose return has been filed: the edition, its sums, and the table that was kept of it."""

    school: School
    edition: Edition
    values: Mapping
    table: Mapping

    @classmethod
    def of(cls, school: School, edition: Edition, tables: Mapping[int, Mapping]) -> Self:
        """``tables``: snapshot → its table."""
        table = tables[edition.snapshot_id]
        return cls(school, edition, table["total"]["values"], table)

    @property
    def came(self) -> int:
        return sum(self.values.get(code, 0) for code in INS)

    @property
    def went(self) -> int:
        return sum(self.values.get(code, 0) for code in OUTS)

    @property
    def retention(self) -> str:
        return rate_text(self.values, "retention_rate")

    @property
    def dropout(self) -> str:
        return rate_text(self.values, "dropout_rate")


@dataclass(frozen=True)
class MissingSchool:
    """A school that is not in the sum, and how far its return is."""

    school: School
    standing: Standing


@dataclass(frozen=True)
class CountyReturn:
    """What the schools of a scope have filed of a period, as far as the bureau has accepted it."""

    period: FilingPeriod
    lines: Sequence[CountyLine]
    missing: Sequence[MissingSchool]
    scope_label: str

    @property
    def total(self) -> CountyLine | None:
        return CountyLine(None, None, summed([line.values for line in self.lines]), {}) if self.lines else None

    @property
    def number_of_schools(self) -> int:
        return len(self.lines) + len(self.missing)

    @property
    def head(self) -> str:
        return f"{self.period.label}，{self.scope_label}"

    @property
    def count_words(self) -> str:
        return f"共{len(self.lines)}所"

    @property
    def accepted_note(self) -> str:
        missing = f"，缺{len(self.missing)}所" if self.missing else ""
        return f"共{self.number_of_schools}所学校{missing}"

    @property
    def missing_words(self) -> str:
        """东坪小学（待报）、西岭小学（退回）."""
        return "、".join(f"{each.school}（{each.standing.label}）" for each in self.missing)

    @property
    def table(self) -> Table | None:
        """As it is printed; None where nothing has been accepted."""
        if not self.lines:
            return None
        filters = [self.period.label, self.scope_label, f"{len(self.lines)}所学校已接收"]
        notes = [
            f"数字由各校已接收的{self.period.kind.label}相加，共{self.number_of_schools}所学校，已接收{len(self.lines)}所。"
        ]
        if self.missing:
            filters.append(f"缺{len(self.missing)}所")
            notes.append(f"没有计入的学校：{self.missing_words}。")
        amended = [f"{line.school}（{line.edition.label}）" for line in self.lines if line.edition.number]
        if amended:
            notes.append(f"按更正计入的学校：{'、'.join(amended)}。")
        kept = [line.table for line in self.lines]
        return joined(kept, title=f"{TITLES[self.period.kind]}（汇总）", filters=filters, notes=notes)


def county_return(scope: Scope, period: FilingPeriod, *, today: date) -> CountyReturn:
    """Five queries whatever the number of schools, six of a county."""
    schools = list(schools_that_file(scope).order_by("code"))
    rows = grid_rows(schools, [period], today=today)
    accepted = {row.school: edition for row in rows if (edition := row.cells[0].filing.accepted)}
    lines = lines_of(accepted)
    missing = [
        MissingSchool(row.school, standing)
        for row in rows
        if row.school not in accepted and (standing := row.cells[0].standing) is not Standing.UNNEEDED
    ]
    townships = {school.township.name for school in schools}
    label = county_name() if scope.county else "、".join(sorted(townships))
    return CountyReturn(period, lines, missing, label)


def lines_of(editions: Mapping[School, Edition]) -> list[CountyLine]:
    """Schools with the editions that count of them; one query."""
    kept = Snapshot.objects.filter(pk__in=[edition.snapshot_id for edition in editions.values()])
    tables = dict(kept.values_list("pk", "content__table"))
    return [CountyLine.of(school, edition, tables) for school, edition in editions.items()]


@dataclass(frozen=True)
class SchoolDifference:
    """A school of the sum, and the counts that the facts say differently now: label, as it was filed, now."""

    line: CountyLine
    counts: Sequence[tuple[str, int, int]]

    @property
    def words(self) -> str:
        """期初在校3→4人，辍学0→1人."""
        return "，".join(f"{label}{filed}→{live}人" for label, filed, live in self.counts)


def live_differences(found: CountyReturn, *, today: date) -> list[SchoolDifference]:
    """Where the facts now say something else than what a school filed, because they were corrected since.

    Only schools that are in the sum are compared, each over the days of its own return; two queries and a census.
    """
    return differences_of(found.period, found.lines, today=today)


def differences_of(period: FilingPeriod, lines: Sequence[CountyLine], *, today: date) -> list[SchoolDifference]:
    """Those of ``lines`` that the facts contradict; a query and a census for each span of days."""
    spans: dict[CountedPeriod, list[CountyLine]] = defaultdict(list)
    for line in lines:
        spans[period.as_begun(line.edition.school_return).counted(today)].append(line)
    return [each for span, those in spans.items() for each in _differences(span, those)]


def _differences(span: CountedPeriod, lines: Sequence[CountyLine]) -> Iterator[SchoolDifference]:
    census = Census(span.period.first, span.day)
    parts: dict[int, dict[int, list[Figures]]] = defaultdict(lambda: defaultdict(list))
    for school_class, figures in census.counts().items():
        school, grade = census.rows[school_class]
        parts[school][grade].append(figures)
    for line in lines:
        live = {grade: total(found) for grade, found in parts[line.school.pk].items()}
        if counts := contradictions(filed_figures(line.table), live):
            yield SchoolDifference(line, counts)


def rate_text(values: Mapping, code: str) -> str:
    """As it is printed, made of the two sums."""
    found = values.get(code)
    return Rate(found["numerator"], found["denominator"]).text if found else ""
