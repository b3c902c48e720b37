"""Moves cases as duties, runs and registry say, in the transaction that has changed them (domain.md §5).

What moves where is decided by the pure ``casework.following``; here its facts are read for many children at once, and
its moves written, each with its event.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta

from django.db.models import BooleanField, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models import Case as Choose
from django.utils import timezone

from casework.awaited import earliest
from casework.facts import Surroundings, first_seen
from casework.following import CaseFile, Matter, Move, follow
from casework.handing_off import TRANSITIONS as HAND_OFF_STEPS
from casework.handing_off import HandOffAction
from casework.models import AbsenceRun, Case, CaseEvent, Contact, HandOff, Obligation, Report
from casework.ruleset import Tier
from casework.stages import CASE_TIERS, OPEN_STAGES, TRANSITIONS, CaseAction, CaseOutcome, CaseStage
from casework.steps import PLANS, CaseStep, Pace
from students.calendar import SchoolDays, school_year_of, school_year_start
from students.enrolment import Standing
from students.models import RegistryLine
from students.queries.calendar import calendar_under, reference_stamp
from students.queries.policy import policy_under

MOVED_COLUMNS = [column.name for column in Case._meta.concrete_fields if column.name not in ("id", "student")]
# How a case ended and from when it stood: what opening it again changes, and the history keeps.
ENDING = [
    Case._meta.get_field(name)
    for name in (
        "outcome", "closed_on", "closed_at", "closed_by", "since", "returned_on", "return_confirmed_at",
        "return_confirmed_by",
    )
]  # fmt: skip
TO_END = HAND_OFF_STEPS[HandOffAction.END]
DATED_ANEW = "dropout_dated_anew"
LOST_STAGES = frozenset({CaseStage.REPORTED_LOST, CaseStage.DROPPED_OUT})


def follow_children(students: Collection[int], *, today: date) -> int:
    """Bring the cases of these children, who are locked, to what is known of them; how many moves were made.

    Three queries where nothing moves and nothing was promised, whatever the number of children.
    """
    lines = {line.pk: line for line in RegistryLine.objects.filter(pk__in=students)}
    cases = _last_cases(students)
    matters = _matters(students, cases, today)
    found, promised = [], []
    for student, line in sorted(lines.items()):
        case = cases.get(student)
        if moves := follow(_file_of(case), Standing(line.standing), line.since, matters[student], today=today):
            found.append((line, case, moves))
        elif case and case.is_open and case.plan_step == CaseStep.PROMISED:
            promised.append((line, case))
    moved = {line.pk for line, _, _ in found}
    settled = [case for student, case in cases.items() if case.is_lost is not None and student not in moved]
    dated_anew = [(lines[each], case) for each, case in sorted(cases.items()) if _is_dated_anew(case, lines[each])]
    if found:
        _write(found, today)
    if settled:
        _settle_loss(settled, today)
    if dated_anew:
        _date_anew(dated_anew)
    kept = _keep_promises(promised, today) if promised else 0
    return sum(len(moves) for _, _, moves in found) + len(settled) + len(dated_anew) + kept


def children_to_follow(today: date):
    """Children whose cases may have something to follow: to mend at night what was missed."""
    owed = Obligation.objects.standing().filter(tier__in=sorted(CASE_TIERS), triggered_on__lte=today).order_by()
    runs = AbsenceRun.objects.filter(student=OuterRef("student"), started_on=OuterRef("run_start"), settled_on=None)
    unsettled = owed.filter(Exists(runs) | Q(run_start=None)).values("student")
    dropped = RegistryLine.objects.filter(standing=Standing.DROPPED_OUT).order_by().values("pk")
    open_cases = Case.objects.open().order_by().values("student")
    return unsettled.union(dropped, open_cases)


class Planner:
    """Plans the next step of cases on a day: the calendar and the county's parameters, read once."""

    def __init__(self, today: date):
        self.today, self._stamp = today, reference_stamp()
        self._calendar = calendar_under(self._stamp)

    def school_days(self, line: RegistryLine) -> SchoolDays:
        return self._calendar.school_days(school=line.school_id, school_class=line.school_class_id)

    def plan(self, stage: CaseStage, day: date, line: RegistryLine) -> tuple[CaseStep, date]:
        """What entering ``stage`` on ``day`` plans for a child who stands at ``line``, and the school day by which.

        What is known late is not overdue from the start: people have their days from today. A return alone counts
        from its own day, since the registers count it.
        """
        (step, pace), school_days = PLANS[stage], self.school_days(line)
        wait, known_on = getattr(policy_under(self._stamp, day), pace), max(day, self.today)
        if pace is not Pace.RETURN:
            return step, school_days.on_or_after(known_on + timedelta(days=wait))
        due = school_days.on_or_after(day)  # 到校满几个上课日, the first one included
        for _ in range(wait - 1):
            due = school_days.after(due)
        return step, max(due, school_days.on_or_after(known_on))


