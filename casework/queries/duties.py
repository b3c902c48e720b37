"""Duties as cards: who, what, why, by when, whom to ring."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from casework import wording
from casework.contacts import OUTCOMES_OF, QUICK_OUTCOMES, ContactMethod
from casework.document_kinds import REPORT_KINDS
from casework.documents import DocumentAction
from casework.ladder import DutyStatus
from casework.models import Contact, DocumentStep, Obligation, Report
from casework.ruleset import PAPER_TIERS, REPORT_TIERS, VISIT_TIERS, Tier, read_rule_set
from students.access import Scope
from students.days import SLOT_ORDER, Slot
from students.models import AbsenceMark, Certificate, EnrolmentEvent, Guardian, Role, Student
from students.queries.guardians import to_ring

UNDONE = frozenset({DutyStatus.OPEN, DutyStatus.LATE_OPEN})
CONTACT_RESULTS = {
    method: [(each.label, each.label) for each in QUICK_OUTCOMES if each in OUTCOMES_OF[method]]
    for method in ContactMethod
    if method is not ContactMethod.JOINT_VISIT  # who went along has to be said
}
OUTCOME_BY_WORDS = {each.label: each for each in QUICK_OUTCOMES}


@dataclass
class DutyCard:
    """One thing to do for one child: a single obligation, or all the contacts owed that one call settles."""

    obligations: list[Obligation]
    reason: str
    task: str
    status: DutyStatus
    due: str
    overdue: str
    place: str
    guardian: Guardian | None
    may_answer: bool
    results: list = field(default_factory=list)

    @property
    def first(self) -> Obligation:
        return self.obligations[0]

    @property
    def student(self):
        return self.first.student

    @property
    def is_report(self) -> bool:
        return self.first.tier in REPORT_TIERS

    @property
    def write_url(self) -> str:
        """Where the report that is owed is written."""
        kind = REPORT_KINDS[Tier(self.first.tier)]
        return f"{reverse('casework:new_document', args=[self.student.pk, kind])}?duty={self.first.pk}"

    @property
    def is_paper(self) -> bool:
        """Whether it is done among the child's 学籍变动: a certificate or the end of a suspension."""
        return self.first.tier in PAPER_TIERS

    @property
    def paper_label(self) -> str:
        """What the button to the child's 学籍变动 says."""
        return "上传证明" if self.first.tier == Tier.CHANGE_EVIDENCE else "办理复学"

    @property
    def settled(self) -> str:
        """How it ended, in words; blank while it is still to be done."""
        duty = self.first
        if duty.withdrawn_at:
            return f"已撤销：{duty.withdrawn_reason}"
        if duty.done_on is None:
            return ""
        late = "，逾期" if duty.done_on > duty.due_on else ""
        return f"{wording.short_day(duty.done_on)}办结{late}"

    @property
    def where_and_when(self) -> str:
        """The quiet line under the sentence: whose child, and by when."""
        return f"{self.place} · {self.due}" if self.place else self.due

    @property
    def sentence(self) -> str:
        return f"{self.reason}，{self.task}"


def cards(duties, *, scope: Scope, today: date) -> list[DutyCard]:
    """Duty cards of a queryset of obligations, in its order; five queries whatever their number.

    An open contact brings along the other contacts owed for the child: one call settles them all.
    """
    rows = list(duties.for_duty_list())
    groups = _with_siblings(rows, today)
    everything = [duty for group in groups for duty in group]
    marks, changes = _marks(everything), _changes(rows)
    guardians = guardians_of(rows)
    return [_card(group, marks, changes, guardians.get(group[0].student_id), scope, today) for group in groups]


def _with_siblings(rows: list[Obligation], today: date) -> list[list[Obligation]]:
    """Each row with the other open contacts that its class owes for the child; every class sees its own only."""
    calls = [row for row in rows if row.tier == Tier.CONTACT and row.status_on(today) in UNDONE]
    siblings: dict[tuple[int, int], list[Obligation]] = defaultdict(list)
    if calls:
        same_children = Obligation.objects.undone_on(today).filter(
            tier=Tier.CONTACT,
            student__in={row.student_id for row in calls},
            school_class__in={row.school_class_id for row in calls},
        )
        for row in same_children.for_duty_list().order_by("triggered_on"):
            siblings[row.student_id, row.school_class_id].append(row)
    return [siblings[row.student_id, row.school_class_id] if row in calls else [row] for row in rows]


