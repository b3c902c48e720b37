"""Versions of schemes in words, whichever kind they are of: adoptions, what differs, how a proposal stands."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import ClassVar

from django.urls import reverse

from casework.models.rules import VersionedContent
from casework.queries.rule_pages import IMPORTED
from scoring.models import SchemeAdoption, SchoolSchemeAdoption
from scoring.models.proposals import VersionProposal
from scoring.models.schemes import OF_A_SCHOOL
from scoring.presets import ALWAYS, DEFAULT, SCHOOL_DEFAULT
from scoring.scheme_comparison import Pair
from scoring.school_years import has_begun, refusal_of_year
from students.calendar import school_year_label
from students.models import School
from students.queries.policy import cut_off_days
from students.templatetags.chinese import cdate, cdatetime

State = VersionProposal.State
WAITING = (State.REHEARSING, State.REHEARSED)
TONES = {State.ADOPTED: "ok", State.WITHDRAWN: "mute", State.GIVEN_UP: "mute", State.REHEARSED: "note"}
STEPS = ("try", "adopt", "give_up", "withdraw")
# Adoption → the addresses of a version, a comparison and a proposal.
PAGES = {
    SchemeAdoption: ("scoring:scheme_version", "scoring:scheme_comparison", "scoring:scheme_proposal"),
    SchoolSchemeAdoption: (
        "scoring:month_scheme_version", "scoring:month_scheme_comparison", "scoring:month_scheme_proposal",
    ),
}  # fmt: skip


def title_of(stored: VersionedContent, school: str = "本校") -> str:
    """全县《控辍保学班级责任考核办法》第1版; 全县办法 where a school has gone back to that.

    Versions are numbered for each owner: with the owner's name no two of them are called alike. ``school``: the name
    of the school that made it, where the reader is not on a page of that school.
    """
    if stored.is_the_countys:
        return "全县办法"
    return f"{_whose(stored.code, school)}《{stored.title}》第{stored.version}版"


def _whose(code: str, school: str) -> str:
    if code in (DEFAULT, SCHOOL_DEFAULT):
        return "系统自带"
    return school if code.startswith(OF_A_SCHOOL) else "全县"


def makers_of(stored: Iterable[VersionedContent]) -> dict[str, str]:
    """Code → the name of the school that made these versions for itself; one query where there is one."""
    codes = {each.code for each in stored if each.code.startswith(OF_A_SCHOOL)}
    schools = [code.removeprefix(OF_A_SCHOOL) for code in codes]
    rows = School.objects.filter(code__in=schools).values_list("code", "name") if schools else ()
    return {f"{OF_A_SCHOOL}{code}": name for code, name in rows}


def from_words(school_year: int) -> str:
    """From when a scheme holds; the first one holds since before the records begin."""
    return "一直以来" if school_year <= ALWAYS else f"{school_year_label(school_year)}起"


@dataclass(frozen=True)
class AdoptionLine:
    """An adoption in words, and the version before it, to compare with."""

    adoption: SchemeAdoption | SchoolSchemeAdoption
    before: VersionedContent | None
    shows_proposal: bool
    school: str

    @property
    def title(self) -> str:
        return title_of(self.adoption.scheme, self.school)

    @property
    def starts(self) -> str:
        return from_words(self.adoption.school_year)

    @property
    def version_url(self) -> str:
        return reverse(PAGES[type(self.adoption)][0], args=[self.adoption.scheme_id])

    @property
    def comparison_url(self) -> str:
        """Beside the version before it; blank where there is none."""
        if self.before is None:
            return ""
        page = reverse(PAGES[type(self.adoption)][1])
        return f"{page}?before={self.before.pk}&after={self.adoption.scheme_id}"

    @property
    def proposal_url(self) -> str:
        """The trial that stood before it, for whoever may see it."""
        proposal = getattr(self.adoption, "proposal", None)
        page = PAGES[type(self.adoption)][2]
        return reverse(page, args=[proposal.pk]) if proposal and self.shows_proposal else ""

    @property
    def why(self) -> str:
        """The reason given; blank where a version was not made by form."""
        proposal = getattr(self.adoption, "proposal", None)
        return proposal.reason if proposal else ""

    @property
    def by(self) -> str:
        who = self.adoption.adopted_by
        return f"{cdatetime(self.adoption.adopted_at)} {who.name if who else IMPORTED}"


def adoption_lines(rows: Iterable, *, shows_proposals: bool, school: str = "") -> list[AdoptionLine]:
    """Adoptions, the newest first, each with the version before it. ``school``: whose, where not the county's."""
    rows = list(rows)
    return [
        AdoptionLine(row, before.scheme if before else None, shows_proposals, school)
        for row, before in zip(rows, [*rows[1:], None], strict=False)
    ]


