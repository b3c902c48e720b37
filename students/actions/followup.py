"""What follows from a changed fact, in the same transaction.

Registers, leave and enrolment are this app's; obligations are ``casework``'s, which may import this app and not the
other way round. So ``casework`` says once, at start-up, that it follows the facts, and every action that changes one
ends by calling ``facts_changed``.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

_followers: list[Callable] = []
NOBODY_ELSE: Mapping[int, str] = MappingProxyType({})


@dataclass(frozen=True)
class Followed:
    """What a changed fact has brought about: the duties now owed and those withdrawn, each by the name of its kind."""

    owed: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()

    def __add__(self, other: "Followed") -> "Followed":
        return Followed(self.owed + other.owed, self.withdrawn + other.withdrawn)

    @property
    def words(self) -> str:
        """撤销了2件待办（联系家长2）；新增1件待办（长假核实）。: a sentence, blank where nothing followed."""
        parts = [(f"撤销了{len(self.withdrawn)}件待办", self.withdrawn), (f"新增{len(self.owed)}件待办", self.owed)]
        said = [f"{text}（{_names(names)}）" for text, names in parts if names]
        return f"{'；'.join(said)}。" if said else ""


NOTHING = Followed()


def _names(names: Collection[str]) -> str:
    """联系家长2、缺课报告: every name once, in the order it came, with its number where it is more than one."""
    return "、".join(f"{name}{number if number > 1 else ''}" for name, number in Counter(names).items())


def follow(follower: Callable) -> None:
    """Let ``follower(students=…, registers=…, today=…, reason=…, said=…, stamp=…)`` run whenever facts have changed;
    it says what ``Followed``."""
    if follower not in _followers:
        _followers.append(follower)


def facts_changed(
    *,
    students: Collection[int],
    today: date,
    reason: str,
    said: Mapping[int, str] = NOBODY_ELSE,
    registers: Collection[tuple[int, date]] = (),
    stamp: int | None = None,
) -> Followed:
    """Recompute what follows, for ``students`` (ids) whose own facts have changed.

    ``registers`` are (class, day) whose register has been taken or lost: for a child without a mark that turns an
    unknown day into a present one or back. ``reason`` is kept with whatever is withdrawn, for a child in ``said`` the
    words there (100 characters at most); ``stamp`` is the reference stamp, where the action has just read it.
    """
    changed = {"students": students, "registers": registers, "today": today, "reason": reason, "said": said}
    return sum((follower(**changed, stamp=stamp) for follower in _followers), NOTHING)
