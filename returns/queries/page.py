"""The page of a school and period: the figures live or as they were filed, what differs, and the one next step."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.urls import reverse

from reports.figures import BASELINE, CLOSING, DROPPED_TOTAL, INS, OPENING, OUTS, REGISTERED, SUSPECTED, UNACCOUNTED
from reports.tables import Table
from returns.models import Edition
from returns.queries.children import ChangeLine, change_lines
from returns.queries.content import months_of, notes_of
from returns.queries.editions import (
    Deadline,
    Filing,
    changes_now,
    changes_since,
    filing_of,
    is_closing,
    last_lists,
    snapshot_of,
)
from returns.queries.grid import Standing, standing_of
from returns.queries.live import Live, live_figures
from returns.queries.months_summed import MonthsSummed, months_summed
from returns.queries.periods import FilingPeriod
from returns.queries.posts import posts_of
from returns.queries.warnings import Warning, warnings_of
from returns.reviewing import CAME, WENT
from returns.snapshots import change_of, table_from
from returns.states import State, Step, open_steps
from students.access import Scope
from students.models import School
from students.templatetags.chinese import cdate, cdate_short, cdatetime
from students.turning import grade_label

OPENED = (OPENING, CLOSING, REGISTERED, SUSPECTED, DROPPED_TOTAL, UNACCOUNTED, BASELINE)  # whose children are listed
WAITS_FOR = {
    State.DRAFT: "等学校填报。",
    State.RETURNED: "等学校核对后重新上报。",
    State.PREPARED: "等学校校长签字。",
    State.SIGNED: "等学校上报。",
}


@dataclass(frozen=True)
class FigureLine:
    """A row of the return as the page shows it: 增加 and 减少 as sums, what they are made of stands in the changes.
    ``behind``: where the children behind its 期末 are listed; blank where that is shown on another page."""

    label: str
    values: dict
    behind: str = ""

    @property
    def urls(self) -> dict[str, str]:
        """Count → where its children are listed; a 0 has nobody behind it."""
        if not self.behind:
            return {}
        counts = {CAME: self.came, WENT: self.went} | {code: self.values[code] for code in OPENED}
        return {code: self.behind.replace(CLOSING, code, 1) for code, count in counts.items() if count}

    @property
    def came(self) -> int:
        return sum(self.values[kind] for kind in INS)

    @property
    def went(self) -> int:
        return sum(self.values[kind] for kind in OUTS)

    @property
    def balance(self) -> int:
        """期初＋增加－减少－期末: 0, or the figures contradict each other."""
        return self.values[OPENING] + self.came - self.went - self.values[CLOSING]


def figure_lines(table: Table, behind: Callable[[dict], str] = lambda query: "") -> list[FigureLine]:
    """The rows of a return, a grade each; ``behind``: where the children of one are listed."""
    return [FigureLine(grade_label(each["grade"]), each, behind({"grade": each["grade"]})) for each in table.records()]


@dataclass(frozen=True)
class ReturnPage:
    """``edition`` and ``content``: the edition that is shown, None where the figures are live.

    ``differs``: what the facts say now that the latest edition which is signed or filed does not; ``changes``: what
    explains the figures that are shown; ``months``: those of a term or year beside it.
    """

    school: School
    period: FilingPeriod
    filing: Filing
    standing: Standing
    live: Live
    table: Table
    edition: Edition | None = None
    content: dict = field(default_factory=dict)
    sha256: str = ""
    changes: Sequence[ChangeLine] = ()
    differs: Sequence[ChangeLine] = ()
    warnings: Sequence[Warning] = ()
    last_label: str = ""
    months: MonthsSummed | None = None
    month_lines: Sequence[ChangeLine] = ()

    @property
    def is_live(self) -> bool:
        return self.edition is None

    @property
    def is_zero(self) -> bool:
        return self.content["is_zero"] if self.content else self.live.is_zero

    @property
    def deadline(self) -> Deadline:
        return self.filing.deadline(self.period)

    @property
    def mark(self) -> str:
        return self.live.mark

    @property
    def seen(self) -> int:
        """The version of the edition in hand, 0 for none."""
        return self.filing.work.version if self.filing.work else 0

    @property
    def lines(self) -> list[FigureLine]:
        """A line a grade."""
        return figure_lines(self.table, self._behind)

    @property
    def total(self) -> FigureLine:
        return FigureLine("合计", self.table.total_record, self._behind({}))

    @property
    def opens(self) -> str:
        """Which lists the changes that are shown open: those of the edition, or of the figures as they stand."""
        return f"?edition={self.edition.number}" if self.edition else "?"

    def _behind(self, query: dict) -> str:
        """Where the children behind 期末 of what is shown are listed."""
        place = [self.school.pk, self.period.code, CLOSING]
        shown = {"edition": self.edition.number} if self.edition else {}
        return reverse("returns:return_children", args=place, query=shown | query)

    @property
    def editions(self) -> dict[str, str]:
        """Every edition that can be looked at, by what an address calls it: blank for what the school has in hand."""
        in_hand = {"": f"在办的{self.filing.work.label}"} if self.filing.work and self.filing.filed else {}
        return {str(edition.number): edition.label for edition in self.filing.sent} | in_hand

    @property
    def shown(self) -> str:
        """Which of ``editions`` is shown."""
        return str(self.edition.number) if self.edition and self.edition.is_sent else ""

    @property
    def is_older(self) -> bool:
        """Whether a later edition has been filed than the one that is shown."""
        return bool(self.edition and self.edition.is_sent and self.edition != self.filing.filed)

    @property
    def is_signed_only(self) -> bool:
        """Whether what was signed is shown, before anybody has filed it."""
        return bool(self.edition and self.edition == self.filing.signed)

    @property
    def to_decide(self) -> dict | None:
        """What was signed of the edition that the bureau decides on, where that is the one that is shown."""
        return self.content if self.edition and self.edition == self.filing.awaited else None

    @property
    def notes(self) -> list[str]:
        """What is printed beside the definitions of an edition."""
        return notes_of(self.content) if self.content else []

    @property
    def head(self) -> str:
        """2026年10月月报，9月26日至10月25日."""
        return f"{self.period.name}，{self.period.counted(self.period.period.cut_off).days}"

    @property
    def returned_url(self) -> str:
        """Where what was sent back is shown as it was filed."""
        return self._address(self.filing.returned)

    def _address(self, edition: Edition) -> str:
        """The page of an attempt that was sent back; blank for any other."""
        if edition.state != State.RETURNED:
            return ""
        place = [self.school.pk, self.period.code, edition.number, edition.attempt]
        return reverse("returns:attempt", args=place)

    @property
    def is_provisional(self) -> bool:
        """Whether its cut-off is still to come."""
        return self.live.period.is_provisional

    @property
    def provisional_words(self) -> str:
        cut_off = cdate_short(self.period.period.cut_off)
        return f"暂计：算到{cdate_short(self.live.period.day)}，{cut_off}截止，从那天起可以上报"

    @property
    def opening_note(self) -> str:
        return f"期初{self.total.values[OPENING]}人"

    @property
    def accept_title(self) -> str:
        return f"{self.filing.awaited.label}待接收" if self.filing.awaited else ""

    @property
    def prepare_title(self) -> str:
        return f"第{self.filing.next_number}号更正" if self.filing.next_number else "填报"

    @property
    def reword_title(self) -> str:
        return "改更正原因和说明" if self.filing.next_number else "改学校说明"

    @property
    def table_title(self) -> str:
        if self.edition is None:
            return "现在的数字"
        return f"{self.period.label}{self.edition.label}" if self.edition.number else self.period.name

    @property
    def changes_title(self) -> str:
        if self.edition and self.edition.number:
            return f"{self.edition.label}改了什么"
        if self.edition is None and self.filing.filed:
            return f"与已经上报的{self.filing.filed.label}相比"
        return f"与{self.last_label}上报的相比" if self.last_label else "本期的变化"

    @property
    def no_changes(self) -> str:
        return "没有变化。"

    @property
    def footnotes(self) -> list[str]:
        """The definitions as they were printed, and what was said beside them."""
        return [*self.table.footnotes, *self.notes]

    @property
    def has_nothing_to_amend(self) -> bool:
        """Whether the facts say what the bureau has."""
        return bool(self.filing.filed) and not (self.changes if self.is_live else self.differs)

    @property
    def is_emptied(self) -> bool:
        """Whether an amendment waits for its signature of which nothing is left."""
        return self.filing.state == State.PREPARED and self.has_nothing_to_amend

    @property
    def waits_for(self) -> str:
        """Whose turn it is; of an amendment in the school's hands also that the bureau has not decided yet."""
        if not self.period.is_due(self.live.period.day):
            return ""
        if self.is_emptied:
            return "没有要更正的了，等学校撤回。"
        bureau = "等县教育局接收。" if self.filing.awaited else ""
        if bureau and not self.filing.work:
            return bureau
        return bureau + WAITS_FOR.get(self.filing.state, "")

    @property
    def entries(self) -> list[dict]:
        """What was done, the newest first."""
        steps = [step for edition in self.filing.editions for step in _steps(edition, self._address(edition))]
        steps.sort(key=lambda step: step[0])
        steps.reverse()  # so that of one moment the last stands first too
        return [
            {"when": cdatetime(at), "title": title, "by": by.name, "text": text, "url": url}
            for at, by, title, text, url in steps
        ]

    def steps(self, scope: Scope, today: date) -> frozenset[Step]:
        """What the reader may do now."""
        if not self.period.is_due(today):
            return frozenset()
        held, filing = posts_of(scope, self.school.pk), self.filing
        steps = open_steps(filing.state if filing.work else State.DRAFT, held)
        if self.has_nothing_to_amend:
            steps -= {Step.PREPARE, Step.REWORD}
        if self.is_emptied:
            steps -= {Step.SIGN}
        if filing.signed and self.differs:
            steps -= {Step.FILE}  # the facts say otherwise since
        if not self.live.is_zero or filing.filed:
            steps -= {Step.FILE_ZERO}
        if self.filing.returned and self.filing.filed and not self.filing.work and not self.differs:
            steps |= open_steps(State.RETURNED, held)  # nothing is left of the amendment
        if self.filing.awaited:
            steps |= open_steps(State.FILED, held)
        return steps


