"""Appeals as they are read: who is what to one, who decides it, the lists, one's history."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import BooleanField, Exists, ExpressionWrapper, Max, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from scoring.appeals import (
    MEASURES,
    AppealAction,
    AppealedFact,
    AppealState,
    Level,
    Part,
    fact_of,
    find,
    open_actions,
    part_refusal,
)
from scoring.class_scores import ClassScore
from scoring.models import Appeal, ScoreFreeze
from scoring.queries.charge_lines import LineInWords, lines_in_words
from scoring.queries.class_scores import class_scores
from scoring.queries.teacher_scores import classes_of, staff_begun, stints_in
from scoring.teacher_scores import is_charged
from students.access import SCHOOL_ROLES, Scope, in_force
from students.calendar import school_year_of
from students.models import Person, Posting, Role, SchoolClass, Student
from students.templatetags.chinese import cdatetime

MINE, UNDER_WAY, DONE = "mine", "under_way", "done"
TABS = {MINE: "等我处理", UNDER_WAY: "处理中", DONE: "已办结"}
PEOPLE = ("made_by", "decided_by", "asked_by", "reviewed_by", "withdrawn_by")


def parts_of(scope: Scope, appeal: Appeal) -> frozenset[Part]:
    """What the reader is to an appeal; its class must have been read with it."""
    ours = appeal.school_class_id in scope.homeroom
    made = scope.person in (appeal.made_by_id, appeal.asked_by_id)
    held = {
        Part.APPELLANT: ours or made,
        Part.SCHOOL: scope.runs(appeal.school_class.school_id),
        Part.BUREAU: scope.is_bureau,
        Part.OWN: ours or made or (appeal.state == AppealState.REVIEW and appeal.decided_by_id == scope.person),
    }
    return frozenset(part for part, holds in held.items() if holds)


def had_class(scope: Scope, school_class: int, day: date) -> bool:
    """Whether the reader has had the class as 班主任, 代班 or 任课教师 in the school year of ``day``."""
    return classes_of(scope.person, school_year_of(day)).filter(pk=school_class).exists()


def may_appeal(scope: Scope, room: SchoolClass, made: ClassScore, fact: AppealedFact | None, day: date) -> bool:
    """Whoever answers for the class now, and whoever the fact counts for in a month that ends on ``day`` (我的考核)."""
    if scope.may_answer_for(room):
        return True
    if fact is None or not had_class(scope, room.pk, day):
        return False
    begun = staff_begun([room.school_id])
    held = stints_in([room.pk], school_year=school_year_of(day), through=day, begun=begun)
    return is_charged(scope.person, held, made.scheme.line(MEASURES[fact.kind]), day=fact.day, last=day)


def _deciding(day: date, *, room, school, by) -> QuerySet[Posting]:
    """Posts of a school whose holders decide an appeal of ``by`` for a class that is not their own; values, or outer
    references of a query of appeals."""
    teaches = Posting.objects.filter(school_class=room, role=Role.HOMEROOM_TEACHER, person=OuterRef("person"))
    held = Posting.objects.filter(school=school, role__in=SCHOOL_ROLES, person__is_active=True)
    return in_force(held.filter(~Exists(in_force(teaches, day))).exclude(person=by), day)


def deciders_of(room: SchoolClass, level: Level, day: date, *, by: int) -> list[Person]:
    """Who is told to decide an appeal of ``by``: the bureau's officers, or the school's clerks and deputy heads; where
    none of these may, its principal."""
    if level is Level.BUREAU:
        held = in_force(Posting.objects.filter(role=Role.BUREAU_OFFICER, person__is_active=True), day)
    else:
        held = _deciding(day, room=room.pk, school=room.school_id, by=by)
    rows = list(held.select_related("person").order_by("pk"))
    near = [row.person for row in rows if row.role != Role.PRINCIPAL]
    return near or [row.person for row in rows]


def school_decides(room: SchoolClass, day: date, *, by: int) -> bool:
    """Whether the school has somebody who decides an appeal of ``by`` for the class, and it is not their own."""
    return _deciding(day, room=room.pk, school=room.school_id, by=by).exists()


def nobody_decides(day: date) -> Q:
    """Open appeals that their school is to decide, and nobody of it can any more: it has lost its clerk and heads, or
    those whom it has would judge their own matter."""
    room, school = OuterRef(OuterRef("school_class")), OuterRef("school_class__school")
    posts = _deciding(day, room=room, school=school, by=OuterRef("made_by"))
    return Q(~Exists(posts), state=AppealState.WAITING, level=Level.SCHOOL)


def with_level_now(rows: QuerySet[Appeal], day: date) -> QuerySet[Appeal]:
    """Rows that know ``level_now``."""
    return rows.annotate(is_left=ExpressionWrapper(nobody_decides(day), BooleanField()))


def score_of(school_class: int, day: date) -> ClassScore:
    """The class's score through a day, as its page shows it."""
    [(_, made)] = class_scores(SchoolClass.objects.filter(pk=school_class), as_of=day)
    return made


