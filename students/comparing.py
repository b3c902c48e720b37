"""核对: the children of the national system's export against ours, one difference at a time. Pure.

A child is recognised by 学籍号, then by 身份证件号 (a formal 学籍号 holds it), then by a 学籍号 it had before.
Names are never enough: two children of a school may share one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from students.enrolment import EventKind
from students.identity import masked_number

ONLY_THERE, ONLY_HERE, FIELD, PENDING = "only_there", "only_here", "field", "pending"
BLANK = "（空）"
YES, NO = "是", "否"
NAME, NUMBER, IDENTITY = "姓名", "学籍号", "身份证件号"
LEFT_BEHIND, ORPHAN, MIGRANT = "是否留守儿童", "是否孤儿", "是否进城务工人员随迁子女"
DISABILITY, IN_REGULAR_CLASS = "残疾类型", "随班就读"
NO_DISABILITY = "无"
NUMBERS = frozenset({NUMBER, IDENTITY})
ADMITTED, HOME_AREA = "入学年月", "户口所在地行政区划"
# Columns in which a blank cell says nothing, and so contradicts nothing.
MAY_BE_SILENT = frozenset({LEFT_BEHIND, ORPHAN, MIGRANT, DISABILITY, IN_REGULAR_CLASS})
COMPARED = (
    NAME,
    "性别",
    "出生日期",
    NUMBER,
    "身份证件类型",
    IDENTITY,
    "班号",
    "民族",
    ADMITTED,
    "就读方式",
    HOME_AREA,
    "现住址",
    LEFT_BEHIND,
    ORPHAN,
    MIGRANT,
    DISABILITY,
    IN_REGULAR_CLASS,
)
# Children who came by these are expected there once the time allowed is over; a first entry is no change of theirs.
ARRIVALS = frozenset({EventKind.TRANSFER_IN, EventKind.OTHER_IN})


class TheirChild(NamedTuple):
    """A row of the export. ``fields``: header → what it says, in our words; "" where the cell is blank."""

    row: int
    school: str
    fields: Mapping[str, str]

    @property
    def number(self) -> str:
        return self.fields.get(NUMBER, "")

    @property
    def identity(self) -> str:
        return self.fields.get(IDENTITY, "")


@dataclass(frozen=True)
class OurChild:
    """A child as our registry has it; ``expected``: 在籍 here on the day, and not a guest whose 学籍 is elsewhere.

    ``school``: the code of the school on the day, "" where none; ``school_name`` its name.
    """

    key: int
    school: str
    school_name: str
    fields: Mapping[str, str]
    former: frozenset[str] = frozenset()
    expected: bool = True

    @property
    def number(self) -> str:
        return self.fields[NUMBER] or self.fields[IDENTITY]


class Change(NamedTuple):
    """The change of ours that explains why a child is in one registry only, and the last day to do it there too."""

    kind: EventKind
    day: date
    due: date

    def words(self, as_of: date) -> str:
        until = "应于{}前办结，已超期" if self.is_late(as_of) else "办理期到{}"
        return f"{_day(self.day)}{self.kind.label}，{until.format(_day(self.due))}"

    def is_late(self, as_of: date) -> bool:
        return as_of > self.due


class Found(NamedTuple):
    """A difference 差异; ``school`` is a code. Numbers stand masked."""

    kind: str
    school: str
    student: int | None
    name: str
    number: str
    field: str = ""
    theirs: str = ""
    ours: str = ""


@dataclass
class Registry:
    """Our children, found by any of their numbers."""

    children: Iterable[OurChild]
    _by_number: dict[str, OurChild] = field(default_factory=dict)
    _by_identity: dict[str, OurChild] = field(default_factory=dict)
    _by_former: dict[str, OurChild] = field(default_factory=dict)

    def __post_init__(self):
        for child in self.children:
            if number := child.fields[NUMBER]:
                self._by_number[number] = child
            if identity := child.fields[IDENTITY]:
                self._by_identity[identity] = child
            self._by_former |= dict.fromkeys(child.former, child)

    def find(self, theirs: TheirChild) -> OurChild | None:
        number, identity = theirs.number, theirs.identity
        inside = number[1:] if number.startswith("G") else ""
        return (
            self._by_number.get(number)
            or self._by_identity.get(identity)
            or self._by_number.get(f"G{identity}")
            or self._by_identity.get(inside)
            or self._by_former.get(number)
        )


def compare(
    theirs: Sequence[TheirChild],
    ours: Registry,
    *,
    left: Mapping[int, Change],
    arrived: Mapping[int, Change],
    headers: Iterable[str],
    as_of: date,
) -> Iterator[Found]:
    """Every difference, in the order of the export, then of our list.

    ``left``, ``arrived``: the last change by which a child went from the registry or came into it. ``headers``: the
    columns that the export has and that are compared.
    """
    headers = list(headers)
    rows: dict[int, int] = {}
    for child in theirs:
        known = ours.find(child)
        if known is None:
            yield _of(child, ONLY_THERE)
        elif known.key in rows:
            yield _of(child, ONLY_THERE, known, theirs=f"与第{rows[known.key]}行是同一名学生")
        elif not known.school or known.school != child.school:
            rows[known.key] = child.row
            yield _elsewhere(child, known, left.get(known.key), arrived.get(known.key), as_of)
        else:
            rows[known.key] = child.row
            yield from _fields(child, known, headers)
    for known in ours.children:
        if known.expected and known.key not in rows:
            yield _missing(known, arrived.get(known.key), as_of)


def _elsewhere(child: TheirChild, known: OurChild, left: Change | None, arrived: Change | None, as_of: date) -> Found:
    """Stands there in a school that the child does not stand in here."""
    change = (arrived or left) if known.school else left
    here = f"在{known.school_name}" if known.school else "不在籍"
    ours = f"{here}；{change.words(as_of)}" if change else here
    late = change is not None and change.is_late(as_of)
    return _of(child, PENDING if late else ONLY_THERE, known, theirs="仍在册" if late else "", ours=ours)


def _missing(known: OurChild, arrived: Change | None, as_of: date) -> Found:
    late = arrived is not None and arrived.kind in ARRIVALS and arrived.is_late(as_of)
    ours = ""
    if arrived and (late or arrived.kind in ARRIVALS):
        ours = arrived.words(as_of)
    elif arrived:
        ours = f"{_day(arrived.day)}{arrived.kind.label}"
    return Found(
        kind=PENDING if late else ONLY_HERE,
        school=known.school,
        student=known.key,
        name=known.fields[NAME],
        number=_masked(known.number),
        theirs="没有这名学生" if late else "",
        ours=ours,
    )


def _fields(child: TheirChild, known: OurChild, headers: list[str]) -> Iterator[Found]:
    for header in headers:
        said, kept = child.fields[header], known.fields[header]
        if said != kept and (said or header not in MAY_BE_SILENT):
            yield _of(child, FIELD, known, field=header, **_both(header, said, kept))


def _both(header: str, said: str, kept: str) -> dict[str, str]:
    """The two sides as they may be kept: numbers masked, and still to be told apart."""
    if header not in NUMBERS:
        return {"theirs": said or BLANK, "ours": kept or BLANK}
    theirs, ours = (_masked(number) or BLANK for number in (said, kept))
    return {"theirs": theirs, "ours": f"{ours}（中间几位不同）" if theirs == ours else ours}


def _of(child: TheirChild, kind: str, known: OurChild | None = None, **said: str) -> Found:
    return Found(
        kind=kind,
        school=child.school,
        student=known.key if known else None,
        # Ours where we know the child: its page is found by it, and the next comparison finds it again.
        name=known.fields[NAME] if known else child.fields[NAME] or f"第{child.row}行",
        number=_masked(known.number if known else child.number or child.identity),
        **said,
    )


def _masked(number: str) -> str:
    return masked_number(number) if number else ""


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def in_words(header: str, value: object) -> str:
    """A value of a column, theirs or ours, in one way of writing."""
    if isinstance(value, date):
        return f"{value.year}年{value.month}月" + ("" if header == ADMITTED else f"{value.day}日")
    if header == LEFT_BEHIND:
        return YES if value else NO
    if isinstance(value, bool):
        return YES if value else NO
    if header == DISABILITY:
        return str(value or NO_DISABILITY)
    if header == HOME_AREA and value:
        return str(value).ljust(12, "0")  # a county's six digits and its twelve are one place
    return "" if value is None else str(value)
