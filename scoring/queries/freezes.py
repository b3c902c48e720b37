"""定分 as it is read: what a school's classes come to now, what was frozen, and how the two differ."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from scoring.appeals import OPEN_STATES, AppealState, Level
from scoring.class_scores import ClassScore, score
from scoring.frozen import content_of, digest, digest_of_list, facts_of, record_of, result_of
from scoring.models import Appeal, FrozenScore, ScoreAmendment, ScoreFreeze, StoredScheme
from scoring.queries.class_scores import class_scores_on
from scoring.queries.months import seams_of
from scoring.scheme import Measure
from scoring.scheme_reading import read_scheme
from students.access import Scope
from students.calendar import school_year_of, school_year_start
from students.metrics import DROPOUT_RATE
from students.models import School, SchoolClass, Term

State = ScoreFreeze.State


@dataclass(frozen=True)
class ClassRow:
    """A class on a list, of now or of what was frozen. ``frozen``: the row's id where it is frozen."""

    school_class: SchoolClass
    scheme: int
    record: dict
    result: dict
    sha256: str
    frozen: int | None = None
    number: int = 0

    @property
    def total(self) -> Decimal:
        return Decimal(self.result["total"])

    @property
    def points(self) -> list[Decimal]:
        """Of each line, in the order of ``Measure``."""
        return [Decimal(self.result["lines"].get(measure, "0")) for measure in Measure]

    @property
    def rate(self) -> str:
        return DROPOUT_RATE.of(self.result["lost"], self.result["baseline"]).text

    @property
    def target(self) -> tuple[str, str]:
        """The outcome of the target in a word, and its tone."""
        if self.result["veto"]:
            return "一票否决", "alarm"
        if not self.result["target_met"]:
            return "没有完成", "warn"
        return ("完成", "ok") if self.result["is_rated"] else ("不予评定", "mute")


def rows_now(school: int, term: Term, day: date, *, always: Collection[int] = ()) -> list[ClassRow]:
    """What the facts of a school's classes come to through ``day`` of a term, in the order of their numbers, with what
    they were at the seams of its months.

    A class that never had children, registers or losses in the school year has no score; ``always``: classes that are
    listed all the same, because they were before.
    """
    classes = SchoolClass.objects.filter(school=school).order_by("number")
    days = [*seams_of(term, day), day]
    found = [
        (row, dict(zip(days, made, strict=True)))
        for row, made in class_scores_on(classes, days)
        if row.pk in always or any(each.facts.is_scored for each in made)
    ]
    schemes = StoredScheme.objects.in_bulk({made[day].scheme.key for _, made in found})
    return [_row(school_class, made.pop(day), made, schemes) for school_class, made in found]


def _row(
    school_class: SchoolClass, made: ClassScore, earlier: Mapping[date, ClassScore], schemes: Mapping[int, StoredScheme]
) -> ClassRow:
    scheme = schemes[made.scheme.key]
    record, result = record_of(made.facts, {day: each.facts for day, each in earlier.items()}), result_of(made)
    sha256 = digest(content_of(scheme.content, record, result))
    return ClassRow(school_class, scheme.pk, record, result, sha256)


def mark_of(rows: Sequence[ClassRow]) -> str:
    """The digest of a list."""
    return digest_of_list((row.school_class.pk, row.sha256) for row in rows)


def rows_frozen(freeze: ScoreFreeze, *, edition: int) -> list[ClassRow]:
    """The list as it stood after amendment ``edition`` (0: as it was frozen)."""
    stored = FrozenScore.objects.filter(freeze=freeze, number__lte=edition).select_related("school_class__school")
    latest = {row.school_class_id: row for row in stored.order_by("number")}
    return [row_of(row) for row in sorted(latest.values(), key=lambda row: row.school_class.number)]


def row_of(row: FrozenScore) -> ClassRow:
    """A stored row as a list has it."""
    return ClassRow(row.school_class, row.scheme_id, row.facts, row.result, row.sha256, row.pk, row.number)


def score_from(row: FrozenScore) -> ClassScore:
    """A frozen score, reckoned again from its facts and its scheme."""
    return score(facts_of(row.facts), read_scheme(row.scheme.content, key=row.scheme_id))


def open_appeals(freeze: ScoreFreeze) -> QuerySet[Appeal]:
    """Appeals of the school, up to the end of the term, that nobody has decided on."""
    days = (school_year_start(freeze.term.school_year), freeze.day)
    states = sorted(state.value for state in OPEN_STATES)
    return Appeal.objects.filter(school_class__school=freeze.school_id, day__range=days, state__in=states)


def ended_terms(today: date) -> list[Term]:
    """Terms that are over, the latest first."""
    return list(Term.objects.filter(end__lt=today).order_by("-end"))


