"""表 (tables): one list of columns from which the screen, Excel, paper and JSON are all drawn. Pure.

A column knows two things of a row: its ``value``, as scripts read it (codes, whole numbers, dates), and what people
see of it (``shown``: words for codes, stars in numbers). JSON is made of the values; everything else of what is shown.
So the renderings cannot differ in their figures, and a new rendering needs no new list.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import partial
from itertools import groupby
from typing import Any, Protocol

from students.identity import Searched, masked_number, masked_phone, masked_search
from students.metrics import NO_RATE, Rate, points_text

NOTHING = "没有符合条件的记录"
SEARCH = "有查找（内容不保存）"  # in the place of whom somebody looked for


class Kind(StrEnum):
    """What a column holds; it decides alignment, number format and wording in every rendering."""

    TEXT = "text"
    CODE = "code"  # digits that are a name, not a quantity: never a number in Excel, never broken over two lines
    WORD = "word"  # one of a few coded values; people see its label
    DATE = "date"
    INTEGER = "integer"
    POINTS = "points"  # a Decimal, shown with at most one decimal
    RATE = "rate"  # a Rate; scripts read its numerator and denominator as well
    SHARE = "share"  # the two counts of a Rate, beside it under the same key: 191/195

    @property
    def alignment(self) -> str:
        """Where a cell and its head stand: quantities right, single words in the middle."""
        return "right" if self.is_figure else {"word": "center"}.get(self, "left")

    @property
    def is_figure(self) -> bool:
        """Whether it is a quantity."""
        return self in (Kind.INTEGER, Kind.POINTS, Kind.RATE, Kind.SHARE)


class CannotDraw(Exception):
    """A table that a rendering cannot draw; the message is a Chinese sentence."""


@dataclass(frozen=True)
class Column:
    """One column. ``width`` is what it needs on paper, in 汉字.

    ``key``: its name in JSON, ``lines.target`` for one inside another; None where only people need it. ``value``,
    ``shown``: taken from a row; ``shown`` only where people see something else. ``stressed``: values that must catch
    the eye. ``note``: the definition, printed under the table. ``group``: the head that it shares with its neighbours.
    """

    key: str | None
    header: str
    kind: Kind
    width: float
    value: Callable[[Any], Any]
    shown: Callable[[Any], Any] | None = None
    stressed: frozenset = frozenset()
    note: str = ""
    group: str = ""

    @property
    def cell(self) -> Callable[[Any], Any]:
        """Takes from a row what people see: text, a date, a number or None."""
        if self.shown:
            return self.shown
        if made := {Kind.WORD: _label, Kind.SHARE: share_text}.get(self.kind):
            return partial(made, self.value)
        return self.value


def searched(text: str) -> tuple[str, ...]:
    """What was looked for, in the words of ``Table.filters``; nothing where nothing was."""
    return (Searched(f"查找“{masked_search(text)}”"),) if text else ()


def number_column(
    key: str | None, header: str, width: float, value: Callable[[Any], Any], *, reveal: bool, group: str = ""
) -> Column:
    """A column of identity numbers or 学籍号, masked in every rendering unless ``reveal``."""
    return _private_column(key, header, width, value, None if reveal else masked_number, group)


def phone_column(
    key: str | None, header: str, width: float, value: Callable[[Any], Any], *, reveal: bool, group: str = ""
) -> Column:
    """A column of telephone numbers, masked in every rendering unless ``reveal``."""
    return _private_column(key, header, width, value, None if reveal else masked_phone, group)


def _private_column(key, header, width, value, masked, group) -> Column:
    """What must not be seen is no value either: JSON is made of the values."""

    def hidden(row: Any) -> str | None:
        return masked(found) if (found := value(row)) else None

    return Column(key, header, Kind.CODE, width, hidden if masked else value, group=group)


def share_text(value: Callable[[Any], Any], row: Any) -> str:
    """191/195, so that whoever reads a rate on paper can work it out again."""
    rate = value(row)
    return f"{rate.numerator}/{rate.denominator}" if rate and rate.denominator else NO_RATE


def _label(value: Callable[[Any], Any], row: Any) -> str | None:
    member = value(row)
    return None if member is None else member.label


@dataclass(frozen=True)
class Signed:
    """Who filled in a form, who has signed it, and on which day, in words."""

    filled_in_by: str
    signed_by: str
    day: str


@dataclass(frozen=True)
class Table:
    """Columns, rows and all that is said about them.

    ``rows`` begins anew at every call and may stream; ``count`` is how many it will give. ``tally``: parts of the
    count in words. ``filters``: what the rows were narrowed down to, in words. ``fixed_columns``: how many leading
    columns stay in sight while the others scroll. ``signatures``: who signs the paper; there is a place for each.
    ``total``: the sum of the rows, as a row that is set apart. ``about``: what scripts are told beside the rows.
    ``unit_name``: 填报单位 of a form that is handed in; its head then names the unit, who filled it in and the day.
    ``signed``: who did so and who has signed it, where that is settled.
    """

    title: str
    columns: tuple[Column, ...]
    rows: Callable[[], Iterable[Any]]
    count: int
    as_of: date
    unit: str
    filters: tuple[str, ...] = ()
    tally: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    fixed_columns: int = 1
    signatures: tuple[str, ...] = ()
    total: Any = None
    about: Mapping[str, Any] | None = None
    unit_name: str = ""
    signed: "Signed | None" = None

    def records(self) -> Iterator[dict[str, Any]]:
        """The rows as scripts read them: key → value, in the order of the columns."""
        columns = [(column.key.split("."), column.value) for column in self.columns if column.key]
        for row in self.rows():
            record: dict[str, Any] = {}
            for (*outer, key), value in columns:
                inside = record
                for name in outer:
                    inside = inside.setdefault(name, {})
                inside[key] = _plain(value(row))
            yield record

    def cells(self) -> Iterator[list[tuple[Any, bool]]]:
        """The rows as people see them: what a cell shows, and whether it is stressed."""
        columns = [(column.cell, column.value, column.stressed) for column in self.columns]
        for row in self.rows():
            yield [(cell(row), bool(stressed) and value(row) in stressed) for cell, value, stressed in columns]

    @property
    def total_record(self) -> dict[str, Any]:
        """The total as scripts read it: without what is said of single rows alone."""
        values = ((column.key, _plain(column.value(self.total))) for column in self.columns if column.key)
        return {key: value for key, value in values if value is not None}

    @property
    def total_cells(self) -> list[Any] | None:
        """The total as people see it; None where there is none."""
        return None if self.total is None else [column.cell(self.total) for column in self.columns]

    @property
    def groups(self) -> list[tuple[str, int]]:
        """The heads over the heads, each with the number of its columns; empty where no columns share one."""
        spans = [(name, len(list(members))) for name, members in groupby(column.group for column in self.columns)]
        return spans if any(name for name, _ in spans) else []

    @property
    def scope(self) -> str:
        """What the rows were narrowed down to and the day they speak of: ``全部学校　截至2026年10月25日``."""
        return "　".join([*self.filters, f"截至{text_of(self.as_of)}"])

    @property
    def scope_logged(self) -> str:
        """The same for the log: not whom was looked for."""
        kept = (SEARCH if isinstance(each, Searched) else each for each in self.filters)
        return "　".join([*kept, f"截至{text_of(self.as_of)}"])

    def filing_line(self, imprint: "Imprint") -> str:
        """``填报单位：东坪小学　填报人：何静　填报日期：2026年9月7日``; blank where the table is no form to hand in."""
        if not self.unit_name:
            return ""
        if self.signed:
            return f"填报单位：{self.unit_name}　填报人：{self.signed.filled_in_by}　签字日期：{self.signed.day}"
        filled_in_by = imprint.by.partition("（")[0]
        return f"填报单位：{self.unit_name}　填报人：{filled_in_by}　填报日期：{text_of(imprint.at.date())}"

    @property
    def summary(self) -> str:
        """``共3条：逾期未办1条，已办2条``; parts without a row are left out."""
        parts = "，".join(f"{word}{number}{self.unit}" for word, number in self.tally.items() if number)
        return f"共{self.count}{self.unit}" + (f"：{parts}" if parts else "")

    @property
    def sign_places(self) -> list[tuple[str, str]]:
        """A place for each who signs the paper, and who has."""
        names = (self.signed.filled_in_by, self.signed.signed_by) if self.signed else ("",) * len(self.signatures)
        return list(zip(self.signatures, names, strict=True))

    @property
    def file_name(self) -> str:
        """What its file is called, without the ending."""
        return f"{self.title}（{text_of(self.as_of)}）"

    @property
    def footnotes(self) -> list[str]:
        """The definitions of the columns, then the table's own notes."""
        return [f"{column.header}：{column.note}" for column in self.columns if column.note] + list(self.notes)


