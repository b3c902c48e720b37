"""Appeals as they are read: who is what to one, who decides it, the lists, one's history."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Max, Q, QuerySet

from scoring.appeals import (
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


def deciders_of(school: int, level: Level, day: date) -> list[Person]:
    """Who decides: the bureau's officers, or the school's clerks and deputy heads; where it has none, its principal."""
    if level is Level.BUREAU:
        held = Posting.objects.filter(role=Role.BUREAU_OFFICER, person__is_active=True)
    else:
        held = Posting.objects.filter(school=school, role__in=SCHOOL_ROLES, person__is_active=True)
    rows = list(in_force(held, day).select_related("person").order_by("pk"))
    near = [row.person for row in rows if row.role != Role.PRINCIPAL]
    return near or [row.person for row in rows]


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


def fact_in(school_class: int, day: date, name: str) -> tuple[AppealedFact | None, str]:
    """The fact of that name in the class's score through ``day``, and its words; None where it costs nothing there."""
    made = score_of(school_class, day)
    fact = find(made, name)
    return fact, told_of(lines_in_words(made), fact) if fact else ""


def answers(scope: Scope, school_class: int, name: str, found: AppealedFact | None) -> Appeal | None:
    """The appeal that stands against a fact, where no other can be made; None where one can."""
    standing = of_class(scope, school_class).get(name)
    return standing if standing and (found is None or standing.duties == found.record) else None


def closed_by(school: int, day: date) -> ScoreFreeze | None:
    """The signed or frozen term that a fact of ``day`` counts in; None while appeals can be made."""
    terms = ScoreFreeze.objects.filter(school=school, term__school_year=school_year_of(day), term__end__gte=day)
    return terms.exclude(state=ScoreFreeze.State.OPEN).select_related("term").order_by("term__end").first()


def closed_until(school: int, school_year: int) -> date:
    """The last day of the school year's terms that were signed; up to it no appeal can be made. One query."""
    signed = ScoreFreeze.objects.filter(school=school, term__school_year=school_year)
    signed = signed.exclude(state=ScoreFreeze.State.OPEN)
    return signed.aggregate(last=Max("term__end"))["last"] or date.min


def closed_words(row: ScoreFreeze) -> str:
    """That a term takes no more appeals, without a full stop."""
    state = "已签字确认" if row.state == ScoreFreeze.State.SIGNED else "已定分"
    return f"{row.term}的考核{state}，不再受理申诉"


def boxes(scope: Scope, wanted: Mapping) -> dict[str, QuerySet[Appeal]]:
    """Tab → what it lists, narrowed down by the cleaned values of a filter."""
    rows = _narrowed(Appeal.objects.seen_by(scope), wanted)
    mine = waiting_for(scope, rows)
    return {MINE: mine, UNDER_WAY: rows.open(), DONE: rows.exclude(pk__in=rows.open().values("pk"))}


def waiting_for(scope: Scope, rows: QuerySet[Appeal]) -> QuerySet[Appeal]:
    """Those that the reader can decide on."""
    levels = Q(level=Level.SCHOOL, school_class__school__in=scope.clerk_of | scope.led)
    if scope.is_bureau:
        levels |= Q(level=Level.BUREAU)
    own = Q(made_by=scope.person) | Q(asked_by=scope.person) | Q(school_class__in=scope.homeroom)
    decided = Q(state=AppealState.REVIEW, decided_by=scope.person)
    return rows.open().filter(levels).exclude(pk__in=Appeal.objects.filter(own | decided).values("pk"))


def waiting(scope: Scope, today: date) -> int:
    """How many wait for the reader."""
    return waiting_for(scope, Appeal.objects.seen_by(scope)).count()


def _narrowed(rows: QuerySet[Appeal], wanted: Mapping) -> QuerySet[Appeal]:
    if school := wanted.get("school"):
        rows = rows.filter(school_class__school=school)
    if kind := wanted.get("kind"):
        rows = rows.filter(kind=kind)
    return rows


def for_list(rows: QuerySet[Appeal]) -> QuerySet[Appeal]:
    """With all that a list names; what waits longest first, of the rest the newest."""
    return rows.select_related("school_class__school", "student", *PEOPLE)


@dataclass(frozen=True)
class AppealLine:
    """An appeal as the reader may deal with it."""

    row: Appeal
    actions: tuple[AppealAction, ...]

    @property
    def decides(self) -> bool:
        return AppealAction.ACCEPT in self.actions


def line_of(row: Appeal, scope: Scope) -> AppealLine:
    """One row of ``for_list`` as the reader may deal with it."""
    return AppealLine(row, open_actions(row.standing, parts_of(scope, row)))


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
        (row.withdrawn_at, row.withdrawn_by, "撤回", ""),
    ]
    return [
        {"when": cdatetime(at), "title": title, "by": by.name, "text": text}
        for at, by, title, text in reversed(steps)
        if at
    ]


def of_class(scope: Scope, school_class: int) -> dict[str, Appeal]:
    """Fact → the latest appeal of the class against it that was not withdrawn."""
    rows = Appeal.objects.seen_by(scope).filter(school_class=school_class).exclude(state=AppealState.WITHDRAWN)
    return {row.fact: row for row in rows.select_related("made_by", "decided_by", "reviewed_by").order_by("pk")}
