"""A proposal and its way through the school, for tests of children given attention."""

from datetime import date

from casework.actions import watches
from casework.causes import Reason
from casework.models import Watch
from casework.watching import WatchEnd, WatchKind
from tests import cast
from tests.scene import MONDAY

TERM_END = date(2027, 1, 22)


def by(person, *, today=MONDAY) -> dict:
    """Who does something, and when."""
    return {"by": person, "scope": cast.scope(person), "today": today}


def proposed(person, child, kind="wavering", *, grounds="两次说要去广东打工", today=MONDAY, **fields) -> Watch:
    """A child proposed by ``person``; a 动摇生 because it wants to work."""
    reason = fields.get("reason", Reason.WORK if kind == "wavering" else None)
    return watches.propose(
        student=child, kind=WatchKind(kind), reason=reason, grounds=grounds, **by(person, today=today)
    )


def confirmed(person, watch, responsible, *, review_on=TERM_END, today=MONDAY, version=None) -> Watch:
    version = watch.version if version is None else version
    return watches.confirm(
        watch=watch, responsible=responsible, review_on=review_on, version=version, **by(person, today=today)
    )


def ended(person, watch, reason=WatchEnd.IMPROVED, *, note="家长说不去了，成绩也上来了", today=MONDAY) -> Watch:
    return watches.end(watch=watch, reason=reason, note=note, version=watch.version, **by(person, today=today))
