"""Reads a checklist from its data and refuses what could not be judged fairly, with the reason. Pure.

Refused are: points without bounds or not in half steps, an item twice or without words, without a standard of judging
or a source, a sum other than the full marks, points for an absence as such (``absences``).
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation

from inspections.absences import counts_absences
from inspections.checklist import KINDS, STEP, Checklist, Item, Section, items_of, plain

MOST = Decimal(100)  # points of one item, and of a whole checklist ten times as many
MOST_ITEMS = 100
LONGEST = {"text": 120, "judge": 300, "source": 120}  # characters
LONGEST_TITLE = 60
MOST_DAYS = 180  # until what was found is mended
NOT_FOR_ABSENCES = (
    "不能按缺勤本身扣分：谁因为缺勤扣分，谁就不会如实点名。可以检查的是该办的事是否办了：按时点名、有假条、当天联系家长"
)
NAMES = {"text": "检查内容", "judge": "评分标准", "source": "依据"}


class ChecklistError(ValueError):
    """A checklist that could not be judged by; the message is a Chinese sentence."""


def read_checklist(data: Mapping, *, key: int | str | None = None) -> Checklist:
    """Build a checklist from its data (a YAML preset or a stored row, with its ``key``); raises ``ChecklistError``
    in Chinese."""
    try:
        checklist = Checklist(
            key=key if key is not None else data["code"],
            code=data["code"],
            title=data["title"],
            source=data["source"],
            full_marks=_points(data["full_marks"], "满分"),
            sections=tuple(_read_section(row) for row in data["sections"]),
            rectify_days=_days(data["rectify_days"]),
            rectify_source=data["rectify_source"],
        )
    except KeyError as missing:
        raise ChecklistError(f"检查表里缺少“{missing.args[0]}”一项") from None
    if reason := next(_contradictions(checklist), ""):
        raise ChecklistError(reason)
    # What has been stored is read as it was judged by; nothing new is stored that punishes an absence.
    if key is None and (item := next((each for each in checklist.items if _punishes(each)), None)):
        raise ChecklistError(f"“{item.text}”{NOT_FOR_ABSENCES}")
    return checklist


def _read_section(row: Mapping) -> Section:
    return Section(row["code"], row["title"].strip(), tuple(_read_item(item) for item in row["items"]))


def _read_item(row: Mapping) -> Item:
    text = row["text"].strip()
    if row.get("points") in (None, ""):
        raise ChecklistError(f"“{text}”没有写分值：分数要有上限")
    return Item(
        code=row["code"],
        text=text,
        points=_points(row["points"], f"“{text}”的分值"),
        judge=row["judge"].strip(),
        source=row["source"].strip(),
        not_for=frozenset(row.get("not_for", ())),
        may_be_left=bool(row.get("may_be_left", False)),
    )


def _points(value, what: str) -> Decimal:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise ChecklistError(f"{what}应是数字，不能是“{value}”") from None
    if not number.is_finite() or abs(number) > MOST * 10 or number % STEP:
        raise ChecklistError(f"{what}以半分为一档，最多{plain(MOST * 10)}分，不能是“{value}”")
    return number


def _days(value) -> int:
    if not isinstance(value, int) or not 1 <= value <= MOST_DAYS:
        raise ChecklistError(f"整改期限应在1到{MOST_DAYS}天之间，不能是“{value}”")
    return value


def _contradictions(checklist: Checklist) -> Iterator[str]:
    """Why nobody could judge by a checklist, in words; the first is told."""
    if not checklist.title.strip() or len(checklist.title) > LONGEST_TITLE:
        yield f"检查表要有名称，最多{LONGEST_TITLE}字"
    items = checklist.items
    if not 1 <= len(items) <= MOST_ITEMS:
        yield f"检查表应有1到{MOST_ITEMS}个项目，现在有{len(items)}个"
    for section in checklist.sections:
        if not section.title:
            yield "每个部分要有名称"
        if not section.items:
            yield f"“{section.title}”里没有项目，请添上或去掉这个部分"
    for item in items:
        yield from _refused_item(item)
    yield from _repeated([section.title for section in checklist.sections], "部分")
    yield from _repeated([item.text for item in items], "检查内容")
    yield from _repeated([item.code for item in items], "项目代号")
    total = sum((item.points for item in items), Decimal(0))
    if total != checklist.full_marks:
        yield f"各项分值相加是{plain(total)}分，满分写的是{plain(checklist.full_marks)}分，两个数要一样"
    for kind, label in KINDS.items():
        if not items_of(checklist.for_kind(kind)):
            yield f"没有一项适用于{label}"


def _refused_item(item: Item) -> Iterator[str]:
    for name, longest in LONGEST.items():
        words = getattr(item, name)
        if not words:
            yield f"“{item.text or '没有名称的项目'}”没有写{NAMES[name]}"
        if len(words) > longest:
            yield f"“{item.text[:20]}”的{NAMES[name]}最多{longest}字"
    if not 0 < item.points <= MOST:
        yield f"“{item.text}”的分值应在{plain(STEP)}到{plain(MOST)}分之间，不能是{plain(item.points)}分"
    if unknown := sorted(item.not_for - KINDS.keys()):
        yield f"“{item.text}”里不认识的办学类型：“{unknown[0]}”"


def _punishes(item: Item) -> bool:
    return counts_absences(item.text, item.judge)


def _repeated(words: list[str], what: str) -> Iterator[str]:
    for word, number in Counter(words).items():
        if number > 1:
            yield f"{what}“{word}”写了{number}次，应写一次"
