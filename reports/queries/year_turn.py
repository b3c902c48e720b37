"""学年交替 on paper: every child that would move, and who has not arrived."""

from collections.abc import Iterator
from datetime import date
from operator import attrgetter
from typing import NamedTuple

from reports.tables import Column, Kind, Table, number_column, phone_column
from students.calendar import school_year_label
from students.models import HandOverChild, YearTurn
from students.queries.hand_over import child_lines
from students.queries.turn_pages import chosen_lines, counted, preview_rows
from students.queries.year_turn import Outcome

CHUNK = 1000  # children read together


class TurnRow(NamedTuple):
    """A child of a turn as it is printed."""

    number: int
    name: str
    student_number: str
    from_class: str
    what: str
    to: str
    day: date | None
    reason: str


def turn_table(
    year_turn: YearTurn, outcome: Outcome, *, wanted: dict, words: tuple[str, ...], day: date, reveal: bool
) -> Table:
    """The preview of a turn, or what it did, narrowed down as the page was; ``words`` say to what."""
    lines = chosen_lines(outcome, **wanted)
    chosen = Outcome(outcome.plan, lines)
    return Table(
        title=f"{year_turn.school}{school_year_label(year_turn.school_year)}学年交替名单",
        columns=(
            Column(None, "序号", Kind.INTEGER, 2.6, attrgetter("number")),
            Column("name", "姓名", Kind.TEXT, 5, attrgetter("name")),
            number_column("student_number", "学籍号", 10, attrgetter("student_number"), reveal=reveal),
            Column("from_class", "原班级", Kind.TEXT, 9, attrgetter("from_class")),
            Column("what", "去向", Kind.TEXT, 5, attrgetter("what")),
            Column("to", "新班级", Kind.TEXT, 9, attrgetter("to")),
            Column("day", "日期", Kind.DATE, 7, attrgetter("day")),
            Column("reason", "说明", Kind.TEXT, 12, attrgetter("reason")),
        ),
        rows=lambda: _turn_rows(lines, outcome),
        count=len(lines),
        as_of=day,
        unit="人",
        filters=(str(year_turn.school), "已执行" if year_turn.carried_out_at else "预览，还没有写入", *words),
        tally={each["label"]: each["value"] for each in counted(chosen) if each["what"]},
        fixed_columns=2,
    )


def _turn_rows(lines, outcome: Outcome) -> Iterator[TurnRow]:
    for start in range(0, len(lines), CHUNK):
        for number, row in enumerate(preview_rows(lines[start : start + CHUNK], outcome), start=start + 1):
            yield TurnRow(
                number, row.student.name, row.student.number, row.from_class, row.what, row.to, row.day, row.reason
            )


class ArrivalRow(NamedTuple):
    """A child that has not arrived as it is printed."""

    number: int
    name: str
    sex: str
    id_number: str
    source: str
    to_school: str
    due_on: date
    days: int
    state: str
    whereabouts: str
    guardian: str
    phone: str


def not_arrived_table(rows, *, words: tuple[str, ...], day: date, reveal: bool) -> Table:
    """Whose day of arrival has passed."""
    return Table(
        title="未按期报到学生名单",
        columns=(
            Column(None, "序号", Kind.INTEGER, 2.6, attrgetter("number")),
            Column("name", "姓名", Kind.TEXT, 5, attrgetter("name")),
            Column("sex", "性别", Kind.TEXT, 2, attrgetter("sex")),
            number_column("id_number", "学籍号或身份证件号", 10, attrgetter("id_number"), reveal=reveal),
            Column("source", "来源", Kind.TEXT, 10, attrgetter("source")),
            Column("to_school", "接收学校", Kind.TEXT, 8, attrgetter("to_school")),
            Column("due_on", "报到截止", Kind.DATE, 7, attrgetter("due_on")),
            Column("days", "逾期天数", Kind.INTEGER, 3, attrgetter("days")),
            Column("state", "情况", Kind.TEXT, 4, attrgetter("state")),
            Column("whereabouts", "去向", Kind.TEXT, 8, attrgetter("whereabouts")),
            Column("guardian", "监护人", Kind.TEXT, 4, attrgetter("guardian")),
            phone_column("phone", "联系电话", 7, attrgetter("phone"), reveal=reveal),
        ),
        rows=lambda: _arrival_rows(rows, day),
        count=rows.count(),
        as_of=day,
        unit="人",
        filters=words,
        notes=("过了报到截止日期，仍未报到或已知未到校的孩子；已在别处就读的不列。",),
        fixed_columns=2,
    )


def _arrival_rows(rows, day: date) -> Iterator[ArrivalRow]:
    children: list[HandOverChild] = list(rows)
    for start in range(0, len(children), CHUNK):
        for number, line in enumerate(child_lines(children[start : start + CHUNK], day), start=start + 1):
            hand_over = line.row.hand_over
            yield ArrivalRow(
                number,
                line.name,
                line.sex,
                line.number,
                f"{hand_over.from_school}{hand_over.from_class}" if hand_over.from_class else hand_over.source,
                str(hand_over.to_school),
                hand_over.due_on,
                (day - hand_over.due_on).days,
                line.state,
                line.row.whereabouts,
                line.guardian,
                line.phone,
            )
