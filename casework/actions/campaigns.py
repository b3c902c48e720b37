"""Draws the lists of a sweep 排查; who had been absent for long is told by the runs, which are this app's."""

from datetime import date

from django.db import transaction
from django.db.models import Q

from casework.facts import CHUNK, Surroundings, assess_students
from casework.models import AbsenceRun
from students.actions import campaigns
from students.models import Campaign
from students.queries.policy import policy_of


@transaction.atomic
def open_campaign(*, by, season: str, year: int, as_of: date, due_on: date) -> tuple[Campaign, dict[str, int]]:
    """Open a sweep and draw its lists; how many children are on each."""
    campaign = campaigns.open_campaign(by=by, season=season, year=year, as_of=as_of, due_on=due_on)
    return campaign, draw(by=by, campaign=campaign)


@transaction.atomic
def draw(*, by, campaign: Campaign) -> dict[str, int]:
    """Draw the lists anew: who is new is added, who is on them stays; how many are new on each."""
    absent = long_absent(campaign.as_of, days=policy_of(campaign.as_of).suspected_days)
    return campaigns.draw(by=by, campaign=campaign, long_absent=absent)


def long_absent(as_of: date, *, days: int) -> list[int]:
    """Students with a run of at least ``days`` absent days that was open at the end of ``as_of``.

    The runs kept say who may be one; what a run was on that day is computed from the facts again.
    """
    runs = AbsenceRun.objects.filter(Q(ended_on=None) | Q(ended_on__gt=as_of), started_on__lte=as_of, days__gte=days)
    students = list(runs.order_by("student").values_list("student", flat=True).distinct())
    surroundings = Surroundings()
    found = []
    for start in range(0, len(students), CHUNK):
        for student, _, records in assess_students(students[start : start + CHUNK], surroundings, through=as_of):
            # A spell that ended later has an end already, and the run was open all the same.
            if any(run.days >= days and (run.ended_on is None or run.ended_on > as_of) for run in records):
                found.append(student)
    return found
