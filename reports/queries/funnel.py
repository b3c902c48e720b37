"""劝返漏斗 as a table: for everything and for each part how many cases reached each step, how fast, what worked."""

from collections.abc import Iterator
from datetime import date
from operator import attrgetter
from typing import NamedTuple

from casework.queries.funnel import PARTS, PlaceFunnel
from reports.tables import Column, Kind, Table

OPENED = "建档"


class StepRow(NamedTuple):
    """A step of the cases of one place; ``days`` and ``worked`` as in ``casework.funnel.FunnelLine``."""

    place: str
    step: str
    cases: int
    days: int | None = None
    worked: int | None = None


def funnel_table(whole: PlaceFunnel, parts: list[PlaceFunnel], *, period: str, parts_are: str, as_of: date) -> Table:
    """The whole first, then its parts where there are several; a row a step, that of the opening first."""
    shown = [whole, *parts] if len(parts) > 1 else [whole]
    rows = [row for part in shown for row in _rows(part)]
    return Table(
        title="劝返漏斗",
        columns=(
            Column("place", PARTS[parts_are], Kind.TEXT, 12, attrgetter("place")),
            Column("step", "步骤", Kind.TEXT, 6, attrgetter("step")),
            Column("cases", "个案", Kind.INTEGER, 4, attrgetter("cases"), note="走到这一步的个案数。"),
            Column(
                "median_days", "中位天数", Kind.INTEGER, 5, attrgetter("days"),
                note="从建档算起，一半的个案在这个天数以内走到这一步。",
            ),
            Column(
                "worked", "最后一步后返校", Kind.INTEGER, 6, attrgetter("worked"),
                note="返校以前最后做的是这一步的个案数；同一天做了几步的算较重的一步。",
            ),
        ),
        rows=lambda: rows,
        count=len(rows),
        unit="行",
        as_of=as_of,
        filters=(period,),
        notes=(f"另有{whole.funnel.unaided}件没有登记任何步骤就返校了。",) if whole.funnel.unaided else (),
        fixed_columns=2,
    )  # fmt: skip


def _rows(part: PlaceFunnel) -> Iterator[StepRow]:
    yield StepRow(part.name, OPENED, part.funnel.opened)
    for line in part.funnel.lines:
        yield StepRow(part.name, line.step.label, line.cases, line.median_days, line.worked)
