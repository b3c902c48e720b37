"""A version of the scheme for schools as the bureau proposes it: the standard with some numbers changed."""

from datetime import date

import yaml

from scoring.actions import month_scheme_proposals as actions
from scoring.models import SchoolSchemeProposal
from scoring.presets import SCHOOL_PRESETS
from scoring.queries.month_scheme_rehearsals import months_to_try
from students.models import Person
from tests.scene import MONDAY
from tests.scoring.versions import NEXT

SCHOOL_STANDARD = yaml.safe_load((SCHOOL_PRESETS / "school_standard.yaml").read_text(encoding="utf-8"))


def content(title: str = "新月考核办法", *, bands=None, **numbers) -> dict:
    """``content(base=95, bands={"good": 85})``."""
    made = {name: value for name, value in SCHOOL_STANDARD.items() if name not in ("code", "source")}
    return made | {"title": title, "bands": made["bands"] | (bands or {})} | numbers


def proposed(
    by: Person, *, school_year: int = NEXT, today: date = MONDAY, seen: str | None = None, made=None, **numbers
) -> SchoolSchemeProposal:
    """What ``by`` proposes; it has been tried."""
    return actions.propose(
        by=by,
        content=made or content(**numbers),
        school_year=school_year,
        reason="县教发〔2026〕13号",
        as_of=months_to_try(today)[0].day,
        seen=seen or actions.standing(),
        today=today,
    )


def adopted(made: SchoolSchemeProposal, by: Person, *, today: date = MONDAY):
    return actions.adopt(by=by, proposal=made, seen=made.mark, today=today)
