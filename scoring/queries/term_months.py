"""The months of a school's term, out of what is signed and frozen of its classes: each as the page of the month says it
at that moment, the last through the day of the list."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from scoring.class_scores import ClassFacts, ClassScore, score
from scoring.frozen import earlier_of, facts_of
from scoring.models import StoredScheme
from scoring.queries.freezes import ClassRow
from scoring.queries.months import ScoreMonth
from scoring.queries.school_scores import standing_of
from scoring.scheme import Scheme
from scoring.scheme_reading import read_scheme
from scoring.school_scheme import SchoolScheme
from scoring.school_scores import SchoolScore, Standing, school_score, together


@dataclass(frozen=True)
class Scored:
    """A class of a list with its facts, and what they come to under the scheme that was kept with them."""

    row: ClassRow
    facts: ClassFacts
    scheme: Scheme

    @cached_property
    def score(self) -> ClassScore:
        return score(self.facts, self.scheme)

    @cached_property
    def earlier(self) -> dict[date, ClassFacts]:
        """Its facts at the seams of the months."""
        return earlier_of(self.row.record, self.facts)

    def on(self, day: date) -> ClassScore:
        """Its score on a seam, as it was kept."""
        return score(self.earlier[day], self.scheme)


def scored(rows: Iterable[ClassRow]) -> list[Scored]:
    """The classes of a list; one query."""
    rows = list(rows)
    stored = StoredScheme.objects.in_bulk({row.scheme for row in rows})
    schemes = {key: read_scheme(row.content, key=key) for key, row in stored.items()}
    return [Scored(row, facts_of(row.record), schemes[row.scheme]) for row in rows]


def keeps(classes: Iterable[Scored], day: date) -> bool:
    """Whether every class says what it was on a seam; what was frozen before months were kept does not."""
    return all(day in each.earlier for each in classes)


def school_months(
    classes: Sequence[Scored], months: Sequence[ScoreMonth], day: date, scheme: SchoolScheme
) -> list[tuple[ScoreMonth, SchoolScore]]:
    """``months``: those of the term through ``day``, that of the list. None where the list does not know them all."""
    seams = {each for month in months for each in (month.day, month.before)} - {day, None}
    if not classes or not all(keeps(classes, seam) for seam in seams):
        return []
    standings = {seam: together(standing_of(each.on(seam)) for each in classes) for seam in seams}
    standings[day] = standing_at_end(classes)
    targets = classes[0].scheme.targets
    return [
        (month, school_score(standings[month.day], standings.get(month.before, Standing()), scheme, targets))
        for month in months
    ]


def school_days_in(classes: Iterable[Scored], month: ScoreMonth) -> int:
    """How many days of the month, as far as it is the term's, were school days of one of the classes."""
    days = {day for each in classes for day in each.facts.days}
    return sum((month.before or date.min) < day <= month.day for day in days)


def standing_at_end(classes: Iterable[Scored]) -> Standing:
    """Where the school stands on the day of the list."""
    return together(standing_of(each.score) for each in classes)
