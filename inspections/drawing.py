"""抽签: which classes are drawn for a head count, from a recorded seed, so that anybody can draw them again. Pure.

Every class holds tickets 签. A ticket's number is SHA-256 of "seed:part:class:ticket", in ASCII. A class stands where
its lowest number stands, and those that stand first are drawn. With one ticket each this is a plain lot; a class with
three stands as far in front as the best of three would: the weighted draw of Efraimidis and Spirakis, in whole numbers.
Nothing depends on a library's random numbers, and one more ticket never moves a class back.

Three parts are drawn one after the other, each from the classes that no earlier part has drawn:
``reasons``: a ticket for every reason why a class should be counted; ``owed``: a ticket for every head count that the
class still owes this term; ``chance``: one ticket for every class, so that everybody may be drawn.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256


class Part(StrEnum):
    """Why a class was drawn (抽中的一份)."""

    REASONS = "reasons"
    OWED = "owed"
    CHANCE = "chance"

    @property
    def label(self) -> str:
        return PART_LABELS[self]


PART_LABELS = {Part.REASONS: "按理由", Part.OWED: "按欠清点", Part.CHANCE: "完全随机"}


@dataclass(frozen=True)
class Candidate:
    """A class that may be drawn: how many reasons there are to count it, and how many counts it owes this term."""

    school_class: int
    reasons: int = 0
    owed: int = 0

    def tickets(self, part: Part) -> int:
        return {Part.REASONS: self.reasons, Part.OWED: self.owed, Part.CHANCE: 1}[part]


@dataclass(frozen=True)
class Drawn:
    """A class that was drawn, by which part."""

    school_class: int
    part: Part


def shares(size: int, *, by_reasons: int, by_owed: int) -> dict[Part, int]:
    """How many of ``size`` each part draws, from two shares in per cent (rounded down); chance draws the rest, at least
    one, so that everybody may be drawn."""
    reasons = min(size * by_reasons // 100, size - 1)
    owed = min(size * by_owed // 100, size - 1 - reasons)
    return {Part.REASONS: reasons, Part.OWED: owed, Part.CHANCE: size - reasons - owed}


def draw(candidates: Collection[Candidate], wanted: Mapping[Part, int], *, seed: str) -> list[Drawn]:
    """The classes drawn, part by part, in the order of their tickets.

    What one part cannot fill for want of classes, chance fills.
    """
    drawn: list[Drawn] = []
    size = sum(wanted.values())
    for part in (Part.REASONS, Part.OWED, Part.CHANCE):
        number = size - len(drawn) if part is Part.CHANCE else wanted[part]
        taken = {each.school_class for each in drawn}
        left = [each for each in candidates if each.school_class not in taken and each.tickets(part)]
        drawn += [Drawn(each.school_class, part) for each in _first(left, number, part, seed)]
    return drawn


def _first(candidates: Sequence[Candidate], number: int, part: Part, seed: str) -> list[Candidate]:
    return sorted(candidates, key=lambda each: (lowest_ticket(each, part, seed=seed), each.school_class))[:number]


def lowest_ticket(candidate: Candidate, part: Part, *, seed: str) -> str:
    """The lowest of a class's ticket numbers, as 64 digits."""
    tickets = range(1, candidate.tickets(part) + 1)
    return min(ticket_number(seed, part, candidate.school_class, each) for each in tickets)


def ticket_number(seed: str, part: str, holder: int, ticket: int = 1) -> str:
    """The number of one ticket, as 64 digits. ``holder``: the id of the class, or of whatever else is drawn by lot."""
    return sha256(f"{seed}:{part}:{holder}:{ticket}".encode("ascii")).hexdigest()
