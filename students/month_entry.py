"""补录: what somebody typed into the cells of a paper month sheet, and which registers it makes. Pure."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from students.days import MARK_LABELS, MarkKind, Slot

# The sign that a kind has on paper, in the words of the sheet's legend.
SIGN_OF = {
    MarkKind.UNEXCUSED: "旷",
    MarkKind.UNVERIFIED: "核",
    MarkKind.PERSONAL_LEAVE: "事",
    MarkKind.SICK_LEAVE: "病",
    MarkKind.OFFICIAL: "公",
    MarkKind.LATE: "迟",
    MarkKind.LEFT_EARLY: "退",
}
PRESENT_SIGN = "○"
# Keys that are quicker than a 汉字: a digit, or the first letter of the sign's pinyin; as on the register page.
KEYS = {
    MarkKind.UNEXCUSED: "1k",
    MarkKind.UNVERIFIED: "2h",
    MarkKind.PERSONAL_LEAVE: "3s",
    MarkKind.SICK_LEAVE: "4b",
    MarkKind.OFFICIAL: "5g",
    MarkKind.LATE: "6c",
    MarkKind.LEFT_EARLY: "7t",
}
KINDS = (
    {sign: kind for kind, sign in SIGN_OF.items()}
    | {label: kind for kind, label in MARK_LABELS.items()}
    | {key: kind for kind, keys in KEYS.items() for key in keys}
)
HERE = {PRESENT_SIGN, "〇", "◯", "o", "0", "√", "✓", "出勤"}


class UnknownSign(ValueError):
    """A cell holds something that is no sign."""


def read_cell(typed: str) -> tuple[bool, MarkKind | None]:
    """(something was written, kind): blank is (False, None), ○ is (True, None).

    Width, case and spaces make no difference. Raises ``UnknownSign``.
    """
    # Spaces of every width go; ○ has no compatibility form and stays.
    text = "".join(unicodedata.normalize("NFKC", typed).split()).lower()
    if not text:
        return False, None
    if text in HERE:
        return True, None
    try:
        return True, KINDS[text]
    except KeyError:
        raise UnknownSign(typed) from None


@dataclass(frozen=True)
class Place:
    """Which register: a day and a slot."""

    day: date
    slot: Slot


@dataclass(frozen=True)
class Column:
    """A register as it was typed. ``version``: that of the one the page showed, 0 for none; ``ticked``: 这天点过名."""

    version: int
    ticked: bool = False
    cells: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Entered:
    """A register that somebody says was taken, as it should stand: student id → kind, for the exceptions."""

    place: Place
    version: int
    marks: Mapping[int, MarkKind]


@dataclass(frozen=True)
class BadCell:
    """A cell that could not be read."""

    student: int
    place: Place
    typed: str


def read_columns(columns: Mapping[Place, Column]) -> tuple[list[Entered], list[BadCell]]:
    """The registers that the columns make, in order, and the cells that cannot be read.

    A column stands for a register where it is ticked, where anything is written in it, or where there is one already.
    """
    entered, bad = [], []
    for place, column in columns.items():
        marks, written = {}, False
        for student, typed in column.cells.items():
            try:
                said, kind = read_cell(typed)
            except UnknownSign:
                bad.append(BadCell(student, place, typed))
                continue
            written |= said
            if kind:
                marks[student] = kind
        if column.ticked or written or column.version:
            entered.append(Entered(place, column.version, marks))
    return entered, bad
