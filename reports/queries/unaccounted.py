"""疑似失联 on paper: one of its lists, the longest lost first."""

from collections.abc import Iterator
from datetime import date
from operator import attrgetter
from typing import NamedTuple

from reports.tables import Column, Kind, Table, number_column, phone_column
from students.policy import Policy
from students.queries.unaccounted import TO_ACT, List, Listing, definition

CHUNK = 1000  # children read together


class UnaccountedRow(NamedTuple):
    """A child of a list as it is printed."""

    number: int
    name: str
    student_number: str
    place: str
    since: date
    days: int
    fact: str
    phone: str


def unaccounted_table(
    kind: List, listing: Listing, *, day: date, policy: Policy, filters: tuple[str, ...], reveal: bool
) -> Table:
    """One list, narrowed down as the page was."""
    return Table(
        title=f"疑似失联名单（{kind.label}）",
        columns=(
            Column(None, "序号", Kind.INTEGER, 2.6, attrgetter("number")),
            Column("name", "姓名", Kind.TEXT, 5, attrgetter("name")),
            number_column("student_number", "学籍号或身份证件号", 10, attrgetter("student_number"), reveal=reveal),
            Column("place", "班级", Kind.TEXT, 9, attrgetter("place")),
            Column("since", "起算日期", Kind.DATE, 7, attrgetter("since")),
            Column("days", "已过天数", Kind.INTEGER, 3, attrgetter("days")),
            Column("fact", "情况", Kind.TEXT, 16, attrgetter("fact")),
            phone_column("phone", "联系电话", 7, attrgetter("phone"), reveal=reveal),
        ),
        rows=lambda: _rows(listing, day),
        count=listing.rows.count(),
        as_of=day,
        unit="人",
        filters=filters,
        notes=(definition(kind, policy), f"{TO_ACT[kind]}。"),
        fixed_columns=2,
    )


def _rows(listing: Listing, day: date) -> Iterator[UnaccountedRow]:
    children = list(listing.rows)
    for start in range(0, len(children), CHUNK):
        for number, line in enumerate(listing.lines(children[start : start + CHUNK], day), start=start + 1):
            yield UnaccountedRow(
                number, line.name, line.number, line.place, line.since, line.days, line.fact, line.phone
            )