def move(
    case: Case, action: CaseAction, *, by, day: date, line: RegistryLine, planner: Planner,
    outcome: CaseOutcome | None = None, note: str = "", **details,
) -> CaseEvent:  # fmt: skip
    """Move ``case`` by the declared transition, and return the event to be kept; the caller saves both.

    ``line``: where the child stands in the registry, whose calendar says when the next step is due.
    """
    before, target = case.stage, TRANSITIONS[action].target
    now = timezone.now()
    if before == CaseStage.CLOSED:
        if action is CaseAction.NOTE_ABSENCE:  # which may turn out to be a mistake
            details["ended"] = _ending(case)
        case.outcome, case.closed_on, case.closed_at, case.closed_by = "", None, None, None
        case.since, case.returned_on = day, None
    case.stage = target
    if target is not CaseStage.CLOSED:  # a child that leaves again has not come back for good
        case.return_confirmed_at, case.return_confirmed_by = None, None
    if action in (CaseAction.UNDO_LOSS, CaseAction.UNDO_DROPOUT):
        case.was_lost = _was_lost_otherwise(case, action)
    case.was_lost = case.was_lost or target in LOST_STAGES
    if target is CaseStage.RETURNED:
        case.returned_on = day
    if target is CaseStage.CLOSED:
        case.outcome, case.closed_on, case.closed_at, case.closed_by = outcome.value, day, now, by
        case.plan_step, case.plan_on, case.plan_note = "", None, ""
        case.assigned_to, case.assigned_reason = None, ""
    else:
        case.plan_step, case.plan_on = planner.plan(target, day, line)
        case.plan_note = ""
    case.version += 1
    if outcome:
        details["outcome"] = outcome.value
    return CaseEvent(
        case=case, action=action.value, day=day, at=now, by=by, from_stage=before, to_stage=target, note=note,
        details=details,
    )  # fmt: skip


def move_one(
    case: Case, action: CaseAction, *, by, day: date, line: RegistryLine, planner: Planner | None = None, **said
) -> None:
    """Move one case and keep it with its event (see ``move``, which also says what else may be ``said``).

    ``planner``: of today; may be left out where ``day`` is today.
    """
    event = move(case, action, by=by, day=day, line=line, planner=planner or Planner(day), **said)
    case.save()
    event.case = case  # a new one has its number only now
    event.save()
    _end_hand_offs([case], by=by)


def case_to_open(student: int, *, by, day: date) -> Case:
    """The child's last case where what happens on ``day`` belongs to it, else a new one; none of its cases is open."""
    last = Case.objects.filter(student=student).order_by("-since", "-pk").first()
    return last if goes_on(last, day) else new_case(student, by=by, day=day)


def new_case(student: int, *, by, day: date, concern: str = "") -> Case:
    """A case that is about to be opened by its first move."""
    return Case(
        student_id=student, stage="", concern=concern, opened_on=day, opened_at=timezone.now(), opened_by=by, since=day,
        version=0,
    )  # fmt: skip


