"""各校上报情况 (the grid): schools × periods of a school year, and how far each return is."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from returns.models import AmendmentDue, Edition
from returns.queries.editions import Deadline, Filing
from returns.queries.live import is_taught
from returns.queries.periods import FilingPeriod
from returns.states import State
from students.access import Scope
from students.models import School, SchoolClass


class Standing(StrEnum):
    """How far the return of a period is, as the grid says it."""

    UNNEEDED = "unneeded"
    NOT_DUE = "not_due"
    WAITING = "waiting"
    OVERDUE = "overdue"
    RETURNED = "returned"
    FILED = "filed"
    FILED_LATE = "filed_late"
    ACCEPTED = "accepted"

    @property
    def label(self) -> str:
        return WORDS[self][0]

    @property
    def tone(self) -> str:
        return WORDS[self][1]


WORDS = {
    Standing.UNNEEDED: ("不用报", "mute"),
    Standing.NOT_DUE: ("未到期", "mute"),
    Standing.WAITING: ("待报", "warn"),
    Standing.OVERDUE: ("逾期未报", "alarm"),
    Standing.RETURNED: ("退回", "alarm"),
    Standing.FILED: ("已报", "note"),
    Standing.FILED_LATE: ("迟报", "warn"),
    Standing.ACCEPTED: ("已接收", "ok"),
}
OWED = (Standing.WAITING, Standing.OVERDUE, Standing.RETURNED)  # the school has to act


def standing_of(filing: Filing, period: FilingPeriod, today: date, *, teaches: bool) -> Standing:
    """Where the return itself stands; of an amendment only that it waits for the bureau. ``teaches``: whether the
    school has anybody to report of in the period."""
    if filing.awaited:
        return Standing.FILED_LATE if filing.is_late else Standing.FILED
    if filing.accepted:
        return Standing.ACCEPTED
    if any(edition.state == State.RETURNED for edition in filing.editions):
        return Standing.RETURNED
    if not teaches and not filing.work:
        return Standing.UNNEEDED
    if not period.is_due(today):
        return Standing.NOT_DUE
    return Standing.OVERDUE if period.is_overdue(today) else Standing.WAITING


@dataclass(frozen=True)
class Cell:
    """A school in a period. ``notes``: what else is to be said of it in a word or two; ``due``: which numbers are to be
    amended, as the last night found them."""

    period: FilingPeriod
    standing: Standing
    filing: Filing
    due: str = ""

    @property
    def is_returned(self) -> bool:
        """Whether the bureau has sent back what the school has not filed anew: the return, or an amendment of it."""
        return self.filing.returned is not None

    @property
    def deadline(self) -> Deadline:
        return self.filing.deadline(self.period)

    @property
    def is_owed(self) -> bool:
        """Whether the school has to act."""
        return self.standing in OWED or self.is_returned or bool(self.due)

    @property
    def notes(self) -> list[str]:
        """在办 of the school, 迟报 of what is accepted, how often it was amended."""
        said = []
        if self.filing.work:
            said.append(self.filing.work.step.label)
        if self.filing.returned and self.filing.returned.number:
            said.append("更正退回")
        if self.due:
            said.append("要更正")
        if self.standing is Standing.ACCEPTED and self.filing.is_late:
            said.append("迟报")
        if self.filing.filed and self.filing.filed.number:
            said.append(f"更正{self.filing.filed.number}")
        return said


@dataclass(frozen=True)
class Row:
    """A school with its periods, in their order."""

    school: School
    cells: Sequence[Cell]


def schools_that_file(scope: Scope):
    """Schools with classes, of which the reader may see what concerns all classes."""
    with_classes = SchoolClass.objects.order_by().values("school")
    return School.objects.visible_to(scope.of_whole_schools).filter(pk__in=with_classes).select_related("township")


def grid_rows(schools: Sequence[School], periods: Sequence[FilingPeriod], *, today: date) -> list[Row]:
    """Three queries whatever the number of schools and periods."""
    filings, cohorts = filings_of(schools, periods), cohorts_of(schools)
    dues = dict(AmendmentDue.objects.filter(school_return__school__in=schools).values_list("school_return", "words"))
    nothing = Filing(None, ())
    return [
        Row(
            school,
            [
                Cell(kept, standing_of(filing, kept, today, teaches=teaches), filing, due)
                for period in periods
                for filing in [filings.get((school.pk, period.code), nothing)]
                for kept in [period.as_begun(filing.row)]
                for teaches in [teaches_in(cohorts[school.pk], kept)]
                for due in [dues.get(filing.row.pk, "") if filing.row and not filing.work else ""]
            ],
        )
        for school in schools
    ]


def cohorts_of(schools: Sequence[School]) -> Mapping[int, Sequence[SchoolClass]]:
    """School → a class of each stage and cohort that it has; one query."""
    rows = SchoolClass.objects.filter(school__in=[school.pk for school in schools]).order_by()
    found: dict[int, list[SchoolClass]] = defaultdict(list)
    for school, stage, cohort in rows.values_list("school", "stage", "cohort").distinct():
        found[school].append(SchoolClass(stage=stage, cohort=cohort))
    return found


def teaches_in(cohorts: Sequence[SchoolClass], period: FilingPeriod) -> bool:
    """Whether any of the classes is taught in a period; those that come later or have left school by then are not."""
    days = (period.period.first, period.period.cut_off)
    return any(is_taught(each, day) for each in cohorts for day in days)


def filings_of(schools: Sequence[School], periods: Sequence[FilingPeriod]) -> Mapping[tuple[int, str], Filing]:
    """(school, period) → what was filed, where anything was begun; one query."""
    rows = Edition.objects.filter(
        school_return__school__in=[school.pk for school in schools],
        school_return__period__in=[period.code for period in periods],
    )
    found: dict[tuple[int, str], list[Edition]] = defaultdict(list)
    for edition in rows.select_related("school_return").order_by("number", "attempt"):
        found[edition.school_return.school_id, edition.school_return.period].append(edition)
    return {key: Filing(editions[0].school_return, editions) for key, editions in found.items()}