def _card(group, marks, changes, guardian, scope: Scope, today: date) -> DutyCard:
    oldest, newest = group[0], group[-1]
    status = oldest.status_on(today)
    day_marks = marks.get((newest.student_id, newest.triggered_on), {})
    change = changes.get((newest.student_id, newest.key), "")
    reason = wording.reason(newest, marks=day_marks, change=change, today=today)
    if len(group) > 1:
        reason += f"，还有{wording.joined_days([row.triggered_on for row in group[:-1]])}未联系"
    may_answer = scope.may_answer_for(newest.school_class)
    return DutyCard(
        obligations=group,
        reason=reason,
        task=wording.TASKS[Tier(newest.tier)],
        status=status,
        due=wording.due_words(oldest.due_on, status, today),
        overdue=wording.overdue_words(oldest.due_on, status, today),
        place=_place(newest.school_class, scope),
        guardian=guardian,
        may_answer=may_answer,
        results=quick_results(newest) if may_answer else [],
    )


def _place(school_class, scope: Scope) -> str:
    """The class of the child, with its school for whoever sees several; blank where only one class is seen."""
    if scope.county or scope.townships:
        return f"{school_class.school}{school_class}"
    return "" if scope.classes == {school_class.pk} else str(school_class)


def guardians_of(duties) -> dict[int, Guardian]:
    """Student → the family member to ring: the guardian first, with a number rather than without. One query.

    A child who now belongs to another school has nobody to ring here: the numbers are that school's to know.
    """
    return to_ring(
        {duty.student_id: duty.school_now for duty in duties if duty.school_now == duty.school_class.school_id}
    )


def _marks(rows) -> dict[tuple[int, date], dict[str, str]]:
    """(student, day) → slot → kind, of the days that contacts are owed for."""
    wanted = [row for row in rows if row.tier == Tier.CONTACT]
    marks: dict[tuple[int, date], dict[str, str]] = defaultdict(dict)
    found = AbsenceMark.objects.filter(
        student__in={row.student_id for row in wanted}, roll_call__day__in={row.triggered_on for row in wanted}
    )
    for student, day, slot, kind in found.values_list("student", "roll_call__day", "roll_call__slot", "kind"):
        marks[student, day][slot] = kind
    return marks


def _changes(rows) -> dict[tuple[int, date], str]:
    """(student, day) → what changed, in words."""
    wanted = [row for row in rows if row.tier in (Tier.CHANGE_REPORT, Tier.CHANGE_EVIDENCE)]
    if not wanted:
        return {}
    events = EnrolmentEvent.objects.effective().filter(
        student__in={row.student_id for row in wanted}, happened_on__in={row.key for row in wanted}
    )
    return {(event.student_id, event.happened_on): event.get_kind_display() for event in events}


def filtered(duties, wanted: dict, *, today: date):
    """The duties that a filter asks for, in the order of a duty list: what is longest overdue first."""
    state = wanted.get("state")
    if state == "withdrawn":
        duties = duties.exclude(withdrawn_at=None)
    elif state == "done":
        duties = duties.standing().filter(done_on__lte=today)
    else:
        duties = duties.undone_on(today).folded(today)
        if state == "late":
            duties = duties.filter(due_on__lt=today)
    if tier := wanted.get("tier"):
        duties = duties.filter(tier=tier)
    if township := wanted.get("township"):
        duties = duties.filter(school_class__school__township=township)
    if school := wanted.get("school"):
        duties = duties.filter(school_class__school=school)
    if school_class := wanted.get("school_class"):
        duties = duties.filter(school_class=school_class)
    if q := (wanted.get("q") or "").strip():
        duties = duties.filter(student__in=Student.objects.search(q))
    newest_first = state in ("done", "withdrawn")
    return duties.order_by("-triggered_on" if newest_first else "due_on", "student", "tier", "key")


def quick_results(duty: Obligation) -> list[tuple[str, str]]:
    """The results of one tap that a duty offers; none where it is no contact, or one that needs the whole form."""
    return [] if duty.tier in REPORT_TIERS | PAPER_TIERS else CONTACT_RESULTS.get(usual_method(duty), [])


def usual_method(duty: Obligation) -> ContactMethod:
    """How a duty is usually done, where a tap on a result does not say: a visit by visiting, the rest by telephone."""
    if duty.tier == Tier.JOINT_VISIT:
        return ContactMethod.JOINT_VISIT
    return ContactMethod.HOME_VISIT if duty.tier in VISIT_TIERS else ContactMethod.PHONE


def acts_since(duty: Obligation, *, scope: Scope) -> list[dict]:
    """Contacts and reports of the child since the duty's matter began, as timeline entries; two queries.

    Certificates stand among them where a paper is what is owed.
    """
    since = duty.run_start or min(duty.key, duty.triggered_on)
    return acts_of(duty.student_id, since, scope=scope, with_papers=duty.tier in PAPER_TIERS)


