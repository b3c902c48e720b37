"""What the tests of draws begin with: a school with several classes, somebody of every office, a draw."""

from uuid import uuid4

from inspections.actions.draws import Place, make_draw
from inspections.models import CountReason, Draw
from students.actions import counts
from students.models import HeadCount, HeadCountMissing, Person, SchoolClass
from students.queries.registers import expected_on
from tests import cast
from tests.scene import MONDAY


def draw_of(by: Person, place: Place, size: int = 1, *, today=MONDAY, submission=None) -> Draw:
    """Somebody draws."""
    sent = {"submission": submission or uuid4(), "today": today}
    return make_draw(by=by, scope=cast.scope(by), place=place, size=size, **sent)


def reason_of(school_class: SchoolClass, kind: str = "batch", words: str = "9月4日20:00补交了6次点名。") -> CountReason:
    return CountReason.objects.create(
        school_class=school_class, kind=kind, words=words, facts=[["2026-09-04", "AM"]], as_of=MONDAY
    )


def count_of(
    by: Person, school_class: SchoolClass, *missing, today=MONDAY, reason="unknown", note="", seen=None
) -> HeadCount:
    """Somebody counts a class and does not find ``missing``. ``seen``: when the count that they correct was saved."""
    on_roll = expected_on([school_class.pk], today).get(school_class.pk, 0)
    found = {"present": on_roll - len(missing), "on_roll": on_roll}
    reasons = {child.pk: HeadCountMissing.Reason(reason) for child in missing}
    who = {"by": by, "scope": cast.scope(by), "today": today}
    return counts.record_head_count(school_class=school_class, missing=reasons, note=note, seen=seen, **who, **found)
