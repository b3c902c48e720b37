"""A version of the scheme as somebody proposes it: the standard with some numbers changed."""

from copy import deepcopy
from datetime import date

from scoring.actions import scheme_proposals as actions
from scoring.models import SchemeProposal
from scoring.queries.scheme_rehearsals import days_to_try
from students.models import Person, School
from tests.scene import MONDAY
from tests.scoring.standard import STANDARD

NEXT = 2027  # the school year after that of the scenes


def content(title: str = "新办法", *, bounds=None, wholes=None, **points) -> dict:
    """The standard scheme with points changed: ``content(late_report={"open": -2})``."""
    made = deepcopy({name: value for name, value in STANDARD.items() if name not in ("code", "source")})
    for row in made["lines"]:
        row["points"] |= points.get(row["measure"], {})
    return made | {"title": title} | (wholes or {}) | ({"bounds": bounds} if bounds is not None else {})


def proposed(
    by: Person,
    school: School | None,
    *,
    school_year: int = NEXT,
    today: date = MONDAY,
    made: dict | None = None,
    seen: str | None = None,
    then=lambda pk: None,
    **points,
) -> SchemeProposal:
    """What ``by`` proposes for a school or the county; a school's has been tried."""
    bounds = {} if school else None
    return actions.propose(
        by=by,
        school=school,
        content=made or content(bounds=bounds, **points),
        school_year=school_year,
        reason="县教发〔2026〕12号",
        as_of=days_to_try(today)[0],
        seen=seen or actions.standing(school),
        today=today,
        then=then,
    )


def tried(by: Person, **more) -> SchemeProposal:
    """A version of the county's whose job is done."""
    made = proposed(by, None, **more)
    actions.rehearse(proposal=made)
    made.refresh_from_db()
    return made


def adopted(made: SchemeProposal, by: Person, *, today: date = MONDAY):
    return actions.adopt(by=by, proposal=made, seen=made.mark, today=today)