def told_of(lines: Collection[LineInWords], fact: AppealedFact) -> str:
    """A fact of a score in words, without names."""
    for line in lines:
        for each in line.facts:
            if (found := fact_of(each.charge)) and found.name == fact.name:
                return each.words
    return fact.kind.label


def fact_in(school_class: int, day: date, name: str) -> tuple[ClassScore, AppealedFact | None, str]:
    """The class's score through ``day``, the fact of that name in it, its words; None where it costs nothing there."""
    made = score_of(school_class, day)
    fact = find(made, name)
    return made, fact, told_of(lines_in_words(made), fact) if fact else ""


def answers(scope: Scope, school_class: int, name: str, found: AppealedFact | None) -> Appeal | None:
    """The appeal that stands against a fact, where no other can be made; None where one can."""
    standing = of_class(scope, school_class).get(name)
    return standing if standing and (found is None or standing.duties == found.record) else None


def _term_of(school: int, day: date, state: ScoreFreeze.State) -> ScoreFreeze | None:
    terms = ScoreFreeze.objects.filter(school=school, term__school_year=school_year_of(day), state=state)
    return terms.filter(as_of__gte=day).select_related("term").order_by("as_of").first()


def closed_by(school: int, day: date) -> ScoreFreeze | None:
    """The term that a fact of ``day`` counts in and that is signed but not frozen; None while appeals can be made."""
    return _term_of(school, day, ScoreFreeze.State.SIGNED)


def frozen_by(school: int, day: date) -> ScoreFreeze | None:
    """The frozen term that a fact of ``day`` counts in: what is accepted there leads to an amendment."""
    return _term_of(school, day, ScoreFreeze.State.FROZEN)


def to_be_amended(row: Appeal) -> ScoreFreeze | None:
    """The frozen term that an appeal is about, where it is open or was accepted after the freeze."""
    freeze = frozen_by(row.school_class.school_id, row.day)
    accepted = row.state == AppealState.ACCEPTED and freeze and (row.reviewed_at or row.decided_at) > freeze.frozen_at
    return freeze if row.is_open or accepted else None


def closed_until(school: int, school_year: int) -> date:
    """The last day of what is signed and not frozen yet; up to it no appeal can be made. One query."""
    signed = ScoreFreeze.objects.filter(school=school, term__school_year=school_year, state=ScoreFreeze.State.SIGNED)
    return signed.aggregate(last=Max("as_of"))["last"] or date.min


def closed_words(row: ScoreFreeze) -> str:
    """That a term takes no appeals until it is frozen, without a full stop."""
    return f"{row.term}的考核已签字确认，定分以前不受理申诉"


def boxes(scope: Scope, wanted: Mapping, today: date) -> dict[str, QuerySet[Appeal]]:
    """Tab → what it lists, narrowed down by the cleaned values of a filter."""
    rows = _narrowed(Appeal.objects.seen_by(scope), wanted)
    mine = waiting_for(scope, rows, today)
    return {MINE: mine, UNDER_WAY: rows.open(), DONE: rows.exclude(pk__in=rows.open().values("pk"))}


def only_one_about(scope: Scope, school_class: int, day: date, student: int | None) -> Appeal | None:
    """The appeal against a fact of a class, by its day and child; None where that is not just one."""
    rows = Appeal.objects.seen_by(scope).filter(school_class=school_class, day=day, student=student)
    found = list(rows.exclude(state=AppealState.WITHDRAWN)[:2])
    return found[0] if len(found) == 1 else None


