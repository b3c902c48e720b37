"""表彰名单 as they are made and read: what would be confirmed now, what amendments have changed, who holds what."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, OuterRef, QuerySet, Subquery

from scoring.award_rules import AwardKind, AwardRule, read_award_rule
from scoring.awards import differences
from scoring.frozen import digest
from scoring.models import Award, AwardChange, AwardList, AwardListSchool, ScoreAmendment, ScoreFreeze
from scoring.presets import award_rule_in
from scoring.queries.award_candidates import Field, Line, Unfrozen, field_of, unfrozen_schools
from scoring.queries.award_facts import SchoolScores
from students.access import Scope
from students.models import Person, School, Term

State = ScoreFreeze.State


@dataclass(frozen=True)
class Proposal:
    """What a confirmation would keep: ``chosen``, who would be awarded; ``content`` with its digest ``mark``.

    ``kept_out``: schools that wait, because one of their type is not frozen (先进校); ``without_months``: those whose
    frozen scores say too little for the award, and (先进校) make their type wait; ``late``: list → schools that were
    frozen after it had given away the quota of their type; ``earlier``: lists there are.
    """

    field: Field
    chosen: Sequence[Line]
    content: Mapping
    kept_out: Sequence[School]
    without_months: Sequence[School]
    late: Mapping[AwardList, Sequence[School]]
    earlier: Sequence[AwardList]

    @property
    def mark(self) -> str:
        return digest(self.content)

    @property
    def schools(self) -> Sequence[SchoolScores]:
        """Those that would have been judged."""
        return self.field.freezes


def proposal_of(kind: AwardKind, term: Term, today: date) -> Proposal:
    """What there is to be confirmed of an award in a term: of frozen schools that have not been judged for it."""
    rule = award_rule_in(term.school_year)
    frozen = ScoreFreeze.objects.filter(term=term, state=State.FROZEN)
    ready = frozen.exclude(pk__in=AwardListSchool.objects.filter(kind=kind).values("freeze"))
    kept_out: list[School] = []
    late: dict[AwardList, list[School]] = {}
    unfrozen = unfrozen_schools(term, today)
    if kind is AwardKind.SCHOOL:
        waiting = {school.kind for school in unfrozen.awaited}
        late = _late(ready, term)
        ready = ready.exclude(school__in=[school for those in late.values() for school in those])
        kept_out = list(School.objects.filter(pk__in=ready.filter(school__kind__in=waiting).values("school")))
        ready = ready.exclude(school__kind__in=waiting)
    field = field_of(kind, term, rule, freezes=ready, today=today, unfrozen=unfrozen)
    bare = field.without_months
    kinds = {school.kind for school in bare}
    shares = kind is AwardKind.SCHOOL
    field = field.without([each.school for each in field.freezes if shares and each.school.kind in kinds] or bare)
    return Proposal(field, field.chosen, _content(field, rule), kept_out, bare, late, list(lists_of(term, kind)))


def _late(ready: QuerySet[ScoreFreeze], term: Term) -> dict[AwardList, list[School]]:
    """List of 先进校 → schools of ``ready`` that were frozen after it had given away the quota of their type."""
    judged = AwardListSchool.objects.filter(kind=AwardKind.SCHOOL, freeze__term=term).select_related(
        "award_list", "freeze__school"
    )
    given_by = {each.freeze.school.kind: each.award_list for each in judged}
    found: dict[AwardList, list[School]] = {}
    for row in ready.filter(school__kind__in=given_by).select_related("school").order_by("school__code"):
        found.setdefault(given_by[row.school.kind], []).append(row.school)
    return found


def _content(field: Field, rule: AwardRule) -> dict:
    """``unled``: the schools that share in a quota and were not waited for."""
    unled = {"unled": [school.pk for school in field.unled]} if field.kind is AwardKind.SCHOOL else {}
    return unled | {
        "kind": field.kind.value,
        "term": field.term.pk,
        "rule": {"stored": rule.key, "code": rule.code, "title": rule.title},
        "schools": [_scores(each) for each in field.freezes],
        "candidates": sorted((candidate_of(line) for line in field.lines), key=lambda each: each["subject"]),
    }


def _scores(each: SchoolScores) -> dict:
    classes = [[scored.row.frozen, scored.row.sha256] for scored in each.classes]
    return {"school": each.school.pk, "freeze": each.freeze.pk, "edition": each.edition, "classes": classes}


def candidate_of(line: Line) -> dict:
    """A candidate as plain data."""
    made = line.candidate
    return {
        "subject": line.subject,
        "school": line.school.name,
        "name": line.name,
        "is_met": made.is_chosen,
        "points": str(made.points) if made.points is not None else None,
        "rank": made.rank,
        "checks": [list(check) for check in made.checks],
    }


def lists_of(term: Term, kind: AwardKind) -> QuerySet[AwardList]:
    return AwardList.objects.filter(term=term, kind=kind).order_by("year", "number")


@dataclass(frozen=True)
class Changes:
    """What amendments have changed of a list: awards without a ground, each with why; and who has gained one.

    ``editions``: freeze → amendments, of those that were amended since; ``mark``: the digest of all that.
    """

    withdrawn: Sequence[tuple[Award, str]]
    added: Sequence[Line]
    editions: Mapping[int, int]
    schools: Sequence[School]

    @property
    def mark(self) -> str:
        return digest(
            [[award.pk for award, _ in self.withdrawn], [candidate_of(line) for line in self.added],
             sorted(self.editions.items())]
        )  # fmt: skip

    @property
    def is_any(self) -> bool:
        return bool(self.withdrawn or self.added)


def standing_awards(award_list: AwardList) -> QuerySet[Award]:
    """Those of a list that were not withdrawn."""
    return award_list.awards.filter(withdrawal=None).select_related("school__township", "school_class", "person")


def editions_known(award_list: AwardList) -> dict[int, int]:
    """Freeze → the amendment that the list, with its changes, has taken account of; two queries."""
    known = dict(award_list.schools.order_by().values_list("freeze", "edition"))
    for content in award_list.changes.order_by("number").values_list("content", flat=True):
        known |= {int(freeze): edition for freeze, edition in content["editions"].items()}
    return known


def changes_of(award_list: AwardList, today: date) -> Changes:
    """What the amendments since say of the list, by the rules that it was made by. Who was judged by scores that are
    as they were stays as they are, whatever else has happened."""
    known = editions_known(award_list)
    latest = ScoreAmendment.objects.filter(freeze__in=known).order_by().values_list("freeze")
    editions = {freeze: number for freeze, number in latest.annotate(number=Count("pk")) if number > known[freeze]}
    if not editions:
        return Changes([], [], {}, [])
    kind = AwardKind(award_list.kind)
    rule = read_award_rule(award_list.rule.content, key=award_list.rule_id)
    freezes = ScoreFreeze.objects.filter(pk__in=known)
    field = field_of(kind, award_list.term, rule, freezes=freezes, today=today, unfrozen=Unfrozen())
    schools = [each.school for each in field.freezes if each.freeze.pk in editions]
    concerned = _concerned(kind, field, schools)
    awards = {award.subject: award for award in standing_awards(award_list)}
    lines = {line.subject: line for line in field.lines}
    lost, gained = differences(awards, [line.candidate for line in field.lines], concerned.__contains__)
    withdrawn = [(awards[subject], _why(lines.get(subject))) for subject in lost]
    return Changes(withdrawn, [lines[subject] for subject in gained if subject in concerned], editions, schools)


def _concerned(kind: AwardKind, field: Field, schools: Collection[School]) -> set[str]:
    """The subjects that an amendment of ``schools`` may touch: a quota is shared by a whole type of schools."""
    if kind is AwardKind.SCHOOL:
        kinds = {school.kind for school in schools}
        return {line.subject for line in field.lines if line.school.kind in kinds}
    pks = {school.pk for school in schools}
    return {line.subject for line in field.lines if line.school.pk in pks}


def _why(line: Line | None) -> str:
    if line is None:
        return "定分里已没有这一项"
    return "；".join(check.words for check in line.candidate.unmet)


def lists_seen(scope: Scope) -> QuerySet[AwardList]:
    """Lists with how many awards of the scope's schools stand on them; the latest first."""
    mine = Award.objects.visible_to(scope.of_whole_schools).filter(withdrawal=None, award_list=OuterRef("pk"))
    number = mine.order_by().values("award_list").annotate(number=Count("pk")).values("number")
    rows = AwardList.objects.visible_to(scope).annotate(mine=Subquery(number))
    return rows.select_related("term", "confirmed_by").order_by("-year", "-number")