@dataclass(frozen=True)
class PairRow:
    """A number in two versions, in words, with what became of it."""

    label: str
    change: str
    tone: str
    before: str
    after: str


@dataclass(frozen=True)
class Compared:
    """Two versions: what differs, and what stays."""

    changed: list[PairRow]
    same: list[Pair]


def compared_pairs(pairs: Iterable[Pair]) -> Compared:
    """Pairs as their tables show them."""
    pairs = list(pairs)
    return Compared(
        changed=[PairRow(pair.label, *_change(pair), pair.before, pair.after) for pair in pairs if not pair.is_same],
        same=[pair for pair in pairs if pair.is_same],
    )


def _change(pair: Pair) -> tuple[str, str]:
    if not pair.before:
        return "新增", "note"
    return ("改为", "warn") if pair.after else ("取消", "alarm")


def maker_of(proposal: VersionProposal) -> str:
    """The school whose version it is; blank where it is the county's."""
    return str(getattr(proposal, "school", None) or "")


def waiting_words(proposal: VersionProposal) -> str:
    """罗宁提出的东坪小学《本校办法》第1版（2027-2028学年起）还没有采用."""
    year = school_year_label(proposal.school_year)
    return f"{proposal.made_by.name}提出的{title_of(proposal.scheme, maker_of(proposal))}（{year}起）还没有采用。"


@dataclass(frozen=True)
class ProposalState(ABC):
    """A proposal and what can be done with it now; ``kind`` is how the addresses of its steps end."""

    kind: ClassVar[str]

    proposal: VersionProposal
    compared: Compared
    may_change: bool
    today: date

    @property
    def title(self) -> str:
        return title_of(self.proposal.scheme, maker_of(self.proposal))

    @property
    def state(self) -> str:
        return self.proposal.get_state_display()

    @property
    def tone(self) -> str:
        return TONES.get(self.proposal.state, "warn")

    @property
    def year(self) -> str:
        return school_year_label(self.proposal.school_year)

    @property
    @abstractmethod
    def owner(self) -> str:
        """Whose version it is."""

    @property
    def note(self) -> str:
        return f"{self.owner}，{self.year}起，{self.proposal.made_by.name}提出"

    @property
    def step_urls(self) -> dict[str, str]:
        """Step → where it is taken."""
        args = [self.proposal.pk]
        return {step: reverse(f"scoring:{step}_{self.kind}", args=args) for step in STEPS}

    @property
    def follows(self) -> str:
        return title_of(self.proposal.follows, maker_of(self.proposal))

    @property
    def told(self) -> str:
        """What became of it, in a sentence; blank while it waits."""
        row = self.proposal
        if row.state == State.ADOPTED:
            when = "本学年" if has_begun(row.school_year, self.today) else "到时"
            return f"已由{row.adopted_by.name}于{cdatetime(row.adopted_at)}采用，{self.year}起执行，{when}按它考核。"
        if row.state == State.WITHDRAWN:
            who = f"已由{row.withdrawn_by.name}于{cdatetime(row.withdrawn_at)}撤回"
            return f"{who}，不会执行。撤回原因：{row.withdrawn_because}"
        if row.state == State.GIVEN_UP:
            return f"已由{row.given_up_by.name}于{cdatetime(row.given_up_at)}放弃，没有采用。"
        return ""

    @cached_property
    def _refusal(self) -> str:
        """Why its year can no longer, or not yet, be chosen."""
        return refusal_of_year(self.proposal.school_year, self.today, cut_off_days())

    @property
    def too_late(self) -> str:
        """Why it can no longer be adopted, where its year has passed by while it waited."""
        return self._refusal if self.proposal.state in WAITING else ""

    @property
    def may_adopt(self) -> bool:
        return self.may_retry and not self.too_late

    @property
    def may_retry(self) -> bool:
        return self.may_change and self.proposal.state == State.REHEARSED

    @property
    def may_withdraw(self) -> bool:
        """Whether the adoption can be taken back: as long as its school year can be chosen for."""
        row = self.proposal
        return self.may_change and row.state == State.ADOPTED and not self._refusal

    @property
    def day(self) -> str:
        return f"算到{cdate(self.proposal.as_of)}"
