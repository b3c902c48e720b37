"""各校巩固率、辍学率 as a table: what the board of a county compares, always with what a rate is taken of."""

from operator import attrgetter

from reports import figures
from reports.queries.county import PlaceFigures
from reports.queries.kept_figures import KeptMonth
from reports.tables import Column, Kind, Table
from students.metrics import DROPOUT_RATE, RETENTION_RATE, Metric


def _count(code: str, width: float = 4) -> Column:
    return Column(code, figures.LABELS[code], Kind.INTEGER, width, lambda row: row.figures[code])


def _rate(metric: Metric) -> Column:
    return Column(metric.code, metric.label, Kind.RATE, 5, attrgetter(metric.code))


COLUMNS = (
    Column("school", "学校", Kind.TEXT, 11, attrgetter("code"), attrgetter("label")),
    Column("township", "乡镇", Kind.TEXT, 6, attrgetter("township")),
    _count(figures.BASELINE),
    _count(figures.LEFT_IN_ORDER),
    _count(figures.LOST),
    _rate(DROPOUT_RATE),
    _count(figures.LOST_OF_BASELINE),
    _rate(RETENTION_RATE),
    _count(figures.CLOSING),
    _count(figures.SUSPECTED),
    _count(figures.DROPPED_TOTAL),
    _count(figures.UNACCOUNTED),
)


def school_rates_table(rows: list[PlaceFigures], *, month: KeptMonth, stage: str, place: str) -> Table:
    """The schools that teach ``stage`` (its label) in their order, and their sum."""
    return Table(
        title="各校巩固率辍学率",
        columns=COLUMNS,
        rows=lambda: rows,
        count=len(rows),
        unit="所",
        as_of=month.day,
        filters=(place, stage, month.label),
        notes=(
            f"{month.label}的数字数的是{month.days}；按辍学率从高到低排列。",
            RETENTION_RATE.note,
            DROPOUT_RATE.note,
        ),
        total=PlaceFigures(figures.total(row.figures for row in rows), "合计"),
    )
