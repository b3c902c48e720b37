"""Reads the figures that are kept overnight, added up by whatever is asked for (``reports.actions.figures``)."""

from collections.abc import Collection, Hashable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet, Sum

from reports.figures import Figures
from reports.models import ALL, COLUMN_OF, KeptFigures
from students.access import Scope
from students.calendar import school_year_of
from students.models import School
from students.months import cut_off_of
from students.policy import Policy
from students.templatetags.chinese import cdate_short

DAY = timedelta(days=1)
SUMS = {f"sum_{code}": Sum(column) for code, column in COLUMN_OF.items()}


@dataclass(frozen=True, order=True)
class KeptMonth:
    """A month whose figures are kept: the days that it counts, both included."""

    day: date
    first: date
    code: str

    @property
    def number(self) -> str:
        """10月."""
        return f"{int(self.code[5:])}月"

    @property
    def label(self) -> str:
        """2026年10月."""
        return f"{self.code[:4]}年{self.number}"

    @property
    def days(self) -> str:
        """9月26日至10月13日; of one day that day."""
        last = cdate_short(self.day)
        return last if self.first == self.day else f"{cdate_short(self.first)}至{last}"

    def goes_on(self, policy: Policy) -> bool:
        """Whether its cut-off is still to come; ``policy``: as in force in it."""
        year, month = map(int, self.code.split("-"))
        return self.day < cut_off_of(year, month, cut_off_day=lambda day: policy.cut_off_day)

    @property
    def query(self) -> dict[str, str]:
        """How addresses ask for what was counted last night."""
        return {"month": self.code, "night": "1"}

    @property
    def school_year(self) -> int:
        return school_year_of(self.day)


def months_kept() -> list[KeptMonth]:
    """Every month whose figures are kept, in order; one query."""
    rows = KeptFigures.objects.filter(part=ALL).order_by().values_list("as_of", "first", "month").distinct()
    return sorted(KeptMonth(*row) for row in rows)


def month_kept(code: str, *, today: date) -> KeptMonth | None:
    """A month as it was counted last night; None where it is not kept, or where last night nothing was counted; one
    query."""
    months = months_kept()
    fresh = bool(months) and months[-1].day >= today - DAY
    return next((month for month in months if month.code == code), None) if fresh else None


def kept(scope: Scope, *, parts: Collection[str] = (ALL,)) -> QuerySet[KeptFigures]:
    """The figures of the schools that a scope holds whole, of everybody or of the children of some parts."""
    return KeptFigures.objects.visible_to(scope.of_whole_schools).filter(part__in=parts)


def number_kept(
    month: KeptMonth, code: str, schools: Iterable[School], *, part: str, grade: int | None, stage: str
) -> int:
    """A count of some schools, or of a grade or stage in them, as it was kept; one query."""
    rows = KeptFigures.objects.filter(as_of=month.day, part=part, school__in=[school.pk for school in schools])
    rows = rows if grade is None else rows.filter(grade=grade)
    rows = rows.filter(stage=stage) if stage else rows
    return rows.aggregate(found=Sum(COLUMN_OF[code], default=0))["found"]


def sums(rows: QuerySet[KeptFigures], *by: str) -> dict[Hashable, Figures]:
    """The figures of ``rows`` added up: the values of the columns ``by`` (one alone is no tuple) → figures; one
    query."""
    found = {}
    for *key, counts in _groups(rows, by):
        found[key[0] if len(by) == 1 else tuple(key)] = counts
    return found


def _groups(rows: QuerySet[KeptFigures], by: tuple[str, ...]):
    for row in rows.order_by().values(*by).annotate(**SUMS):
        yield *(row[name] for name in by), Figures({code: row[f"sum_{code}"] for code in COLUMN_OF})
