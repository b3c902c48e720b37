"""规则提案 as their pages show them: what would change, what the dry run found, who, when, and what can be done now."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.urls import reverse

from casework.actions.progress import standing_of
from casework.actions.rule_proposals import is_silent, job_of
from casework.models import RuleProposal, StoredRuleSet
from casework.queries import rule_pages as pages
from casework.queries.uploads import Progress
from casework.rule_checks import laxer
from casework.rule_comparison import Change, RungPair, compare
from casework.ruleset import REPORT_TIERS, VISIT_TIERS, Tier
from students.access import Scope
from students.models import School, Student
from students.templatetags.chinese import cdate, cdatetime

State = RuleProposal.State
TONES = {State.ADOPTED: "ok", State.WITHDRAWN: "mute", State.GIVEN_UP: "mute", State.REHEARSED: "note"}
NO_WORKER = "很久没有进展，后台程序可能没有运行。请告诉系统管理员启动后台程序，再按“重新试算”。"
WAITING = (State.REHEARSING, State.REHEARSED)


def proposals_seen(scope: Scope):
    """The proposals within a scope, with who made and adopted them."""
    rows = RuleProposal.objects.visible_to(scope)
    people = ("made_by", "adopted_by", "withdrawn_by", "given_up_by")
    return rows.select_related("school", "rule_set", "follows", "adoption", *people)


def waiting_of(school: School | None, scope: Scope):
    """The proposals of a school or the county that wait, as far as the reader sees them."""
    return proposals_seen(scope).filter(school=school, state__in=WAITING)


def versions_to_begin_with(scope: Scope):
    """Rule sets that a new version may begin as a copy of: whatever the reader may open, and their own proposals."""
    own = RuleProposal.objects.visible_to(scope).values("rule_set")
    seen = pages.versions_seen(scope).values("pk")
    return StoredRuleSet.objects.filter(Q(pk__in=own) | Q(pk__in=seen))


def unit_of(tier: Tier) -> str:
    """What obligations of a tier are counted in."""
    return "份" if tier in REPORT_TIERS else "次" if tier in VISIT_TIERS | {Tier.CONTACT} else "件"


@dataclass(frozen=True)
class TierLine:
    """What becomes of a tier in the period of a dry run."""

    label: str
    unit: str
    before: int
    after: int
    added: int
    dropped: int
    moved: int
    classes: int

    @property
    def change(self) -> str:
        """+41, −3, 0."""
        difference = self.after - self.before
        return f"+{difference}" if difference > 0 else f"−{-difference}" if difference else "0"


@dataclass(frozen=True)
class ProposalPage:
    """Everything that the page of a proposal shows."""

    proposal: RuleProposal
    state: str
    tone: str
    pairs: list[RungPair]
    tiers: list[TierLine]
    children: list[dict]
    laxer: list[str]
    apart: list[pages.SchoolLine]
    may_change: bool
    progress: Progress | None
    today: date

    @property
    def title(self) -> str:
        return pages.title_of(self.proposal.rule_set)

    @property
    def owner(self) -> str:
        return pages.owner_name(self.proposal.school)

    @property
    def note(self) -> str:
        return f"{self.owner}，{cdate(self.proposal.starts_on)}起，{self.proposal.made_by.name}提出"

    @property
    def lines(self) -> list[pages.PairLine]:
        """Every rung against the version that it takes the place of."""
        return pages.pair_lines(self.pairs)

    @property
    def follows(self) -> str:
        return pages.title_of(self.proposal.follows)

    @property
    def told(self) -> str:
        """What became of it, in a sentence; blank while it waits."""
        row = self.proposal
        if row.state == State.ADOPTED:
            return f"已由{row.adopted_by.name}于{cdatetime(row.adopted_at)}采用，{cdate(row.starts_on)}起执行。"
        if row.state == State.WITHDRAWN:
            return f"已由{row.withdrawn_by.name}于{cdatetime(row.withdrawn_at)}撤回，不会执行。"
        if row.state == State.GIVEN_UP:
            return f"已由{row.given_up_by.name}于{cdatetime(row.given_up_at)}放弃，没有采用。"
        return ""

    @property
    def may_withdraw(self) -> bool:
        return self.may_change and self.proposal.state == State.ADOPTED and self.proposal.starts_on > self.today

    @property
    def may_retry(self) -> bool:
        return self.may_change and self.proposal.state == State.REHEARSED

    @property
    def back_url(self) -> str:
        """The ladder in force where it would hold."""
        if school := self.proposal.school_id:
            return reverse("casework:school_rules", args=[school])
        return reverse("casework:county_rules")

    @property
    def edit_url(self) -> str:
        """The form, filled with this version; saving it gives this one up."""
        school = self.proposal.school_id
        name, place = ("casework:new_school_rules", [school]) if school else ("casework:new_county_rules", [])
        if self.proposal.rule_set.is_the_countys:
            name = "casework:return_school_rules"
        return f"{reverse(name, args=place)}?instead={self.proposal.pk}"

    @property
    def is_late(self) -> bool:
        """Whether its day has come while it waited."""
        return self.proposal.state in WAITING and self.proposal.starts_on <= self.today

    @property
    def change_words(self) -> str:
        """缺课报告由“连续缺课满3个上课日”改为“连续缺课满2个上课日”: what is changed, in a line."""
        return "；".join(_change_words(pair) for pair in self.pairs if pair.counts)

    @property
    def period(self) -> str:
        return f"{cdate(self.proposal.first_day)}至{cdate(self.proposal.last_day)}"

    @property
    def outcome_words(self) -> str:
        """将多出41份缺课报告，涉及5所学校23个班的60名学生: what the dry run found, in a sentence."""
        found = self.proposal.outcome
        parts = [f"多出{line.added}{line.unit}{line.label}" for line in self.tiers if line.added]
        parts += [f"少{line.dropped}{line.unit}{line.label}" for line in self.tiers if line.dropped]
        parts += [f"{line.moved}{line.unit}{line.label}换了日子" for line in self.tiers if line.moved]
        if not parts:
            return "按新的规则，这段时间里没有学生的待办会不同。"
        schools = "" if self.proposal.school_id else f"{found['schools']}所学校"
        return f"将{'，'.join(parts)}；涉及{schools}{found['classes']}个班的{found['children']}名学生。"

    @property
    def children_words(self) -> str:
        number = self.proposal.outcome.get("children", 0)
        return f"这里列出前{len(self.children)}名，共{number}名。" if number > len(self.children) else ""

    @property
    def apart_words(self) -> str:
        """The schools that a change of the county's rules does not reach."""
        wider = [line for line in self.apart if line.laxer]
        more = f"，其中{len(wider)}所会比这个版本宽：{_names(wider)}" if wider else ""
        return f"{len(self.apart)}所学校有自己的规则，不随这个版本改变{more}。" if self.apart else ""