class Paper(Protocol):
    """What can be asked for, drawn and logged: a ``Table``, or a sheet with a form of its own."""

    title: str
    scope: str
    scope_logged: str
    summary: str
    count: int
    as_of: date
    file_name: str


@dataclass(frozen=True)
class Imprint:
    """导出人、导出时间: who drew a table and when (local time). Every paper that leaves the system names them.

    ``reason``: why it shows full numbers; blank where they are masked. ``signs``: they sign it, and it is the original.
    """

    by: str
    at: datetime
    reason: str = ""
    signs: bool = False

    def __str__(self) -> str:
        if self.signs:
            return f"签字时留存的原件　签字人：{self.by}　签字时间：{text_of(self.at.date())} {self.at:%H:%M}"
        drawn = f"导出人：{self.by}　导出时间：{text_of(self.at.date())} {self.at:%H:%M}"
        return f"{drawn}　含完整号码，用途：{self.reason}" if self.reason else drawn

    @property
    def watermark(self) -> str:
        """水印: what stands across every sheet with full numbers, so that a copy says whose it was; else blank."""
        return f"含完整号码　{self.by}　{text_of(self.at.date())} {self.at:%H:%M}" if self.reason else ""


def _plain(value: Any) -> Any:
    """A value as JSON holds it: points as a number, a rate with its two counts."""
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    return value.record if isinstance(value, Rate) else value


def text_of(cell: Any) -> str:
    """What a cell shows, as text: 2026年9月1日 for a date, points as the pages have them, nothing for None."""
    if cell is None:
        return ""
    if isinstance(cell, Rate):
        return cell.text
    if isinstance(cell, Decimal):
        return points_text(cell)
    if isinstance(cell, date):
        return f"{cell.year}年{cell.month}月{cell.day}日"
    return str(cell)
