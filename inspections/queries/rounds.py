"""检查批次 as they are read: the rounds of a scope, and one round with its schools, sums and ranks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from inspections.checklist import Checklist, Section, Sum, items_of, ranks_of, total_of
from inspections.models import Inspection, InspectionAnswer, InspectionResult, InspectionRound
from inspections.presets import checklist_of
from inspections.queries.reading import read_content
from students.access import Scope

DONE, BEGUN, WAITING = "done", "begun", "waiting"
STATES = {DONE: "已检查", BEGUN: "正在检查", WAITING: "未检查"}


def rounds_in(scope: Scope) -> QuerySet[InspectionRound]:
    """The rounds that look at a school of the scope, the latest first, with how many of its schools are done."""
    here = Q(inspections__in=Inspection.objects.visible_to(scope).values("pk"))
    signed = here & Q(inspections__signed_at__isnull=False)
    return (
        InspectionRound.objects.visible_to(scope)
        .select_related("checklist")
        .annotate(
            schools=Count("inspections", filter=here, distinct=True),
            done=Count("inspections", filter=signed, distinct=True),
        )
        .order_by("-first_day", "-pk")
    )


def to_look_at(scope: Scope, today: date) -> QuerySet[InspectionRound]:
    """The rounds that are not over, of which the reader is an inspector, with how many schools are ``left`` for them;
    what ends first stands first."""
    waits = Inspection.objects.visible_to(scope).filter(signed_at=None)
    waits = waits.exclude(school__in=scope.clerk_of | scope.led)
    rows = InspectionRound.objects.filter(inspectors=scope.person, last_day__gte=today)
    rows = rows.annotate(left=Count("inspections", filter=Q(inspections__in=waits.values("pk"))))
    return rows.filter(left__gt=0).order_by("last_day", "pk")


@dataclass(frozen=True)
class SchoolLine:
    """A school of a round. ``parts``: the sum of every section of the checklist, None where it does not concern the
    school; ``rank`` of ``ranked`` schools that have been signed, None before."""

    inspection: Inspection
    result: InspectionResult | None
    total: Sum | None
    parts: tuple[Sum | None, ...]
    rank: int | None
    ranked: int
    is_answered: bool

    @property
    def state(self) -> str:
        if self.result:
            return DONE
        return BEGUN if self.inspection.version else WAITING

    @property
    def state_words(self) -> str:
        """已检查; 正在检查; 未检查."""
        return STATES[self.state]


@dataclass(frozen=True)
class Board:
    """检查汇总: the whole round, and of it the ``lines`` that the reader sees; ranks are those of the whole round."""

    round: InspectionRound
    checklist: Checklist
    lines: tuple[SchoolLine, ...]

    @property
    def done(self) -> list[SchoolLine]:
        """The ranked schools, the first first."""
        return [line for line in self.lines if line.result]

    @property
    def not_yet(self) -> list[SchoolLine]:
        """The schools that nobody has signed for, which have no rank."""
        return [line for line in self.lines if not line.result]

    @property
    def mean(self) -> Sum | None:
        """All schools that the reader sees taken together: points given of points that could be."""
        sums = [line.total for line in self.done]
        if not sums:
            return None
        return Sum(
            sum(each.given for each in sums), sum(each.full for each in sums), sum(each.judged for each in sums),
            sum(each.items for each in sums), sum(each.left for each in sums),
        )  # fmt: skip


def board_of(row: InspectionRound, scope: Scope) -> Board:
    """A round with its schools; a constant number of queries, whatever their number."""
    checklist = checklist_of(row.checklist)
    inspections = list(
        Inspection.objects.filter(round=row).select_related("school__township", "signed_by").order_by("school__code")
    )
    seen = set(Inspection.objects.visible_to(scope).filter(round=row).values_list("pk", flat=True))
    results = latest_results(inspections)
    signed = [each for each in inspections if each.pk in results]
    made = {each.pk: _sums(checklist, each, results[each.pk]) for each in signed}
    ranks = dict(zip(made, ranks_of([total for total, _ in made.values()]), strict=True))
    answered = set(
        InspectionAnswer.objects.filter(result__in=results.values()).values_list("result__inspection", flat=True)
    )
    lines = [
        SchoolLine(
            each, results.get(each.pk), *made.get(each.pk, (None, ())), rank=ranks.get(each.pk), ranked=len(made),
            is_answered=each.pk in answered,
        )
        for each in inspections
        if each.pk in seen
    ]  # fmt: skip
    return Board(row, checklist, tuple(sorted(lines, key=_order)))


def latest_results(inspections: Iterable[Inspection]) -> dict[int, InspectionResult]:
    """Inspection → the version of its result that counts."""
    newer = InspectionResult.objects.filter(inspection=OuterRef("inspection"), number__gt=OuterRef("number"))
    rows = InspectionResult.objects.filter(~Exists(newer), inspection__in=[each.pk for each in inspections])
    return {row.inspection_id: row for row in rows.order_by("pk")}


def _sums(checklist: Checklist, inspection: Inspection, result: InspectionResult) -> tuple[Sum, tuple[Sum | None, ...]]:
    sheet = read_content(result.content)
    kept = {section.code: section for section in checklist.for_kind(inspection.school.kind)}
    whole = total_of(items_of(list(kept.values())), sheet)
    parts = [total_of(kept[each.code].items, sheet) if each.code in kept else None for each in checklist.sections]
    return whole, tuple(part if part and part.full else None for part in parts)


def _order(line: SchoolLine) -> tuple:
    return line.rank is None, line.rank or 0, line.inspection.school.code


@dataclass(frozen=True)
class PartLine:
    """A section with its sum, for a page of one school."""

    section: Section
    total: Sum


def parts_of(sections: Sequence[Section], sheet) -> list[PartLine]:
    """The sections of a sheet with their sums."""
    return [PartLine(section, total_of(section.items, sheet)) for section in sections]
