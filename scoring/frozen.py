"""定分 (frozen scores): a class's facts and score as plain data that can be kept, read back, hashed and compared. Pure.

Recomputing a frozen score from its facts gives the same score. Numbers travel as text, so that no reader rounds them.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import NamedTuple

from casework.ruleset import Tier
from scoring.class_scores import ClassFacts, ClassScore, LateDuty, Return, Waived
from scoring.scheme import Measure, plain
from students.days import Slot
from students.losses import Loss, LossKind
from students.register_days import RegisterDay, RegisterState


def record_of(facts: ClassFacts, earlier: Mapping[date, ClassFacts] | None = None) -> dict:
    """The facts as JSON holds them; the same facts give the same record in whatever order they were read.

    ``earlier``: what the facts of the class were on earlier days, the seams of its months: a child that was lost then
    may be back, so they do not follow from the later ones. Of these only what can differ is kept; registers of a day
    are those of the later facts.
    """
    return {
        "school_class": facts.school_class,
        "stage": facts.stage,
        "baseline": facts.baseline,
        "days": [
            [str(day), str(each.state), ",".join(each.due), ",".join(each.missing)]
            for day, each in sorted(facts.days.items())
        ],
        **_standing_of(facts),
        "earlier": {str(day): _standing_of(each) for day, each in sorted((earlier or {}).items())},
    }


def _standing_of(facts: ClassFacts) -> dict:
    """What a later day may see otherwise."""
    waived = facts.waived
    return {
        "lost": sorted([loss.student, loss.school_class, str(loss.since), str(loss.kind)] for loss in facts.lost),
        "late": sorted(
            [duty.student, str(duty.tier), str(duty.key), str(duty.triggered_on), str(duty.due_on), _day(duty.done_on)]
            for duty in facts.late
        ),
        "returns": sorted([back.student, str(back.returned_on), str(back.verified_on)] for back in facts.returns),
        "waived": {
            "duties": sorted([student, str(tier), str(key)] for student, tier, key in waived.duties),
            "days": sorted(map(str, waived.days)),
            "children": sorted(waived.children),
        },
    }


def without_months(record: Mapping) -> dict:
    """A record as it was kept before there were months."""
    return {name: value for name, value in record.items() if name != "earlier"}


def facts_of(record: Mapping) -> ClassFacts:
    """The facts of a record; with ``earlier_of`` the inverse of ``record_of``."""
    day = date.fromisoformat
    return ClassFacts(
        school_class=record["school_class"],
        stage=record["stage"],
        baseline=record["baseline"],
        days={
            day(each): RegisterDay(RegisterState(state), _slots(due), _slots(missing))
            for each, state, due, missing in record["days"]
        },
        **_standing_from(record),
    )


def earlier_of(record: Mapping, facts: ClassFacts) -> dict[date, ClassFacts]:
    """The facts of the earlier days that a record keeps; ``facts``: those of ``facts_of``, which take a while to read.
    Empty where the record was kept before there were any."""
    kept = {date.fromisoformat(day): standing for day, standing in record.get("earlier", {}).items()}
    return {
        day: replace(
            facts,
            days={each: register for each, register in facts.days.items() if each <= day},
            **_standing_from(standing),
        )
        for day, standing in kept.items()
    }


def _standing_from(record: Mapping) -> dict:
    day, waived = date.fromisoformat, record["waived"]
    return {
        "lost": [Loss(student, of, day(since), LossKind(kind)) for student, of, since, kind in record["lost"]],
        "late": [
            LateDuty(student, Tier(tier), *map(day, days), day(done_on) if done_on else None)
            for student, tier, *days, done_on in record["late"]
        ],
        "returns": [Return(student, *map(day, days)) for student, *days in record["returns"]],
        "waived": Waived(
            frozenset((student, Tier(tier), day(key)) for student, tier, key in waived["duties"]),
            frozenset(map(day, waived["days"])),
            frozenset(waived["children"]),
        ),
    }


def result_of(made: ClassScore) -> dict:
    """What a score comes to, without its facts."""
    return {
        "baseline": made.facts.baseline,
        "lost": len(made.facts.lost),
        "waived": made.facts.waived_lost,
        "target_met": made.target_met,
        "is_rated": made.is_rated,
        "veto": made.veto,
        "lines": {str(measure): plain(line.points) for measure, line in made.lines.items()},
        "total": plain(made.total),
    }


def digest(content: object) -> str:
    """SHA-256 over plain data, however its keys are ordered."""
    return sha256(json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def content_of(scheme: Mapping, record: Mapping, result: Mapping) -> dict:
    """All that the digest of one class is taken over: the scheme's content, the facts, the score."""
    return {"scheme": scheme, "facts": record, "score": result}


def digest_of_list(digests: Iterable[tuple[int, str]]) -> str:
    """The digest of a whole list: (class, digest of the class)."""
    return digest(sorted([school_class, each] for school_class, each in digests))


class Change(NamedTuple):
    """How the score of a class differs from another of it: the totals, and what differs in words."""

    before: str
    after: str
    words: tuple[str, ...]


def change(
    before: Mapping, after: Mapping, *, same_facts: bool, months: Iterable[tuple[str, Mapping, Mapping]] = ()
) -> Change | None:
    """What differs between two results of ``result_of``; None where nothing does. ``months``: name, and the results of
    a month that the term's end need not show; those that differ alike are named together."""
    words = _words(before, after)
    alike: dict[str, list[str]] = {}
    for name, *results in months:
        if said := "，".join(_words(*results)):
            alike.setdefault(said, []).append(name)
    words += [f"{'、'.join(names)}：{said}" for said, names in alike.items()]
    if not words and same_facts:
        return None
    return Change(before["total"], after["total"], tuple(words) or ("依据有变化，分数不变",))


def _words(before: Mapping, after: Mapping) -> list[str]:
    words = [
        f"{Measure(measure).label}{_signed(before['lines'].get(measure, '0'))}→{_signed(points)}"
        for measure, points in after["lines"].items()
        if Decimal(before["lines"].get(measure, "0")) != Decimal(points)
    ]
    words += [f"{label}{before[name]}→{after[name]}人" for name, label in COUNTS.items() if before[name] != after[name]]
    words += [f"{label}：{_yes(before[name])}→{_yes(after[name])}" for name, label in ANSWERS.items()
              if before[name] != after[name]]  # fmt: skip
    return words


COUNTS = {"baseline": "学年初人数", "lost": "流失", "waived": "申诉认定不计"}
ANSWERS = {"target_met": "完成目标", "is_rated": "目标予以评定", "veto": "一票否决"}


def _yes(answer: bool) -> str:
    return "是" if answer else "否"


def _signed(points: str) -> str:
    return points.replace("-", "−")


def _day(day: date | None) -> str:
    return str(day) if day else ""


def _slots(text: str) -> tuple[Slot, ...]:
    return tuple(Slot(each) for each in text.split(",") if each)
