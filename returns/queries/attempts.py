"""退回的上报 (what was sent back): an attempt that the bureau has returned, as it was filed then."""

from collections.abc import Sequence
from dataclasses import dataclass

from reports.tables import Table
from returns.models import Edition, Snapshot
from returns.queries.children import ChangeLine, change_lines
from returns.queries.content import notes_of, times_of
from returns.queries.editions import Filing, snapshot_of
from returns.queries.page import FigureLine, figure_lines
from returns.snapshots import change_of, table_from
from returns.states import State
from students.access import Scope
from students.templatetags.chinese import cdate


@dataclass(frozen=True)
class AttemptPage:
    """An attempt with what was signed; ``changes``: what explained its figures then."""

    edition: Edition
    snapshot: Snapshot
    table: Table
    changes: Sequence[ChangeLine]

    @property
    def name(self) -> str:
        """第1次上报, of an amendment 第2号更正第1次上报; counted as on its paper."""
        of = self.edition.label if self.edition.number else ""
        return f"{of}第{times_of(self.snapshot.content)}次上报"

    @property
    def lines(self) -> list[FigureLine]:
        return figure_lines(self.table)

    @property
    def total(self) -> FigureLine:
        return FigureLine("合计", self.table.total_record)

    @property
    def footnotes(self) -> list[str]:
        return [*self.table.footnotes, *notes_of(self.snapshot.content)]

    @property
    def decision(self) -> str:
        """Who sent it back, when and why."""
        on = cdate(self.edition.decided_at)
        return f"{self.edition.decided_by.name}{on}退回：{self.edition.decision_reason}"


def returned_attempt(filing: Filing, number: int, attempt: int) -> Edition | None:
    """What was sent back of a number; None where there is no such attempt, or the bureau has it."""
    found = (each for each in filing.editions if (each.number, each.attempt) == (number, attempt))
    return next((each for each in found if each.state == State.RETURNED), None)


def attempt_page(edition: Edition, scope: Scope) -> AttemptPage:
    """Two queries: what was signed, and the names of its children that the reader may see."""
    kept = snapshot_of(edition)
    changes = change_lines([change_of(record) for record in kept.content["changes"]], scope)
    return AttemptPage(edition, kept, table_from(kept.content["table"]), changes)