def return_page(school: School, period: FilingPeriod, *, asked: str, scope: Scope, today: date) -> ReturnPage | None:
    """``asked``: the number of an edition as an address has it, blank for what is current; None where there is none."""
    filing = filing_of(school, period)
    edition = edition_asked(filing, asked)
    if asked and edition is None:
        return None
    live = live_figures(school, period, today=today)
    last = last_lists(school, period)
    standing = standing_of(filing, period, today, teaches=live.teaches)
    page = {"school": school, "period": period, "filing": filing, "standing": standing,
            "live": live, "last_label": last[0] if last else ""}  # fmt: skip
    now = changes_now(live, filing, last)
    differs = changes_since(live, filing.signed) if filing.signed else now
    if edition is None:
        return ReturnPage(
            **page,
            table=live.table,
            changes=change_lines(now, scope),
            warnings=warnings_of(live, today=today),
            **_months(months_summed(live), scope),
        )
    kept = snapshot_of(edition)
    content = kept.content
    return ReturnPage(
        **page,
        edition=edition,
        content=content,
        sha256=kept.sha256,
        table=table_from(content["table"]),
        changes=change_lines([change_of(record) for record in content["changes"]], scope),
        differs=change_lines(differs, scope),
        warnings=warnings_of(live, today=today) if differs else (),
        **_months(months_of(content), scope),
    )


