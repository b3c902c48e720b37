"""A version of the rules as somebody proposes it: a preset with some rungs changed."""

from copy import deepcopy
from datetime import date, timedelta

from casework.actions import rule_proposals as actions
from casework.models import RuleProposal
from casework.queries.dry_runs import periods
from students.models import Person, School
from tests import cast
from tests.casework.small_world import PRESETS
from tests.scene import MONDAY

TUESDAY = MONDAY + timedelta(days=1)


def rungs(code: str = "standard", *, drop=(), add=(), **changed) -> list[dict]:
    """The rungs of a preset, changed by tier: ``rungs(absence_report={"threshold": 2})``."""
    rows = [
        row | {name: value for name, value in changed.get(row["tier"], {}).items() if _has(row, name)}
        for row in deepcopy(PRESETS[code])["triggers"]
    ]
    return [row for row in rows if row["tier"] not in drop] + list(add)


def _has(row: dict, name: str) -> bool:
    """What a teacher reports has nothing to count."""
    return not (row["measure"] == "reported_left" and name == "threshold")


def proposed(
    by: Person,
    school: School | None,
    *,
    starts_on: date = TUESDAY,
    today: date = MONDAY,
    triggers=None,
    period: str = "term",
    seen: str | None = None,
    then=lambda pk: None,
    **changed,
) -> RuleProposal:
    """What ``by`` proposes for a school or the county; a school's has been tried."""
    return actions.propose(
        by=by,
        scope=cast.scope(by),
        school=school,
        title="新规则",
        triggers=triggers or rungs(**changed),
        starts_on=starts_on,
        reason="县教发〔2026〕12号",
        period={each.code: each for each in periods(today)}[period],
        seen=seen or actions.standing(school),
        today=today,
        then=then,
    )
