"""Keys named in faulty rows, so that one mistake is told once and not again by everything that points at its row.

A class whose row has a mistake is not in the database; its forty children would each say "no such class". So every
sheet keeps the keys of its faulty rows, and a look-up that fails because of one of them stays silent. Pure.
"""

from collections import defaultdict
from difflib import SequenceMatcher
from typing import NamedTuple

ALIKE = 0.7  # share of characters in common, of a misspelt key and the key that was meant
MANY = 500  # with more unreadable keys than this in a sheet, nothing that fails to resolve can be judged


class Unreadable(NamedTuple):
    """A part of a key that could not be read; ``text`` is what stands in the cell."""

    text: str


Key = tuple  # of texts, ids and dates; a part may be Unreadable


class _SheetFaults:
    def __init__(self):
        self.whole_sheet = False
        self.keys: set[Key] = set()
        self.patterns: list[Key] = []

    def note(self, key: Key) -> None:
        if any(isinstance(part, Unreadable) for part in key):
            self.patterns.append(key)
        else:
            self.keys.add(key)

    def adopt(self, key: Key) -> bool:
        """Let a row whose key is unreadable stand for one missing key that it may have meant."""
        if len(self.patterns) > MANY:
            return True
        for position, pattern in enumerate(self.patterns):
            if _may_mean(pattern, key):
                del self.patterns[position]
                self.keys.add(key)
                return True
        return False


class Faults:
    """The faulty keys of all sheets of a run."""

    def __init__(self):
        self._sheets: dict[str, _SheetFaults] = defaultdict(_SheetFaults)

    def note(self, sheet: str, key: Key) -> None:
        """A row with this key has a mistake and was not taken in."""
        self._sheets[sheet].note(key)

    def note_sheet(self, sheet: str) -> None:
        """The whole sheet could not be read."""
        self._sheets[sheet].whole_sheet = True

    def any_in(self, sheet: str) -> bool:
        faults = self._sheets[sheet]
        return faults.whole_sheet or bool(faults.keys or faults.patterns)

    def names(self, sheet: str, key: Key) -> bool:
        """Whether the row of this key has a mistake of its own."""
        faults = self._sheets[sheet]
        return faults.whole_sheet or key in faults.keys

    def explain(self, sheet: str, key: Key) -> bool:
        """Whether the absence of this key follows from a mistake already told."""
        return self.names(sheet, key) or self._sheets[sheet].adopt(key)


def _may_mean(pattern: Key, key: Key) -> bool:
    if len(pattern) != len(key):
        return False
    alone = len(pattern) == 1
    for part, actual in zip(pattern, key, strict=True):
        if not isinstance(part, Unreadable):
            if part != actual:
                return False
        elif alone and part.text and SequenceMatcher(None, part.text, str(actual)).ratio() < ALIKE:
            return False
    return True
