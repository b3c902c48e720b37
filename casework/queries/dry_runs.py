"""试算: what a ladder would have asked for in a past period, against the one it takes the place of, by the real engine.

The facts are read once and assessed in two worlds that differ in their rules alone; nothing is written. Both ladders
are taken as if they had always held: a run under way on the first day counts in both alike, and a ladder that has
begun since the period is still what the new one is measured by.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from hashlib import sha256

from casework import wording
from casework.facts import Surroundings, read_facts, students_with_a_ladder
from casework.ladder import Duty, World, assess
from casework.models import RuleAdoption
from casework.models.rules import AS_COUNTY
from casework.presets import countywide
from casework.queries.rehearsals import SHOWN_CHILDREN, Watch, children_who_were_in, in_chunks
from casework.ruleset import RuleSet, Tier
from students.memory import rare_collections
from students.models import School, SchoolClass, Term

LAST_DAYS = 30  # of a county whose calendar knows no term yet


@dataclass(frozen=True)
class Period:
    """A past period whose facts a ladder is tried on."""

    code: str
    label: str
    first: date
    last: date


def periods(today: date) -> list[Period]:
    """The periods to choose from: those of last month, this term and the one before that have school days."""
    terms = list(Term.objects.filter(start__lte=today).order_by("-start")[:2])
    month_end = today.replace(day=1) - timedelta(days=1)
    month = Period("month", "上月", month_end.replace(day=1), month_end)
    found = [month] if any(term.start <= month.last and term.end >= month.first for term in terms) else []
    for code, label, term in zip(("term", "last_term"), ("本学期", "上学期"), terms, strict=False):
        found.append(Period(code, label, term.start, min(term.end, today)))
    return found or [Period("days", f"最近{LAST_DAYS}天", today - timedelta(days=LAST_DAYS - 1), today)]


@dataclass
class TierTally:
    """The obligations of a tier: how many there were and would be, how many come, go, and fall on another day."""

    before: int = 0
    after: int = 0
    added: int = 0
    dropped: int = 0
    moved: int = 0


@dataclass
class Tally:
    """A dry run as it goes on."""

    first: date
    last: date
    tiers: dict[Tier, TierTally] = field(default_factory=lambda: defaultdict(TierTally))
    classes: set[int] = field(default_factory=set)
    classes_of: dict[Tier, set[int]] = field(default_factory=lambda: defaultdict(set))
    children: int = 0
    shown: list[dict] = field(default_factory=list)

    def note(self, student: int, before: list[Duty], after: list[Duty]) -> None:
        """Count one child's obligations under both ladders."""
        words = list(self._differences(before, after))
        if not words:
            return
        self.children += 1
        if len(self.shown) < SHOWN_CHILDREN:
            self.shown.append({"student": student, "words": words})

    def _differences(self, before: list[Duty], after: list[Duty]) -> Iterator[str]:
        old, new = ({(duty.tier, duty.key): duty for duty in duties} for duties in (before, after))
        for duties, column in ((before, "before"), (after, "after")):
            for tier, number in Counter(duty.tier for duty in duties if self._counts(duty)).items():
                tally = self.tiers[tier]
                setattr(tally, column, getattr(tally, column) + number)
        for key in sorted(old.keys() | new.keys(), key=lambda key: (key[1], key[0])):
            was, is_now = old.get(key), new.get(key)
            if not any(duty and self._counts(duty) for duty in (was, is_now)):
                continue
            if said := self._said(was, is_now):
                room = (is_now or was).school_class
                self.classes.add(room)
                self.classes_of[key[0]].add(room)
                yield said

    def _counts(self, duty: Duty) -> bool:
        return self.first <= duty.triggered_on <= self.last

    def _said(self, was: Duty | None, is_now: Duty | None) -> str:
        tier = (is_now or was).tier
        tally, short = self.tiers[tier], wording.short_day
        if was is None:
            tally.added += 1
            return f"多出{tier.label}（{short(is_now.triggered_on)}，{short(is_now.due_on)}到期）"
        if is_now is None:
            tally.dropped += 1
            return f"不再有{tier.label}（{short(was.triggered_on)}）"
        if (was.triggered_on, was.due_on) == (is_now.triggered_on, is_now.due_on):
            return ""
        tally.moved += 1
        if was.triggered_on != is_now.triggered_on:
            how = "提前到" if is_now.triggered_on < was.triggered_on else "推迟到"
            return f"{tier.label}由{short(was.triggered_on)}{how}{short(is_now.triggered_on)}"
        return f"{tier.label}（{short(was.triggered_on)}）由{short(was.due_on)}改为{short(is_now.due_on)}到期"


