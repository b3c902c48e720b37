"""下一步: what is to be done next in every open case, by when and by whom (domain.md §5).

What comes first of the child's duties and of what is planned; its person is whoever the case is assigned to, else
whoever holds the post that answers for it, else the next one up the chain.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from django.db.models import QuerySet, Subquery

from casework.models import Case, StoredRuleSet
from casework.models.cases import first_owed
from casework.queries.case_facts import SCHOOL_POSTS, Place, postings_at
from casework.ruleset import Tier, Trigger, read_rule_set
from casework.steps import POSTS, RESPONSIBLE, CaseStep, responsible_for, whose
from students.models import Role
from students.queries.calendar import KeptUnderStamp, reference_stamp


class CaseRow(NamedTuple):
    """An open case as far as its next step depends on it; ``duty`` and what follows: the duty that is due first."""

    pk: int
    student: int
    stage: str
    step: str
    on: date
    note: str
    assigned_to: int | None
    reason: str
    duty: int | None
    duty_on: date | None
    rule_set: int | None
    rung: int | None
    place: Place


COLUMNS = (
    "pk", "student", "stage", "plan_step", "plan_on", "plan_note", "assigned_to", "assigned_reason",
    "duty", "duty_on", "duty_rules", "duty_rung",
)  # fmt: skip
PLACE = ("student__line__school_class", "student__line__school", "student__line__school__township")

People = Mapping[int, str]  # id → name, the first of them the one who is named
Held = Mapping[str, People]  # post → who holds it; only posts that somebody holds
Rungs = Mapping[tuple[int, int], Trigger]  # (rule set, number) → the rung
NOBODY: People = {}
STEPS = {step.value: step for step in CaseStep}


class NextStep(NamedTuple):
    """What is to be done in an open case, by ``on``, by ``people``: everybody to whom it falls, the first one named,
    none where nobody holds any post up to the bureau.

    ``role``: whose it is by rule or plan, ``post``: who stands in for it. ``duty``: the obligation, None where
    ``matter`` is what was planned. ``left``: the case was assigned to somebody who has left since.
    """

    student: int
    stage: str
    matter: Tier | CaseStep
    on: date
    note: str
    duty: int | None
    role: str
    post: str
    people: People
    is_assigned: bool
    reason: str
    left: bool

    @property
    def words(self) -> str:
        return self.matter.label

    @property
    def name(self) -> str:
        """The one who is named; blank where there is nobody."""
        return next(iter(self.people.values()), "")

    @property
    def who(self) -> str:
        """沈明（班主任）; 何静（暂无班主任，由教务处）; 何静（交办：班主任病假）."""
        if self.is_assigned:
            return f"{self.name}（交办：{self.reason}）"
        post = whose(self.role, self.post)
        if self.left:
            post += "，原承办人已离任"
        return f"{self.name}（{post}）" if self.name else post

    @property
    def short_who(self) -> str:
        """The name alone, for a list."""
        return self.name or POSTS[self.post]

    def is_of(self, person: int) -> bool:
        return person in self.people


class Posts:
    """Who holds the posts around many children; one query."""

    def __init__(self, places: Iterable[Place], day: date):
        self._held: dict[tuple[str, int | None], dict[int, str]] = defaultdict(dict)
        self._around: dict[Place, Held] = {}
        columns = ("role", "school_class", "school", "township", "person", "person__name")
        for role, school_class, school, township, person, name in postings_at(places, day).values_list(*columns):
            place = {Role.HOMEROOM_TEACHER: school_class, Role.TOWNSHIP_OFFICER: township, Role.BUREAU_OFFICER: None}
            self._held[role, place.get(role, school)].setdefault(person, name)

    def around(self, place: Place) -> Held:
        """The posts around the children of a class that somebody holds, and who."""
        if place not in self._around:
            places = {Role.HOMEROOM_TEACHER: place.school_class, **dict.fromkeys(SCHOOL_POSTS, place.school)}
            places |= {Role.TOWNSHIP_OFFICER: place.township, Role.BUREAU_OFFICER: None}
            self._around[place] = {
                role.value: held for role, where in places.items() if (held := self._held.get((role, where)))
            }
        return self._around[place]


def next_steps(cases: QuerySet[Case], today: date) -> dict[int, NextStep]:
    """Case → its next step, of the open ones among ``cases``; three queries however many there are."""
    first = first_owed(today)
    listed = cases.open().order_by().with_next(today)
    listed = listed.annotate(
        duty_rules=Subquery(first.values("rule_set")[:1]), duty_rung=Subquery(first.values("step")[:1])
    )
    size = len(COLUMNS)
    rows = [CaseRow(*row[:size], Place(*row[size:])) for row in listed.values_list(*COLUMNS, *PLACE)]
    if not rows:
        return {}
    posts, rungs = Posts({row.place for row in rows}, today), _rungs.under(reference_stamp())
    return {row.pk: _step(row, rungs, posts.around(row.place)) for row in rows}


def _step(row: CaseRow, rungs: Rungs, held: Held) -> NextStep:
    if row.duty_on and row.duty_on <= row.on:
        rung = rungs[row.rule_set, row.rung]
        matter, on, note, duty, role = rung.tier, row.duty_on, "", row.duty, rung.responsible
    else:
        matter, on, note, duty = STEPS[row.step], row.on, row.note, None
        role = RESPONSIBLE[matter]
    post = responsible_for(role, held)
    assigned = _found(row.assigned_to, held) if row.assigned_to else None
    return NextStep(
        student=row.student,
        stage=row.stage,
        matter=matter,
        on=on,
        note=note,
        duty=duty,
        role=role,
        post=post,
        people=assigned or held.get(post, NOBODY),
        is_assigned=assigned is not None,
        reason=row.reason,
        left=row.assigned_to is not None and assigned is None,
    )


def _found(person: int, held: Held) -> People | None:
    """The person alone, where they still hold a post around the child."""
    return next(({person: people[person]} for people in held.values() if person in people), None)


def _load_rungs() -> Rungs:
    """Every rung of every rule set; a stored one never changes."""
    sets = (read_rule_set(row.content, key=row.pk) for row in StoredRuleSet.objects.all())
    return {(rules.key, trigger.step): trigger for rules in sets for trigger in rules.triggers}


_rungs = KeptUnderStamp(_load_rungs)
