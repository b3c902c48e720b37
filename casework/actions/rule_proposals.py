"""规则 by form: a version is made, tried on past facts, adopted from a day to come, given up, withdrawn in time.

What a school alone changes is tried at once; what the county changes is a background job. Nothing is recomputed when a
version is adopted: it holds from a day that has not come, and the engine asks for the rules of each day.
"""

import json
from collections.abc import Callable, Collection
from datetime import date
from hashlib import sha256

from django.db import IntegrityError, transaction
from django.db.models import Max, Q
from django.utils import timezone

from casework.actions import progress
from casework.actions.calendar_changes import MOST_AT_ONCE
from casework.models import RuleAdoption, RuleProposal, StoredRuleSet
from casework.models.rules import AS_COUNTY
from casework.queries.dry_runs import Period, children_of, dry_run
from casework.queries.rehearsals import Watch
from casework.queries.rule_pages import in_force, rules_of, title_of
from casework.rule_checks import contradictions, laxer
from casework.rule_comparison import Change, compare
from casework.ruleset import RuleError, RuleSet, read_rule_set
from students.access import Scope
from students.actions import audit
from students.actions.calendar_rows import lock_calendar
from students.models import School
from students.templatetags.chinese import cdate

State = RuleProposal.State
WAITING = (State.REHEARSING, State.REHEARSED)
Then = Callable[[int], object]


class RulesRefused(Exception):
    """A version that cannot be made or adopted; ``reasons`` are Chinese sentences."""

    def __init__(self, *reasons: str):
        super().__init__("；".join(reasons))
        self.reasons = reasons


class RulesChanged(RulesRefused):
    """Somebody has adopted or withdrawn other rules meanwhile."""


def job_of(proposal: RuleProposal) -> str:
    return f"rules-{proposal.pk}"


def standing(school: School | None) -> str:
    """A mark of all that has been adopted for a school and the county: what a form was opened with."""
    rows = RuleAdoption.objects.filter(Q(school=None) | Q(school=school)).order_by("pk")
    adopted = [[pk, rule_set, str(day)] for pk, rule_set, day in rows.values_list("pk", "rule_set", "starts_on")]
    return sha256(json.dumps(adopted).encode()).hexdigest()[:16]


# ---- made ----------------------------------------------------------------------------------------


def propose(
    *,
    by,
    scope: Scope,
    school: School | None,
    title: str,
    triggers: Collection[dict],
    starts_on: date,
    reason: str,
    period: Period,
    seen: str,
    today: date,
    then: Then,
) -> RuleProposal:
    """Keep a version of the rules of a school or the county, and try it; ``then`` queues the job where it is large.

    ``seen`` is the mark of what stood when the form was opened. Raises ``RulesRefused`` with every reason.
    """
    code = f"school-{school.code}" if school else "county"
    content = {"code": code, "title": title, "source": f"[S] {reason}", "triggers": list(triggers)}
    with transaction.atomic():
        lock_calendar()
        _check_day(school, starts_on, today)
        rule_set, follows = _read(content), in_force(school, starts_on).rule_set
        _check(rule_set, school, scope, starts_on)
        if twin := _asked_before(by, school, content, starts_on):
            return twin
        if standing(school) != seen:
            raise RulesChanged(_meanwhile(school))
        if all(pair.change is Change.SAME for pair in compare(rules_of(follows), rule_set)):
            raise RulesRefused(f"和{cdate(starts_on)}执行的{title_of(follows)}完全相同，不用改")
        told = {"starts_on": starts_on, "reason": reason, "period": period}
        proposal, large = _keep(content, follows, by=by, school=school, then=then, **told)
    return proposal if large else _tried(proposal)


def propose_return(
    *, by, scope: Scope, school: School, starts_on: date, reason: str, period: Period, seen: str, today: date,
    then: Then,
) -> RuleProposal:  # fmt: skip
    """回到全县规则: a school is to have no rules of its own from a day on; tried and adopted like any version.

    What is tried is a copy of the county's rules of that day. Raises ``RulesRefused``.
    """
    with transaction.atomic():
        lock_calendar()
        _check_day(school, starts_on, today)
        own, countys = in_force(school, starts_on), in_force(None, starts_on).rule_set
        content = countys.content | {"code": f"{AS_COUNTY}{school.code}", "title": "全县规则"}
        if twin := _asked_before(by, school, content, starts_on):
            return twin
        if standing(school) != seen:
            raise RulesChanged(_meanwhile(school))
        if own.school_id is None:
            raise RulesRefused(f"{cdate(starts_on)}{school}已经按全县规则执行，不用改")
        told = {"starts_on": starts_on, "reason": reason, "period": period}
        proposal, large = _keep(content, own.rule_set, by=by, school=school, then=then, **told)
    return proposal if large else _tried(proposal)


