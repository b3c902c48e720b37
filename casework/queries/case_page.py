"""A case as its page shows it: who, how far, what next, what may be done, and everything that has happened."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from casework.case_engine import DATED_ANEW
from casework.causes import Reason, Whereabouts
from casework.models import AbsenceRun, Case, CaseEvent, Obligation, Watch
from casework.queries import duties
from casework.queries.case_facts import actors_over, child_now, evidence_of, may_assign, may_work_on
from casework.queries.dropouts import refused as dropout_refused
from casework.queries.hand_offs import sides_of
from casework.queries.hand_ups import HandUpLine, hand_ups
from casework.queries.next_steps import NextStep, next_steps
from casework.queries.watches import wavering_of
from casework.stages import (
    OPEN_STAGES,
    OUTCOME_STAGES,
    Actor,
    CaseAction,
    CaseNow,
    CaseOutcome,
    CaseStage,
    closing_refusal,
    refusal,
)
from casework.steps import POSTS, CaseStep, Concern
from casework.wording import named_day
from students.access import Scope
from students.models import Certificate, Person, RegistryLine
from students.queries.listing import groups_of
from students.queries.policy import policy_of
from students.templatetags.chinese import cdate, cdate_short

BY_HAND = (CaseAction.CONFIRM_DROPOUT, CaseAction.CLOSE, CaseAction.REOPEN)
STAGE_TONES = {
    CaseStage.WATCH: "note",
    CaseStage.ABSENT: "warn",
    CaseStage.REPORTED_LOST: "alarm",
    CaseStage.DROPPED_OUT: "alarm",
    CaseStage.RETURNED: "ok",
    CaseStage.CLOSED: "mute",
}
# What a detail of an event says, by its name.
DETAILS = {
    "concern": lambda value: Concern(value).label,
    "step": lambda value: CaseStep(value).label,
    "on": lambda value: f"{cdate_short(date.fromisoformat(value))}前",
    "outcome": lambda value: CaseOutcome(value).label,
    "reason": lambda value: Reason(value).label,
    "whereabouts": lambda value: Whereabouts(value).label,
}


@dataclass
class CasePage:
    """One case as the reader may see it. ``refused``: what somebody else may do, and who."""

    case: Case
    line: RegistryLine
    step: NextStep | None
    run: AbsenceRun | None
    groups: list[str]
    track: list[dict]
    buttons: list[CaseAction]
    refused: list[str]
    may_work: bool
    may_assign: bool
    may_hand_off: bool
    cards: list[duties.DutyCard] = field(default_factory=list)
    handed_up: list[HandUpLine] = field(default_factory=list)
    acts: list[dict] = field(default_factory=list)
    papers: list[Certificate] = field(default_factory=list)
    watch: Watch | None = None

    @property
    def note(self) -> str:
        """The line under the name: school, class, and whose case it is."""
        return f"{self.line.school_class.school} {self.line.school_class}"

    @property
    def days_out(self) -> str:
        """缺课12天（9月7日起）; blank where the child is not away."""
        if self.run is None:
            return ""
        unknown = f"，另有{self.run.unknown_days}天未点名" if self.run.unknown_days else ""
        return f"缺课{self.run.days}天（{cdate_short(self.run.started_on)}起）{unknown}"

    @property
    def tone(self) -> str:
        return STAGE_TONES[CaseStage(self.case.stage)]


def case_page(case: Case, *, scope: Scope, today: date) -> CasePage:
    """Everything but the history; as many queries for an old case as for a new one."""
    line = case.student.line
    actors = actors_over(scope, line)
    now = CaseNow(CaseStage(case.stage), case.was_lost)
    answers = {action: refusal(now, action, actors) for action in BY_HAND}
    run = AbsenceRun.objects.filter(student=case.student_id, settled_on=None).order_by("-started_on").first()
    since = min(case.since, run.started_on) if run and case.is_open else case.since
    papers = evidence_of(case).defer("content").select_related("uploaded_by").order_by("handed_in_on", "pk")
    return CasePage(
        case=case,
        line=line,
        step=next_steps(Case.objects.filter(pk=case.pk), today).get(case.pk),
        run=run if case.is_open else None,
        groups=groups_of([case.student_id], today)[case.student_id],
        track=_track(case),
        buttons=[action for action, reason in answers.items() if not reason],
        refused=[f"{reason}。" for action, reason in answers.items() if reason and not impossible(case, action)],
        may_work=case.is_open and may_work_on(scope, line),
        may_assign=case.is_open and may_assign(scope, line),
        may_hand_off=case.is_open and bool(sides_of(scope, line)),
        cards=_cards(case, scope, today),
        handed_up=hand_ups(case, today),
        acts=duties.acts_of(case.student_id, since, scope=scope),
        papers=list(papers),
        watch=wavering_of(case),
    )


def _cards(case: Case, scope: Scope, today: date) -> list[duties.DutyCard]:
    """What is owed for the child, the longest overdue first."""
    owed = Obligation.objects.visible_to(scope).filter(student=case.student_id).undone_on(today).folded(today)
    return duties.cards(owed.order_by("due_on", "tier", "key"), scope=scope, today=today)


def _track(case: Case) -> list[dict]:
    """The stages passed since the case was opened or opened again, the present one, and those that lie ahead."""
    moves, refiled = [], {}
    for event in CaseEvent.objects.filter(case=case).since_opened().order_by("pk"):
        if event.action == CaseAction.UNDO_LOSS:
            del moves[-1:]  # the report of loss, which was taken back
        elif event.action == "loss_off":  # the same when the child was back already
            moves, refiled = [each for each in moves if each.action != CaseAction.NOTE_LOSS], {}
        elif event.action == "loss_on":
            refiled = {CaseStage.REPORTED_LOST.value: event.day}
        elif event.action == CaseAction.UNDO_DROPOUT:
            moves = [each for each in moves if each.action not in (CaseAction.CONFIRM_DROPOUT, DATED_ANEW)]
        elif event.is_move or event.action == DATED_ANEW:
            moves.append(event)
    reached = {event.to_stage: event.day for event in moves} | refiled
    order = list(CaseStage)
    present, steps = order.index(CaseStage(case.stage)), []
    for place, stage in enumerate(order):
        if place < present and stage not in reached:
            continue
        state = "current" if place == present else "done" if place < present else "ahead"
        day = reached.get(stage) if state != "ahead" else None
        steps.append({"label": stage.label, "state": state, "note": cdate_short(day) if day else ""})
    return steps


def history(case: Case):
    """What has been done with the case, the newest first."""
    return CaseEvent.objects.filter(case=case).select_related("by").order_by("-pk")


def history_entries(events, today: date) -> list[dict]:
    """Events as entries of a timeline; one query."""
    events = list(events)
    people = Person.objects.in_bulk({event.details["person"] for event in events if event.details.get("person")})
    return [_entry(event, people, today) for event in events]


def _entry(event: CaseEvent, people: Mapping[int, Person], today: date) -> dict:
    said = DETAILS | {"on": _promised} if event.action == "promise" else DETAILS
    words = [say(event.details[name]) for name, say in said.items() if event.details.get(name)]
    if person := people.get(event.details.get("person")):
        words.insert(0, f"交给{person.name}")
    title = event.label
    if event.is_move:
        after = event.get_to_stage_display()
        before = f"{event.get_from_stage_display()} → " if event.from_stage else ""
        title = f"{title}：{before}{after}" if before or after not in title else title
    return {
        "when": named_day(event.day, today) if event.day.year == today.year else cdate(event.day),
        "title": title,
        "text": "；".join([*words, *([event.note] if event.note else [])]),
        "by": event.by.name if event.by else "系统",
        "tone": STAGE_TONES[CaseStage(event.to_stage)] if event.is_move else "",
    }


def _promised(day: str) -> str:
    return f"答应{cdate_short(date.fromisoformat(day))}返校"


def refused(case: Case, action: CaseAction, scope: Scope) -> str:
    """Why the reader may not do what the case's stage allows; blank where they may, or where nobody can."""
    now, actors = CaseNow(CaseStage(case.stage), case.was_lost), actors_over(scope, case.student.line)
    return "" if impossible(case, action) else refusal(now, action, actors)


