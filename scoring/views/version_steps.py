"""What the pages of versions by form have in common, whichever kind of scheme: years to choose, refusals, steps."""

from django.contrib import messages
from django.db.models import QuerySet
from django.shortcuts import redirect

from scoring.actions.version_steps import SchemeRefused, SchemesChanged
from scoring.school_years import open_years
from students.queries.policy import cut_off_days


def years_to_choose(request, adoptions: QuerySet) -> dict:
    """The school years that can be chosen, those that have a version already, and the one asked for: what was posted,
    else the first that is free."""
    years = open_years(request.today, cut_off_days())
    taken = set(adoptions.filter(school_year__in=years).values_list("school_year", flat=True))
    posted = request.POST.get("school_year", "")
    free = next((year for year in years if year not in taken), years[-1])
    return {"years": years, "taken": taken, "asked": int(posted) if posted in map(str, years) else free}


def opened_with(years: dict, base, instead, seen: str) -> dict:
    """What a form of a version is opened with; ``instead``: the proposal that it takes the place of."""
    initial = {"seen": seen, "school_year": years["asked"]}
    if base:
        initial["title"] = base.title
    if instead:
        initial |= {"school_year": instead.school_year, "reason": instead.reason}
    return {"years": years["years"], "taken": years["taken"], "initial": initial}


def instead_of(request, waiting: QuerySet):
    """The proposal that the new version takes the place of, where it still waits."""
    asked = request.GET.get("instead", "")
    pk = int(asked) if asked.isdecimal() and len(asked) < 10 else 0
    return waiting.filter(pk=pk).first()


def say(form, refused: SchemeRefused, request, standing: str) -> None:
    """Tell every reason at its field; what has changed meanwhile is told once, and the next press goes by it."""
    for reason in refused.reasons:
        form.say(reason)
    if isinstance(refused, SchemesChanged):
        form.data = request.POST.copy()
        form.data["seen"] = standing


def done(request, proposal, act, told: str, page: str):
    """Take a step, tell what came of it, and back to the page of the proposal."""
    try:
        act(proposal)
        messages.success(request, told)
    except SchemeRefused as refused:
        messages.error(request, f"{refused}。")
    return redirect(page, proposal.pk)
