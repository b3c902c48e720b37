"""待更正 (amendments that are due): where the facts say something else than what the bureau has."""

from collections.abc import Sequence
from datetime import date

from returns.queries.county import SchoolDifference, differences_of, lines_of
from returns.queries.grid import grid_rows
from returns.queries.periods import FilingPeriod
from students.models import School


def amendments_due(schools: Sequence[School], period: FilingPeriod, *, today: date) -> list[SchoolDifference]:
    """The schools whose latest filed edition the facts contradict, and which have nothing in hand to put it right.

    Numbers of grades are compared, not children: two mistakes that make up for each other inside a grade are seen on
    the page alone.
    """
    cells = [(row.school, row.cells[0].filing) for row in grid_rows(schools, [period], today=today)]
    filed = {
        school: filing.filed for school, filing in cells if filing.filed and not filing.work and not filing.returned
    }
    return differences_of(period, lines_of(filed), today=today) if filed else []