def _last_cases(students: Collection[int]) -> dict[int, Case]:
    """The open case of each child, else the last one; with whether a person has moved it since it was opened, and how
    it had ended before (None where it was opened for the first time)."""
    here = CaseEvent.objects.filter(case=OuterRef("pk"))
    ended = here.openings().order_by("-pk").values("details__ended")[:1]
    last = Case.objects.filter(student=OuterRef("student")).order_by("-since", "-pk").values("pk")[:1]
    rows = Case.objects.filter(student__in=students, pk=Subquery(last))
    by_hand = here.since_opened().exclude(by=None).exclude(action=CaseAction.CONFIRM_DROPOUT)  # which may be undone
    dropped = here.filter(action__in=(CaseAction.CONFIRM_DROPOUT, DATED_ANEW)).order_by("-pk").values("day")[:1]
    rows = rows.annotate(by_hand=Exists(by_hand), ended=Subquery(ended), dropped_on=Subquery(dropped))
    taken_back = Q(stage=CaseStage.REPORTED_LOST) & _some_taken_back()
    rows = rows.annotate(is_lost=_is_lost(), is_taken_back=_truth((taken_back, True), default=False))
    rows = rows.annotate(report_stands=_truth((_report_stands(), True), default=False))
    return {row.student_id: row for row in rows}


def _file_of(case: Case | None) -> CaseFile | None:
    if case is None:
        return None
    ended_as = CaseOutcome(case.ended["outcome"]) if case.ended else None
    return CaseFile(
        CaseStage(case.stage), case.since, case.closed_on, case.by_hand, case.was_lost or bool(case.is_lost), ended_as,
        is_false_alarm=case.outcome == CaseOutcome.FALSE_ALARM, is_taken_back=case.is_taken_back,
        report_stands=case.report_stands, dropped_on=case.dropped_on,
    )  # fmt: skip


def _matters(students: Collection[int], cases: Mapping[int, Case], today: date) -> dict[int, list[Matter]]:
    """The duties that cases of these children may be about: of this school year, of the case that stands open, and of
    whoever is still away or was first seen again this year, whenever that began."""
    year = school_year_start(school_year_of(today))
    since = {student: min(year, case.since) for student, case in cases.items() if case.is_open}
    rows = Obligation.objects.of_cases(today).filter(student__in=students)
    rows = rows.filter(Q(triggered_on__gte=min(since.values(), default=year)) | Q(seen_on=None) | Q(seen_on__gte=year))
    duties = rows.order_by().values_list("student", "tier", "triggered_on", "done_on", "seen_on")
    found: dict[int, list[Matter]] = defaultdict(list)
    for student, tier, triggered_on, done_on, seen_on in duties.union(_filed_early(students, today), all=True):
        is_of_old = triggered_on < since.get(student, year) and seen_on is not None
        if not is_of_old or seen_on >= year:
            found[student].append(Matter(Tier(tier), triggered_on, done_on, seen_on))
    return found


def _filed_early(students: Collection[int], today: date):
    """流失报告 filed in a run that has not come to owe one, in the columns of the duties: the loss is reported all the
    same (domain.md §5)."""
    run = AbsenceRun.objects.filter(
        Q(settled_on=None) | Q(settled_on__gt=OuterRef("day")), student=OuterRef("student"),
        started_on__lte=OuterRef("day"),
    )  # fmt: skip
    owed = Obligation.objects.standing().filter(
        student=OuterRef("student"), tier=Tier.LOSS_REPORT, run_start=OuterRef("began")
    )
    rows = Report.objects.filter(student__in=students, kind=Tier.LOSS_REPORT, cancelled_at=None, day__lte=today)
    rows = rows.annotate(began=Subquery(run.values("started_on")[:1]), seen_on=Subquery(run.values("settled_on")[:1]))
    rows = rows.filter(~Exists(owed), began__isnull=False).annotate(filed_on=F("day"))
    return rows.order_by().values_list("student", "kind", "day", "filed_on", "seen_on")


