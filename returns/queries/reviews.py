"""复核 as pages show it: the reviews, the schools of one, the children and months of a school."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count

from returns.models import Review, ReviewChild, ReviewMonth, ReviewPaper, ReviewSheet
from returns.queries.editions import content_of
from returns.reviewing import COMPARED, Agreement, Drawn, Finding, Part, Tally, claims_of, draw_children, total
from returns.snapshots import lists_of
from students.access import Scope
from students.periods import label_of
from students.turning import grade_label


def reviews_seen(scope: Scope):
    """Reviews of which the reader may open a school."""
    shown = ReviewSheet.objects.shown_to(scope).order_by().values("review")
    return Review.objects.filter(pk__in=shown).select_related("opened_by", "closed_by")


def sheets_seen(scope: Scope):
    """Sheets that the reader may open."""
    return ReviewSheet.objects.shown_to(scope).select_related("review", "school__township")


def tallies_of(sheets: Iterable[ReviewSheet]) -> dict[int, Tally]:
    """Sheet → what it has come to; two queries."""
    ids = [sheet.pk for sheet in sheets]
    found: dict[int, Counter] = defaultdict(Counter)
    rows = ReviewChild.objects.filter(sheet__in=ids).order_by().values_list("sheet", "finding")
    for sheet, finding, number in rows.annotate(number=Count("pk")):
        found[sheet][finding] = number
    read: dict[int, list[int]] = defaultdict(list)  # how many numbers differ, month by month; -1 before it was read
    for sheet, agreement, differing in ReviewMonth.objects.filter(sheet__in=ids).values_list(
        "sheet", "agreement", "found"
    ):
        read[sheet].append(len(differing) if agreement else -1)
    return {
        pk: Tally(
            drawn=found[pk].total(),
            holds=found[pk][Finding.HOLDS],
            wrong=found[pk][Finding.WRONG],
            unverified=found[pk][Finding.UNVERIFIED],
            months=len(read[pk]),
            read=sum(number >= 0 for number in read[pk]),
            differing=sum(number for number in read[pk] if number > 0),
        )
        for pk in ids
    }


@dataclass(frozen=True)
class SheetLine:
    """A school of a review, and what it has come to."""

    sheet: ReviewSheet
    tally: Tally

    @property
    def is_done(self) -> bool:
        return not self.tally.left

    @property
    def state(self) -> str:
        """How far the entering is."""
        if self.is_done:
            return "录完"
        return "录入中" if self.tally.seen or self.tally.read else "没有开始"

    @property
    def tone(self) -> str:
        return {"录完": "ok", "录入中": "note", "没有开始": "mute"}[self.state]

    @property
    def is_wrong(self) -> bool:
        """Whether something was found otherwise than it was reported."""
        return bool(self.tally.wrong or self.tally.differing)


def sheet_lines(scope: Scope, review: Review) -> list[SheetLine]:
    """The schools of a review that the reader may open; three queries."""
    sheets = list(sheets_seen(scope).filter(review=review).order_by("school__code"))
    tallies = tallies_of(sheets)
    return [SheetLine(sheet, tallies[sheet.pk]) for sheet in sheets]


def sum_of(lines: Iterable[SheetLine]) -> Tally:
    """All schools together."""
    return total(line.tally for line in lines)


@dataclass(frozen=True)
class NumberLine:
    """A number of a month: as reported, and as the ledger has it where that is another."""

    code: str
    label: str
    reported: int
    found: int | None

    @property
    def words(self) -> str:
        """期末在校120，台账119."""
        return f"{self.label}上报{self.reported}，台账{self.found}"


def number_lines(month: ReviewMonth) -> list[NumberLine]:
    """The numbers of a month that are compared."""
    return [NumberLine(code, label, month.reported[code], month.found.get(code)) for code, label in COMPARED.items()]


def months_of(sheet: ReviewSheet) -> list[ReviewMonth]:
    """The months of a sheet, in order; one query."""
    rows = ReviewMonth.objects.filter(sheet=sheet).select_related("edition__school_return", "changed_by")
    return list(rows.order_by("edition__school_return__period"))


def children_of(sheet: ReviewSheet) -> list[ReviewChild]:
    """The children of a sheet, as they are looked for at the school: by what is said of them, then by class; two
    queries."""
    rows = ReviewChild.objects.filter(sheet=sheet).prefetch_related("papers")
    rows = rows.select_related(
        "sheet", "student__line__school_class__school", "month__edition__school_return", "changed_by"
    )
    parts = list(Part)
    return sorted(rows.order_by("position"), key=lambda row: (parts.index(Part(row.part)), row.grade, row.position))


def all_children(scope: Scope):
    """Children on the sheets that the reader may open."""
    rows = ReviewChild.objects.filter(sheet__in=ReviewSheet.objects.shown_to(scope))
    return rows.select_related(
        "sheet__review", "sheet__school", "student__line__school_class__school", "month__edition__school_return",
        "changed_by",
    )  # fmt: skip


def all_months(scope: Scope):
    """Months of the sheets that the reader may open."""
    rows = ReviewMonth.objects.filter(sheet__in=ReviewSheet.objects.shown_to(scope))
    return rows.select_related("sheet__review", "sheet__school", "edition__school_return", "changed_by")


@dataclass(frozen=True)
class MonthLine:
    """A month of a sheet in words."""

    row: ReviewMonth

    @property
    def label(self) -> str:
        """2026年10月月报, or its 第1号更正."""
        return f"{label_of(self.row.edition.school_return.period)}{self.row.edition.label}"

    @property
    def state(self) -> str:
        return Agreement(self.row.agreement).label if self.row.agreement else "没有核对"

    @property
    def tone(self) -> str:
        return {"": "mute", Agreement.AGREES: "ok", Agreement.DIFFERS: "alarm"}[self.row.agreement]

    @property
    def code(self) -> str:
        """As addresses of returns name the month."""
        return self.row.edition.school_return.period

    @property
    def numbers(self) -> list[NumberLine]:
        return number_lines(self.row)

    @property
    def differing(self) -> str:
        """Which numbers the ledger has otherwise; blank where none."""
        return "；".join(line.words for line in self.numbers if line.found is not None)


def month_lines(months: Iterable[ReviewMonth]) -> list[MonthLine]:
    """The months of a sheet in words."""
    return [MonthLine(row) for row in months]


@dataclass(frozen=True)
class ChildLine:
    """A child of a sheet in words."""

    row: ReviewChild

    @property
    def place(self) -> str:
        """三年级, and the class that the child is in or was in last."""
        line = self.row.student.line
        far = line.school_class.school if line.school_class.school_id != self.row.sheet.school_id else ""
        return f"{grade_label(self.row.grade)}，{far}{line.school_class}"

    @property
    def month(self) -> str:
        """2026年10月月报."""
        return MonthLine(self.row.month).label

    @property
    def said(self) -> str:
        """2026年10月月报：转出."""
        return f"{self.month}：{self.row.get_part_display()}"

    @property
    def label(self) -> str:
        return Finding(self.row.finding).label if self.row.finding else "没有录入"

    @property
    def tone(self) -> str:
        return Finding(self.row.finding).tone if self.row.finding else "mute"

    @property
    def found(self) -> str:
        """在校就读：说明; blank where it holds without a word."""
        return "：".join(filter(None, [self.row.get_instead_display(), self.row.words]))

    @property
    def papers(self) -> list[ReviewPaper]:
        return list(self.row.papers.all())


def parts_of(children: Sequence[ReviewChild]) -> dict[str, list[ChildLine]]:
    """What is said → the children of whom it is said."""
    found: dict[str, list[ChildLine]] = {}
    for row in children:
        found.setdefault(row.get_part_display(), []).append(ChildLine(row))
    return found


def next_to_enter(children: Sequence[ReviewChild], after: ReviewChild) -> ReviewChild | None:
    """The next child of a sheet of whom nothing has been entered, round to the beginning; None where none is left."""
    place = [row.pk for row in children].index(after.pk)
    in_turn = [*children[place + 1 :], *children[:place]]
    return next((row for row in in_turn if not row.finding), None)


def drawn_again(sheet: ReviewSheet, months: Sequence[ReviewMonth]) -> bool:
    """按种子重算: whether the same children are drawn from the same returns in the same order; a query a month, and
    one."""
    return draw_of(sheet.review, _lists(months)) == _kept(sheet)


def draw_of(review: Review, lists: Mapping[str, Mapping]) -> list[tuple[str, int, str]]:
    """(part, child, month) of a school as the seed draws them."""
    drawn = draw_children(claims_of(lists), size=review.size, most=review.most, seed=review.seed)
    return [_plain(each) for each in drawn]


def _plain(drawn: Drawn) -> tuple[str, int, str]:
    return str(drawn.part), drawn.claim.child, drawn.claim.month


def _lists(months: Sequence[ReviewMonth]) -> dict[str, Mapping]:
    return {row.edition.school_return.period: lists_of(content_of(row.edition)) for row in months}


def _kept(sheet: ReviewSheet) -> list[tuple[str, int, str]]:
    rows = ReviewChild.objects.filter(sheet=sheet).order_by("position")
    return list(rows.values_list("part", "student", "month__edition__school_return__period"))
