"""Returns of terms and years, filed returns and closed reviews for ``manage.py export``."""

from datetime import date

from django.utils import timezone

from reports.exports import Export, ExportRefused
from reports.queries.monthly_return import TITLES, monthly_return_table
from reports.tables import Table
from returns.models import Review, SchoolReturn
from returns.queries.county import county_return
from returns.queries.editions import content_of, filing_of
from returns.queries.periods import FilingPeriod, filing_period
from returns.queries.review_results import TITLE as REVIEW_RESULTS
from returns.queries.review_results import results_of
from returns.queries.tables import edition_table
from students.access import WHOLE_COUNTY
from students.models import School
from students.periods import PeriodKind


def begun(code: str, *, today: date) -> FilingPeriod | None:
    """A month, term or year of which a day has begun; None where it is still to come, or nothing is kept of it."""
    found = filing_period(code)
    return found if found and found.is_begun(today) else None


def report_table(period: FilingPeriod, *, school: School | None = None) -> Table:
    """What the facts say now of a term or year, of every school or of one: as the page of its return has it, over the
    days that this has kept."""
    if school:
        period = period.as_begun(SchoolReturn.objects.filter(school=school, period=period.code).first())
    return monthly_return_table(period.counted(timezone.localdate()), school=school)


def filed_return_table(period: FilingPeriod, *, school: School | None = None) -> Table:
    """The latest edition that a school has filed. Raises ``ExportRefused`` where there is none."""
    if school is None:
        raise ExportRefused("已上报的报表按学校导出，请写明学校，例如：--school 2100000001。")
    edition = filing_of(school, period).filed
    if edition is None:
        raise ExportRefused(f"{school}还没有上报{period.name}。")
    return edition_table(content_of(edition))


def county_return_table(period: FilingPeriod) -> Table:
    """The sum of the accepted returns. Raises ``ExportRefused`` where none has been accepted."""
    table = county_return(WHOLE_COUNTY, period, today=timezone.localdate()).table
    if table is None:
        raise ExportRefused(f"县教育局还没有接收过{period.name}，没有可以汇总的。")
    return table


def review_of(code: str, *, today: date) -> Review | None:
    """The review of a quarter; None where it has not been begun."""
    school_year, number = map(int, code.split("-"))
    return Review.objects.filter(school_year=school_year, quarter=number).first()


def review_results_table(review: Review) -> Table:
    """The results as they were signed. Raises ``ExportRefused`` before that."""
    if not review.is_closed:
        raise ExportRefused(f"{review}还没有定稿，没有结果可以导出。")
    return results_of(review, WHOLE_COUNTY, ())


PERIODS = {str(kind): begun for kind in PeriodKind}
RETURN_EXPORTS = {
    **{
        f"{kind}_return": Export(TITLES[kind], report_table, frozenset({"school"}), periods={str(kind): begun})
        for kind in (PeriodKind.TERM, PeriodKind.YEAR)
    },
    "filed_return": Export("已上报的报表", filed_return_table, frozenset({"school"}), periods=PERIODS),
    "county_return": Export("上报汇总", county_return_table, frozenset(), periods=PERIODS),
    "review_results": Export(REVIEW_RESULTS, review_results_table, frozenset(), periods={"quarter": review_of}),
}