def _ending(case: Case) -> dict:
    """How a closed case ended, as its history keeps it."""
    values = {field: field.value_from_object(case) for field in ENDING}
    return {field.name: said.isoformat() if isinstance(said, date) else said for field, said in values.items()}


def _end_as_before(case: Case) -> None:
    """What opened a closed case again was a mistake: it has ended how, when and by whom it had."""
    for field in ENDING:
        setattr(case, field.attname, field.to_python(case.ended[field.name]))


def _report_stands() -> Q:
    """Whether a 流失报告 stands in a case: filed since it was opened, or before that for a duty it was opened by."""
    filed = Report.objects.filter(
        student=OuterRef("student"), kind=Tier.LOSS_REPORT, cancelled_at=None, day__gte=OuterRef("opened_on")
    )
    owed = Obligation.objects.standing().filter(
        student=OuterRef("student"), tier=Tier.LOSS_REPORT, triggered_on__gte=OuterRef("opened_on")
    )
    return Q(Exists(filed)) | Q(Exists(owed.exclude(done_on=None)))


def _some_taken_back() -> Q:
    """Whether a 流失报告 filed since the case was opened has been taken back."""
    return Q(
        Exists(
            Report.objects.filter(
                student=OuterRef("student"), kind=Tier.LOSS_REPORT, cancelled_at__isnull=False,
                day__gte=OuterRef("opened_on"),
            )
        )
    )  # fmt: skip


def _is_lost() -> Choose:
    """What a case at none of the stages of a loss is to be called: False where all that it was lost by has been taken
    back, True where that is filed anew, None where nothing changes."""
    here = CaseEvent.objects.filter(case=OuterRef("pk"))
    stages = Q(stage__in=sorted(stage.value for stage in OPEN_STAGES - LOST_STAGES))
    confirmed = Exists(here.confirming())
    by_mistake = stages & Q(was_lost=True) & ~Q(confirmed) & _some_taken_back() & ~_report_stands()
    anew = stages & Q(was_lost=False) & Q(Exists(here.filter(action="loss_off"))) & _report_stands()
    return _truth((by_mistake, False), (anew, True), default=None)


def _truth(*answers: tuple[Q, bool], default: bool | None) -> Choose:
    """The answer of the first condition that holds."""
    whens = (When(condition, then=Value(answer)) for condition, answer in answers)
    return Choose(*whens, default=Value(default), output_field=BooleanField())


def _settle_loss(cases: list[Case], today: date) -> None:
    """The stage stays, what was planned and what the bureau has confirmed; the case has been lost, or has not."""
    events = []
    for case in cases:
        case.was_lost, case.version = case.is_lost, case.version + 1
        action = "loss_on" if case.is_lost else "loss_off"
        events.append(
            CaseEvent(
                case=case, action=action, day=today, at=timezone.now(), from_stage=case.stage, to_stage=case.stage
            )
        )
    Case.objects.bulk_update(cases, ["was_lost", "version"])
    CaseEvent.objects.bulk_create(events)


def _was_lost_otherwise(case: Case, undoing: CaseAction) -> bool:
    """Whether a case whose last 流失报告 was taken back, or whose last 辍学 is undone, has been lost all the same: a
    report stands, or 辍学 was confirmed beside it."""
    confirmed = CaseEvent.objects.filter(case=case).confirming().count() - (undoing is CaseAction.UNDO_DROPOUT)
    return confirmed > 0 or Case.objects.filter(_report_stands(), pk=case.pk).exists()


def _is_dated_anew(case: Case, line: RegistryLine) -> bool:
    """Whether the registry has put another day to the 辍学 for which the case stands."""
    dropped = case.stage == CaseStage.DROPPED_OUT and line.standing == Standing.DROPPED_OUT
    return dropped and case.dropped_on not in (None, line.since)