def _keep(content: dict, follows: StoredRuleSet, *, by, school, starts_on, reason, period: Period, then: Then):
    """The proposal as a row, and whether a job tries it."""
    proposal = RuleProposal.objects.create(
        school=school, rule_set=_store(content), follows=follows, starts_on=starts_on, reason=reason,
        first_day=period.first, last_day=period.last, made_at=timezone.now(), made_by=by,
    )  # fmt: skip
    audit.record(by=by, action="rules.propose", subject=proposal, rule_set=proposal.rule_set_id)
    large = is_large(proposal)
    if large:
        then(proposal.pk)
    return proposal, large


def _check_day(school: School | None, starts_on: date, today: date) -> None:
    if starts_on <= today:
        raise RulesRefused("新的规则最早从明天起执行：今天和以前的待办已经按当时的规则算出，不能倒改")
    if same := RuleAdoption.objects.filter(school=school, starts_on=starts_on).select_related("rule_set").first():
        raise RulesRefused(
            f"{cdate(starts_on)}起已经采用{title_of(same.rule_set)}，一天只能有一个版本。请另选一天，或先撤回它"
        )


def _read(content: dict) -> RuleSet:
    try:
        return read_rule_set(content)
    except RuleError as wrong:
        raise RulesRefused(str(wrong)) from None


def _check(rule_set: RuleSet, school: School | None, scope: Scope, starts_on: date) -> None:
    """Refuse what nobody could explain; what a school itself makes also where it is laxer than the county's."""
    reasons = contradictions(rule_set)
    own = school is not None and not scope.is_bureau
    if own and (short := laxer(rule_set, rules_of(in_force(None, starts_on).rule_set))):
        reasons += ["学校的规则不能比全县规则宽，请改正下面各处", *short]
    if reasons:
        raise RulesRefused(*reasons)


def _asked_before(by, school: School | None, content: dict, starts_on: date) -> RuleProposal | None:
    """The same version by the same person that still waits: a second press, or a page gone back."""
    waiting = RuleProposal.objects.filter(made_by=by, school=school, starts_on=starts_on, state__in=WAITING)
    return next((row for row in waiting.select_related("rule_set") if row.rule_set.content == content), None)


def _meanwhile(school: School | None) -> str:
    last = RuleAdoption.objects.filter(Q(school=None) | Q(school=school)).order_by("-pk").first()
    who = f"{last.adopted_by.name}采用了{title_of(last.rule_set)}" if last and last.adopted_by else "规则有了变化"
    return f"填写期间{who}。没有保存，填的内容还在；请对照现行规则，再按一次就按现在的情况提交"


def _store(content: dict) -> StoredRuleSet:
    newest = StoredRuleSet.objects.filter(code=content["code"]).aggregate(number=Max("version"))["number"] or 0
    try:
        with transaction.atomic():
            return StoredRuleSet.objects.create(
                code=content["code"], version=newest + 1, title=content["title"], content=content
            )
    except IntegrityError:
        raise RulesChanged("刚才有人也在保存新版本。没有保存，填的内容还在；请再按一次") from None


# ---- tried ---------------------------------------------------------------------------------------


def is_large(proposal: RuleProposal) -> bool:
    """Whether the dry run is for a job: the county's always, and those of very many children."""
    if proposal.school is None:
        return True
    ids = children_of(proposal.school, rules_of(proposal.rule_set))
    return ids[: MOST_AT_ONCE + 1].count() > MOST_AT_ONCE


def _tried(proposal: RuleProposal) -> RuleProposal:
    rehearse(proposal=proposal)
    proposal.refresh_from_db()
    return proposal


def rehearse(*, proposal: RuleProposal, watch: Watch | None = None) -> None:
    """Try a version on the facts of its period, and keep what was found."""
    stands = standing(proposal.school)
    outcome = dry_run(
        rules_of(proposal.rule_set),
        follows=rules_of(proposal.follows),
        school=proposal.school,
        first=proposal.first_day,
        last=proposal.last_day,
        watch=watch,
    )
    mark = sha256(f"{outcome.mark} {stands}".encode()).hexdigest()
    found = {"outcome": outcome.as_json() | {"stands": stands}, "mark": mark, "state": State.REHEARSED}
    if not RuleProposal.objects.filter(pk=proposal.pk, state=State.REHEARSING).update(**found):
        raise progress.Stopped


