"""下一步: what is to be done next in every open case, by when and by whom (domain.md §5).

What comes first of the child's duties and of what is planned; its person is whoever the case is assigned to, else
whoever holds the post that answers for it, else the next one up the chain.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db.models import Q, QuerySet

from casework.models import Case, Obligation, StoredRuleSet
from casework.queries.case_facts import SCHOOL_POSTS
from casework.ruleset import Tier, read_rule_set
from casework.steps import CHAIN, POSTS, RESPONSIBLE, CaseStep, responsible_for, whose
from students.access import in_force
from students.models import Posting, Role
from students.queries.calendar import KeptUnderStamp, reference_stamp


class CaseRow(NamedTuple):
    """An open case as far as its next step depends on it, with where its child stands."""

    pk: int
    student: int
    step: str
    on: date
    note: str
    assigned_to: int | None
    reason: str
    school_class: int
    school: int
    township: int | None


COLUMNS = (
    "pk", "student", "plan_step", "plan_on", "plan_note", "assigned_to", "assigned_reason",
    "student__line__school_class", "student__line__school", "student__line__school__township",
)  # fmt: skip


class Holder(NamedTuple):
    """Somebody who holds a post."""

    pk: int
    name: str


class Owed(NamedTuple):
    """The duty of a child that is due first, and whose it is."""

    pk: int
    tier: Tier
    due_on: date
    role: str


@dataclass(frozen=True)
class NextStep:
    """What is to be done, by ``on``, by ``person``; None where nobody holds any post up to the bureau.

    ``people``: everybody to whom it falls; ``role``: whose it is by rule or plan, ``post``: who stands in for it.
    ``duty``: the obligation, None where it is what was planned. ``left``: the case was assigned to somebody who has
    left since.
    """

    words: str
    on: date
    note: str
    duty: int | None
    role: str
    post: str
    person: Holder | None
    people: frozenset[int]
    is_assigned: bool = False
    reason: str = ""
    left: bool = False

    @property
    def who(self) -> str:
        """沈明（班主任）; 何静（暂无班主任，由教务处）; 何静（交办：班主任病假）."""
        if self.is_assigned:
            return f"{self.person.name}（交办：{self.reason}）"
        post = whose(self.role, self.post)
        if self.left:
            post += "，原承办人已离任"
        return f"{self.person.name}（{post}）" if self.person else post

    @property
    def short_who(self) -> str:
        """The name alone, for a list."""
        return self.person.name if self.person else POSTS[self.post]

    def is_of(self, person: int) -> bool:
        return person in self.people


class Posts:
    """Who holds the posts around many children; one query. The substitute stands before the 班主任."""

    def __init__(self, rows: Iterable[CaseRow], day: date):
        rows = list(rows)
        around = (
            Q(role=Role.HOMEROOM_TEACHER, school_class__in={row.school_class for row in rows})
            | Q(role__in=SCHOOL_POSTS, school__in={row.school for row in rows})
            | Q(role=Role.TOWNSHIP_OFFICER, township__in={row.township for row in rows} - {None})
            | Q(role=Role.BUREAU_OFFICER)
        )
        held = in_force(Posting.objects.filter(around, person__is_active=True), day).order_by("-is_substitute", "pk")
        self._held: dict[tuple[str, int | None], list[Holder]] = defaultdict(list)
        columns = ("role", "school_class", "school", "township", "person", "person__name")
        for role, school_class, school, township, *who in held.values_list(*columns):
            place = {Role.HOMEROOM_TEACHER: school_class, Role.TOWNSHIP_OFFICER: township, Role.BUREAU_OFFICER: None}
            self._held[role, place.get(role, school)].append(Holder(*who))

    def around(self, row: CaseRow) -> dict[str, list[Holder]]:
        """The posts around one child that somebody holds, and who."""
        places = {Role.HOMEROOM_TEACHER: row.school_class, **dict.fromkeys(SCHOOL_POSTS, row.school)}
        places |= {Role.TOWNSHIP_OFFICER: row.township, Role.BUREAU_OFFICER: None}
        return {role: held for role, place in places.items() if (held := self._held.get((role, place)))}


def next_steps(cases: QuerySet[Case], today: date) -> dict[int, NextStep]:
    """Case → its next step, of the open ones among ``cases``; four queries however many there are."""
    rows = [CaseRow(*row) for row in cases.open().order_by().values_list(*COLUMNS)]
    if not rows:
        return {}
    owed, posts = first_owed(cases, today), Posts(rows, today)
    return {row.pk: _step(row, owed.get(row.student), posts.around(row)) for row in rows}


def first_owed(cases: QuerySet[Case], today: date) -> dict[int, Owed]:
    """Child → what it is owed that is due first; two queries."""
    roles = _roles.under(reference_stamp())
    undone = Obligation.objects.undone_on(today).filter(student__in=cases.open().order_by().values("student"))
    rows = undone.order_by("-due_on", "-pk").values_list("student", "pk", "tier", "due_on", "rule_set", "step")
    return {
        student: Owed(pk, Tier(tier), due_on, roles.get((rule_set, step), CHAIN[0]))
        for student, pk, tier, due_on, rule_set, step in rows
    }


def _step(row: CaseRow, owed: Owed | None, held: dict[str, list[Holder]]) -> NextStep:
    if owed and owed.due_on <= row.on:
        what = {"words": owed.tier.label, "on": owed.due_on, "note": "", "duty": owed.pk}
        role = owed.role
    else:
        step = CaseStep(row.step)
        what, role = {"words": step.label, "on": row.on, "note": row.note, "duty": None}, RESPONSIBLE[step]
    post = responsible_for(role, held.keys())
    assigned = _found(row.assigned_to, held.values())
    people = [assigned] if assigned else held.get(post, [])
    return NextStep(
        **what,
        role=role,
        post=post,
        person=people[0] if people else None,
        people=frozenset(each.pk for each in people),
        is_assigned=assigned is not None,
        reason=row.reason,
        left=row.assigned_to is not None and assigned is None,
    )


def _found(person: int | None, held: Collection[list[Holder]]) -> Holder | None:
    """The person, where they still hold a post around the child."""
    return next((each for holders in held for each in holders if each.pk == person), None)


def _load_roles() -> dict[tuple[int, int], str]:
    """(rule set, rung) → the role that answers for it; a stored rule set never changes."""
    sets = (read_rule_set(row.content, key=row.pk) for row in StoredRuleSet.objects.all())
    return {(rules.key, trigger.step): trigger.responsible for rules in sets for trigger in rules.triggers}


_roles = KeptUnderStamp(_load_roles)