def awards_of_person(person: Person, scope: Scope | None) -> QuerySet[Award]:
    """我的表彰: those that a person was given, withdrawn ones too; by the schools of ``scope`` (None: all)."""
    rows = Award.objects.all() if scope is None else Award.objects.visible_to(scope.of_whole_schools)
    rows = rows.filter(person=person).order_by("-award_list__confirmed_at")
    return rows.select_related("award_list__term", "school", "withdrawal__change")


def awards_of_class(school_class: int) -> QuerySet[Award]:
    """Those of a class that stand."""
    rows = Award.objects.filter(school_class=school_class, withdrawal=None)
    return rows.select_related("award_list__term", "school").order_by("-award_list__confirmed_at")


def number_of_awards(freeze: ScoreFreeze) -> int:
    """How many awards a school holds for a term."""
    return Award.objects.filter(school=freeze.school_id, award_list__term=freeze.term_id, withdrawal=None).count()


def waiting_to_confirm(scope: Scope, today: date) -> int:
    """Frozen schools whose classes the bureau has not judged yet."""
    judged = AwardListSchool.objects.filter(kind=AwardKind.CLASS)
    left = ScoreFreeze.objects.filter(state=State.FROZEN).exclude(pk__in=judged.values("freeze"))
    return left.count() if scope.is_bureau else 0


def waiting_to_change(scope: Scope, today: date) -> int:
    """Lists that an amendment came after."""
    return len(amended_lists()) if scope.is_bureau else 0


def amended_lists() -> set[int]:
    """Lists of schools whose scores were amended after the list and its changes had taken account of them."""
    rows = AwardListSchool.objects.annotate(amended=Count("freeze__amendments")).filter(amended__gt=F("edition"))
    later = list(rows.order_by().values_list("award_list", "freeze", "amended"))
    changes = AwardChange.objects.filter(award_list__in={each for each, *_ in later}).order_by("number")
    known: dict[tuple[int, str], int] = {}
    for award_list, content in changes.values_list("award_list", "content"):
        known |= {(award_list, freeze): edition for freeze, edition in content["editions"].items()}
    return {each for each, freeze, amended in later if amended > known.get((each, str(freeze)), 0)}