def _names(lines: Collection[pages.SchoolLine], most: int = 5) -> str:
    names = "、".join(str(line.school) for line in list(lines)[:most])
    return f"{names}等" if len(lines) > most else names


def _change_words(pair: RungPair) -> str:
    what = pair.tier.label
    match pair.change:
        case Change.ADDED:
            return f"新增{what}（{pair.after.words}）"
        case Change.DROPPED:
            return f"取消{what}（{pair.before.words}）"
    before, after = pages.rung_line(pair.before), pages.rung_line(pair.after)
    names = {"words": "when", "due_words": "due", "responsible": "who", "receiver": "receiver"}
    said = [
        f"由“{getattr(before, column)}”改为“{getattr(after, column)}”"
        for part, column in names.items()
        if part in pair.changed
    ]
    return f"{what}{'，'.join(said)}"


def proposal_page(proposal: RuleProposal, scope: Scope, today: date) -> ProposalPage:
    """The page of a proposal; children are named as far as the scope holds them."""
    rule_set = pages.rules_of(proposal.rule_set)
    waits = proposal.state in WAITING
    short, apart = [], []
    if waits and proposal.school:
        short = laxer(rule_set, pages.rules_of(pages.in_force(None, proposal.starts_on).rule_set))
    elif waits:
        apart = pages.schools_apart(scope, today, countys=rule_set)
    return ProposalPage(
        proposal=proposal,
        state=proposal.get_state_display(),
        tone=TONES.get(proposal.state, "warn"),
        pairs=compare(pages.rules_of(proposal.follows), rule_set),
        tiers=[_tier_line(tier, tally) for tier, tally in proposal.outcome.get("tiers", {}).items()],
        children=_children(proposal, scope),
        laxer=short,
        apart=apart,
        may_change=scope.sets_rules_of(proposal.school_id),
        progress=progress_of(proposal) if proposal.state == State.REHEARSING else None,
        today=today,
    )


def _tier_line(tier: str, tally: dict) -> TierLine:
    return TierLine(label=Tier(tier).label, unit=unit_of(Tier(tier)), **tally)


def _children(proposal: RuleProposal, scope: Scope) -> list[dict]:
    shown = proposal.outcome.get("shown", [])
    rows = Student.objects.visible_to(scope).filter(pk__in=[each["student"] for each in shown])
    names = {row.pk: row for row in rows.select_related("line__school_class__school")}
    return [{"student": names[each["student"]], "words": each["words"]} for each in shown if each["student"] in names]


def progress_of(proposal: RuleProposal) -> Progress:
    """How the dry run stands, for the bar."""
    if is_silent(proposal):
        return Progress("没有进展", trouble=NO_WORKER)
    standing = standing_of(job_of(proposal))
    if standing is None:
        return Progress("排队等待")
    return Progress("正在试算", standing.done, standing.total or None)
