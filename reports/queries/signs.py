"""预警 as a table: exactly the children that the page lists, with their signs, why, and what to do."""

from collections.abc import Iterator
from datetime import date, datetime
from itertools import count, islice
from operator import attrgetter
from typing import NamedTuple

from casework.queries.signs import Asked, SignedChild, signed_children
from casework.sign_words import definition
from casework.signs import SignCode
from reports.tables import Column, Kind, Table
from students.access import Scope
from students.policy import Policy
from students.templatetags.chinese import cdate_short, cdatetime

CHUNK = 500  # children read together


class SignRow(NamedTuple):
    """A child as the table prints it."""

    number: int
    name: str
    school: str
    school_name: str
    school_class: str
    class_name: str
    signs: str
    reasons: str
    advice: str
    unseen_days: int
    known: str


COLUMNS = (
    Column(None, "序号", Kind.INTEGER, 2.6, attrgetter("number")),
    Column("name", "姓名", Kind.TEXT, 5, attrgetter("name")),
    Column("school", "学校", Kind.TEXT, 7, attrgetter("school"), attrgetter("school_name")),
    Column("class", "班级", Kind.TEXT, 5.5, attrgetter("school_class"), attrgetter("class_name")),
    Column("signs", "预警", Kind.TEXT, 6, attrgetter("signs")),
    Column("reasons", "依据", Kind.TEXT, 20, attrgetter("reasons")),
    Column("advice", "下一步", Kind.TEXT, 11, attrgetter("advice")),
    Column(
        "unseen_days",
        "未见天数",
        Kind.INTEGER,
        3,
        attrgetter("unseen_days"),
        note="最后一次到校到计算那天的天数，两个学期之间的假期不计。",
    ),
    Column("known", "已了解的情况", Kind.TEXT, 8, attrgetter("known")),
)


def signs_table(
    asked: Asked,
    *,
    scope: Scope,
    today: date,
    policy: Policy,
    computed_at: datetime | None,
    filters: tuple[str, ...],
) -> Table:
    """The children of ``asked`` in its order; who may not be named to the reader is counted, not named."""
    codes = asked.signs.order_by().values_list("code", flat=True).distinct()
    found = set(codes) if asked.counts[asked.shown] else set()
    notes = [f"{code.label}：{definition(code, policy)}" for code in SignCode if code in found]
    when = f"预警截至{cdatetime(computed_at)}计算。" if computed_at else "预警还没有计算过。"
    return Table(
        title="预警名单",
        columns=COLUMNS,
        rows=lambda: _rows(asked, scope, today),
        count=asked.counts[asked.shown],
        unit="人",
        as_of=today,
        filters=filters,
        notes=(when, *notes),
        fixed_columns=2,
    )


def _rows(asked: Asked, scope: Scope, today: date) -> Iterator[SignRow]:
    students, numbers = iter(list(asked.children)), count(1)
    while chunk := list(islice(students, CHUNK)):
        for child in signed_children(chunk, asked.signs, scope=scope, today=today):
            yield _row(next(numbers), child)


def _row(number: int, child: SignedChild) -> SignRow:
    school_class = child.line.school_class
    known = (f"{row.dismissed_by.name}：{row.reason}（到{cdate_short(row.until)}）" for row in child.dismissals)
    return SignRow(
        number=number,
        name=child.student.name,
        school=school_class.school.code,
        school_name=school_class.school.name,
        school_class=school_class.number,
        class_name=school_class.name,
        signs="、".join(sign.label for sign in child.signs),
        reasons="；".join(sign.reason for sign in child.signs),
        advice=child.signs[0].advice,
        unseen_days=child.unseen_days,
        known="；".join(known),
    )
