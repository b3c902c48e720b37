"""The candidates of a term's awards as people read them: each with its conditions, and where their facts are opened."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple
from urllib.parse import urlencode

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.urls import reverse

from scoring.appeals import OPEN_STATES
from scoring.award_rules import AwardKind, AwardRule
from scoring.awards import Candidate, class_candidates, grade_candidates, person_candidates, school_candidates
from scoring.models import Appeal, ScoreFreeze
from scoring.queries.award_facts import SchoolScores, frozen_scores, person_terms, school_terms, scores_now
from students.access import HEAD_ROLES, in_force
from students.calendar import school_year_start
from students.models import Person, Posting, School, SchoolClass, Term
from students.queries.listing import GRADES

State = ScoreFreeze.State
NAMED = 5  # schools that a sentence names


@dataclass(frozen=True)
class Line:
    """A candidate on a list. ``school_class``, ``grade`` and ``person`` are what it is of; ``note``: what more tells it
    apart; ``facts``: the address of what its conditions follow from; ``appeals``: those that nobody has decided on;
    ``has_left``: a person who holds no post at the school any more."""

    candidate: Candidate
    kind: AwardKind
    school: School
    name: str
    facts: str
    is_frozen: bool
    note: str = ""
    school_class: SchoolClass | None = None
    grade: int | None = None
    person: Person | None = None
    appeals: int = 0
    has_left: bool = False

    @property
    def subject(self) -> str:
        return self.candidate.subject

    @property
    def verdict(self) -> tuple[str, str]:
        """How it stands in a word, and its tone."""
        if not self.candidate.has_passed:
            return "不符合", "mute"
        if self.candidate.waits:
            return "名额待定", "note"
        return ("符合", "ok") if self.is_frozen else ("暂符合", "note")


@dataclass(frozen=True)
class Field:
    """The candidates of an award in a term: ``lines``, those who meet all conditions first. ``awaited``: schools with
    classes whose scores of the term are not frozen, in all the county; ``unled``: those of which nobody can sign, which
    nobody waits for; ``freezes``: what the lines follow from."""

    kind: AwardKind
    term: Term
    rule: AwardRule
    lines: Sequence[Line]
    awaited: Sequence[School]
    unled: Sequence[School]
    freezes: Sequence[SchoolScores]

    @property
    def unfrozen(self) -> list[School]:
        """Every school whose scores are not frozen."""
        return [*self.awaited, *self.unled]

    @property
    def without_months(self) -> list[School]:
        """Schools that were frozen before the months were kept that the award is judged by."""
        return [each.school for each in self.freezes if each.lacks_months_for(self.kind)]

    @property
    def chosen(self) -> list[Line]:
        return [line for line in self.lines if line.candidate.is_chosen]

    def without(self, schools: Collection[School]) -> "Field":
        """The field of the others."""
        lines = [line for line in self.lines if line.school not in schools]
        return replace(self, lines=lines, freezes=[each for each in self.freezes if each.school not in schools])


class Unfrozen(NamedTuple):
    """Schools with classes whose scores of a term are not frozen: ``awaited``, and ``unled``, which nobody leads, so
    that nobody can sign for them: no other school waits for those."""

    awaited: Sequence[School] = ()
    unled: Sequence[School] = ()


def unfrozen_schools(term: Term, today: date) -> Unfrozen:
    """By the heads of today; one that has been signed for waits for the bureau alone."""
    rows = ScoreFreeze.objects.filter(term=term)
    schools = School.objects.filter(pk__in=SchoolClass.objects.order_by().values("school"))
    schools = schools.exclude(pk__in=rows.filter(state=State.FROZEN).values("school"))
    heads = in_force(Posting.objects.filter(school=OuterRef("pk"), role__in=HEAD_ROLES, person__is_active=True), today)
    signed = rows.filter(school=OuterRef("pk"), state=State.SIGNED)
    schools = schools.annotate(can_be_frozen=Exists(heads) | Exists(signed)).select_related("township").order_by("code")
    found = list(schools)
    return Unfrozen([each for each in found if each.can_be_frozen], [each for each in found if not each.can_be_frozen])


def named(schools: Sequence[School]) -> str:
    """东坪小学、西岭小学等12所."""
    names = "、".join(school.name for school in schools[:NAMED])
    return f"{names}等{len(schools)}所" if len(schools) > NAMED else names or "没有学校"


def field_of(
    kind: AwardKind, term: Term, rule: AwardRule, *, freezes: QuerySet[ScoreFreeze], today: date,
    provisional: School | None = None, unfrozen: Unfrozen | None = None,
) -> Field:  # fmt: skip
    """The candidates among schools that are frozen, or, provisionally, of one that is not.

    Of 先进校 every frozen school of the county is judged whatever is asked for, since they share a quota; a type with
    a school that is not frozen, or frozen without its months, has no ranks yet. ``unfrozen``: those schools, where
    the caller knows them.
    """
    unfrozen = unfrozen_schools(term, today) if unfrozen is None else unfrozen
    schools = [scores_now(provisional, term, today)] if provisional else frozen_scores(freezes)
    awaited = list(unfrozen.awaited)
    awaited += [provisional] if provisional and provisional not in awaited else []
    candidates = _candidates(kind, schools, rule, awaited)
    lines = _lines(kind, candidates, schools, term, today)
    return Field(kind, term, rule, lines, *unfrozen, schools)


def _candidates(
    kind: AwardKind, schools: Sequence[SchoolScores], rule: AwardRule, awaited: Collection[School]
) -> list[Candidate]:
    if kind is AwardKind.CLASS:
        return class_candidates((each for school in schools for each in school.class_terms()), rule)
    if kind is AwardKind.GRADE:
        return [each for school in schools for each in grade_candidates(school.school.pk, school.class_terms(), rule)]
    if kind is AwardKind.PERSON:
        return person_candidates(person_terms(schools), rule)
    terms, found = school_terms(schools), []
    for group in dict.fromkeys(each.group for each in terms):
        bare = [each.school for each in schools if each.lacks_months_for(kind) and each.school.kind == group]
        waits = _quota_waits([school for school in awaited if school.kind == group], bare)
        found += school_candidates([each for each in terms if each.group == group], rule, waits=waits)
    return found


def _quota_waits(awaited: Sequence[School], bare: Sequence[School]) -> str:
    """Why the quota of a type cannot be judged: schools that are not frozen, and such as are without months."""
    why = [f"{named(awaited)}还没有定分"] if awaited else []
    why += [f"{named(bare)}的定分没有各月的得分，县教育局出更正补记以后才能评"] if bare else []
    return f"名额还不能评：{[*awaited, *bare][0].get_kind_display()}里{'；'.join(why)}" if why else ""


def _lines(
    kind: AwardKind, candidates: Sequence[Candidate], schools: Sequence[SchoolScores], term: Term, today: date
) -> list[Line]:
    by_school = {each.school.pk: each for each in schools}
    appeals = _open_appeals(by_school, term)
    makers = {
        AwardKind.CLASS: _class_lines,
        AwardKind.GRADE: _grade_lines,
        AwardKind.SCHOOL: _school_lines,
        AwardKind.PERSON: _person_lines,
    }
    lines = makers[kind](candidates, by_school, term, appeals, today)
    return sorted(lines, key=lambda line: (not line.candidate.has_passed, line.school.code))  # else as they came


def _open_appeals(schools: Collection[int], term: Term) -> dict[int, dict[int, int]]:
    """School → class → its appeals of the year up to the term's end that wait; one query."""
    days = (school_year_start(term.school_year), term.end)
    rows = Appeal.objects.filter(
        school_class__school__in=list(schools), day__range=days, state__in=sorted(state.value for state in OPEN_STATES)
    )
    found: dict[int, dict[int, int]] = {}
    columns = rows.order_by().values_list("school_class__school", "school_class").annotate(number=Count("pk"))
    for school, school_class, number in columns:
        found.setdefault(school, {})[school_class] = number
    return found


