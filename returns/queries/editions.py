"""The return of a school and period as it stands: its editions, what was filed, and what the facts say differently."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.timezone import localtime

from returns.models import Edition, SchoolReturn, Snapshot
from returns.queries.live import Live
from returns.queries.periods import FilingPeriod
from returns.snapshots import Change, Lists, differences, lists_of, period_changes
from returns.states import State
from students.calendar import school_year_of, school_year_start
from students.models import School
from students.periods import code_before, label_of

PEOPLE = ("prepared_by", "signed_by", "filed_by", "decided_by", "withdrawn_by")


def is_closing(edition: Edition) -> bool:
    """了结: begun and taken back in one press after another attempt was sent back, the end of its number for now."""
    begun = (edition.prepared_at, edition.prepared_by_id)
    ended = (edition.withdrawn_at, edition.withdrawn_by_id)
    return edition.state == State.WITHDRAWN and edition.number > 0 and edition.attempt > 1 and begun == ended


@dataclass(frozen=True)
class Deadline:
    """The last day on which what a school has in hand is filed in time; ``again``: it was sent back, and its days have
    begun anew."""

    day: date
    again: bool = False

    @property
    def name(self) -> str:
        return "重报期限" if self.again else "上报期限"

    def is_over(self, today: date) -> bool:
        return self.day < today


@dataclass(frozen=True)
class Filing:
    """The editions of a school and period, in order; ``row`` None before anybody has begun."""

    row: SchoolReturn | None
    editions: Sequence[Edition]

    @property
    def latest(self) -> Edition | None:
        """What was taken back is none: it is as if it had not been begun. Nor is what was sent back and closed."""
        standing = (row for row in reversed(self.editions) if row.state != State.WITHDRAWN and not self._is_closed(row))
        return next(standing, None)

    @property
    def state(self) -> State:
        """How far it is: a draft before anybody has begun."""
        return self.latest.step if self.latest else State.DRAFT

    @property
    def sent(self) -> list[Edition]:
        """The editions that the bureau has, each number once."""
        return [edition for edition in self.editions if edition.is_sent]

    @property
    def filed(self) -> Edition | None:
        """The latest that the bureau has."""
        return self.sent[-1] if self.sent else None

    @property
    def accepted(self) -> Edition | None:
        """The latest that the bureau has accepted."""
        return next((edition for edition in reversed(self.editions) if edition.state == State.ACCEPTED), None)

    @property
    def work(self) -> Edition | None:
        """The edition that the school has in hand: begun and not filed."""
        return self.latest if self.latest and self.latest.is_in_school else None

    @property
    def signed(self) -> Edition | None:
        """The edition that a head has signed and nobody has filed yet."""
        return self.work if self.work and self.work.state == State.SIGNED else None

    @property
    def returned(self) -> Edition | None:
        """What the bureau has sent back and the school has not filed anew."""
        back = [edition for edition in self.editions if edition.state == State.RETURNED]
        return back[-1] if back and not (self.filed_after(back[-1]) or self._is_closed(back[-1])) else None

    def deadline(self, period: FilingPeriod) -> Deadline:
        """Of what is in hand: the return, or what was sent back of it."""
        if back := self.returned:
            return Deadline(period.due_again(localtime(back.decided_at).date()), again=True)
        return Deadline(period.deadline)

    @property
    def typed(self) -> Edition | None:
        """The last that was prepared of the number in hand or next: what was typed of it is not typed again.
        What was closed spoke of something else."""
        attempts = (row for row in reversed(self.editions) if row.number == self.next_number)
        return next((row for row in attempts if not (is_closing(row) or self._is_closed(row))), None)

    @property
    def awaited(self) -> Edition | None:
        """The edition that the bureau decides on next: the first that it has not accepted."""
        return next((edition for edition in self.editions if edition.state == State.FILED), None)

    @property
    def first_filed_on(self) -> date | None:
        """When the bureau first had it; what was sent back and filed anew was in time where that was."""
        return next((edition.filed_on for edition in self.editions if edition.filed_at), None)

    @property
    def is_late(self) -> bool:
        """迟报."""
        return bool(self.first_filed_on and self.first_filed_on > self.row.deadline)

    def times_sent(self, edition: Edition) -> int:
        """第几次上报 of what is in hand: what was sent back has been at the bureau, what was taken back has not."""
        return 1 + sum(row.state == State.RETURNED for row in self.editions if row.number == edition.number)

    def filed_after(self, returned: Edition) -> bool:
        """Whether the bureau has the same number once more."""
        return any(edition.number == returned.number for edition in self.sent)

    def _is_closed(self, edition: Edition) -> bool:
        """Whether the school has closed what was sent back."""
        return any(is_closing(row) and row.number == edition.number and row.attempt > edition.attempt
                   for row in self.editions)  # fmt: skip

    @property
    def next_number(self) -> int:
        """The number of the edition that the school works on or would begin."""
        if self.latest is None:
            return 0
        return self.latest.number + (1 if self.latest.is_sent else 0)

    def next_edition(self) -> Edition:
        """A new attempt at the number that comes next. Its versions go on from those before it, so that a page of one
        attempt is not taken for a page of the next."""
        attempts = [edition.attempt for edition in self.editions if edition.number == self.next_number]
        version = max((edition.version for edition in self.editions), default=1)
        number, attempt = self.next_number, max(attempts, default=0) + 1
        return Edition(school_return=self.row, number=number, attempt=attempt, version=version)


def filing_of(school: School, period: FilingPeriod) -> Filing:
    """Two queries; the snapshots are read when somebody asks for one."""
    row = SchoolReturn.objects.filter(school=school, period=period.code).first()
    return editions_of(row)


def editions_of(row: SchoolReturn | None) -> Filing:
    """One query."""
    if row is None:
        return Filing(None, ())
    editions = row.editions.select_related(*PEOPLE).order_by("number", "attempt")
    return Filing(row, list(editions))


def snapshot_of(edition: Edition) -> Snapshot:
    """What was signed, its paper left where it is; one query."""
    return Snapshot.objects.defer("pdf").get(pk=edition.snapshot_id)


def content_of(edition: Edition) -> dict:
    """What was signed, without its paper; one query."""
    return snapshot_of(edition).content


def last_lists(school: School, period: FilingPeriod) -> tuple[str, Lists] | None:
    """The period before as the bureau has it: its name and its lists; None where nothing was filed. One query."""
    if not (before := code_before(period.code)):
        return None
    rows = Edition.objects.sent().filter(school_return__school=school, school_return__period=before)
    content = rows.latest_first().values_list("snapshot__content", flat=True).first()
    return content and (label_of(before), lists_of(content))


def changes_now(live: Live, filing: Filing, last: tuple[str, Lists] | None) -> list[Change]:
    """What the page explains: an amendment against the edition before it, a return against the period before."""
    if filing.filed:
        return changes_since(live, filing.filed)
    span = live.period.period
    same_year = span.first > school_year_start(school_year_of(live.period.day))
    return period_changes(last and last[1], live.lists, before=span.kind.last, same_year=same_year)


def changes_since(live: Live, edition: Edition) -> list[Change]:
    """What the facts say now that an edition, as it was signed, does not; one query."""
    return differences(lists_of(content_of(edition)), live.lists)
