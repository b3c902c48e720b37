"""个案 as lists: mine, overdue, waiting for others, all, closed; a board by stage; and the line on a home page."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from casework.models import AbsenceRun, Case, Obligation
from casework.queries.case_page import STAGE_TONES
from casework.queries.hand_ups import highest_posts
from casework.queries.next_steps import NextStep, next_steps
from casework.ruleset import Tier
from casework.stages import CASE_TIERS, CaseStage
from students.access import REGISTRY_ROLES, Scope
from students.models import RegistryLine, SearchKey, Student
from students.queries.listing import classes_of_grade, groups_of, groups_on

MINE, LATE, WAITING, ALL, CLOSED = "mine", "late", "waiting", "all", "closed"
TABS = {MINE: "我的到期", LATE: "逾期", WAITING: "等待别人", ALL: "全部", CLOSED: "已销号"}
BY_DAY, BY_DAYS_OUT, BY_TIER, BY_GROUP = "", "days", "tier", "group"
SORTINGS = {BY_DAY: "下一步日期", BY_DAYS_OUT: "缺课天数", BY_TIER: "升级级别", BY_GROUP: "特殊群体"}
# From the first to the gravest, as the ladder climbs.
RANKS = {tier: rank for rank, tier in enumerate(
    (Tier.ABSENCE_REPORT, Tier.HOME_VISIT, Tier.JOINT_VISIT, Tier.LOSS_REPORT), start=1
)}  # fmt: skip
BOARD = tuple(stage for stage in CaseStage if stage is not CaseStage.CLOSED)
SHOWN_IN_A_COLUMN = 10


@dataclass(frozen=True)
class CaseLine:
    """A case in a list. ``is_mine``: the next step falls to the reader; ``handed_up``: the highest post that has it."""

    case: Case
    step: NextStep | None
    days_out: int
    groups: list[str]
    is_mine: bool
    handed_up: str

    @property
    def line(self) -> RegistryLine:
        return self.case.student.line

    @property
    def student(self) -> Student:
        return self.case.student

    @property
    def tone(self) -> str:
        return STAGE_TONES[CaseStage(self.case.stage)]

    def is_late(self, today: date) -> bool:
        return self.step is not None and self.step.on < today


@dataclass(frozen=True)
class Asked:
    """What an address asks for: the tab shown, the count of each, the cases in order, and their next steps."""

    shown: str
    counts: dict[str, int]
    cases: Sequence[int] | QuerySet
    steps: dict[int, NextStep]


def seen(scope: Scope) -> QuerySet[Case]:
    """The cases of the children whom the reader answers for or oversees; lessons alone open none."""
    return Case.objects.visible_to(scope.without_lessons)


def narrowed(cases: QuerySet[Case], wanted: Mapping, today: date) -> QuerySet[Case]:
    """The cases that the cleaned values of a filter ask for."""
    plain = {"school": "student__line__school", "stage": "stage", "concern": "concern"}
    cases = cases.filter(**{field: wanted[name] for name, field in plain.items() if wanted.get(name)})
    if grade := wanted.get("grade"):
        cases = cases.filter(student__line__school_class__in=classes_of_grade(int(grade), today))
    if group := wanted.get("group"):
        cases = cases.filter(student__in=groups_on(today).filter(kind=group).order_by().values("student"))
    if q := (wanted.get("q") or "").strip():
        cases = cases.filter(student__in=SearchKey.objects.found_by(q))
    return cases


def asked(scope: Scope, wanted: Mapping, shown: str, *, today: date) -> Asked:
    """The cases that a cleaned filter and a tab ask for; as many queries for a class as for the county.

    Whose the next step is follows from posts and rules, so the open cases are told apart here and not in the database.
    """
    cases = narrowed(seen(scope), wanted, today)
    steps = next_steps(cases, today)
    reader = scope.person
    mine = {pk for pk, step in steps.items() if step.is_of(reader)}
    held = {
        MINE: [pk for pk in mine if steps[pk].on <= today],
        LATE: [pk for pk, step in steps.items() if step.on < today],
        WAITING: steps.keys() - mine,
        ALL: steps.keys(),
    }
    closed = cases.filter(stage=CaseStage.CLOSED)
    counts = {name: len(pks) for name, pks in held.items()} | {CLOSED: closed.count()}
    if shown not in TABS:
        shown = next((name for name in held if counts[name]), ALL)
    if shown == CLOSED:
        return Asked(shown, counts, closed.order_by("-closed_on", "-pk").values_list("pk", flat=True), {})
    return Asked(shown, counts, in_order(held[shown], steps, cases, wanted.get("sort") or BY_DAY, today), steps)


def in_order(
    pks: Iterable[int], steps: Mapping[int, NextStep], cases: QuerySet[Case], sort: str, today: date
) -> list[int]:
    """Cases in the order asked for; of equal ones what is due first stands first. One query at most."""
    by_day = sorted(pks, key=lambda pk: (steps[pk].on, pk))
    if sort == BY_DAY:
        return by_day
    weigh = {BY_DAYS_OUT: days_out, BY_TIER: _ranks, BY_GROUP: _group_counts}[sort]
    weights = weigh(cases.open().order_by().values("student"), today)
    return sorted(by_day, key=lambda pk: -weights.get(steps[pk].student, 0))


def days_out(students, today: date) -> dict[int, int]:
    """Child → days of absence of the run after which it has not been seen; one query."""
    runs = AbsenceRun.objects.filter(student__in=students, settled_on=None).order_by("started_on")
    return dict(runs.values_list("student", "days"))


def _ranks(students, today: date) -> dict[int, int]:
    """Child → how far its present absence has climbed."""
    unsettled = AbsenceRun.objects.filter(
        student=OuterRef("student"), started_on=OuterRef("run_start"), settled_on=None
    )
    rows = Obligation.objects.standing().filter(Exists(unsettled), student__in=students, tier__in=sorted(CASE_TIERS))
    found: dict[int, int] = {}
    for student, tier in rows.order_by().values_list("student", "tier"):
        found[student] = max(found.get(student, 0), RANKS[Tier(tier)])
    return found


def _group_counts(students, today: date) -> dict[int, int]:
    """Child → how many special groups it belongs to."""
    rows = groups_on(today).filter(student__in=students).order_by().values_list("student")
    return dict(rows.annotate(Count("pk")))


def lines(pks: Iterable[int], steps: Mapping[int, NextStep], scope: Scope, today: date) -> list[CaseLine]:
    """Cases of a page in the order given, with all that a row shows; four queries."""
    pks = list(pks)
    rows = Case.objects.select_related("student__line__school_class__school", "closed_by").in_bulk(pks)
    students = [row.student_id for row in rows.values()]
    days, groups, posts = days_out(students, today), groups_of(students, today), highest_posts(pks, today)
    return [
        CaseLine(
            case=rows[pk],
            step=steps.get(pk),
            days_out=days.get(rows[pk].student_id, 0) if rows[pk].is_open else 0,
            groups=groups.get(rows[pk].student_id, []),
            is_mine=pk in steps and steps[pk].is_of(scope.person),
            handed_up=posts.get(pk, ""),
        )
        for pk in pks
    ]


@dataclass(frozen=True)
class Column:
    """A stage of the board: how many cases stand there, and those that are due first."""

    stage: CaseStage
    count: int
    lines: list[CaseLine]

    @property
    def label(self) -> str:
        return self.stage.label

    @property
    def more(self) -> int:
        return self.count - len(self.lines)


def board(scope: Scope, wanted: Mapping, *, today: date) -> list[Column]:
    """The open cases by stage; as many queries for a class as for the county."""
    cases = narrowed(seen(scope), wanted, today)
    steps = next_steps(cases, today)
    by_day = sorted(steps, key=lambda pk: (steps[pk].on, pk))
    held = {stage: [pk for pk in by_day if steps[pk].stage == stage] for stage in BOARD}
    shown = [pk for pks in held.values() for pk in pks[:SHOWN_IN_A_COLUMN]]
    drawn = {line.case.pk: line for line in lines(shown, steps, scope, today)}
    return [Column(stage, len(pks), [drawn[pk] for pk in pks[:SHOWN_IN_A_COLUMN]]) for stage, pks in held.items()]


@dataclass(frozen=True)
class CasesCard:
    """What a home page says: open cases, and how many of them are due today or overdue."""

    count: int
    due: int

    @property
    def words(self) -> str:
        return f"个案{self.count}个，今天到期{self.due}个" if self.due else f"个案{self.count}个，今天没有到期的"


def cases_card(scope: Scope, today: date) -> CasesCard | None:
    """One query; None for whoever sees no cases."""
    if not scope.roles & REGISTRY_ROLES:
        return None
    owed = Obligation.objects.undone_on(today).filter(student=OuterRef("student"), due_on__lte=today).order_by()
    due = Q(plan_on__lte=today) | Exists(owed)
    return CasesCard(**seen(scope).open().order_by().aggregate(count=Count("pk"), due=Count("pk", filter=due)))
