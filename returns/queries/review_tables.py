"""复核 as tables: the list of a school, to take along and as it was filled in."""

from collections.abc import Sequence
from datetime import date

from reports.tables import Column, Kind, Table, number_column
from returns.models import ReviewChild, ReviewMonth, ReviewSheet
from returns.queries.reviews import ChildLine, MonthLine
from returns.reviewing import Finding, Instead, Part

TO_TICK = "\n".join(f"□{finding.label}" for finding in Finding)  # on the list that is taken along
HOW = "核实情况：属实、不属实或未能核实；不属实的写明实际情况，未能核实的写明原因。"


def sheet_table(
    sheet: ReviewSheet, children: Sequence[ReviewChild], months: Sequence[ReviewMonth], *, as_of: date, reveal: bool
) -> Table:
    """The children of a school, with what was found or a blank for it; under it the numbers to compare."""
    lines = list(enumerate((ChildLine(row) for row in children), start=1))
    return Table(
        title=f"{sheet.school}复核表",
        columns=_columns(reveal),
        rows=lambda: lines,
        count=len(lines),
        unit="人",
        as_of=as_of,
        filters=(str(sheet.review),),
        tally={part.label: sum(row.part == part for row in children) for part in Part},
        notes=(HOW, *(ledger_words(MonthLine(row)) for row in months)),
        fixed_columns=2,
        signatures=("复核人", "学校负责人"),
    )


def ledger_words(line: MonthLine) -> str:
    """The numbers of a month: what the ledger says of each, or a blank for it."""
    numbers = "；".join(f"{each.label}{each.reported}人，台账{_blank_or(line, each)}人" for each in line.numbers)
    return f"{line.label}：{numbers}。{line.row.words}"


def _blank_or(line: MonthLine, number) -> str:
    if not line.row.agreement:
        return "＿＿＿＿"
    return str(number.reported if number.found is None else number.found)


def _finding(line) -> Finding | None:
    return Finding(line[1].row.finding) if line[1].row.finding else None


def _columns(reveal: bool) -> tuple[Column, ...]:
    return (
        Column(None, "序号", Kind.INTEGER, 2.4, lambda line: line[0]),
        Column("name", "姓名", Kind.TEXT, 4.5, lambda line: line[1].row.student.name),
        Column("sex", "性别", Kind.TEXT, 2, lambda line: line[1].row.student.sex),
        number_column(
            "student_number", "学籍号", 9.5, lambda line: line[1].row.student.student_number, reveal=reveal
        ),
        Column("class", "年级、班级", Kind.TEXT, 7.5, lambda line: line[1].place),
        Column("month", "月报", Kind.TEXT, 7, lambda line: line[1].month),
        Column("said", "上报为", Kind.WORD, 4, lambda line: Part(line[1].row.part)),
        Column(
            "finding",
            "核实情况",
            Kind.TEXT,
            5,
            _finding,
            lambda line: _finding(line).label if _finding(line) else TO_TICK,
            stressed=frozenset({Finding.WRONG}),
        ),
        Column(
            "instead", "实际情况", Kind.WORD, 6,
            lambda line: Instead(line[1].row.instead) if line[1].row.instead else None,
        ),
        Column("words", "说明", Kind.TEXT, 13, lambda line: line[1].row.words),
    )  # fmt: skip
