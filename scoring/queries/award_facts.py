"""What the awards of a term follow from: the frozen scores of each school, or, provisionally, what the facts say now.

Everything but who had which class comes out of what was frozen; the months of a school as well.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, QuerySet

from scoring.award_rules import AwardKind
from scoring.awards import ClassTerm, PersonTerm, SchoolTerm
from scoring.models import FrozenScore, ScoreFreeze
from scoring.presets import school_scheme_in
from scoring.queries.freezes import row_of, rows_now
from scoring.queries.months import ScoreMonth, months_of
from scoring.queries.teacher_scores import staff_begun, stints_in
from scoring.queries.term_months import Scored, keeps, school_days_in, school_months, scored, standing_at_end
from scoring.school_scheme import SchoolScheme
from scoring.teacher_scores import ClassMonth, Share, Stint, TeacherScore, teacher_scores
from students.models import School, Term

DAY = timedelta(days=1)


@dataclass(frozen=True)
class SchoolScores:
    """The scores of a school's classes through ``day``: as they were last amended, or, where ``freeze`` is None, as
    the facts are now. ``months``: those of the term through that day."""

    school: School
    term: Term
    day: date
    classes: Sequence[Scored]
    months: Sequence[ScoreMonth]
    freeze: ScoreFreeze | None = None
    edition: int = 0

    def class_terms(self) -> list[ClassTerm]:
        """Its classes."""
        return [_class_term(each, self.day) for each in self.classes]

    @property
    def before(self) -> date | None:
        """The last day of the term before; None in the first."""
        return self.months[0].before if self.months else None

    def lacks_months_for(self, kind: AwardKind) -> bool:
        """Whether it says too little for an award: it was frozen before the months were kept."""
        wanted = {
            AwardKind.SCHOOL: {seam for month in self.months for seam in (month.day, month.before)} - {self.day},
            AwardKind.PERSON: {self.before},
        }
        return not all(keeps(self.classes, seam) for seam in wanted.get(kind, set()) - {None})


def _class_term(each: Scored, day: date) -> ClassTerm:
    row, result = each.row.school_class, each.row.result
    due, missing = each.facts.registers
    counts = result["baseline"], result["lost"], due, missing, result["is_rated"], result["veto"]
    return ClassTerm(row.pk, row.name, row.grade_on(day), *counts)


def frozen_scores(freezes: QuerySet[ScoreFreeze]) -> list[SchoolScores]:
    """The schools of a term that are frozen, as they were last amended, in the order of their codes; four queries, and
    one in a second term."""
    freezes = freezes.filter(state=ScoreFreeze.State.FROZEN).annotate(amended=Count("amendments", distinct=True))
    rows = list(freezes.select_related("school__township", "term").order_by("school__code"))
    stored = FrozenScore.objects.filter(freeze__in=[row.pk for row in rows]).select_related("school_class__school")
    latest = {(row.freeze_id, row.school_class_id): row for row in stored.order_by("number")}
    in_order = sorted(latest.values(), key=lambda row: row.school_class.number)
    classes: dict[int, list[Scored]] = {row.pk: [] for row in rows}
    for row, each in zip(in_order, scored(map(row_of, in_order)), strict=True):
        classes[row.freeze_id].append(each)
    months = {row.day: months_of(row.term, row.day) for row in rows}
    return [
        SchoolScores(row.school, row.term, row.day, classes[row.pk], months[row.day], row, row.amended) for row in rows
    ]


def scores_now(school: School, term: Term, today: date) -> SchoolScores:
    """What the facts say of a school whose term is not frozen, through its last day that is over."""
    day = min(term.end, today - DAY)
    return SchoolScores(school, term, day, scored(rows_now(school.pk, term, day)), months_of(term, day))


def school_terms(schools: Sequence[SchoolScores]) -> list[SchoolTerm]:
    """The months of schools that have classes, out of what was frozen; one query."""
    if not schools:
        return []
    scheme = school_scheme_in(schools[0].term.school_year)
    return [_school_term(each, scheme) for each in schools if each.classes]


def _school_term(of: SchoolScores, scheme: SchoolScheme) -> SchoolTerm:
    whole = standing_at_end(of.classes)
    return SchoolTerm(
        school=of.school.pk,
        group=of.school.kind,
        group_name=of.school.get_kind_display(),
        classes=len(of.classes),
        baseline=whole.baseline,
        lost=whole.lost,
        due=whole.due,
        missing=whole.missing,
        is_vetoed=scheme.is_vetoed(whole.counted, whole.baseline),
        vetoed=tuple(each.row.school_class.name for each in of.classes if each.row.result["veto"]),
        months=tuple(
            (f"{month.month.month}月", made.total, made.band)
            for month, made in school_months(of.classes, of.months, of.day, scheme)
        ),
        days=tuple(school_days_in(of.classes, month) for month in of.months),
    )


def person_terms(schools: Sequence[SchoolScores]) -> list[PersonTerm]:
    """The teachers of schools with what the term counts for them, of those whose months are known; two queries."""
    if not schools:
        return []
    term, day = schools[0].term, schools[0].day
    begun = staff_begun([each.school.pk for each in schools])
    classes = [each.row.school_class.pk for school in schools for each in school.classes]
    by_class: dict[int, list[Stint]] = defaultdict(list)
    for stint in stints_in(classes, school_year=term.school_year, through=day, begun=begun):
        by_class[stint.school_class].append(stint)
    known = [each for each in schools if not each.lacks_months_for(AwardKind.PERSON)]
    return [person for each in known for person in _person_terms(each, by_class)]


def _person_terms(of: SchoolScores, by_class: Mapping[int, list[Stint]]) -> list[PersonTerm]:
    """A term counts like one long month: what its days have changed, and the target as it stands at its end."""
    before = of.before
    classes = {each.row.school_class.pk: each for each in of.classes}
    stints = [stint for pk in classes for stint in by_class.get(pk, ())]
    terms = {pk: ClassMonth(each.score, each.on(before) if before else None) for pk, each in classes.items()}
    made = teacher_scores(stints, terms, last=of.day)
    names = {pk: each.row.school_class.name for pk, each in classes.items()}
    vetoed = {pk for pk, each in classes.items() if each.row.result["veto"]}
    return [_person_term(of, each, _had(stints, person, of, vetoed), names) for person, each in made.items()]


def _had(stints: Collection[Stint], person: int, of: SchoolScores, vetoed: Collection[int]) -> list[int]:
    """The classes under a veto that somebody has had at any time of the term; a 代班 does not answer for its target."""
    return sorted(
        {
            each.school_class
            for each in stints
            if each.person == person
            and each.school_class in vetoed
            and not each.is_substitute
            and (each.until is None or each.until > of.term.start)
        }
    )


def _person_term(of: SchoolScores, made: TeacherScore, vetoed: Iterable[int], names: Mapping[int, str]) -> PersonTerm:
    here = [share for share in made.shares if share.is_here]
    role = min((share.role for share in here), default=None)  # 班主任 before 任课教师
    return PersonTerm(
        person=made.person,
        school=of.school.pk,
        role=role,
        classes=_class_words([share for share in here if share.role is role] or made.shares, names),
        points=made.total,
        vetoed=tuple(names[each] for each in vetoed),
    )


def _class_words(shares: Iterable[Share], names: Mapping[int, str]) -> str:
    return "、".join(names[share.school_class] for share in shares)
