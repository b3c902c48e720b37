"""上报快照 (snapshots of returns): the children behind every count, and a table as it was printed, as plain data. Pure.

``Lists`` hold, for each count (``reports.figures.CODES``), a pair for every child in it: the child and the grade in
which it counts; who came twice stands there twice. Counts are their lengths, so a difference of two counts is always
explained by children.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from reports.figures import (
    BASELINE,
    CLOSING,
    CODES,
    DROPPED_TOTAL,
    LABELS,
    LEFT_IN_ORDER,
    LOST,
    LOST_OF_BASELINE,
    MOVEMENTS,
    NO_FIGURES,
    OPENING,
    REGISTERED,
    SUSPECTED,
    UNACCOUNTED,
    Figures,
    total,
)
from reports.tables import Column, Kind, Table, share_text
from students.metrics import DROPOUT_RATE, RETENTION_RATE, Rate
from students.turning import grade_label

Pair = tuple[int, int]  # a child, and the grade in which it counts
Lists = Mapping[str, Sequence[Pair]]
OF_RATES = (Kind.RATE, Kind.SHARE)
OF_A_YEAR = (BASELINE,)  # counted anew each school year
FOLLOWED = (REGISTERED, SUSPECTED, DROPPED_TOTAL, UNACCOUNTED)  # compared with the period before, child by child


def figures_by_grade(lists: Lists, grades: Iterable[int]) -> dict[int, Figures]:
    """Grade → its figures: every one of ``grades``, and each in which a child counts; in order."""
    counts: dict[int, Counter] = {grade: Counter() for grade in grades}
    for code, pairs in lists.items():
        for _, grade in pairs:
            counts.setdefault(grade, Counter())[code] += 1
    return {grade: Figures(dict(counts[grade])) for grade in sorted(counts)}


def is_zero(lists: Lists) -> bool:
    """零报告: nobody came or went, and nobody is suspected, has dropped out or is unaccounted for."""
    return not any(lists.get(code) for code in (*MOVEMENTS, SUSPECTED, DROPPED_TOTAL, UNACCOUNTED))


def plain_lists(lists: Lists) -> dict[str, list[list[int]]]:
    """Lists as JSON holds them, the same in whatever order they were read."""
    return {code: sorted([child, grade] for child, grade in lists.get(code, ())) for code in CODES}


def lists_of(content: Mapping) -> dict[str, list[Pair]]:
    """The lists of a snapshot."""
    return {code: [(child, grade) for child, grade in pairs] for code, pairs in content["children"].items()}


@dataclass(frozen=True)
class Change:
    """A count that has changed, or something that happened: the numbers, and the children who make the difference.

    ``before`` is None for what happened in the period: there is nothing to compare it with.
    """

    label: str
    before: int | None
    after: int
    came: tuple[Pair, ...] = ()
    went: tuple[Pair, ...] = ()

    @property
    def numbers(self) -> str:
        """128→130人, or 3人."""
        return f"{self.after}人" if self.before is None else f"{self.before}→{self.after}人"

    @property
    def record(self) -> dict:
        """As JSON holds it."""
        return {
            "label": self.label,
            "before": self.before,
            "after": self.after,
            "came": [list(pair) for pair in self.came],
            "went": [list(pair) for pair in self.went],
        }


def change_of(record: Mapping) -> Change:
    """The inverse of ``Change.record``."""
    came, went = (tuple((child, grade) for child, grade in record[name]) for name in ("came", "went"))
    return Change(record["label"], record["before"], record["after"], came, went)


def differences(before: Lists, after: Lists, codes: Iterable[str] = CODES) -> list[Change]:
    """What is different, count by count: after = before + those who came − those who went, grade by grade.

    A child that only stands in another grade came there and went here.
    """
    found = []
    for code in codes:
        old, new = (Counter(map(tuple, lists.get(code, ()))) for lists in (before, after))
        if old != new:
            found.append(Change(LABELS[code], old.total(), new.total(), *(_sorted(new - old), _sorted(old - new))))
    return found


def period_changes(last: Lists | None, now: Lists, *, before: str, same_year: bool = True) -> list[Change]:
    """What is different from the period before (None: nothing was filed), and why, line by line; ``before``: what that
    is called, such as 上月. ``same_year``: whether it lies in the same school year."""
    found = []
    if last is not None:
        found += _compared(f"期初在校与{before}上报的期末在校不同", last.get(CLOSING, ()), now.get(OPENING, ()))
    found += [
        Change(LABELS[code], None, len(pairs), came=tuple(pairs)) for code in MOVEMENTS if (pairs := now.get(code))
    ]
    if last is not None:
        ends = len(last.get(CLOSING, ())), len(now.get(CLOSING, ()))
        found += [Change(LABELS[CLOSING], *ends)] if ends[0] != ends[1] else []
        for code in (*FOLLOWED, *(OF_A_YEAR if same_year else ())):
            found += _compared(LABELS[code], last.get(code, ()), now.get(code, ()))
    return found


def _compared(label: str, before: Sequence[Pair], after: Sequence[Pair]) -> list[Change]:
    """Child by child, whatever the grade: a new school year moves everybody to another one."""
    old, new = {child for child, _ in before}, {child for child, _ in after}
    if old == new:
        return []
    came = tuple(pair for pair in after if pair[0] not in old)
    return [Change(label, len(before), len(after), came, tuple(pair for pair in before if pair[0] not in new))]


def _sorted(counter: Counter) -> tuple[Pair, ...]:
    return tuple(sorted(counter.elements()))


@dataclass(frozen=True)
class KeptRow:
    """A row of a table that was kept: its values by key, and the words of those that people see otherwise."""

    values: Mapping
    shown: Mapping


def kept_table(table: Table) -> dict:
    """A table as JSON holds it, with heads, definitions and notes as they were printed."""
    columns = [
        {name: getattr(column, name) for name in ("key", "header", "kind", "width", "note", "group")}
        for column in table.columns
    ]
    return {
        "title": table.title,
        "columns": [column | {"kind": str(column["kind"])} for column in columns],
        "rows": [
            {"values": values, "shown": shown}
            for values, shown in zip(table.records(), map(_shown(table), table.rows()), strict=True)
        ],
        "total": {"values": table.total_record, "shown": _shown(table)(table.total)},
        "notes": list(table.notes),
        "filters": list(table.filters),
        "unit": table.unit,
        "as_of": str(table.as_of),
        "signatures": list(table.signatures),
        "about": {name: str(value) for name, value in (table.about or {}).items()},
    }


def _shown(table: Table):
    worded = [column for column in table.columns if column.shown]
    return lambda row: {column.key: column.shown(row) for column in worded}


def table_from(kept: Mapping, *, notes: Sequence[str] = (), filters: Sequence[str] = ()) -> Table:
    """The table that was kept; ``notes`` and ``filters`` are said after its own."""
    rows = [KeptRow(row["values"], row["shown"]) for row in kept["rows"]]
    total = KeptRow(kept["total"]["values"], kept["total"]["shown"])
    return Table(
        title=kept["title"],
        columns=tuple(_column(column) for column in kept["columns"]),
        rows=lambda: rows,
        count=len(rows),
        as_of=date.fromisoformat(kept["as_of"]),
        unit=kept["unit"],
        filters=(*kept["filters"], *filters),
        notes=(*kept["notes"], *notes),
        fixed_columns=2,
        signatures=tuple(kept["signatures"]),
        total=total,
        about=kept["about"],
    )


def _column(kept: Mapping) -> Column:
    key, kind = kept["key"], Kind(kept["kind"])

    def value(row: KeptRow):
        found = row.values.get(key)
        return Rate(found["numerator"], found["denominator"]) if kind in OF_RATES and found else found

    def shown(row: KeptRow):
        if kind is Kind.SHARE:
            return share_text(value, row)
        return row.shown[key] if key in row.shown else value(row)

    return Column(key, kept["header"], kind, kept["width"], value, shown, note=kept["note"], group=kept["group"])


def filed_figures(kept: Mapping) -> dict[int, Figures]:
    """Grade → the counts in the rows of a table that was kept, those that only its rates tell of among them."""
    return {row["values"]["grade"]: Figures(_counts(row["values"])) for row in kept["rows"]}


def _counts(values: Mapping) -> dict[str, int]:
    staying, lost = values[RETENTION_RATE.code], values[DROPOUT_RATE.code]
    return {code: values[code] for code in CODES if code in values} | {
        LEFT_IN_ORDER: values[BASELINE] - staying["denominator"],
        LOST_OF_BASELINE: staying["denominator"] - staying["numerator"],
        LOST: lost["numerator"],
    }


def contradictions(filed: Mapping[int, Figures], live: Mapping[int, Figures]) -> list[tuple[str, int, int]]:
    """The counts of a school that are other ones now than it filed: label, as it was filed, now. Where the grades of
    the school make up for each other, each grade that is another."""
    found = []
    before, now = total(filed.values()), total(live.values())
    for code in CODES:
        if before[code] != now[code]:
            found.append((LABELS[code], before[code], now[code]))
            continue
        for grade in sorted(filed.keys() | live.keys()):
            pair = filed.get(grade, NO_FIGURES)[code], live.get(grade, NO_FIGURES)[code]
            if pair[0] != pair[1]:
                found.append((f"{grade_label(grade)}{LABELS[code]}", *pair))
    return found


def summed(records: Sequence[Mapping]) -> dict:
    """The sum of what several rows say: counts are added, a rate is made of the sums of its two numbers."""
    total: dict = {}
    for record in records:
        for key, value in record.items():
            if isinstance(value, Mapping):
                both = total.setdefault(key, {"numerator": 0, "denominator": 0})
                both["numerator"] += value["numerator"]
                both["denominator"] += value["denominator"]
            elif isinstance(value, int) and key not in NAMED:
                total[key] = total.get(key, 0) + value
    return total


NAMED = frozenset({"school", "grade"})  # whose row it is; a sum has neither


def joined(kept: Sequence[Mapping], *, title: str, filters: Sequence[str], notes: Sequence[str]) -> Table:
    """The tables that several schools have filed as one, in their order, with the sum of all rows."""
    first = kept[0]
    rows = [row for table in kept for row in table["rows"]]
    whole = {
        **first,
        "title": title,
        "rows": rows,
        "total": {"values": summed([row["values"] for row in rows]), "shown": {"school": "合计", "grade": ""}},
        "filters": list(filters),
        "signatures": ["制表人", "审核人", "负责人"],
    }
    return table_from(whole, notes=notes)
