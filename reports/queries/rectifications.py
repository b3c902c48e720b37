"""整改台账 as a table: the findings with measure, person, deadline, and how far they are."""

from collections.abc import Sequence
from datetime import date

from django.utils import timezone

from inspections.models import Rectification
from inspections.queries.ledger import findings_in, line_of
from reports.tables import Column, Kind, Table
from students.access import WHOLE_COUNTY
from students.models import School

NOTES = (
    "逾期按截至日期算：到期当天不算逾期，学校报了完成、等核实的不算逾期。销号由检查人或县教育局办理。",
    "进度是“待核实”的，从“报完成日期”那天起等检查人或县教育局核实。",
)


def rectifications_table(*, as_of: date, school: School | None = None) -> Table:
    """Every finding raised by now, of all schools or of one, with what is overdue on ``as_of``."""
    rows = findings_in(WHOLE_COUNTY)
    rows = rows.filter(inspection__school=school) if school else rows
    return ledger_table(list(rows), as_of=as_of, filters=(school.name if school else "全部学校",))


def ledger_table(rows: Sequence[Rectification], *, as_of: date, filters: tuple[str, ...]) -> Table:
    """Findings as of a day; ``filters`` say which they are."""
    lines = [line_of(row, as_of) for row in rows]
    return Table(
        title="整改台账",
        columns=COLUMNS,
        rows=lambda: lines,
        count=len(lines),
        unit="项",
        as_of=as_of,
        filters=filters,
        tally={"已销号": sum(line.row.state == "closed" for line in lines),
               "逾期": sum(line.is_overdue for line in lines)},
        notes=NOTES,
        fixed_columns=2,
        signatures=("填报人", "审核人"),
    )  # fmt: skip


def _day(moment) -> date | None:
    return timezone.localtime(moment).date() if moment else None


def _name(person) -> str | None:
    return person.name if person else None


COLUMNS = (
    Column(
        "school", "学校", Kind.TEXT, 7,
        lambda line: line.row.inspection.school.code, lambda line: line.row.inspection.school.name,
    ),
    Column("number", "序号", Kind.INTEGER, 2.6, lambda line: line.row.number),
    Column("round", "检查批次", Kind.TEXT, 7, lambda line: line.row.inspection.round.title),
    Column("problem", "问题", Kind.TEXT, 14, lambda line: line.row.problem),
    Column("measure", "整改措施", Kind.TEXT, 10, lambda line: line.row.measure),
    Column("responsible", "责任人", Kind.TEXT, 4, lambda line: _name(line.row.responsible)),
    Column("deadline", "整改期限", Kind.DATE, 7.4, lambda line: line.row.deadline),
    Column("state", "进度", Kind.TEXT, 4, lambda line: line.row.state, lambda line: line.state),
    Column("late", "逾期情况", Kind.TEXT, 5, lambda line: line.late),
    Column("reported_on", "报完成日期", Kind.DATE, 7.4, lambda line: _day(line.row.reported_at)),
    Column("closed_on", "销号日期", Kind.DATE, 7.4, lambda line: _day(line.row.closed_at)),
)  # fmt: skip
