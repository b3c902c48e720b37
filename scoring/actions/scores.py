"""Keeps the scores of all classes, anew every night: corrections of facts reach every day that is kept."""

from datetime import date, timedelta

from django.db import transaction

from scoring.class_scores import ClassScore
from scoring.models import KeptScore
from scoring.queries.class_scores import class_scores
from students.calendar import school_year_of, school_year_start
from students.models import SchoolClass, Term
from students.months import cut_offs
from students.queries.policy import cut_off_days

BATCH = 1000


def kept_days(today: date) -> list[date]:
    """The days whose scores are kept: the year's cut-offs and ends of terms that are over, and yesterday; today is not
    over yet."""
    yesterday = today - timedelta(days=1)
    months = cut_offs(yesterday, cut_off_day=cut_off_days())
    ends = Term.objects.filter(end__range=(school_year_start(school_year_of(yesterday)), yesterday))
    return sorted({*months, *ends.values_list("end", flat=True), yesterday})


def keep_scores(*, today: date) -> int:
    """Reckon and keep the scores of this school year's days; those of earlier years stay. Returns how many."""
    days = kept_days(today)
    start = school_year_start(school_year_of(days[-1]))
    KeptScore.objects.filter(as_of__gte=start).exclude(as_of__in=days).delete()
    return sum(_keep(day) for day in days)


@transaction.atomic
def _keep(day: date) -> int:
    KeptScore.objects.filter(as_of=day).delete()
    rows = [_row(school_class, made, day) for school_class, made in class_scores(SchoolClass.objects.all(), as_of=day)]
    return len(KeptScore.objects.bulk_create(rows, batch_size=BATCH))


def _row(school_class: SchoolClass, made: ClassScore, day: date) -> KeptScore:
    due, missing = made.facts.registers
    return KeptScore(
        school_class=school_class,
        as_of=day,
        scheme_id=made.scheme.key,
        baseline=made.facts.baseline,
        dropouts=len(made.facts.lost),
        waived=made.facts.waived_lost,
        target_met=made.target_met,
        is_rated=made.is_rated,
        veto=made.veto,
        total=made.total,
        registers_due=due,
        registers_missing=missing,
        **{measure: line.points for measure, line in made.lines.items()},
    )
