"""规则 in daylight: the ladder in force in plain Chinese with its sources, what comes, what was, versions compared."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from casework.models import RuleAdoption, StoredRuleSet
from casework.models.rules import AS_COUNTY
from casework.presets import ALWAYS, preset_codes
from casework.queries.duties import source_words
from casework.rule_checks import laxer
from casework.rule_comparison import Change, RungPair, compare
from casework.ruleset import RuleSet, Trigger, read_rule_set
from students.access import OFFICE_ROLES, Scope
from students.models import Role, School
from students.templatetags.chinese import cdate, cdatetime

TONES = {Change.SAME: "mute", Change.CHANGED: "warn", Change.ADDED: "note", Change.DROPPED: "alarm"}
IMPORTED = "系统自带或导入"


def rules_of(stored: StoredRuleSet) -> RuleSet:
    """A stored rule set, read."""
    return read_rule_set(stored.content, key=stored.pk)


def title_of(stored: StoredRuleSet) -> str:
    """《标准规则》第1版; 全县规则 where a school has gone back to those."""
    if stored.is_the_countys:
        return "全县规则"
    return f"《{stored.title}》第{stored.version}版"


def from_words(starts_on: date) -> str:
    """From when a rule set holds; the first one holds since before the records begin."""
    return "一直以来" if starts_on <= ALWAYS else f"{cdate(starts_on)}起"


def owner_name(school: School | None) -> str:
    """Whose rules: a school's, or the county's."""
    return str(school) if school else "全县"


@dataclass(frozen=True)
class RungLine:
    """A rung in words: when what is owed by whom to whom by when, and where that comes from."""

    step: int
    what: str
    when: str
    who: str
    receiver: str
    due: str
    source: str


def rung_line(trigger: Trigger) -> RungLine:
    """One rung as a row of a ladder's table."""
    return RungLine(
        step=trigger.step,
        what=trigger.tier.label,
        when=trigger.words,
        who=Role(trigger.responsible).label,
        receiver=trigger.receiver,
        due=trigger.due_words,
        source=source_words(trigger.source),
    )


def rung_lines(rule_set: RuleSet) -> list[RungLine]:
    """Every rung of a ladder."""
    return [rung_line(trigger) for trigger in rule_set.triggers]


# ---- which versions there are --------------------------------------------------------------------


def versions_seen(scope: Scope):
    """Rule sets that a reader may open: the presets, and whatever somebody has adopted. What holds is no secret."""
    adopted = RuleAdoption.objects.filter(rule_set=OuterRef("pk"))
    return StoredRuleSet.objects.filter(Q(code__in=preset_codes()) | Exists(adopted))


def versions_offered(scope: Scope):
    """Rule sets to compare: the presets, the county's and those of the reader's schools, by name."""
    schools = School.objects.visible_to(scope)
    adopted = RuleAdoption.objects.filter(Q(school=None) | Q(school__in=schools), rule_set=OuterRef("pk"))
    rows = StoredRuleSet.objects.filter(Q(code__in=preset_codes()) | Exists(adopted))
    return rows.exclude(code__startswith=AS_COUNTY).order_by("title", "code", "-version")


def newest_presets() -> list[StoredRuleSet]:
    """The presets as they are now, to begin a version with."""
    rows = StoredRuleSet.objects.filter(code__in=preset_codes()).order_by("code", "version")
    return list({row.code: row for row in rows}.values())


def adoptions_of(school: School | None):
    """What a school, or the county, has adopted, the newest first."""
    rows = RuleAdoption.objects.filter(school=school).select_related("rule_set", "adopted_by", "proposal")
    return rows.order_by("-starts_on", "-pk")


def in_force(school: School | None, day: date) -> RuleAdoption:
    """The adoption that holds for a school on ``day``: its own, else the county's."""
    for owner in (school, None) if school else (None,):
        found = adoptions_of(owner).filter(starts_on__lte=day).first()
        if found and not found.rule_set.is_the_countys:
            return found
    raise LookupError("没有采用任何规则集：请先运行 manage.py migrate")


# ---- the page of a ladder ------------------------------------------------------------------------


@dataclass(frozen=True)
class Adopted:
    """An adoption in words: which version, and from when it holds."""

    adoption: RuleAdoption

    @property
    def title(self) -> str:
        return title_of(self.adoption.rule_set)

    @property
    def starts(self) -> str:
        return from_words(self.adoption.starts_on)


@dataclass(frozen=True)
class AdoptionLine(Adopted):
    """An adoption, and the version before it, to compare with."""

    before: StoredRuleSet | None
    shows_proposal: bool

    @property
    def proposal_url(self) -> str:
        """The dry run that stood before it, for whoever may see it."""
        proposal = getattr(self.adoption, "proposal", None)
        return reverse("casework:rule_proposal", args=[proposal.pk]) if proposal and self.shows_proposal else ""

    @property
    def why(self) -> str:
        """The reason given; blank where a version was not made by form."""
        proposal = getattr(self.adoption, "proposal", None)
        return proposal.reason if proposal else ""

    @property
    def by(self) -> str:
        who = self.adoption.adopted_by
        return f"{cdatetime(self.adoption.adopted_at)} {who.name if who else IMPORTED}"


