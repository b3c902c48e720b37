"""What became of the classes of a draw: counted or not, how many were there, who was missing and why, what differs."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date

from inspections.models import Draw, DrawnClass
from inspections.queries.draws import STATES, drawn_seen
from inspections.queries.mismatches import Mismatch, mismatches
from students.access import Scope
from students.models import HeadCount, HeadCountMissing
from students.queries.head_counts import counts_from_above, refusal_to_count


@dataclass(frozen=True)
class Result:
    """A drawn class. ``missing``: why children were not in the room → how many; ``may_count``: by the reader, now."""

    row: DrawnClass
    count: HeadCount | None
    missing: dict[str, int]
    mismatches: list[Mismatch]
    reasons: list[str]
    state: str
    may_count: bool

    @property
    def label(self) -> str:
        return STATES[self.state]

    @property
    def tone(self) -> str:
        return {"counted": "ok", "late": "alarm", "open": "note", "cancelled": "mute"}[self.state]

    @property
    def difference(self) -> int | None:
        return self.count.present - self.count.on_roll if self.count else None

    @property
    def missing_words(self) -> str:
        """已请假1人、原因不明1人."""
        return "、".join(f"{label}{number}人" for label, number in self.missing.items())


def results_of(scope: Scope, draw: Draw, today: date) -> list[Result]:
    """The classes of a draw that the person sees, in the order of the draw."""
    rows = list(drawn_seen(scope).filter(draw=draw).select_related("school_class__school").order_by("position"))
    counts = HeadCount.objects.filter(pk__in=[row.count_id for row in rows if row.count_id])
    found = {count.pk: count for count in counts.select_related("counted_by", "school_class__school")}
    missing = _missing(found)
    differing = defaultdict(list)
    for each in mismatches(counts, today):
        differing[each.count.pk].append(each)
    return [
        Result(
            row,
            found.get(row.count_id),
            missing[row.count_id],
            differing[row.count_id],
            [words for _, words in draw.reasons.get(str(row.school_class_id), [])],
            _state(draw, row, today),
            _may_count(scope, draw, row),
        )
        for row in rows
    ]


def _missing(counts) -> dict[int | None, dict[str, int]]:
    labels = dict(HeadCountMissing.Reason.choices)
    found: dict[int | None, Counter] = defaultdict(Counter)
    for count, reason in HeadCountMissing.objects.filter(head_count__in=counts).values_list("head_count", "reason"):
        found[count][labels[reason]] += 1
    return found


def _state(draw: Draw, row: DrawnClass, today: date) -> str:
    if row.count_id:
        return "counted"
    if hasattr(draw, "cancellation"):
        return "cancelled"
    return "late" if draw.due_on < today else "open"


def _may_count(scope: Scope, draw: Draw, row: DrawnClass) -> bool:
    """Of a draw from above only whoever stands above; nobody a class of their own."""
    from_there = not draw.is_from_above or counts_from_above(scope, row.school_class.school_id)
    open_ = not row.count_id and not hasattr(draw, "cancellation")
    return open_ and from_there and not refusal_to_count(scope, row.school_class)