@dataclass(frozen=True)
class Progress:
    """How far the schools of a scope are with a term."""

    schools: int
    opened: int
    signed: int
    frozen: int

    @property
    def left(self) -> int:
        """Schools whose 定分 nobody has opened."""
        return self.schools - self.opened


def freezes_of(scope: Scope, term: Term | None) -> QuerySet[ScoreFreeze]:
    """Those of a term, with how many times each was amended, whether that is due once more, and how many appeals the
    school has accepted itself."""
    rows = ScoreFreeze.objects.visible_to(scope).filter(term=term).annotate(amended=Count("amendments"))
    if term:
        due, own = is_to_be_amended(term.school_year), accepted_by_the_school(term)
        rows = rows.annotate(is_to_be_amended=due, accepted_here=own)
    people = ("school__township", "term", "signed_by", "frozen_by")
    return rows.select_related(*people).order_by("school__code")


def accepted_by_the_school(term: Term) -> Coalesce:
    """How many appeals of the term's score the school of a row has accepted itself: it judges its own registers."""
    days = (school_year_start(term.school_year), term.end)
    rows = Appeal.objects.filter(school_class__school=OuterRef("school"), day__range=days)
    rows = rows.filter(state=AppealState.ACCEPTED, level=Level.SCHOOL).order_by()
    counts = rows.values("school_class__school").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counts), 0)


def is_to_be_amended(school_year: int) -> Exists:
    """Whether an appeal was accepted since a frozen row of the school year was frozen, or amended last."""
    amended = ScoreAmendment.objects.filter(freeze=OuterRef(OuterRef("pk"))).order_by("-number").values("issued_at")
    rows = Appeal.objects.filter(
        school_class__school=OuterRef("school"),
        state=AppealState.ACCEPTED,
        day__gte=school_year_start(school_year),
        day__lte=OuterRef("as_of"),
    )
    rows = rows.annotate(accepted_at=Coalesce("reviewed_at", "decided_at"))
    return Exists(rows.filter(accepted_at__gt=Coalesce(Subquery(amended[:1]), OuterRef("frozen_at"))))


def waiting(scope: Scope, today: date) -> int:
    """How many wait for the reader: a head to sign, the bureau to freeze what others have signed, or to amend."""
    if not (scope.led or scope.is_bureau):
        return 0
    wanted = Q(state=State.OPEN, school__in=scope.led)
    if scope.is_bureau:
        wanted |= Q(state=State.SIGNED) & ~Q(signed_by=scope.person)
        for year in (school_year_of(today) - 1, school_year_of(today)):
            wanted |= Q(is_to_be_amended(year), state=State.FROZEN, term__school_year=year)
    return ScoreFreeze.objects.visible_to(scope).filter(wanted).count()


def progress_of(scope: Scope, term: Term) -> Progress:
    """One query more for the schools."""
    states = Count("pk", filter=Q(state__in=(State.SIGNED, State.FROZEN))), Count("pk", filter=Q(state=State.FROZEN))
    rows = ScoreFreeze.objects.visible_to(scope).filter(term=term)
    counts = rows.aggregate(opened=Count("pk"), signed=states[0], frozen=states[1])
    return Progress(unopened(scope, term, every=True).count(), **counts)


def unopened(scope: Scope, term: Term, *, every: bool = False) -> QuerySet[School]:
    """Schools with classes whose 定分 of the term nobody has opened, or every school with classes."""
    schools = School.objects.visible_to(scope).filter(pk__in=SchoolClass.objects.order_by().values("school"))
    return schools if every else schools.exclude(score_freezes__term=term)


def frozen_for(scope: Scope, school_class: int, day: date, school_year: int) -> FrozenScore | None:
    """The frozen score of a class that counts for ``day``: of the first frozen term of the year that ends on it or
    later, as it was last amended."""
    rows = FrozenScore.objects.visible_to(scope).filter(school_class=school_class)
    rows = rows.filter(freeze__state=State.FROZEN, freeze__term__school_year=school_year, freeze__as_of__gte=day)
    rows = rows.select_related("freeze__term", "freeze__frozen_by", "school_class")
    return rows.order_by("freeze__as_of", "-number").first()


def with_frozen(rows, day: date | None):
    """Kept scores with ``frozen`` and ``frozen_total``: of a term that was frozen on that very day."""
    same = FrozenScore.objects.filter(
        school_class=OuterRef("school_class"), freeze__as_of=day, freeze__state=State.FROZEN
    ).order_by("-number")
    return rows.annotate(frozen=Subquery(same.values("pk")[:1]), frozen_total=Subquery(same.values("total")[:1]))


def number_frozen(rows, day: date | None) -> int:
    """How many of the classes of kept scores have been frozen on that day."""
    frozen = FrozenScore.objects.filter(freeze__as_of=day, freeze__state=State.FROZEN)
    classes = frozen.filter(school_class__in=rows.order_by().values("school_class"))
    return classes.order_by().values("school_class").distinct().count()
