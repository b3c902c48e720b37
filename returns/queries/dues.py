"""待更正 (amendments that are due): where the facts say something else than what the bureau has."""

from collections.abc import Sequence
from datetime import date

from returns.models import Snapshot
from returns.queries.county import CountyLine, SchoolDifference, differences_of
from returns.queries.grid import grid_rows
from returns.queries.periods import FilingPeriod
from students.models import School


def amendments_due(schools: Sequence[School], period: FilingPeriod, *, today: date) -> list[SchoolDifference]:
    """The schools whose latest filed edition the facts contradict, and which have nothing in hand to put it right.

    Numbers are compared, not children: two mistakes that make up for each other are seen on the page alone.
    """
    cells = [(row.school, row.cells[0].filing) for row in grid_rows(schools, [period], today=today)]
    filed = {
        school: filing.filed for school, filing in cells if filing.filed and not filing.work and not filing.returned
    }
    kept = dict(
        Snapshot.objects.filter(pk__in=[edition.snapshot_id for edition in filed.values()]).values_list(
            "pk", "content__table__total__values"
        )
    )
    lines = [CountyLine(school, edition, kept[edition.snapshot_id]) for school, edition in filed.items()]
    return differences_of(period, lines, today=today) if lines else []