def _date_anew(dropped: list[tuple[RegistryLine, Case]]) -> None:
    """The day of the 辍学 is another one; stage and plan stay."""
    events = []
    for line, case in dropped:
        case.version += 1
        said = {"action": DATED_ANEW, "day": line.since, "from_stage": case.stage, "to_stage": case.stage}
        events.append(CaseEvent(case=case, at=timezone.now(), **said))
    Case.objects.bulk_update([case for _, case in dropped], ["version"])
    CaseEvent.objects.bulk_create(events)


def replan(
    case: Case, *, by, day: date, line: RegistryLine, planner: Planner, action: str, note: str = "",
    told: Contact | None = None, **details,
) -> CaseEvent:  # fmt: skip
    """The step that was planned is done or off: plan what the case waits for first, else what its stage asks for, and
    return the event to be kept.

    ``told``: the contact that has done the step. A child that has come is waited for with nothing.
    """
    found = None
    if action != "promise_kept":
        found = earliest(case, planner.school_days(line), planner.today, told=told)
    if found:
        case.plan_step, case.plan_on, case.plan_note = found.step, found.on, found.note
    else:
        since = case.returned_on if case.stage == CaseStage.RETURNED else day
        case.plan_step, case.plan_on = planner.plan(CaseStage(case.stage), since, line)
        case.plan_note = ""
    case.version += 1
    return CaseEvent(
        case=case, action=action, day=day, at=timezone.now(), by=by, from_stage=case.stage, to_stage=case.stage,
        note=note, details=details,
    )  # fmt: skip


def _keep_promises(promised: list[tuple[RegistryLine, Case]], today: date) -> int:
    """Settle the promises 承诺返校 of children who have come since: on the day, before it or late."""
    told = Contact.objects.filter(student__in=[case.student_id for _, case in promised], cancelled_at=None)
    last = dict(told.exclude(promised_on=None).order_by("day", "pk").values_list("student", "day"))
    since = {
        case.student_id: min(case.plan_on, last.get(case.student_id, case.plan_on) + timedelta(days=1))
        for _, case in promised
    }
    seen, events, planner = first_seen(since, Surroundings(), through=today), [], Planner(today)
    for line, case in promised:
        if day := seen.get(case.student_id):
            late = "，晚于承诺" if day > case.plan_on else ""
            note = f"{day.month}月{day.day}日已到校{late}"
            events.append(replan(case, by=None, day=day, line=line, planner=planner, action="promise_kept", note=note))
    Case.objects.bulk_update([event.case for event in events], MOVED_COLUMNS)
    CaseEvent.objects.bulk_create(events)
    return len(events)


def goes_on(case: Case | None, day: date) -> bool:
    """Whether what happens on ``day`` belongs to this case: a closed one is opened again within its school year."""
    return case is not None and (case.is_open or school_year_of(case.closed_on) == school_year_of(day))


def _write(found: list[tuple[RegistryLine, Case | None, list[Move]]], today: date) -> None:
    """As many statements for fifty children as for one."""
    events, new, moved, planner = [], [], [], Planner(today)
    for line, case, moves in found:
        if goes_on(case, moves[0].day):
            moved.append(case)
        else:
            case = new_case(line.pk, by=None, day=moves[0].day)
            new.append(case)
        for each in moves:
            events.append(
                move(case, each.action, by=None, day=each.day, line=line, planner=planner, outcome=each.outcome)
            )
            if each.action is CaseAction.CLOSE and case.ended:
                _end_as_before(case)
                events[-1].note = "缺课的登记已更正，个案恢复原来的销号结果"
    Case.objects.bulk_create(new)
    Case.objects.bulk_update(moved, MOVED_COLUMNS)
    CaseEvent.objects.bulk_create(events)
    _end_hand_offs([*new, *moved], by=None)


def _end_hand_offs(cases: Iterable[Case], *, by) -> None:
    """What was handed off waits for nobody any more once its case is closed."""
    if closed := [case for case in cases if not case.is_open]:
        under_way = HandOff.objects.filter(case__in=closed, state__in=TO_END.sources)
        under_way.update(state=TO_END.target, ended_at=timezone.now(), ended_by=by, version=F("version") + 1)
