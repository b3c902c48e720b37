"""Duties on somebody's first page: what the school has to mend, what an inspector has to verify and to look at."""

from collections.abc import Iterator
from datetime import date

from inspections.models import InspectionRound, Rectification
from inspections.queries.ledger import line_of, to_mend, to_verify
from inspections.queries.reading import INSPECTING_ROLES
from inspections.queries.rounds import to_look_at
from students.access import Scope
from students.queries.home_duties import SHOWN, HomeDuty
from students.templatetags.chinese import cdate_short


def duties(scope: Scope, today: date) -> Iterator[HomeDuty]:
    """The most urgent findings and rounds that wait for the reader; a query for each part that the reader has."""
    if scope.clerk_of | scope.led:
        for row in to_mend(scope)[:SHOWN]:
            label = "报整改" if row.measure else "定措施"
            yield _duty(row, today, f"检查发现：{row.problem}", label)
    if scope.roles & INSPECTING_ROLES:
        for row in to_verify(scope, today)[:SHOWN]:
            yield _duty(row, today, f"{row.inspection.school}报整改完成，请核实：{row.problem}", "去核实")
        for each in to_look_at(scope, today)[:SHOWN]:
            yield _visit(each)


def _duty(row: Rectification, today: date, sentence: str, label: str) -> HomeDuty:
    line = line_of(row, today)
    return HomeDuty(
        key=f"rectification-{row.pk}",
        sentence=sentence,
        due=f"{cdate_short(line.waits_since)}起待核实" if line.waits_since else f"整改期限{cdate_short(row.deadline)}",
        overdue=line.late if line.is_overdue else "",
        label=label,
        name="inspections:rectification",
        pk=row.pk,
    )


def _visit(row: InspectionRound) -> HomeDuty:
    return HomeDuty(
        key=f"round-{row.pk}",
        sentence=f"{row.title}：请你去检查，还有{row.left}所学校没有检查完",
        due=f"{cdate_short(row.first_day)}至{cdate_short(row.last_day)}",
        overdue="",
        label="去检查",
        name="inspections:round",
        pk=row.pk,
    )
