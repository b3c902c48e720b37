"""What follows from a changed fact, in the same transaction.

Registers, leave and enrolment are this app's; obligations are ``casework``'s, which may import this app and not the
other way round. So ``casework`` says once, at start-up, that it follows the facts, and every action that changes one
ends by calling ``facts_changed``.
"""

from collections.abc import Callable, Collection
from datetime import date

_followers: list[Callable] = []


def follow(follower: Callable) -> None:
    """Let ``follower(students=…, registers=…, today=…, reason=…, stamp=…)`` run whenever facts have changed."""
    if follower not in _followers:
        _followers.append(follower)


def facts_changed(
    *,
    students: Collection[int],
    today: date,
    reason: str,
    registers: Collection[tuple[int, date]] = (),
    stamp: int | None = None,
) -> None:
    """Recompute what follows, for ``students`` (ids) whose own facts have changed.

    ``registers`` are (class, day) whose register has been taken or lost: for a child without a mark that turns an
    unknown day into a present one or back. ``reason`` is kept with whatever is withdrawn; ``stamp`` is the reference
    stamp, where the action has just read it.
    """
    for follower in _followers:
        follower(students=students, registers=registers, today=today, reason=reason, stamp=stamp)
