"""不符: children whom a register had present and a head count of the same time did not find, and what became of it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from casework.models import ConcernReport
from inspections.models import Explanation
from students.access import Scope
from students.days import ABSENT, MARK_LABELS, MarkKind
from students.models import AbsenceMark, HeadCount, HeadCountMissing, MarkCorrection, RollCall
from students.queries.head_counts import term_start
from students.queries.policy import policy_of
from students.templatetags.chinese import cdate_short

STATES = {"open": "待说明", "late": "逾期未说明", "settled": "已查明"}
TONES = {"open": "warn", "late": "alarm", "settled": "ok"}


@dataclass(frozen=True)
class Mismatch:
    """A child of a count, and the register that had it present.

    ``became``: what has come of it since, in words; blank where nothing has. ``explanation``: the latest, if any.
    """

    row: HeadCountMissing
    count: HeadCount
    call: RollCall
    became: str
    explanation: Explanation | None
    due_on: date
    today: date

    @property
    def state(self) -> str:
        if self.became:
            return "settled"
        return "late" if self.due_on < self.today else "open"

    @property
    def label(self) -> str:
        return STATES[self.state]

    @property
    def tone(self) -> str:
        return TONES[self.state]

    @property
    def order(self) -> tuple:
        return list(STATES).index(self.state) if self.state == "settled" else -1, self.due_on, self.row.pk


def counts_seen(scope: Scope, today: date) -> QuerySet[HeadCount]:
    """The counts whose mismatches a person sees: those of the term, and older ones of which something is still open;
    of the area or school, not of their own class."""
    visible = HeadCount.objects.visible_to(scope.without_lessons).exclude(school_class__in=scope.homeroom)
    return visible.filter(Q(counted_on__gte=term_start(today)) | Exists(_open_of_a_count()))


def mismatches(counts: QuerySet[HeadCount], today: date) -> list[Mismatch]:
    """Every mismatch of ``counts``, what is open first; one query where nobody was missing, else seven."""
    missing = HeadCountMissing.objects.filter(head_count__in=counts.order_by().values("pk"))
    named = missing.select_related("student", "head_count__school_class__school", "head_count__counted_by")
    rows = list(_held_against_a_register(named).filter(~Exists(_absent_now()) | Exists(_corrections())))
    if not rows:
        return []
    calls = RollCall.objects.in_bulk({row.call_id for row in rows})
    pairs = [(row, calls[row.call_id]) for row in rows]
    now, first_change = _marks(calls.values(), rows), _changes(pairs)
    found = [(row, call) for row, call in pairs if _was_present(row, call, now, first_change)]
    concerns, explained = _concerns(row for row, _ in found), _explained(row for row, _ in found)
    days = timedelta(days=policy_of(today).explain_days)
    made = []
    for row, call in found:
        explanation = explained.get((row.head_count_id, row.student_id))
        kind = now.get((call.pk, row.student_id), "")
        became = _became(kind, row, concerns[row.student_id], explanation)
        due_on = row.head_count.counted_on + days
        made.append(Mismatch(row, row.head_count, call, became, explanation, due_on, today))
    return sorted(made, key=lambda each: each.order)


def _in_the_register(prefix: str = "") -> dict[str, OuterRef]:
    """Where the register of a missing child's count is: class, day and slot."""
    return {
        f"{prefix}school_class": OuterRef("head_count__school_class"),
        f"{prefix}day": OuterRef("head_count__counted_on"),
        f"{prefix}slot": OuterRef("head_count__slot"),
    }


def _held_against_a_register(rows: QuerySet[HeadCountMissing]) -> QuerySet[HeadCountMissing]:
    """Those not somewhere else in the school whose count met a register, with its ``call_id``."""
    call = RollCall.objects.filter(**_in_the_register()).values("pk")[:1]
    rows = rows.exclude(reason=HeadCountMissing.Reason.ELSEWHERE)
    return rows.annotate(call_id=Subquery(call)).filter(call_id__isnull=False)


def _absent_now() -> QuerySet[AbsenceMark]:
    return AbsenceMark.objects.filter(student=OuterRef("student"), kind__in=ABSENT, **_in_the_register("roll_call__"))


def _corrections() -> QuerySet[MarkCorrection]:
    return MarkCorrection.objects.filter(student=OuterRef("student"), **_in_the_register("roll_call__"))


def _open_of_a_count() -> QuerySet[HeadCountMissing]:
    """The children of a count of whom nothing has become yet; ``_became`` in the database."""
    explained = Explanation.objects.filter(head_count=OuterRef("head_count"), student=OuterRef("student"))
    concerns = ConcernReport.objects.filter(
        student=OuterRef("student"), day__gte=OuterRef("head_count__counted_on"), cancelled_at=None
    )
    rows = _held_against_a_register(HeadCountMissing.objects.filter(head_count=OuterRef("pk")))
    return rows.filter(~Exists(_absent_now()), ~Exists(explained), ~Exists(concerns))


def _marks(calls: Iterable[RollCall], rows: Iterable[HeadCountMissing]) -> dict[tuple[int, int], str]:
    marks = AbsenceMark.objects.filter(roll_call__in=list(calls), student__in={row.student_id for row in rows})
    return {(call, student): kind for call, student, kind in marks.values_list("roll_call", "student", "kind")}


def _changes(pairs) -> dict[tuple[int, int], list[MarkCorrection]]:
    """(register, child) → its corrections, the first first."""
    calls = {call.pk for _, call in pairs}
    found = defaultdict(list)
    for row in MarkCorrection.objects.filter(roll_call__in=calls).order_by("version"):
        found[row.roll_call_id, row.student_id].append(row)
    return found


def _was_present(row: HeadCountMissing, call: RollCall, now, changes) -> bool:
    """What the register said when somebody was in the room: a correction made since, of the register or of the count,
    does not make it unsaid."""
    key = call.pk, row.student_id
    since = (each.old_kind for each in changes[key] if each.corrected_at > row.head_count.counted_at)
    return next(since, now.get(key, "")) not in ABSENT


def _concerns(rows: Iterable[HeadCountMissing]) -> dict[int, list[date]]:
    found = defaultdict(list)
    reports = ConcernReport.objects.filter(student__in={row.student_id for row in rows}, cancelled_at=None)
    for student, day in reports.values_list("student", "day"):
        found[student].append(day)
    return found


def _explained(rows: Iterable[HeadCountMissing]) -> dict[tuple[int, int], Explanation]:
    counts = {row.head_count_id for row in rows}
    given = Explanation.objects.filter(head_count__in=counts).select_related("explained_by")
    return {(each.head_count_id, each.student_id): each for each in given.order_by("explained_at", "pk")}


def _became(kind: str, row: HeadCountMissing, concerns: list[date], explanation: Explanation | None) -> str:
    if kind in ABSENT:
        return f"点名已更正为{MARK_LABELS[MarkKind(kind)]}"
    if since := [day for day in sorted(concerns) if day >= row.head_count.counted_on]:
        return f"{cdate_short(since[0])}已报预警"
    return f"学校说明：{explanation.text}" if explanation else ""


def to_explain(scope: Scope, today: date) -> int:
    """How many mismatches wait for the reader's school to say what became of them."""
    here = scope.clerk_of | scope.led
    if not here:
        return 0
    found = mismatches(counts_seen(scope, today).filter(school_class__school__in=here), today)
    return sum(each.state != "settled" for each in found)