def adoption_lines(rows: Iterable[RuleAdoption], *, shows_proposals: bool) -> list[AdoptionLine]:
    """Adoptions, the newest first, each with what it followed."""
    rows = list(rows)
    return [
        AdoptionLine(row, before.rule_set if before else None, shows_proposals)
        for row, before in zip(rows, [*rows[1:], None], strict=False)
    ]


@dataclass(frozen=True)
class SchoolLine:
    """A school with rules of its own, and where they are laxer than the county's."""

    school: School
    title: str
    starts: str
    laxer: list[str]


@dataclass(frozen=True)
class LadderPage(Adopted):
    """The rules of the county or a school as they hold today, those to come, and those that were."""

    school: School | None
    rungs: list[RungLine]
    coming: list[AdoptionLine]
    history: list[AdoptionLine]
    may_change: bool
    laxer: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return owner_name(self.school)

    @property
    def change_url(self) -> str:
        """The address of a new version."""
        if self.school:
            return reverse("casework:new_school_rules", args=[self.school.pk])
        return reverse("casework:new_county_rules")

    @property
    def return_url(self) -> str:
        """Where a school ends its own rules; blank where it has none or the reader may not."""
        if not self.may_change or self.school is None or self.is_the_countys:
            return ""
        return reverse("casework:return_school_rules", args=[self.school.pk])

    @property
    def is_the_countys(self) -> bool:
        """Whether a school has none of its own and lives by the county's."""
        return self.school is not None and self.adoption.school_id is None


def ladder_page(school: School | None, scope: Scope, today: date) -> LadderPage:
    """What holds for a school or the county today; as many queries however long the history."""
    # What the county tried is seen by whoever sees the county, what a school tried by whoever sees the school's office.
    sees = bool(scope.roles & OFFICE_ROLES) and (school is not None or scope.county)
    lines = adoption_lines(adoptions_of(school), shows_proposals=sees)
    own = next((line.adoption for line in lines if line.adoption.starts_on <= today), None)
    adoption = in_force(None, today) if own is None or own.rule_set.is_the_countys else own
    rule_set = rules_of(adoption.rule_set)
    short = laxer(rule_set, rules_of(in_force(None, today).rule_set)) if adoption.school_id else []
    return LadderPage(
        school=school,
        adoption=adoption,
        rungs=rung_lines(rule_set),
        coming=[line for line in reversed(lines) if line.adoption.starts_on > today],
        history=[line for line in lines if line.adoption.starts_on <= today],
        may_change=scope.sets_rules_of(school.pk if school else None),
        laxer=short,
    )


def schools_apart(scope: Scope, today: date, *, countys: RuleSet | None = None) -> list[SchoolLine]:
    """The schools of a scope that live by rules of their own today, and where those are laxer than the county's, or
    than ``countys``; two queries."""
    countys, read, latest = countys or rules_of(in_force(None, today).rule_set), {}, {}
    schools = School.objects.visible_to(scope)
    rows = RuleAdoption.objects.filter(school__in=schools, starts_on__lte=today).select_related("rule_set", "school")
    for row in rows.order_by("school__name", "school", "starts_on", "pk"):
        latest[row.school_id] = row
    own = [row for row in latest.values() if not row.rule_set.is_the_countys]
    for row in own:
        if row.rule_set_id not in read:
            read[row.rule_set_id] = laxer(rules_of(row.rule_set), countys)
    return [
        SchoolLine(row.school, title_of(row.rule_set), from_words(row.starts_on), read[row.rule_set_id]) for row in own
    ]


# ---- two versions side by side -------------------------------------------------------------------


@dataclass(frozen=True)
class PairLine:
    """A rung in two versions, in words: what stands on either side, and what of it differs."""

    what: str
    change: str
    tone: str
    before: str
    after: str


def pair_lines(pairs: Iterable[RungPair]) -> list[PairLine]:
    """The rungs of a comparison as rows of its table."""
    return [_pair_line(pair) for pair in pairs]


def _pair_line(pair: RungPair) -> PairLine:
    return PairLine(
        what=pair.tier.label,
        change=pair.change.label,
        tone=TONES[pair.change],
        before=_said(pair.before, pair.changed),
        after=_said(pair.after, pair.changed),
    )


def _said(trigger: Trigger | None, changed: frozenset[str]) -> str:
    """A rung in one line; of one that is changed only the condition and what differs."""
    if trigger is None:
        return ""
    line = rung_line(trigger)
    parts = {"due_words": f"{line.due}办结", "responsible": f"{line.who}办", "receiver": f"对象：{line.receiver}"}
    named = [words for part, words in parts.items() if not changed or part in changed]
    if "source" in changed:
        named.append(f"依据：{line.source}")
    return "，".join([line.when, *named])


def compared(before: StoredRuleSet, after: StoredRuleSet) -> list[PairLine]:
    """Two stored versions, rung by rung."""
    return pair_lines(compare(rules_of(before), rules_of(after)))