def impossible(case: Case, action: CaseAction) -> str:
    """Why nobody can do it at the stage where the case stands; blank where somebody can."""
    return refusal(CaseNow(CaseStage(case.stage), case.was_lost), action, set(Actor))


def lacks_evidence(case: Case) -> bool:
    """Whether the case can end only with a paper, and none is on file."""
    return case.was_lost and not evidence_of(case).exists()


def post_of(case: Case, today: date) -> str:
    """The post that has the next step of an open case, whoever it is assigned to."""
    return POSTS[next_steps(Case.objects.filter(pk=case.pk), today)[case.pk].post]


def news_since(case: Case, version: int, today: date) -> list[dict]:
    """What has been done with the case since ``version`` of it was shown; each makes one version more."""
    return history_entries(history(case)[: max(case.version - version, 0)], today)


def open_ways(case: Case, action: CaseAction, today: date) -> tuple[list[CaseOutcome] | None, list[str]]:
    """How the case may end now, and what each of the other ends that its stage allows still waits for.

    None for a move that ends nothing; no way at all for one that its stage does not allow.
    """
    if reason := impossible(case, action):
        return [], [f"{reason}。"]
    if action is CaseAction.CONFIRM_DROPOUT and (reason := dropout_refused(case, case.student.line, today)):
        return [], [reason]
    if action is not CaseAction.CLOSE:
        return None, []
    now, days = CaseNow(CaseStage(case.stage), case.was_lost), policy_of(today).return_days
    child = child_now(case, case.student.line, today)
    reasons = {
        outcome: closing_refusal(now, outcome, child, return_days=days)
        for outcome in CaseOutcome
        if now.stage in OUTCOME_STAGES.get(outcome, OPEN_STAGES)
    }
    waiting = [f"{outcome.label}：{reason}。" for outcome, reason in reasons.items() if reason]
    return [outcome for outcome, reason in reasons.items() if not reason], waiting
