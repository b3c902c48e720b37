"""Keeps the figures of all schools, anew every night: corrections of facts reach every day that is kept."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

from django.db import connection, transaction
from django.db.models import QuerySet

from reports.figures import Figures, total
from reports.models import ALL, COLUMN_OF, KeptFigures
from reports.queries.figures import Census
from reports.queries.return_months import return_month
from students.calendar import school_year_of
from students.models import SpecialGroup, Student, Term
from students.queries.months import CountedMonth

DAY = timedelta(days=1)
BATCH = 1000
EARLIER_YEARS = 2  # whose last months stand beside this year's
LAST = 8  # August ends the school year


def kept_months(today: date) -> list[CountedMonth]:
    """The months whose figures are kept, in order: the last ones of the years before, and those of this school year
    through yesterday, as far as there are records; today is not over yet."""
    yesterday = today - DAY
    year = school_year_of(yesterday)
    ends = [(year - back, LAST) for back in reversed(range(EARLIER_YEARS))]
    names = [*ends, *((year, month) for month in range(LAST + 1, 13)), *((year + 1, month) for month in range(1, 9))]
    found = (return_month(*name, today=yesterday) for name in names)
    begun = Term.objects.order_by("start").values_list("start", flat=True).first() or yesterday
    return [month for month in found if month and month.day >= begun]


def keep_figures(*, today: date) -> int:
    """Count and keep the figures of these months; all others are thrown away, since nobody counts them any more.
    Returns how many rows are kept."""
    months = kept_months(today)
    kept = sum(_keep(month) for month in months)
    KeptFigures.objects.exclude(as_of__in=[month.day for month in months]).delete()
    return kept


def _keep(month: CountedMonth) -> int:
    """The counting takes seconds, the writing is one moment: until then the figures of the night before are shown."""
    rows = [row for part, students in _parts(month.day) for row in _rows(month, part, students)]
    with transaction.atomic():
        KeptFigures.objects.filter(month=month.month.code).delete()
        return len(KeptFigures.objects.bulk_create(rows, batch_size=BATCH))


@contextmanager
def _one_moment() -> Iterator[None]:
    """What is read within is of one moment, whatever others write meanwhile: else 期初＋增加－减少 is not 期末."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def _parts(day: date) -> Iterator[tuple[str, QuerySet[Student] | None]]:
    """Everybody, each sex, and each special group that anybody belongs to at the end of the day."""
    yield ALL, None
    for sex in Student.Sex:
        yield sex.value, Student.objects.filter(sex=sex)
    belonging = SpecialGroup.objects.on(day).order_by()
    for kind in sorted(set(belonging.values_list("kind", flat=True))):
        yield kind, Student.objects.filter(pk__in=belonging.filter(kind=kind).values("student"))


def _rows(month: CountedMonth, part: str, students: QuerySet[Student] | None) -> Iterator[KeptFigures]:
    census = Census(month.month.first, month.day, students)
    found: dict[tuple[int, str, int], list[Figures]] = defaultdict(list)
    with _one_moment():
        counts = census.counts()
    for pk, figures in counts.items():
        school, grade = census.rows[pk]
        found[school, census.classes[pk].stage, grade].append(figures)
    days = {"month": month.month.code, "first": month.month.first, "as_of": month.day}
    for (school, stage, grade), figures in found.items():
        columns = {COLUMN_OF[code]: number for code, number in total(figures).counts.items()}
        yield KeptFigures(school_id=school, stage=stage, grade=grade, part=part, **days, **columns)