def acts_of(student: int, since: date, *, scope: Scope, with_papers: bool = False) -> list[dict]:
    """Contacts and reports of a child from a day on, and its certificates, as timeline entries."""
    mine = {"student": student, "day__gte": since}
    contacts = Contact.objects.visible_to(scope).filter(**mine).select_related("recorded_by")
    reports = Report.objects.visible_to(scope).filter(**mine).select_related("recorded_by")
    done = [(act.day, act.recorded_at, act.get_method_display(), act.result, act.recorded_by, act) for act in contacts]
    done += [(act.day, act.recorded_at, act.get_kind_display(), "", act.recorded_by, act) for act in reports]
    if with_papers:
        papers = Certificate.objects.visible_to(scope).filter(student=student).defer("content")
        done += [
            (paper.handed_in_on, paper.uploaded_at, paper.get_kind_display(), paper.name, paper.uploaded_by, paper)
            for paper in papers.select_related("uploaded_by")
        ]
    return [
        {
            "when": wording.short_day(day),
            "title": f"{title}（已撤销）" if act.cancelled_at else title,
            "text": text,
            "by": by.name if by else "由工作簿导入",
        }
        for day, _, title, text, by, act in sorted(done, key=lambda row: row[:2], reverse=True)
    ]


@dataclass(frozen=True)
class Counts:
    """How many things there are to do, and how many of them are late."""

    undone: int
    late: int

    @property
    def words(self) -> str:
        late = f"，其中逾期{self.late}件" if self.late else ""
        return f"共{self.undone}件{late}" if self.undone else ""


def counts(duties, today: date) -> Counts:
    """How many things there are to do (all contacts owed for one child are one); one query."""
    undone = duties.undone_on(today).folded(today).order_by()
    return Counts(**undone.aggregate(undone=Count("pk"), late=Count("pk", filter=Q(due_on__lt=today))))


@dataclass(frozen=True)
class Explanation:
    """为什么: the rule behind an obligation, with its version and source, and the facts under it.

    ``facts`` are what no register holds: a change of enrolment, an approved end, the day of the return.
    """

    rule: str
    version: str
    source: str
    responsible: str
    receiver: str
    facts: list[str]
    days: list[dict]


SOURCES = {"[S]": "学校和教育局工作文件：", "[L]": "法律法规：", "[D]": "系统默认："}


def source_words(source: str) -> str:
    """Where a number comes from, without the marks that the presets use."""
    for mark, words in SOURCES.items():
        source = source.replace(f"{mark} ", words)
    return source


def explain(duty: Obligation, today: date) -> Explanation:
    """The rule in words and what led to the trigger, day by day with its registers; two queries, or three."""
    rule_set = read_rule_set(duty.rule_set.content, key=duty.rule_set_id)
    trigger = rule_set.rung(duty.step)
    first = duty.run_start or min(duty.key, duty.triggered_on)
    marks = (
        AbsenceMark.objects.filter(
            student=duty.student_id, roll_call__day__gte=first, roll_call__day__lte=duty.triggered_on
        )
        .select_related("roll_call__taken_by")
        .order_by("roll_call__day")
    )
    return Explanation(
        rule=wording.rule_words(rule_set, trigger),
        version=f"《{rule_set.title}》第{duty.rule_set.version}版第{duty.step}级",
        source=source_words(trigger.source),
        responsible=Role(trigger.responsible).label,
        receiver=trigger.receiver,
        facts=[*_facts(duty, today), *_sent_back(duty, today)],
        days=[
            {"mark": mark, "call": mark.roll_call}
            for mark in sorted(marks, key=lambda m: (m.roll_call.day, SLOT_ORDER[Slot(m.roll_call.slot)]))
        ],
    )


def _sent_back(duty: Obligation, today: date) -> list[str]:
    """What became of reports on this duty that did not stand: when, by whom and why."""
    if duty.tier not in REPORT_TIERS:
        return []
    undone = DocumentStep.objects.filter(document__obligation=duty, revision__gte=1)
    undone = undone.filter(action__in=(DocumentAction.RETURN, DocumentAction.VOID)).select_related("by").order_by("pk")
    return [
        f"{wording.named_day(timezone.localdate(step.at), today)}{step.by.name}{step.verb}了已签发的报告：{step.reason}"
        for step in undone
    ]


def _facts(duty: Obligation, today: date) -> list[str]:
    """What led to a duty besides the marks in registers."""
    day = wording.named_day(duty.triggered_on, today)
    match Tier(duty.tier):
        case Tier.CHANGE_REPORT | Tier.CHANGE_EVIDENCE:
            change = _changes([duty]).get((duty.student_id, duty.key), "学籍变动")
            return [f"{wording.named_day(duty.key, today)}{change}"]
        case Tier.SUSPENSION_END:
            return [f"休学批准到{wording.named_day(duty.key, today)}，{day}起提醒"]
        case Tier.OPENING_VISIT:
            return [f"{day}是学期的第一个上课日"]
        case Tier.RETURN_REPORT:
            return [f"缺课{duty.run_days}天以后，{day}点名时在校"]
    unknown = [f"其间另有{duty.unknown_days}天没有点名，不算缺课"] if duty.unknown_days else []
    return [f"到{day}{wording.counted(duty.tier, duty.run_days)}", *unknown] if duty.run_days else unknown
