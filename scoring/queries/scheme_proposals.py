"""考核办法提案 as their pages show them: what would change, what the trial found, who, when, what can be done now."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from casework.actions.progress import standing_of
from casework.queries.rule_pages import owner_name
from casework.queries.rule_proposals import NO_WORKER
from casework.queries.uploads import Progress
from scoring.actions.scheme_proposals import WAITING, State, is_silent, job_of
from scoring.models import SchemeProposal
from scoring.queries.own_schemes import Told, told_before_withdrawing
from scoring.queries.scheme_pages import address_of, compared, scheme_of
from scoring.queries.version_pages import ProposalState
from students.access import Scope
from students.models import School, SchoolClass
from students.templatetags.chinese import points

JUDGED = {
    "newly_met": "变为完成目标",
    "newly_missed": "变为没有完成目标",
    "newly_vetoed": "变为一票否决",
    "no_longer_vetoed": "不再一票否决",
    "newly_rated": "目标变为予以评定",
    "newly_unrated": "目标变为不予评定",
}
NAMED = 5  # schools named in a sentence


def proposals_seen(scope: Scope):
    """The proposals within a scope, with who made and adopted them."""
    rows = SchemeProposal.objects.visible_to(scope)
    people = ("made_by", "adopted_by", "withdrawn_by", "given_up_by")
    return rows.select_related("school", "scheme", "follows", "adoption", *people)


def waiting_of(school: School | None, scope: Scope):
    """The proposals of a school or the county that wait, as far as the reader sees them."""
    return proposals_seen(scope).filter(school=school, state__in=WAITING)


@dataclass(frozen=True)
class ChangedClass:
    """A class whose score would change: before, after, and what of it."""

    school_class: SchoolClass
    before: float
    after: float
    words: list[str]


@dataclass(frozen=True)
class ProposalPage(ProposalState):
    """Everything that the page of a proposal shows."""

    kind = "scheme"
    classes: list[ChangedClass]
    fallen: list[tuple[str, str]]
    risen: list[str]
    progress: Progress | None
    scope: Scope

    @property
    def withdrawal(self) -> list[Told]:
        """What taking a version of the county's back does to schools."""
        is_countys = self.proposal.school_id is None
        return told_before_withdrawing(self.proposal, self.scope) if is_countys and self.may_withdraw else []

    @property
    def owner(self) -> str:
        return owner_name(self.proposal.school)

    @property
    def back_url(self) -> str:
        """The scheme in force where it would hold."""
        return address_of(self.proposal.school)

    @property
    def edit_url(self) -> str:
        """The form, filled with this version; saving it gives this one up."""
        school = self.proposal.school_id
        name, place = ("scoring:new_school_scheme", [school]) if school else ("scoring:new_county_scheme", [])
        if self.proposal.scheme.is_the_countys:
            name = "scoring:return_school_scheme"
        return f"{reverse(name, args=place)}?instead={self.proposal.pk}"

    @property
    def outcome_words(self) -> str:
        """共60个班：12个班分数变高，3个班变低，45个班不变。2个班变为没有完成目标: what the trial found."""
        found = self.proposal.outcome
        if not found["classes"]:
            return "没有班级受影响。"
        counts = (
            f"共{found['classes']}个班：{found['up']}个班分数变高，{found['down']}个班变低，{found['same']}个班不变"
        )
        judged = [f"{found[name]}个班{words}" for name, words in JUDGED.items() if found[name]]
        return f"{counts}。{'，'.join(judged) or '没有班级的目标和一票否决因此不同'}。"

    @property
    def mean_words(self) -> str:
        """平均由8.2分变为7.9分."""
        found = self.proposal.outcome
        if not found["classes"]:
            return ""
        means = [points(found[name] / found["classes"]) for name in ("sum_before", "sum_after")]
        return f"平均由{means[0]}分变为{means[1]}分。"

    @property
    def classes_words(self) -> str:
        changed = self.proposal.outcome.get("up", 0) + self.proposal.outcome.get("down", 0)
        return f"这里列出变化最大的{len(self.classes)}个班。" if changed > len(self.classes) else ""

    @property
    def apart_words(self) -> str:
        """The schools that a change of the county's scheme does not reach."""
        number = self.proposal.outcome.get("apart", 0)
        if self.proposal.school_id or not number:
            return ""
        return f"{number}所学校用自己的办法，都在这个版本留给学校的范围里，不随它改变，没有算在内。"

    @property
    def fallen_words(self) -> str:
        """The schools whose own scheme would no longer hold."""
        if not self.fallen:
            return ""
        names = "、".join(name for name, _ in self.fallen[:NAMED]) + ("等" if len(self.fallen) > NAMED else "")
        why = self.fallen[0][1]
        return f"{len(self.fallen)}所学校自己的办法不在这个版本留给学校的范围里，到时按全县办法：{names}（{why}）。"

    @property
    def risen_words(self) -> str:
        """The schools whose own scheme would hold again."""
        names = "、".join(self.risen[:NAMED]) + ("等" if len(self.risen) > NAMED else "")
        return f"{len(self.risen)}所学校自己的办法重新执行：{names}。" if self.risen else ""


def proposal_page(proposal: SchemeProposal, scope: Scope, today: date) -> ProposalPage:
    """The page of a proposal; classes and schools are named as far as the scope holds them."""
    found = proposal.outcome
    both = [scheme_of(each) for each in (proposal.follows, proposal.scheme)]
    names = _names([*map(int, found.get("fallen", {})), *found.get("risen", [])], scope)
    return ProposalPage(
        proposal=proposal,
        compared=compared(*both, bounds=proposal.school_id is None),
        classes=_classes(found.get("shown", []), scope),
        fallen=[(names[int(pk)], why) for pk, why in found.get("fallen", {}).items() if int(pk) in names],
        risen=[names[pk] for pk in found.get("risen", []) if pk in names],
        may_change=scope.sets_scheme_of(proposal.school_id),
        progress=progress_of(proposal) if proposal.state == State.REHEARSING else None,
        today=today,
        scope=scope,
    )


def _names(schools: Collection[int], scope: Scope) -> dict[int, str]:
    if not schools:
        return {}
    return dict(School.objects.visible_to(scope).filter(pk__in=schools).values_list("pk", "name"))


def _classes(shown: list[dict], scope: Scope) -> list[ChangedClass]:
    rows = SchoolClass.objects.visible_to(scope).filter(pk__in=[each["school_class"] for each in shown])
    found = {row.pk: row for row in rows.select_related("school")}
    return [
        ChangedClass(found[each["school_class"]], each["before"], each["after"], each["words"])
        for each in shown
        if each["school_class"] in found
    ]


def progress_of(proposal: SchemeProposal) -> Progress:
    """How the trial stands, for the bar."""
    if is_silent(proposal):
        return Progress("没有进展", trouble=NO_WORKER)
    standing = standing_of(job_of(proposal))
    if standing is None:
        return Progress("排队等待")
    return Progress("正在试算", standing.done, standing.total or None)
