"""逾期上交 as it is read: which posts have what of a case, and the cases in which something has gone up."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from casework.models import Case, HandUp
from casework.steps import CHAIN, POSTS
from students.access import Scope

ANY = "all"


@dataclass(frozen=True)
class HandUpLine:
    """One overdue matter of a case: when it was due, and the posts that have it as well. ``stands``: it is undone.

    ``duty`` is the obligation that says why, None where a planned step is what was late.
    """

    matter: str
    due_on: date
    posts: list[tuple[str, date]]
    stands: bool
    duty: int | None

    @property
    def words(self) -> str:
        """已上交校长: the highest post that has it."""
        return f"已上交{self.posts[-1][0]}"


def hand_ups(case: Case, today: date) -> list[HandUpLine]:
    """Everything that has gone up in a case, what stands still first; two queries."""
    standing = set(HandUp.objects.standing(today).filter(case=case).values_list("pk", flat=True))
    lines = _lines(HandUp.objects.filter(case=case).with_duty(), standing)
    return sorted(lines, key=lambda line: (not line.stands, line.due_on))


def standing_lines(cases: Collection[int], today: date) -> dict[int, list[HandUpLine]]:
    """Case → what has gone up in it and is undone; one query."""
    found: dict[int, list[HandUp]] = defaultdict(list)
    for row in HandUp.objects.standing(today).with_duty().filter(case__in=cases):
        found[row.case_id].append(row)
    return {case: _lines(rows, {row.pk for row in rows}) for case, rows in found.items()}


def highest_posts(cases: Collection[int], today: date) -> dict[int, str]:
    """Case → 已上交校长, where something in it has gone up and is undone; for lists. One query."""
    rows = HandUp.objects.standing(today).filter(case__in=cases).values_list("case", "to_role")
    highest: dict[int, int] = {}
    for case, role in rows.order_by():
        highest[case] = max(highest.get(case, 0), CHAIN.index(role))
    return {case: f"已上交{POSTS[CHAIN[place]]}" for case, place in highest.items()}


def _lines(rows: Iterable[HandUp], standing: Collection[int]) -> list[HandUpLine]:
    groups: dict[tuple[str, date], list[HandUp]] = defaultdict(list)
    for row in rows:
        groups[row.matter, row.due_on].append(row)
    return [
        HandUpLine(
            matter=each[0].get_matter_display(),
            due_on=due_on,
            posts=[(POSTS[row.to_role], row.on) for row in sorted(each, key=lambda row: CHAIN.index(row.to_role))],
            stands=any(row.pk in standing for row in each),
            duty=each[0].duty,
        )
        for (_, due_on), each in sorted(groups.items(), key=lambda group: group[0][1])
    ]


def standing_cases(scope: Scope, today: date) -> dict[str, list[int]]:
    """Post → the cases of which it has something overdue as well, the longest open first; of ``ANY`` post all of
    them. One query."""
    rows = HandUp.objects.visible_to(scope.without_lessons).standing(today).order_by("case__since", "case")
    found: dict[str, dict[int, None]] = defaultdict(dict)
    for role, case in rows.values_list("to_role", "case"):
        found[role][case] = found[ANY][case] = None
    return {post: list(cases) for post, cases in found.items()}


def cases_of(pks: Iterable[int]) -> list[Case]:
    """The cases of a page, in the order given."""
    rows = Case.objects.select_related("student__line__school_class__school").in_bulk(pks := list(pks))
    return [rows[pk] for pk in pks]


def own_post(scope: Scope) -> str:
    """The highest post of the chain that the reader holds; blank where none."""
    return next((role for role in reversed(CHAIN) if role in scope.roles), "")
