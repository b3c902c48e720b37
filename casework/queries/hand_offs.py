"""移交 as it is read: on which side the reader stands, what waits where, and the history of one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from casework.handing_off import HandOffAction, HandOffState, Side, open_actions
from casework.models import Case, HandOff
from students.access import Scope
from students.models import RegistryLine, Role, SearchKey
from students.templatetags.chinese import cdatetime

POSTS_OF = {
    Side.SCHOOL: (Role.REGISTRY_CLERK, Role.PRINCIPAL),
    Side.TOWNSHIP: (Role.TOWNSHIP_OFFICER,),
    Side.BUREAU: (Role.BUREAU_OFFICER,),
}
TONES = {"sent": "warn", "accepted": "note", "returned": "alarm", "done": "ok", "ended": "mute"}


def sides_of(scope: Scope, line: RegistryLine) -> frozenset[Side]:
    """On which sides the reader stands for a child whose registry line is ``line``."""
    held = {
        Side.SCHOOL: scope.runs(line.school_id),
        Side.TOWNSHIP: line.school_class.school.township_id in scope.officer_of,
        Side.BUREAU: scope.is_bureau,
    }
    return frozenset(side for side, holds in held.items() if holds)


@dataclass(frozen=True)
class HandOffLine:
    """A hand-off in a list. ``is_mine``: it waits for the reader's side; ``is_late``: its day has passed."""

    row: HandOff
    actions: tuple[HandOffAction, ...]
    is_late: bool

    @property
    def is_mine(self) -> bool:
        return bool(self.actions)

    @property
    def line(self) -> RegistryLine:
        return self.row.case.student.line

    @property
    def tone(self) -> str:
        return TONES[self.row.state]


def visible(scope: Scope):
    """Hand-offs of the children whom the reader answers for or oversees, with all that a line names."""
    rows = HandOff.objects.visible_to(scope.without_lessons)
    return rows.select_related(
        "case__student__line__school_class__school", "case__student__line__school", "sent_by", "accepted_by",
        "returned_by", "done_by", "ended_by",
    )  # fmt: skip


def narrowed(rows, wanted: Mapping):
    """Those of the children whom a search finds, and of one direction as the filter asks."""
    if q := (wanted.get("q") or "").strip():
        rows = rows.filter(case__student__in=SearchKey.objects.found_by(q))
    if side := wanted.get("to_side"):
        rows = rows.filter(to_side=side)
    return rows


def line_of(row: HandOff, scope: Scope, today: date) -> HandOffLine:
    """One hand-off as the reader may deal with it."""
    sides = sides_of(scope, row.case.student.line)
    sender, receiver = Side(row.from_side), Side(row.to_side)
    actions = open_actions(HandOffState(row.state), sender=sender, receiver=receiver, sides=sides)
    return HandOffLine(row, actions, row.is_waiting and row.due_on < today)


def history(row: HandOff) -> list[dict]:
    """What was done with a hand-off, as entries of a timeline; the newest first."""
    sides = f"{row.get_from_side_display()}移交{row.get_to_side_display()}"
    steps = [
        (row.sent_at, sides, row.message, row.sent_by),
        (row.accepted_at, f"{row.get_to_side_display()}接收", "", row.accepted_by),
        (row.returned_at, "退回", row.returned_reason, row.returned_by),
        (row.done_at, "办结", row.done_note, row.done_by),
        (row.ended_at, "个案销号，移交结束", "", row.ended_by),
    ]
    return [
        {"when": cdatetime(at), "title": title, "text": text, "by": by.name if by else "系统"}
        for at, title, text, by in steps[::-1]
        if at
    ]


def under_way(case: Case) -> HandOff | None:
    """The hand-off of a case that is neither returned nor settled."""
    return HandOff.objects.filter(case=case, state__in=("sent", "accepted")).first()


def waiting_for(scope: Scope, today: date) -> int:
    """How many hand-offs wait to be accepted or settled by the reader's sides; one query."""
    mine = Q(to_side=Side.SCHOOL, case__student__line__school__in=scope.clerk_of | scope.led)
    mine |= Q(to_side=Side.TOWNSHIP, case__student__line__school__township__in=scope.officer_of)
    if scope.is_bureau:
        mine |= Q(to_side=Side.BUREAU)
    return HandOff.objects.visible_to(scope.without_lessons).filter(mine, state__in=("sent", "accepted")).count()
