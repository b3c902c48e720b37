"""试算: what a month of the schools would be under another scheme for schools, from the scores that are kept."""

from datetime import date
from hashlib import sha256

from scoring.models import KeptScore, SchoolSchemeProposal
from scoring.month_changes import MonthChange, MonthChanges
from scoring.presets import schemes_in
from scoring.queries.months import ScoreMonth, months_begun, months_kept
from scoring.queries.school_scores import Yardstick, days_of, standings_of
from scoring.school_scheme import read_school_scheme
from students.calendar import school_year_of
from students.models import School

MONTHS_OFFERED = 10


def months_to_try(today: date) -> list[ScoreMonth]:
    """The months whose scores are kept, the latest first; before the first night the month that has begun."""
    days = KeptScore.objects.filter(as_of__lt=today).order_by("as_of").values_list("as_of", flat=True).distinct()
    by_year: dict[int, list[date]] = {}
    for day in days:
        by_year.setdefault(school_year_of(day), []).append(day)
    found = [month for year in sorted(by_year) for month in months_kept(by_year[year])]
    return found[::-1][:MONTHS_OFFERED] or months_begun(today)[-1:]


def month_through(day: date) -> ScoreMonth:
    """The month that is reckoned through ``day``."""
    return months_kept([day])[0]


def rehearse(proposal: SchoolSchemeProposal) -> tuple[dict, str]:
    """What would follow in the proposal's month, and its mark, which is the same where the same follows.

    The classes' points are as they are kept, the targets those of the month's school year: the scheme for schools
    alone is another.
    """
    month, changes = month_through(proposal.as_of), MonthChanges()
    class_scheme_of = schemes_in(month.month.school_year)
    before, after = (
        Yardstick(read_school_scheme(each.content, key=each.pk), class_scheme_of)
        for each in (proposal.follows, proposal.scheme)
    )
    standings = standings_of(KeptScore.objects.filter(as_of__in=days_of(month)))
    for school in School.objects.order_by("code").values_list("pk", flat=True):
        scores = (by.score(school, month, standings) for by in (before, after))
        changes.note(MonthChange(school, *scores))
    return changes.as_json(), sha256(f"{changes.mark} {proposal.as_of}".encode()).hexdigest()
