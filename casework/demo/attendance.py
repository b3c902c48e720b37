"""Registers, and the ordinary absences of children without a story: colds, errands, a lesson missed."""

from collections.abc import Iterable, Iterator
from datetime import date
from math import log
from random import Random
from typing import NamedTuple

from casework.demo.children import Child, Excuse
from casework.demo.plan import JUNIOR, ClassPlan
from students.days import EXCUSED, MarkKind

DAY_MISSED, SLOT_MISSED = 0.004, 0.008  # registers nobody took: a whole day, one slot of a day
STORY_GAP = 3  # the register that a class with a gap misses, counted from the last day
CARE = (0.97, 0.93, 0.85, 0.95, 0.6)  # how reliably class teachers answer duties, in turn
WITH_LEAVE = 0.6  # of excused absences: a leave was asked for
FIRST_UNVERIFIED = 0.15  # of those: the register said 待核实 until the leave was approved


class Spell(NamedTuple):
    """An ordinary absence: its kind, how often it begins for a child on a day, in primary and in junior school, how
    many days it lasts (weights of 1, 2, 3, …) and how often it takes a single slot only."""

    kind: MarkKind
    primary: float
    junior: float
    lengths: tuple[int, ...]
    single_slot: float


SPELLS = (
    Spell(MarkKind.SICK_LEAVE, 0.0075, 0.0065, (55, 28, 12, 5), 0.25),
    Spell(MarkKind.PERSONAL_LEAVE, 0.0016, 0.002, (80, 15, 5), 0.4),
    Spell(MarkKind.OFFICIAL, 0.0002, 0.0005, (70, 30), 0.3),
    Spell(MarkKind.UNEXCUSED, 0.0003, 0.001, (92, 8), 0.65),
    Spell(MarkKind.UNVERIFIED, 0.0004, 0.0008, (95, 5), 0.7),
    Spell(MarkKind.LATE, 0.0015, 0.002, (1,), 1.0),
    Spell(MarkKind.LEFT_EARLY, 0.0004, 0.0006, (1,), 1.0),
)


def take_registers(of: ClassPlan, *, today: date, has_gap: bool, rng: Random) -> None:
    """Decide which slots were taken on each school day. Today only the first one can have been.

    On the first day everybody is called: who is not back is what the opening of a term is about.
    """
    slots = tuple(of.school.row.slots.split(","))
    for position, day in enumerate(of.days, start=-len(of.days)):
        chance = rng.random()
        if day == today:
            of.registers[day] = slots[:1] if of.takes_today else ()
        elif day == of.days[0]:
            of.registers[day] = slots
        elif has_gap and position == -STORY_GAP:
            of.registers[day] = ()
        elif of.is_shown or position >= -2 * STORY_GAP or chance > DAY_MISSED + SLOT_MISSED:
            of.registers[day] = slots
        elif chance < DAY_MISSED:
            of.registers[day] = ()
        else:
            of.registers[day] = slots[:-1]


def ordinary_absences(of: ClassPlan, children: list[Child], rng: Random) -> None:
    """Give children without a story the absences of everyday life."""
    taken = of.taken
    for spell in SPELLS:
        rate = spell.junior if of.school.part.key == JUNIOR else spell.primary
        for hit in hits(len(children) * len(taken), rate, rng):
            child, start = children[hit // len(taken)], hit % len(taken)
            [length] = rng.choices(range(1, len(spell.lengths) + 1), spell.lengths)
            days = taken[start : start + length]
            if child.marks.keys().isdisjoint(days):
                _miss(child, spell, days, rng)


def _miss(child: Child, spell: Spell, days: list[date], rng: Random) -> None:
    registers = child.of.registers
    if rng.random() < spell.single_slot:
        child.marks[days[0]][rng.choice(registers[days[0]])] = spell.kind.value
        return
    mark(child, days, registers, [spell.kind])
    if spell.kind in EXCUSED and rng.random() < WITH_LEAVE:
        child.leaves.append(Excuse(days[0], days[-1], spell.kind.value))
        if rng.random() < FIRST_UNVERIFIED:
            mark(child, days[:1], registers, [MarkKind.UNVERIFIED])


def mark(child: Child, days: Iterable[date], registers: dict[date, tuple[str, ...]], kinds: list[MarkKind]) -> None:
    """Mark a child in every slot taken on these days; the last of ``kinds`` goes on."""
    for position, day in enumerate(days):
        kind = kinds[min(position, len(kinds) - 1)].value
        child.marks[day] = dict.fromkeys(registers[day], kind)


def hits(total: int, rate: float, rng: Random) -> Iterator[int]:
    """The positions below ``total`` at which something of this ``rate`` happens, leaping from one to the next."""
    position = -1
    while rate and total:
        position += 1 + int(log(1 - rng.random()) / log(1 - rate))
        if position >= total:
            return
        yield position
