"""与各月月报核对: whether a term or a school year says the same as its months as they were filed, child by child."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from reports.figures import CLOSING, MOVEMENTS, OPENING
from reports.queries.figures import Census
from returns.models import Edition
from returns.queries.live import Live
from returns.queries.periods import FilingCalendar
from returns.snapshots import Change, Lists, Pair, change_of, differences
from students.models import SchoolClass
from students.periods import PeriodKind, label_of
from students.templatetags.chinese import cdate_short

DAY = timedelta(days=1)
Days = tuple[date, date]  # both included


@dataclass(frozen=True)
class MonthsSummed:
    """``filed``: the months taken as filed; ``missing``: those that nobody has filed; ``counted``: the days in no filed
    month, of which the movements are counted from the facts; ``changes``: what the report says otherwise."""

    filed: Sequence[str] = ()
    missing: Sequence[str] = ()
    counted: Sequence[str] = ()
    changes: Sequence[Change] = field(default=())

    @property
    def made_of(self) -> str:
        """What was added up, in words."""
        parts = []
        if self.filed:
            months = "至".join(dict.fromkeys((self.filed[0], self.filed[-1])))
            parts.append(f"{months}的{len(self.filed)}份月报")
        if self.counted:
            parts.append(f"不在已报月报里的{'、'.join(self.counted)}（按登记的变动）")
        return "，加上".join(parts)

    @property
    def missing_words(self) -> str:
        return f"没有上报的月份：{'、'.join(self.missing)}。" if self.missing else ""

    @property
    def words(self) -> list[str]:
        """As it is printed."""
        if not self.changes:
            said = f"与各月核对：{self.made_of}，各项增减合计与本报告一致。"
        else:
            found = "；".join(f"{each.label}各月合计{each.before}人，本报告{each.after}人" for each in self.changes)
            said = f"与各月核对：{self.made_of}，合计与本报告不同：{found}。"
        return [said, *([self.missing_words] if self.missing else [])]

    @property
    def record(self) -> dict:
        """As JSON holds it."""
        named = {"filed": list(self.filed), "missing": list(self.missing), "counted": list(self.counted)}
        return named | {"changes": [change.record for change in self.changes]}


def summed_of(record: Mapping) -> MonthsSummed:
    """The inverse of ``MonthsSummed.record``."""
    return MonthsSummed(**(record | {"changes": [change_of(each) for each in record["changes"]]}))


def months_summed(live: Live) -> MonthsSummed | None:
    """The months of a term or year added up, beside its own figures; None of a month."""
    span, last = live.period.period, live.period.day
    if span.kind is PeriodKind.MONTH:
        return None
    rows = _filed(live, span.first, last)
    days = [(row["first"], row["cut_off"]) for row in rows.values()]
    expected = [
        month.code
        for month in FilingCalendar().months(span.school_year)
        if span.first <= month.period.first and month.period.cut_off <= last
    ]
    open_days = list(gaps(days, span.first, last))
    added = _added([*(row["children"] for row in rows.values()), *_counted(live, open_days)])
    return MonthsSummed(
        filed=[label_of(code) for code in rows],
        missing=[label_of(code) for code in expected if code not in rows],
        counted=[f"{cdate_short(first)}至{cdate_short(end)}" for first, end in open_days],
        changes=differences(added | _ends(rows, days, span.first, last, live.lists), live.lists, (*MOVEMENTS, *ENDS)),
    )


ENDS = (OPENING, CLOSING)


def _filed(live: Live, first: date, last: date) -> dict[str, dict]:
    """Month → its days and lists as the bureau has them, in order; one query."""
    rows = Edition.objects.sent().filter(
        school_return__school=live.school, school_return__kind=PeriodKind.MONTH,
        school_return__first__gte=first, school_return__cut_off__lte=last,
    )  # fmt: skip
    names = ("school_return__period", "school_return__first", "school_return__cut_off", "snapshot__content__children")
    found = rows.order_by("school_return__cut_off", "number", "attempt").values_list(*names)
    # The latest number comes last and takes the place of the one before.
    return {code: {"first": start, "cut_off": end, "children": lists} for code, start, end, lists in found}


def gaps(days: Collection[Days], first: date, last: date) -> Iterator[Days]:
    """The days from ``first`` to ``last`` that are in none of ``days``, as spans in order."""
    start = first
    for begin, end in sorted(days):
        if start < begin:
            yield start, begin - DAY
        start = max(start, end + DAY)
    if start <= last:
        yield start, last


def _counted(live: Live, open_days: Sequence[Days]) -> Iterator[Lists]:
    """What happened in the days that no filed month holds; two queries a span."""
    if not open_days:
        return
    rows = SchoolClass.objects.filter(school=live.school)
    grades = {row.pk: row.grade_on(live.period.day) for row in rows}
    for first, last in open_days:
        census = Census(first, last, schools=frozenset({live.school.pk}))
        moved = census.movements(frozenset(grades))
        yield {code: [(move.student, grades[move.school_class]) for move in moves] for code, moves in moved.items()}


def _added(parts: Sequence[Lists]) -> dict[str, list[Pair]]:
    return {code: [tuple(pair) for part in parts for pair in part.get(code, ())] for code in MOVEMENTS}


def _ends(rows: Mapping[str, dict], days: Sequence[Days], first: date, last: date, own: Lists) -> dict:
    """期初 of the first month and 期末 of the last one, where they begin and end with the report; else its own."""
    kept = list(rows.values())
    begins, ends = days and days[0][0] == first, days and days[-1][1] == last
    return {
        OPENING: kept[0]["children"][OPENING] if begins else own.get(OPENING, ()),
        CLOSING: kept[-1]["children"][CLOSING] if ends else own.get(CLOSING, ()),
    }
