"""Filed returns for ``manage.py export``: of one school as it was filed, and of the county as far as accepted."""

from datetime import date

from django.utils import timezone

from reports.exports import Export, ExportRefused
from reports.tables import Table
from returns.queries.county import county_return
from returns.queries.editions import content_of, filing_of
from returns.queries.periods import FilingPeriod, filing_month
from returns.queries.tables import edition_table
from students.access import WHOLE_COUNTY
from students.models import School


def month_begun(year: int, month: int, *, today: date) -> FilingPeriod | None:
    """A month of which a day has begun; None where it is still to come."""
    found = filing_month(date(year, month, 1))
    return found if found.is_begun(today) else None


def filed_return_table(*, month: FilingPeriod, school: School | None = None) -> Table:
    """The latest edition that a school has filed. Raises ``ExportRefused`` where there is none."""
    if school is None:
        raise ExportRefused("已上报的月报按学校导出，请写明学校，例如：--school 2100000001。")
    edition = filing_of(school, month).filed
    if edition is None:
        raise ExportRefused(f"{school}还没有上报{month.label}的月报。")
    return edition_table(content_of(edition))


def county_return_table(*, month: FilingPeriod) -> Table:
    """The sum of the accepted returns. Raises ``ExportRefused`` where none has been accepted."""
    table = county_return(WHOLE_COUNTY, month, today=timezone.localdate()).table
    if table is None:
        raise ExportRefused(f"{month.label}还没有接收的月报，没有可以汇总的。")
    return table


RETURN_EXPORTS = {
    "filed_return": Export("已上报的月报", filed_return_table, frozenset({"month", "school"}), month=month_begun),
    "county_return": Export("月报汇总", county_return_table, frozenset({"month"}), month=month_begun),
}
