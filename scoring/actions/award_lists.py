"""评定: the bureau confirms awards of a term from frozen scores, as a numbered list; amendments change it by numbers.

The county is held first, so that numbers have no gaps and of two who confirm the second is told; then the frozen terms.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db import transaction
from django.utils import timezone

from scoring.award_rules import AwardKind
from scoring.models import Award, AwardChange, AwardList, AwardListSchool, AwardWithdrawal, ScoreFreeze
from scoring.queries.assignments import classes_to_tell_of
from scoring.queries.award_candidates import Line, named
from scoring.queries.award_lists import (
    Changes,
    Proposal,
    candidate_of,
    changes_of,
    proposal_of,
)
from students.access import HEAD_ROLES, Scope, in_force
from students.actions import audit, notices
from students.models import Area, Notice, Posting, Role, Term


class AwardRefused(Exception):
    """Nothing was saved; the message is a Chinese sentence that says why and what to do."""


class NotYoursToAward(AwardRefused):
    """The person sees the awards and has no part in giving them."""


@transaction.atomic
def confirm(
    *, by, scope: Scope, term: Term, kind: AwardKind, rule: int, mark: str, note: str, today: date
) -> AwardList:
    """评定 what the page showed (``mark``, by the ``rule``) as the next numbered list of the year.

    A second press does nothing. Raises ``NotYoursToAward``, and ``AwardRefused`` where there is nothing to confirm, the
    rules or the scores are others by now, or somebody would award themselves.
    """
    _only_bureau(scope, "评定")
    county = _held_county()
    if again := AwardList.objects.filter(term=term, kind=kind, sha256=mark, confirmed_by=by).first():
        return again  # a second press
    _hold(ScoreFreeze.objects.filter(term=term, state=ScoreFreeze.State.FROZEN))
    proposal = proposal_of(kind, term, today)
    if refusal := refusal_of(proposal):
        raise AwardRefused(refusal)
    if proposal.field.rule.key != rule:
        raise AwardRefused("你打开页面之后，评优办法换了新的版本，没有评定。请核对本页的条件和名单再办。")
    if proposal.mark != mark:
        raise AwardRefused("你打开页面之后，定分或者名单有了变化，没有评定。请核对本页的名单再办。")
    _not_oneself(by, scope, proposal.chosen)
    if not note:
        raise AwardRefused("评定要写明哪次会议、由谁审定，没有评定。请填写后再提交。")
    row = _numbered(county, proposal, by=by, note=note, today=today)
    AwardListSchool.objects.bulk_create(
        AwardListSchool(award_list=row, kind=kind, freeze=each.freeze, edition=each.edition)
        for each in proposal.schools
    )
    _award(row, proposal.chosen, edition=0, first=1)
    _tell(proposal.chosen, by=by, today=today)
    audit.record(by=by, action="awards.confirm", subject=row, kind=kind.value, awards=len(proposal.chosen))
    return row


def refusal_of(proposal: Proposal) -> str:
    """Why there is nothing that could be confirmed; blank where there is."""
    field, label = proposal.field, proposal.field.kind.label
    if proposal.schools:
        return "" if proposal.chosen else f"已定分的学校里没有符合{label}条件的，没有评定。"
    if proposal.kept_out or (field.kind is AwardKind.SCHOOL and field.awaited and not proposal.earlier):
        return f"{label}按办学类型一起评，还有学校没有定分，没有评定：{named(field.awaited)}。全部定分以后再评。"
    if bare := proposal.without_months:
        return f"{named(bare)}的定分没有各月的得分，评不了{label}，没有评定。请先在学期定分里出更正补记，再评。"
    if proposal.late:
        return late_words(proposal)
    if proposal.earlier:
        return f"{field.term}已定分的学校都评定过{label}（{proposal.earlier[-1].reference}），没有再评定。"
    return f"{field.term}还没有学校定分，没有评定：{named(field.unfrozen)}。检查定分以后再评。"


def late_words(proposal: Proposal) -> str:
    """Of schools that were frozen after the quota of their type was given away; blank where there are none."""
    late = proposal.late.items()
    told = "；".join(
        f"{named(schools)}定分晚于同类学校的评定（{row.reference}），名额已经评出" for row, schools in late
    )
    return f"{told}，{proposal.field.term}不再评{proposal.field.kind.label}。其他表彰照常评定。" if told else ""


def _numbered(county: Area, proposal: Proposal, *, by, note: str, today: date) -> AwardList:
    field = proposal.field
    last = AwardList.objects.filter(year=today.year).order_by("number").last()
    number = last.number + 1 if last else 1
    return AwardList.objects.create(
        term=field.term, kind=field.kind, year=today.year, number=number,
        reference=f"控辍评〔{today.year}〕{number}号", issuer=f"{county.name}教育局", rule_id=field.rule.key,
        content=proposal.content, sha256=proposal.mark, note=note, confirmed_on=today, confirmed_at=timezone.now(),
        confirmed_by=by,
    )  # fmt: skip


def _award(row: AwardList, lines: Iterable[Line], *, edition: int, first: int) -> None:
    Award.objects.bulk_create(
        Award(
            award_list=row, kind=row.kind, edition=edition, number=number, subject=line.subject, school=line.school,
            school_class=line.school_class, grade=line.grade, person=line.person, name=line.name,
            checks=[list(check) for check in line.candidate.checks],
        )
        for number, line in enumerate(lines, start=first)
    )  # fmt: skip


@transaction.atomic
def change(*, by, scope: Scope, award_list: AwardList, reason: str, seen: int, mark: str, today: date) -> AwardChange:
    """变更 a list by what amendments of its frozen scores say: withdraw, add, or note that nothing changes.

    ``seen``: how many changes the page showed; ``mark``: the digest of what it said. Raises ``NotYoursToAward``, and
    ``AwardRefused`` where no amendment is new or somebody was quicker.
    """
    _only_bureau(scope, "变更名单")
    _held_county()
    row = AwardList.objects.select_related("term", "rule").get(pk=award_list.pk)
    made = list(row.changes.order_by("number"))
    if len(made) == seen + 1 and made[-1].issued_by_id == by.pk and made[-1].content["mark"] == mark:
        return made[-1]  # a second press
    if len(made) != seen:
        raise AwardRefused("别人刚出过变更，没有保存。请核对本页的最新情况再办。")
    _hold(ScoreFreeze.objects.filter(award_lists__award_list=row))
    found = changes_of(row, today)
    if not found.editions:
        raise AwardRefused("名单评定以后，定分没有更正，没有要变更的。没有保存。")
    if found.mark != mark:
        raise AwardRefused("你打开页面之后，定分又有变化，没有保存。请核对本页的变化再办。")
    _not_oneself(by, scope, found.added)
    if not reason:
        raise AwardRefused("变更要写明原因，没有保存。请填写后再提交。")
    return _changed(row, found, number=seen + 1, by=by, reason=reason, today=today)


def _changed(row: AwardList, found: Changes, *, number: int, by, reason: str, today: date) -> AwardChange:
    content = {
        "mark": found.mark,
        "editions": {str(freeze): edition for freeze, edition in found.editions.items()},
        "withdrawn": [{"award": award.pk, "name": award.full_name, "why": why} for award, why in found.withdrawn],
        "added": [candidate_of(line) for line in found.added],
    }
    last = row.awards.order_by("number").last()
    made = AwardChange.objects.create(
        award_list=row, number=number, reason=reason, content=content, sha256=found.mark, issued_on=today,
        issued_at=timezone.now(), issued_by=by,
    )  # fmt: skip
    AwardWithdrawal.objects.bulk_create(
        AwardWithdrawal(award=award, change=made, why=why[:300]) for award, why in found.withdrawn
    )
    _award(row, found.added, edition=number, first=last.number + 1)
    _tell(found.added, by=by, today=today)
    _tell([award for award, _ in found.withdrawn], TAKEN, by=by, today=today)
    audit.record(
        by=by, action="awards.change", subject=row, number=number, withdrawn=len(found.withdrawn),
        added=len(found.added),
    )  # fmt: skip
    return made


GIVEN = (Notice.Kind.AWARD_CLASS, Notice.Kind.AWARD_SCHOOL, Notice.Kind.AWARD_PERSON)
TAKEN = (Notice.Kind.AWARD_CLASS_OFF, Notice.Kind.AWARD_SCHOOL_OFF, Notice.Kind.AWARD_PERSON_OFF)


def _tell(lines: Sequence[Line | Award], kinds: Sequence[Notice.Kind] = GIVEN, *, by, today: date) -> None:
    """Of a class its 班主任, of a grade or a school its heads, of a person that person; as many queries for a county as
    for a school."""
    of_class, of_school, of_person = kinds
    posts = in_force(Posting.objects.filter(person__is_active=True), today).select_related("person").order_by("pk")
    told = {"by": by, "day": today}
    if schools := {line.school.pk: line.school for line in lines if line.kind in (AwardKind.GRADE, AwardKind.SCHOOL)}:
        heads = posts.filter(school__in=schools, role__in=HEAD_ROLES)
        pairs = [(post.person, schools[post.school_id]) for post in heads]
        notices.send_each(told=classes_to_tell_of(pairs, today), kind=of_school, **told)
    if rooms := {line.school_class.pk: line.school_class for line in lines if line.school_class}:
        teachers = posts.filter(school_class__in=rooms, role=Role.HOMEROOM_TEACHER, is_substitute=False)
        pairs = [(post.person, rooms[post.school_class_id]) for post in teachers]
        notices.send_each(told=pairs, kind=of_class, **told)
    if pairs := [(line.person, line.school) for line in lines if line.person]:
        notices.send_each(told=classes_to_tell_of(pairs, today), kind=of_person, **told)


def _only_bureau(scope: Scope, what: str) -> None:
    if not scope.is_bureau:
        raise NotYoursToAward(f"{what}由县教育局办理，没有保存。")


def _not_oneself(by, scope: Scope, lines: Iterable[Line]) -> None:
    """Whoever would award themselves, their class or the school that they run lets somebody else do it."""
    for line in lines:
        own_person = line.person is not None and line.person.pk == by.pk
        own_class = line.school_class is not None and line.school_class.pk in scope.classes
        own_school = line.school.pk in scope.led | scope.clerk_of
        if own_person or own_class or own_school:
            raise AwardRefused(f"名单里的{line.name}是你自己或者你任教、任职的，没有保存。请由另一位同志办理。")


def _held_county() -> Area:
    return Area.objects.select_for_update(no_key=True).filter(level=Area.Level.COUNTY).order_by("code").first()


def _hold(freezes) -> None:
    """No amendment comes in between."""
    list(ScoreFreeze.objects.select_for_update(of=("self",), no_key=True).filter(
        pk__in=freezes.order_by().values("pk")).order_by("pk").values_list("pk", flat=True))  # fmt: skip
