"""试算: what the scores of a day would be under another scheme. The facts stay as they are; nothing is written."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from hashlib import sha256

from scoring.class_scores import score
from scoring.models import KeptScore, SchemeProposal
from scoring.presets import InForce, schemes_in
from scoring.queries.class_facts import class_facts
from scoring.score_changes import Changes, ScoreChange
from students.memory import rare_collections
from students.models import SchoolClass

Watch = Callable[[str, int, int], None]
SAID_EVERY = 50  # classes between two words of how far it has come
DAYS_OFFERED = 12


def days_to_try(today: date) -> list[date]:
    """The days whose scores a scheme can be tried on: those that are kept, the latest first; else yesterday."""
    kept = KeptScore.objects.filter(as_of__lt=today).order_by("-as_of").values_list("as_of", flat=True).distinct()
    return list(kept[:DAYS_OFFERED]) or [today - timedelta(days=1)]


@rare_collections()
def rehearse(proposal: SchemeProposal, *, watch: Watch | None = None) -> tuple[dict, str]:
    """What would follow on the proposal's day, and its mark, which is the same where the same follows."""
    before = schemes_in(proposal.school_year)
    after = schemes_in(proposal.school_year, instead={proposal.school_id: proposal.scheme})
    classes, changes = _classes(proposal, before, after), Changes()
    total = classes.count() if watch else 0
    for done, change in enumerate(_compared(classes, proposal.as_of, before, after)):
        if watch and done % SAID_EVERY == 0:
            watch("试算", done, total)
        changes.note(change)
    fallen = {str(school): after.outside[school] for school in sorted(after.outside.keys() - before.outside.keys())}
    risen = sorted(before.outside.keys() - after.outside.keys()) if proposal.school_id is None else []
    found = changes.as_json() | {"apart": len(after.own), "fallen": fallen, "risen": risen}
    return found, sha256(f"{changes.mark} {fallen} {risen} {proposal.as_of}".encode()).hexdigest()


def _classes(proposal: SchemeProposal, before: InForce, after: InForce):
    """The classes whose scheme would be another: a school that keeps its own is not touched by the county's."""
    rows = SchoolClass.objects.order_by("school__code", "number", "pk")
    if proposal.school_id:
        return rows.filter(school=proposal.school_id)
    return rows.exclude(school__in=[school for school in after.own if school in before.own])


def _compared(classes, as_of: date, before: InForce, after: InForce) -> Iterator[ScoreChange]:
    """Each class under both; the facts are read once, unless a return takes another number of days to be verified."""
    if _days(before) == _days(after):
        facts = ((row, facts, facts) for row, facts in _facts(classes, as_of, before))
    else:
        pairs = zip(_facts(classes, as_of, before), _facts(classes, as_of, after), strict=True)
        facts = ((row, old, new) for (row, old), (_, new) in pairs)
    for row, old, new in facts:
        yield ScoreChange(score(old, before(row.school_id)), score(new, after(row.school_id)))


def _days(schemes: InForce) -> set[int]:
    return {schemes.county.return_days, *(each.return_days for each in schemes.own.values())}


def _facts(classes, as_of: date, schemes: InForce):
    return class_facts(classes, as_of=as_of, days_wanted=lambda school: schemes(school).return_days)