def waiting_for(scope: Scope, rows: QuerySet[Appeal], today: date) -> QuerySet[Appeal]:
    """Those that the reader can decide on."""
    levels = Q(level=Level.SCHOOL, school_class__school__in=scope.clerk_of | scope.led)
    if scope.is_bureau:
        levels |= Q(level=Level.BUREAU) | nobody_decides(today)
    own = Q(made_by=scope.person) | Q(asked_by=scope.person) | Q(school_class__in=scope.homeroom)
    decided = Q(state=AppealState.REVIEW, decided_by=scope.person)
    return rows.open().filter(levels).exclude(pk__in=Appeal.objects.filter(own | decided).values("pk"))


def waiting(scope: Scope, today: date) -> int:
    """How many wait for the reader."""
    return waiting_for(scope, Appeal.objects.seen_by(scope), today).count()


def _narrowed(rows: QuerySet[Appeal], wanted: Mapping) -> QuerySet[Appeal]:
    if school := wanted.get("school"):
        rows = rows.filter(school_class__school=school)
    if kind := wanted.get("kind"):
        rows = rows.filter(kind=kind)
    return rows


def for_list(rows: QuerySet[Appeal], today: date) -> QuerySet[Appeal]:
    """With all that a list names, the newest first."""
    return with_level_now(rows, today).select_related("school_class__school", "student", *PEOPLE)


def longest_first(rows: QuerySet[Appeal]) -> QuerySet[Appeal]:
    """What waits longest first; a review waits since it was asked for."""
    return rows.order_by(Coalesce("asked_at", "made_at"), "pk")


@dataclass(frozen=True)
class AppealLine:
    """An appeal as the reader may deal with it."""

    row: Appeal
    actions: tuple[AppealAction, ...]
    opens: bool  # the class; of one that is no longer theirs a teacher is told no child's name

    @property
    def decides(self) -> bool:
        return AppealAction.ACCEPT in self.actions


def line_of(row: Appeal, scope: Scope) -> AppealLine:
    """One row of ``for_list`` as the reader may deal with it."""
    return AppealLine(row, open_actions(row.standing, parts_of(scope, row)), _holds(scope, row.school_class))


def _holds(scope: Scope, room: SchoolClass) -> bool:
    here = room.pk in scope.classes or room.school_id in scope.schools
    return scope.county or here or room.school.township_id in scope.townships


def not_yours(row: Appeal, action: AppealAction, scope: Scope) -> str:
    """Why ``action`` is not the reader's to do; blank where it is."""
    return part_refusal(row.standing, action, parts_of(scope, row))


def children_of(appeal: Appeal) -> list[tuple[int, str]]:
    """The children that the fact is about: id and name; one query."""
    wanted = {student for student, *_ in appeal.duties} | {appeal.student_id} - {None}
    return list(Student.objects.filter(pk__in=wanted).order_by("pk").values_list("pk", "name"))


def history(row: Appeal) -> list[dict]:
    """What was done with an appeal, as entries of a timeline; the newest first."""
    accepted = row.state == AppealState.ACCEPTED
    first = "认定不可归责" if accepted and not row.reviewed_by_id else "不成立"
    steps = [
        (row.made_at, row.made_by, "提出申诉", ""),
        (row.decided_at, row.decided_by, first, row.decision),
        (row.asked_at, row.asked_by, "申请复核", row.asked),
        (row.reviewed_at, row.reviewed_by, "复核：认定不可归责" if accepted else "复核：维持原处理", row.review),
        (row.withdrawn_at, row.withdrawn_by, "撤回复核" if row.asked_by_id else "撤回", ""),
    ]
    return [
        {"when": cdatetime(at), "title": title, "by": by.name, "text": text}
        for at, by, title, text in reversed(steps)
        if at
    ]


def of_class(scope: Scope, school_class: int) -> dict[str, Appeal]:
    """Fact → the latest appeal of the class against it that was not withdrawn."""
    return against(Appeal.objects.seen_by(scope), [school_class]).get(school_class, {})


def against(rows: QuerySet[Appeal], classes: Collection[int]) -> dict[int, dict[str, Appeal]]:
    """Class → fact → the latest of ``rows`` against it that was not withdrawn. One query."""
    found: dict[int, dict[str, Appeal]] = {}
    rows = rows.filter(school_class__in=classes).exclude(state=AppealState.WITHDRAWN)
    for row in rows.select_related("made_by", "decided_by", "reviewed_by").order_by("pk"):
        found.setdefault(row.school_class_id, {})[row.fact] = row
    return found