@dataclass(frozen=True)
class Outcome:
    """What a dry run has found: per tier the tally and the classes, altogether the children, classes, schools, and the
    first children by id with words."""

    tiers: dict[str, dict]
    children: int
    classes: int
    schools: int
    shown: list[dict]

    def as_json(self) -> dict:
        return asdict(self)

    @property
    def mark(self) -> str:
        return sha256(json.dumps(self.as_json(), sort_keys=True).encode()).hexdigest()


@rare_collections()
def dry_run(
    rule_set: RuleSet, *, follows: RuleSet | None = None, school: School | None, first: date, last: date,
    watch: Watch | None = None,
) -> Outcome:  # fmt: skip
    """Try ``rule_set`` on the facts of ``first`` to ``last`` for a school, or wherever the county's rules hold.

    ``follows``: the one it takes the place of; None for what held on each of the days.

    Memory stays the same whatever the number of children.
    """
    surroundings, tally = Surroundings(), Tally(first, last)
    tried = under(surroundings.world, rule_set, school)
    present = under(surroundings.world, follows, school) if follows else surroundings.world
    ids = children_of(school, rule_set)
    total, done = ids.count() if watch else 0, 0
    for chunk in in_chunks(ids):
        if watch:
            watch("试算", done, total)
        facts = read_facts(chunk, surroundings)
        for student in chunk:
            before, after = (assess(facts[student], world, through=last)[0] for world in (present, tried))
            tally.note(student, before, after)
        done += len(chunk)
    return _outcome(tally)


def under(world: World, rule_set: RuleSet, school: School | None) -> World:
    """The same world, in which ``rule_set`` has always held for a school, or wherever the county's rules do."""
    rules_on = world.rules_on
    if school is None:
        return replace(world, rules_on=countywide(rule_set, rules_on))
    own = school.pk
    return replace(world, rules_on=lambda place, day: rule_set if place == own else rules_on(place, day))


def children_of(school: School | None, rule_set: RuleSet):
    """Ids of the children whom this ladder for a school or the county may concern, in order."""
    if school is not None:
        return children_who_were_in(SchoolClass.objects.filter(school=school), asking=rule_set)
    apart = RuleAdoption.objects.exclude(school=None)
    if not apart.exists():
        return students_with_a_ladder(asking=rule_set)
    start = Term.objects.order_by("start").values_list("start", flat=True).first() or date.max
    came_back = apart.filter(rule_set__code__startswith=AS_COUNTY).order_by().values("school")
    always_apart = apart.filter(starts_on__lte=start).exclude(school__in=came_back).order_by().values("school")
    return children_who_were_in(SchoolClass.objects.exclude(school__in=always_apart), asking=rule_set)


def _outcome(tally: Tally) -> Outcome:
    schools = SchoolClass.objects.filter(pk__in=list(tally.classes)).order_by().values("school").distinct().count()
    return Outcome(
        tiers={
            tier.value: asdict(tally.tiers[tier]) | {"classes": len(tally.classes_of[tier])}
            for tier in Tier
            if tier in tally.tiers
        },
        children=tally.children,
        classes=len(tally.classes),
        schools=schools,
        shown=tally.shown,
    )
