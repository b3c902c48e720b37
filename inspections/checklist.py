"""检查表 (checklists) of a 专项检查: sections, items, points, and what a filled one comes to. Pure.

Points go in half steps. An item that does not apply to a school is left out above and below the line of its rate, so
that a small school is compared by what it has to do.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from scoring.school_scores import ranks
from students.metrics import Rate

STEP = Decimal("0.5")
KINDS = {"primary": "小学", "junior": "初级中学", "nine_year": "九年一贯制学校", "teaching_point": "教学点"}


@dataclass(frozen=True)
class Item:
    """检查项目: what is looked at, for how many points at most, and how it is judged.

    ``not_for``: kinds of school that it does not concern; ``may_be_left``: whether the inspector may find that there
    is nothing to judge at a school (不涉及).
    """

    code: str
    text: str
    points: Decimal
    judge: str
    source: str
    not_for: frozenset[str] = frozenset()
    may_be_left: bool = False

    def concerns(self, kind: str) -> bool:
        """Whether schools of a kind are judged by it."""
        return kind not in self.not_for

    @property
    def steps(self) -> list[Decimal]:
        """The points that can be given, full ones first."""
        return [STEP * number for number in range(int(self.points / STEP), -1, -1)]


@dataclass(frozen=True)
class Section:
    """部分: items that belong together."""

    code: str
    title: str
    items: tuple[Item, ...]

    @property
    def points(self) -> Decimal:
        """Full marks of the section, whatever the school."""
        return sum((item.points for item in self.items), Decimal(0))


@dataclass(frozen=True)
class Checklist:
    """检查表. ``key`` names it in the store; ``rectify_days``: days after an inspection for mending what it found."""

    key: int | str
    code: str
    title: str
    source: str
    full_marks: Decimal
    sections: tuple[Section, ...]
    rectify_days: int
    rectify_source: str

    @property
    def items(self) -> tuple[Item, ...]:
        """Every item, in the order of the paper."""
        return tuple(item for section in self.sections for item in section.items)

    def for_kind(self, kind: str) -> tuple[Section, ...]:
        """The sections with the items that concern schools of a kind; a section without any is left out."""
        kept = [
            Section(section.code, section.title, tuple(item for item in section.items if item.concerns(kind)))
            for section in self.sections
        ]
        return tuple(section for section in kept if section.items)


@dataclass(frozen=True)
class Judged:
    """评分 of one item: ``points``, or 不涉及 where it does not apply; neither: not judged yet."""

    points: Decimal | None = None
    applies: bool = True
    remark: str = ""

    @property
    def is_judged(self) -> bool:
        return self.points is not None or not self.applies

    def lost_of(self, item: Item) -> Decimal:
        """The points that the school lost; none while it has not been judged, or where the item does not apply."""
        return item.points - self.points if self.applies and self.points is not None else Decimal(0)


NOT_YET = Judged()
Sheet = Mapping[str, Judged]  # code of the item → how it was judged


@dataclass(frozen=True)
class Sum:
    """得分: ``given`` of ``full`` points; ``judged`` of ``items`` items, ``left`` of them found not to apply."""

    given: Decimal
    full: Decimal
    judged: int
    items: int
    left: int

    @property
    def rate(self) -> Rate:
        """得分率, counted in half points, since a share is of whole numbers."""
        return Rate(int(self.given / STEP), int(self.full / STEP))

    @property
    def share(self) -> Fraction | None:
        """The same without rounding: what ranks are made of; None where nothing applied."""
        return Fraction(self.given) / Fraction(self.full) if self.full else None


def total_of(items: Sequence[Item], sheet: Sheet) -> Sum:
    """What a sheet comes to over ``items``, those of a section or of all; only what has been judged counts."""
    marks = [(item, sheet.get(item.code, NOT_YET)) for item in items]
    counted = [(item, mark.points) for item, mark in marks if mark.applies and mark.points is not None]
    return Sum(
        given=sum((points for _, points in counted), Decimal(0)),
        full=sum((item.points for item, _ in counted), Decimal(0)),
        judged=sum(mark.is_judged for _, mark in marks),
        items=len(marks),
        left=sum(not mark.applies for _, mark in marks),
    )


def items_of(sections: Sequence[Section]) -> tuple[Item, ...]:
    """Every item of some sections."""
    return tuple(item for section in sections for item in section.items)


def faults_of(sections: Sequence[Section], sheet: Sheet) -> Iterator[tuple[Item, str]]:
    """What keeps a sheet from being signed: each item with the reason in words."""
    for item in items_of(sections):
        if reason := fault_of(item, sheet.get(item.code, NOT_YET)):
            yield item, reason


def fault_of(item: Item, mark: Judged) -> str:
    """Why an item cannot be signed as it is judged; blank where it can."""
    if not mark.is_judged:
        return "还没有评分"
    if wrong := impossible(item, mark):
        return wrong
    if not mark.applies and not mark.remark:
        return "不涉及的要写明为什么"
    return "扣了分的要写明问题" if mark.lost_of(item) and not mark.remark else ""


def impossible(item: Item, mark: Judged) -> str:
    """Why points can never be those of an item; blank where they can, or where there are none yet."""
    if not mark.applies:
        return "" if item.may_be_left else "这一项每所学校都要评，不能选“不涉及”"
    if mark.points is None:
        return ""
    if not 0 <= mark.points <= item.points:
        return f"得分应在0到{plain(item.points)}分之间"
    return "得分以半分为一档" if mark.points % STEP else ""


def lost_items(sections: Sequence[Section], sheet: Sheet) -> list[Item]:
    """The items with which a school lost points: what it has to mend."""
    return [item for item in items_of(sections) if sheet.get(item.code, NOT_YET).lost_of(item)]


def ranks_of(sums: Sequence[Sum]) -> list[int | None]:
    """名次 by 得分率, in the order given: equals share one, and the next is counted on; None where nothing applied."""
    shares = [each.share for each in sums]
    falling = sorted((share for share in shares if share is not None), reverse=True)
    places = dict(zip(falling, ranks(falling), strict=True))
    return [None if share is None else places[share] for share in shares]


def differences(old: Checklist, new: Checklist) -> Iterator[str]:
    """What a version changes, in words, in the order of the new paper; what is gone comes last."""
    before, after = {item.code: item for item in old.items}, {item.code: item for item in new.items}
    for code, item in after.items():
        was = before.get(code)
        if was is None:
            yield f"增加“{item.text}”，{plain(item.points)}分"
        elif was != item:
            yield f"修改“{item.text}”{_changed(was, item)}"
    for code, item in before.items():
        if code not in after:
            yield f"去掉“{item.text}”，{plain(item.points)}分"
    if old.full_marks != new.full_marks:
        yield f"满分由{plain(old.full_marks)}分改为{plain(new.full_marks)}分"


def _changed(was: Item, item: Item) -> str:
    if was.points != item.points:
        return f"，由{plain(was.points)}分改为{plain(item.points)}分"
    return f"，原来是“{was.text}”" if was.text != item.text else "的评分标准、依据或适用学校"


def plain(number: Decimal) -> str:
    """Points as people write them: 8, 7.5."""
    return format(number.normalize(), "f")