def _months(found: MonthsSummed | None, scope: Scope) -> dict:
    return {"months": found, "month_lines": change_lines(found.changes, scope) if found else ()}


def edition_asked(filing: Filing, asked: str) -> Edition | None:
    """The edition of a number, of those that are signed or filed; where none is asked for the latest, or None while
    another waits for the signature: what is to be signed are the figures as they are."""
    kept = [*filing.sent, *filter(None, [filing.signed])]
    if not asked and filing.work and not filing.signed:
        return None
    return next((edition for edition in reversed(kept) if asked in ("", str(edition.number))), None)


def _steps(edition: Edition, opened: str):
    """What was done with an edition: when, by whom, what, in which words; ``opened``: where it is shown, from where it
    was filed and from where it was sent back."""
    name = edition.label if edition.attempt == 1 else f"{edition.label}（第{edition.attempt}次填报）"
    if is_closing(edition):
        return [(edition.withdrawn_at, edition.withdrawn_by, f"{edition.label}了结", edition.reason, "")]
    words = (edition.reason and f"更正原因：{edition.reason}", edition.remark and f"学校说明：{edition.remark}")
    words, limit = "。".join(filter(None, words)), f"期限{cdate(edition.school_return.deadline)}"
    # A zero return is signed and filed in one press, mostly without a clerk's preparation.
    signed = (edition.signed_at, edition.signed_by)
    in_one = edition.filed_at is not None and signed == (edition.filed_at, edition.filed_by)
    prepared = None if in_one and signed == (edition.prepared_at, edition.prepared_by) else edition.prepared_at
    said = [
        (prepared, edition.prepared_by, f"{name}送校长签字", words, ""),
        (None if in_one else edition.signed_at, edition.signed_by, f"{name}签字", "", ""),
        (edition.filed_at, edition.filed_by, f"{name}签字并上报零报告" if in_one else f"{name}上报", limit, opened),
        (edition.decided_at, edition.decided_by, f"{name}{edition.step.label}", edition.decision_reason, opened),
        (edition.withdrawn_at, edition.withdrawn_by, f"{name}撤回", "", ""),
    ]
    return [step for step in said if step[0]]