def _keys(candidate: Candidate) -> list[int]:
    """The numbers in a subject."""
    return [int(part) for part in candidate.subject.split("-")[1:]]


def _class_lines(candidates, by_school: Mapping[int, SchoolScores], term, appeals, today) -> Iterable[Line]:
    found = {each.row.school_class.pk: (school, each) for school in by_school.values() for each in school.classes}
    for candidate in candidates:
        [pk] = _keys(candidate)
        scores, each = found[pk]
        row = each.row.school_class
        facts = (
            reverse("scoring:frozen_score", args=[each.row.frozen])
            if each.row.frozen
            else f"{reverse('scoring:class_score', args=[pk])}?day={scores.day}"
        )
        waiting = appeals.get(scores.school.pk, {}).get(pk, 0)
        yield Line(candidate, AwardKind.CLASS, scores.school, row.name, facts, scores.freeze is not None,
                   school_class=row, appeals=waiting)  # fmt: skip


def _grade_lines(candidates, by_school, term, appeals, today) -> Iterable[Line]:
    for candidate in candidates:
        school, grade = _keys(candidate)
        scores = by_school[school]
        waiting = sum(
            appeals.get(school, {}).get(each.row.school_class.pk, 0)
            for each in scores.classes
            if each.row.school_class.grade_on(scores.day) == grade
        )
        name = GRADES.get(grade, "已满学制")
        yield Line(candidate, AwardKind.GRADE, scores.school, name, _school_facts(scores),
                   scores.freeze is not None, grade=grade, appeals=waiting)  # fmt: skip


def _school_facts(scores: SchoolScores) -> str:
    """The list of the school's classes."""
    if scores.freeze is not None:
        return reverse("scoring:freeze", args=[scores.freeze.pk])
    return f"{reverse('scoring:scores')}?{urlencode({'school': scores.school.pk, 'by': 'class'})}"


def _last_month(scores: SchoolScores) -> str:
    """``?month=2027-01`` of the last month of a term."""
    return f"?month={scores.months[-1].month.code}" if scores.months else ""


def _school_lines(candidates, by_school, term, appeals, today) -> Iterable[Line]:
    for candidate in sorted(candidates, key=lambda each: (each.group, each.rank or len(candidates))):
        [pk] = _keys(candidate)
        scores = by_school[pk]
        live = reverse("scoring:school_month", args=[pk]) + _last_month(scores)
        facts = f"{_school_facts(scores)}#months" if scores.freeze else live
        waiting = sum(appeals.get(pk, {}).values())
        yield Line(candidate, AwardKind.SCHOOL, scores.school, scores.school.name, facts, scores.freeze is not None,
                   note=scores.school.get_kind_display(), appeals=waiting)  # fmt: skip


def _person_lines(candidates, by_school, term, appeals, today) -> Iterable[Line]:
    keys = [_keys(each) for each in candidates]
    people = Person.objects.in_bulk({person for _, person in keys})
    held = in_force(Posting.objects.filter(person__in=people, school__in=list(by_school)), today)
    here = set(held.values_list("school", "person"))
    order = sorted(zip(candidates, keys, strict=True), key=lambda pair: pair[0].rank or len(candidates))
    for candidate, (school, pk) in order:
        scores, person = by_school[school], people[pk]
        facts = reverse("scoring:teacher", args=[pk]) + _last_month(scores)
        yield Line(candidate, AwardKind.PERSON, scores.school, person.name, facts, scores.freeze is not None,
                   note=person.staff_number, person=person, has_left=(school, pk) not in here)  # fmt: skip
