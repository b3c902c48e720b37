"""排查: the sweep of the season, begun three weeks ago and half done."""

from datetime import timedelta
from random import Random
from uuid import UUID

from django.db.models import Q

from casework.actions.campaigns import open_campaign
from casework.demo.acts import at
from casework.demo.plan import CountyPlan
from casework.demo.proofs import SHEETS, paper
from casework.demo.staff import USERNAMES
from students.actions import campaigns
from students.calendar import DAY
from students.models import Campaign, Finding, FindingProof, FindingStep, Person, Role

BEGAN, LASTS = 21, 35  # days ago; days
FIRST_SPRING_MONTH, FIRST_AUTUMN_MONTH = 2, 8
State, Which = Finding.State, Finding.List
FOUND = {
    Which.NOT_ENROLLED: (
        (State.VISITED, "家中无人，邻居说随父母外出", False),
        (State.ELSEWHERE, "随父母在外省就读，学校开具了在读证明", True),
        (State.SPECIAL_SCHOOL, "在市特殊教育学校住校", True),
        (State.NOT_FOUND, "所说的学校查无此生，村委会在核实", False),
    ),
    Which.NOT_ATTENDING: (
        (State.SUSPENDED, "因病休学，有批准文书", True),
        (State.VISITED, "已见到孩子和祖父，答应返校", False),
    ),
    Which.POVERTY: ((State.VISITED, "孩子在外务工，已请务工地协助劝返", False),),
}


def sweep(plan: CountyPlan, rng: Random) -> None:
    """Open the sweep, hand the children of the first township to its officer, and record what has been found."""
    today = plan.span.today
    people = Person.objects.in_bulk(list(USERNAMES.values()), field_name="username")
    bureau, officer = people[USERNAMES[Role.BUREAU_OFFICER]], people[USERNAMES[Role.TOWNSHIP_OFFICER]]
    as_of = today - BEGAN * DAY
    is_spring = FIRST_SPRING_MONTH <= as_of.month < FIRST_AUTUMN_MONTH
    campaign, _ = open_campaign(
        by=bureau,
        season=Campaign.Season.SPRING if is_spring else Campaign.Season.AUTUMN,
        year=as_of.year,
        as_of=as_of,
        due_on=as_of + timedelta(days=LASTS),
    )
    Campaign.objects.filter(pk=campaign.pk).update(opened_at=at(as_of, 9))
    # Whoever is in the registry after all, or perhaps is, is left to the page that compares the two lists.
    at_home = campaign.findings.filter(township=plan.shown_school.township)
    visited = at_home.exclude(
        Q(list=Which.NOT_ENROLLED) & (Q(student__isnull=False) | ~Q(resident__proposed_match=None))
    )
    campaigns.assign(by=bureau, campaign=campaign, findings=at_home.order_by(), follower=officer)
    for which, steps in FOUND.items():
        for number, (finding, step) in enumerate(zip(visited.filter(list=which).order_by("pk"), steps, strict=False)):
            day, submission = as_of + (4 + 2 * number) * DAY, UUID(int=rng.getrandbits(128))
            _record(finding, *step, by=officer, day=day, submission=submission, today=today)


def _record(finding: Finding, state: str, note: str, is_proven: bool, *, by: Person, day, submission, today) -> None:
    step = campaigns.record_step(
        by=by,
        finding=finding,
        state=state,
        happened_on=day,
        note=note,
        proof=dict(paper(len(note) % SHEETS)) if is_proven else None,
        submission=submission,
        seen=0,
        today=today,
    )
    FindingStep.objects.filter(pk=step.pk).update(recorded_at=at(day, 16))
    FindingProof.objects.filter(step=step).update(uploaded_at=at(day, 16))
