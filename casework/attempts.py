"""没有联系上 (calls that reached nobody): which of them stand in a row, and what ends the wait for an answer. Pure.

Source: [D] a call that nobody answered is made again on the next school day; after several of them somebody goes there.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from casework.contacts import UNANSWERED
from students.enrolment import Place, Standing
from students.runs import spell_ends


class Streak(NamedTuple):
    """``days`` in a row on which nobody answered a call, while the child was away; it is the last one's.

    ``again_on``: the next day on which somebody tried; ``met_on``: on which somebody was reached or a visit was made.
    In either place the first day on which the child was seen, on leave or gone, where that came first.
    """

    days: list[date]
    school_class: int
    again_on: date | None
    met_on: date | None


def unanswered_days(attempts: Iterable[tuple[date, str]]) -> set[date]:
    """Days of whose contacts (day, outcome) none reached anybody; a visit or a word from a workbook is no such one."""
    said: dict[date, list[bool]] = defaultdict(list)
    for day, outcome in attempts:
        said[day].append(outcome in UNANSWERED)
    return {day for day, answers in said.items() if all(answers)}


def streaks(
    attempts: Iterable[tuple[date, str]],
    places: Sequence[Place],
    *,
    absent: Sequence[date],
    heard: Sequence[date],
    through: date,
) -> Iterator[Streak]:
    """Every day through ``through`` on which nobody answered, with those before it in a row.

    ``absent``: the child's absent days; ``heard``: those on which it was seen or on leave, so that the family had been
    heard of. Either ends a row, and so do a contact that reached somebody and the end of 在校.
    """
    attempts = [(day, outcome) for day, outcome in attempts if day <= through]
    unanswered, days = unanswered_days(attempts), sorted({day for day, _ in attempts})
    ends, row, spell = spell_ends(places), [], None
    for position, day in enumerate(days):
        place = next((each for each in places if each.standing is Standing.ATTENDING and each.holds(day)), None)
        if day not in unanswered or place is None or not _is_away(place, places, day, absent, heard):
            row = []
            continue
        if row and (spell != place.spell or any(row[-1] < each <= day for each in heard)):
            row = []
        row, spell = [*row, day], place.spell
        later = days[position + 1 :]
        gone = [each for each in (*heard, ends.get(place.spell)) if each and day < each <= through]
        yield Streak(
            row,
            place.school_class,
            again_on=min([*later[:1], *gone], default=None),
            met_on=min([each for each in later if each not in unanswered][:1] + gone, default=None),
        )


def _is_away(place: Place, places: Sequence[Place], day: date, absent: Sequence[date], heard: Sequence[date]) -> bool:
    """Whether the last that is known of the child by ``day``, in this stretch of 在校, is that it was absent."""
    began = min(each.since for each in places if each.standing is Standing.ATTENDING and each.spell == place.spell)
    missed = max((each for each in absent if began <= each <= day), default=None)
    return missed is not None and not any(missed < each <= day for each in heard)
