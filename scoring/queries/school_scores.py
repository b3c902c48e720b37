"""The months of schools (学校月考核): from the scores that are kept, or reckoned from the facts."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, QuerySet, Sum

from scoring.class_scores import ClassScore
from scoring.models import KeptScore
from scoring.models.scores import IS_SCORED
from scoring.presets import schemes_in, school_scheme_in
from scoring.queries.class_scores import class_scores
from scoring.queries.months import ScoreMonth
from scoring.scheme import Scheme
from scoring.school_scheme import SchoolScheme
from scoring.school_scores import MEAN_LINES, SchoolScore, StageCount, Standing, ranks, school_score, together
from students.metrics import tenths
from students.models import School, SchoolClass

SUMS = {
    name: Sum(name) for name in (*MEAN_LINES, "baseline", "dropouts", "waived", "registers_due", "registers_missing")
}  # fmt: skip
Standings = Mapping[tuple[int, date], Standing]


@dataclass(frozen=True)
class Yardstick:
    """What the months of a school year are measured by: the scheme for schools, and each school's for its classes."""

    scheme: SchoolScheme
    class_scheme_of: Callable[[int], Scheme]

    def score(self, school: int, month: ScoreMonth, standings: Standings) -> SchoolScore:
        """How a school did in a month."""
        after, before = (standings.get((school, day), Standing()) for day in (month.day, month.before))
        return school_score(after, before, self.scheme, self.class_scheme_of(school).targets)


def yardstick_of(school_year: int) -> Yardstick:
    """Two queries."""
    return Yardstick(school_scheme_in(school_year), schemes_in(school_year))


def standings_of(rows: QuerySet[KeptScore]) -> dict[tuple[int, date], Standing]:
    """(school, day) → where it stands, from the scores that are kept; one query."""
    parts = defaultdict(list)
    found = (
        rows.filter(IS_SCORED)
        .order_by()
        .values("school_class__school", "school_class__stage", "as_of")
        .annotate(classes=Count("pk"), **{f"{name}_sum": total for name, total in SUMS.items()})
    )
    for row in found:
        stage = StageCount(row["school_class__stage"], row["baseline_sum"], row["dropouts_sum"], row["waived_sum"])
        points = {line: tenths(row[f"{line}_sum"]) for line in MEAN_LINES}
        registers = row["registers_due_sum"], row["registers_missing_sum"]
        part = Standing((stage,), row["classes"], points, *registers)
        parts[row["school_class__school"], row["as_of"]].append(part)
    return {key: together(each) for key, each in parts.items()}


def standings_from_facts(classes: QuerySet[SchoolClass], days: Collection[date]) -> dict[tuple[int, date], Standing]:
    """The same, reckoned from the facts of ``classes``: twelve queries a day and some hundred classes."""
    parts = defaultdict(list)
    for day in days:
        for school_class, made in class_scores(classes, as_of=day):
            if made.facts.is_scored:
                parts[school_class.school_id, day].append(standing_of(made))
    return {key: together(each) for key, each in parts.items()}


def standing_of(made: ClassScore) -> Standing:
    """What one class adds to the standing of its school: nothing where it is not scored, even if something was late."""
    facts, (due, missing) = made.facts, made.facts.registers
    if not facts.is_scored:
        return Standing()
    points = {line: made.lines[line].points for line in MEAN_LINES}
    stage = StageCount(facts.stage, facts.baseline, len(facts.lost), facts.waived_lost)
    return Standing((stage,), 1, points, due, missing)


@dataclass(frozen=True)
class RankedSchool:
    """A school with its month and its place among those it is compared with."""

    school: School
    score: SchoolScore
    rank: int


def ranked_schools(
    schools: Iterable[School], month: ScoreMonth, standings: Standings, by: Yardstick
) -> list[RankedSchool]:
    """The schools that had children, the most points first; equals share a rank and stand in the order of codes.

    A school that is vetoed, or of which most registers are missing, stands behind all that are not.
    """
    scores = [(school, by.score(school.pk, month, standings)) for school in schools]
    scores = [(school, score) for school, score in scores if score.standing.classes]
    scores.sort(key=lambda pair: (pair[1].stands_last, -pair[1].total, pair[0].code))
    places = ranks([(score.stands_last, score.total) for _, score in scores])
    return [RankedSchool(school, score, rank) for (school, score), rank in zip(scores, places, strict=True)]


@dataclass(frozen=True)
class ClassInMonth:
    """A class of a school: its points of the month by line, and its registers."""

    school_class: SchoolClass
    points: dict[str, Decimal]
    due: int
    missing: int
    baseline: int
    lost: int

    @property
    def total(self) -> Decimal:
        """What the lines add up to."""
        return sum(self.points.values(), Decimal(0))


def classes_in_month(rows: QuerySet[KeptScore], month: ScoreMonth) -> Iterator[ClassInMonth]:
    """The classes of a school with children, in the order of their numbers; one query."""
    found = rows.filter(as_of__in=days_of(month)).select_related("school_class").order_by("school_class__number")
    days: dict[int, dict[date, KeptScore]] = defaultdict(dict)
    for row in found:
        days[row.school_class_id][row.as_of] = row
    for kept in days.values():
        after, before = (row if (row := kept.get(day)) and row.is_scored else None for day in (month.day, month.before))
        if after:
            points = {
                line.value: getattr(after, line) - (getattr(before, line) if before else 0) for line in MEAN_LINES
            }
            due, missing = (
                getattr(after, name) - (getattr(before, name) if before else 0)
                for name in ("registers_due", "registers_missing")
            )
            yield ClassInMonth(after.school_class, points, due, missing, after.baseline, after.dropouts)


def days_of(month: ScoreMonth) -> list[date]:
    """The kept days that a month is the difference of."""
    return [day for day in (month.before, month.day) if day]
