"""可能流失学生, one by one: why a child is listed, since when, who has it in hand, what is next and by when."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from casework.likely_lost import OVERDUE_TIERS, AtRisk, Ground, grounds_of
from casework.models import AbsenceRun, Case, EarlySign, Obligation, Watch
from casework.queries.next_steps import NextStep, next_steps
from casework.ruleset import Tier
from casework.sign_words import ADVICE
from casework.signs import SignCode
from casework.stages import CaseStage
from casework.watching import WatchKind
from students.models import RegistryLine, SpecialGroup, Student
from students.queries.homeroom import Homeroom, homeroom_teachers
from students.queries.listing import groups_on
from students.templatetags.chinese import cdate_short

TONES = {Ground.ABSENT_CASE: "alarm", Ground.RUN: "alarm", Ground.OVERDUE: "alarm", Ground.WAVERING: "warn"}
SOON = "尽快"  # where nothing fixes a day


@dataclass(frozen=True)
class GroundLine:
    """One ground of a child: in a word, in detail, and since when."""

    ground: Ground
    words: str
    since: date

    @property
    def label(self) -> str:
        return self.ground.label

    @property
    def tone(self) -> str:
        return TONES.get(self.ground, "note")


@dataclass(frozen=True)
class LikelyLost:
    """A child of the list. ``on``: by when the next step is to be taken; None where nothing fixes a day."""

    line: RegistryLine
    grounds: list[GroundLine]
    who: str
    step: str
    on: date | None
    case: Case | None

    @property
    def student(self) -> Student:
        return self.line.student

    @property
    def gravest(self) -> GroundLine:
        return self.grounds[0]

    @property
    def since(self) -> date:
        """The first day of what is true of the child now."""
        return min(ground.since for ground in self.grounds)

    @property
    def reasons(self) -> str:
        return "；".join(ground.words for ground in self.grounds)


@dataclass
class _Known:
    """What is on record of one child, as far as the list needs it."""

    case: Case | None = None
    runs: Sequence[AbsenceRun] = ()
    overdue: Sequence[Obligation] = ()
    group: SpecialGroup | None = None
    watch: Watch | None = None
    signs: Sequence[EarlySign] = ()

    @property
    def at_risk(self) -> AtRisk:
        return AtRisk(
            stage=CaseStage(self.case.stage) if self.case else None,
            run_days=max((run.days for run in self.runs), default=0),
            overdue=[Tier(duty.tier) for duty in self.overdue],
            is_wavering=self.group is not None,
            signs=[SignCode(sign.code) for sign in self.signs],
        )


def likely_lost(students: Sequence[int], today: date, *, suspected_days: int) -> list[LikelyLost]:
    """Children in the order given; twelve queries at most, however many there are."""
    lines = RegistryLine.objects.select_related("student", "school_class__school__township").in_bulk(students)
    known = _known(students, today)
    cases = Case.objects.filter(pk__in=[each.case.pk for each in known.values() if each.case])
    steps = next_steps(cases, today) if known else {}
    teachers = homeroom_teachers({line.school_class_id for line in lines.values()}, today)
    found = []
    for pk in students:
        of = known[pk]
        grounds = [_ground(ground, of, today) for ground in grounds_of(of.at_risk, suspected_days=suspected_days)]
        step = steps.get(of.case.pk) if of.case else None
        who, what, on = _next(of, step, teachers.get(lines[pk].school_class_id))
        found.append(LikelyLost(lines[pk], grounds, who, what, on, of.case))
    return found


def _known(students: Collection[int], today: date) -> dict[int, _Known]:
    """Six queries."""
    known: dict[int, _Known] = {pk: _Known() for pk in students}
    for case in Case.objects.open().filter(student__in=students):
        known[case.student_id].case = case
    for group in groups_on(today).filter(student__in=students, kind=SpecialGroup.Kind.WAVERING):
        known[group.student_id].group = group
    rows = Watch.objects.confirmed().filter(student__in=students, kind=WatchKind.WAVERING)
    for watch in rows.select_related("responsible"):
        known[watch.student_id].watch = watch
    runs = _by_child(AbsenceRun.objects.filter(student__in=students, settled_on=None).order_by("started_on"))
    signs = _by_child(EarlySign.objects.waiting_on(today, lists_unseen=True).filter(student__in=students))
    owed = Obligation.objects.undone_on(today).filter(tier__in=sorted(OVERDUE_TIERS), due_on__lt=today)
    duties = _by_child(owed.filter(student__in=students).order_by("due_on", "pk"))
    order = list(SignCode)
    for pk, each in known.items():
        each.runs = runs[pk]
        each.overdue = [duty for duty in duties[pk] if any(duty.triggered_on >= run.started_on for run in runs[pk])]
        each.signs = sorted(signs[pk], key=lambda sign: order.index(sign.code))
    return known


def _by_child(rows) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.student_id].append(row)
    return found


def _ground(ground: Ground, of: _Known, today: date) -> GroundLine:
    match ground:
        case Ground.ABSENT_CASE:
            return GroundLine(ground, f"个案缺课（{cdate_short(of.case.since)}建档）", of.case.since)
        case Ground.RUN:
            run = max(of.runs, key=lambda run: run.days)
            return GroundLine(ground, f"连续缺课{run.days}天（{cdate_short(run.started_on)}起）", run.started_on)
        case Ground.OVERDUE:
            first = of.overdue[0]
            names = "、".join(dict.fromkeys(Tier(duty.tier).label for duty in of.overdue))
            return GroundLine(ground, f"{names}逾期{(today - first.due_on).days}天", first.triggered_on)
        case Ground.WAVERING:
            why = f"（{of.watch.get_reason_display()}）" if of.watch else ""
            return GroundLine(ground, f"登记为动摇生{why}", of.group.since)
        case Ground.WATCH_CASE:
            why = f"：{of.case.get_concern_display()}" if of.case.concern else ""
            return GroundLine(ground, f"关注个案{why}", of.case.since)
    names = "、".join(SignCode(sign.code).label for sign in of.signs)
    return GroundLine(ground, f"预警{len(of.signs)}条：{names}", min(sign.since for sign in of.signs))


def _next(of: _Known, step: NextStep | None, homeroom: Homeroom | None) -> tuple[str, str, date | None]:
    """Who, what and by when: the case's next step; what is overdue; the review of a 动摇生; what its signs advise."""
    teacher = homeroom.name if homeroom else "教务处（暂无班主任）"
    if step:
        return step.short_who, step.words, step.on
    if of.overdue:
        return teacher, Tier(of.overdue[0].tier).label, of.overdue[0].due_on
    if of.watch:
        return of.watch.responsible.name, "复核", of.watch.review_on
    if of.signs:
        return teacher, ADVICE[SignCode(of.signs[0].code)], None
    return teacher, "家访", None