def rehearse_again(*, by, proposal: RuleProposal, period: Period, then: Then) -> RuleProposal:
    """Try a version that waits on another period, or once more where the work was broken off."""
    with transaction.atomic():
        row = _locked(proposal)
        if row.state == State.REHEARSING and not is_silent(row):
            return row  # a second press
        if row.state not in WAITING:
            raise RulesRefused("没有重新试算：这个版本已经采用或放弃。请看本页的最新情况")
        row.first_day, row.last_day, row.state, row.outcome, row.mark = (
            period.first, period.last, State.REHEARSING, {}, ""
        )  # fmt: skip
        row.save(update_fields=["first_day", "last_day", "state", "outcome", "mark"])
        audit.record(by=by, action="rules.try", subject=row, first=str(period.first), last=str(period.last))
        progress.forget(job_of(row))
        large = is_large(row)
        if large:
            then(row.pk)
    return row if large else _tried(row)


def is_silent(proposal: RuleProposal) -> bool:
    """Whether whoever should be trying a version has broken off."""
    return progress.is_silent(job_of(proposal), proposal.made_at)


def _locked(proposal: RuleProposal) -> RuleProposal:
    rows = RuleProposal.objects.select_related("rule_set", "school", "adoption")
    return rows.select_for_update(of=("self",), no_key=True).get(pk=proposal.pk)


# ---- adopted, given up, withdrawn ----------------------------------------------------------------


@transaction.atomic
def adopt(*, by, scope: Scope, proposal: RuleProposal, seen: str, today: date) -> RuleAdoption:
    """Let a version hold from its day on; ``seen`` is the mark of the dry run that the page showed.

    Refused where its day has come, where the dry run is another by now, or where other rules have been adopted since.
    A second press is harmless.
    """
    lock_calendar()
    row = _locked(proposal)
    if row.state == State.ADOPTED:
        return row.adoption
    if row.state != State.REHEARSED or row.mark != seen:
        raise RulesRefused("没有采用：这个版本已经不是刚才看到的样子。请看本页的最新情况")
    _check_day(row.school, row.starts_on, today)
    _check(rules_of(row.rule_set), row.school, scope, row.starts_on)
    if row.outcome["stands"] != standing(row.school):
        raise RulesChanged("没有采用：试算以后采用的规则有了变化。请重新试算，看过新的结果再采用")
    now = timezone.now()
    row.adoption = RuleAdoption.objects.create(
        rule_set=row.rule_set, school=row.school, starts_on=row.starts_on, adopted_at=now, adopted_by=by
    )
    row.state, row.adopted_at, row.adopted_by = State.ADOPTED, now, by
    row.save(update_fields=["adoption", "state", "adopted_at", "adopted_by"])
    audit.record(by=by, action="rules.adopt", subject=row.adoption, proposal=row.pk, rule_set=row.rule_set_id)
    return row.adoption


def give_up(*, by, proposal: RuleProposal) -> None:
    """Throw a version away that has not been adopted; a dry run under way is asked to stop."""
    rows = RuleProposal.objects.filter(pk=proposal.pk, state__in=WAITING)
    with transaction.atomic():
        if not rows.update(state=State.GIVEN_UP, given_up_at=timezone.now(), given_up_by=by):
            raise RulesRefused("没有放弃：这个版本已经采用或放弃。请看本页的最新情况")
        audit.record(by=by, action="rules.give_up", subject=proposal)
    progress.ask_to_stop(job_of(proposal))


@transaction.atomic
def withdraw(*, by, proposal: RuleProposal, today: date) -> None:
    """Take an adoption back before its day: nothing has been computed by it. A second press is harmless."""
    lock_calendar()
    row = _locked(proposal)
    if row.state == State.WITHDRAWN:
        return
    if row.state != State.ADOPTED or row.adoption is None or row.adoption.rule_set_id != row.rule_set_id:
        raise RulesRefused("没有撤回：这个版本没有采用，或者后来改过。请看本页的最新情况")
    if row.starts_on <= today:
        raise RulesRefused("没有撤回：这个版本已经生效，有待办按它算出。要改，请另做一个新版本")
    adoption, row.adoption = row.adoption, None
    row.state, row.withdrawn_at, row.withdrawn_by = State.WITHDRAWN, timezone.now(), by
    row.save(update_fields=["adoption", "state", "withdrawn_at", "withdrawn_by"])
    audit.record(by=by, action="rules.withdraw", subject=row, rule_set=row.rule_set_id)
    adoption.delete()
