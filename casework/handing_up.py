"""逾期上交 (handing up): to which posts what is left undone in a case goes as well, and from which day. Pure.

Source: domain.md §4, §5; the chain is that of ``casework.steps``.
"""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from casework.steps import next_in_chain, responsible_for

DAY = timedelta(days=1)


class HandedUp(NamedTuple):
    """A post that has a matter as well, from the morning of ``on``."""

    role: str
    on: date


def handed_up(
    role: str, *, due_on: date, later: Sequence[date], pace: int, held: Collection[str], day: date
) -> list[HandedUp]:
    """The posts that have, on ``day``, what is ``role``'s, was due on ``due_on`` and is undone; the nearest first.

    The next post has it from the day after ``due_on``, and one more after each ``pace`` school days that have ended
    since. ``later``: the school days after ``due_on``, in order, at least up to ``day``; ``held``: the posts around the
    child that somebody holds. The bureau is the last.
    """
    found: list[HandedUp] = []
    post, on = responsible_for(role, held), due_on + DAY
    while on <= day and (post := next_in_chain(post, held)):
        found.append(HandedUp(post, on))
        ended = len(found) * pace
        if ended > len(later):
            break
        on = later[ended - 1] + DAY
    return found
