"""What teachers, schools and the bureau have done in single cases of the demonstration county: through the actions."""

from datetime import date
from itertools import cycle
from uuid import NAMESPACE_OID, uuid5

from django.utils import timezone

from casework.actions import cases, closings, documents
from casework.actions.visits import Wanted, plan_week
from casework.demo.acts import at
from casework.demo.plan import CountyPlan, SchoolPlan
from casework.demo.proofs import SHEETS, paper
from casework.demo.staff import holders, scope_on
from casework.document_kinds import KINDS, DocumentKind, Input
from casework.models import Case, Document, Obligation, Report
from casework.queries.case_facts import present_days
from casework.queries.document_facts import Prefill
from casework.queries.visits import monday_of
from casework.ruleset import Tier
from casework.stages import CaseOutcome, CaseStage
from casework.steps import Concern
from students.models import Certificate, Person, Role, Student
from students.queries.policy import policy_of

CONCERNS = (
    (Concern.WEARY, "上课睡觉，作业不交，说不想念了"),
    (Concern.LEAVING_TO_WORK, "说寒假后跟表哥去外省打工"),
    (Concern.PEERS_LEFT, "同村两个伙伴不念了，常往外跑"),
    (Concern.FAMILY_CHANGE, "父亲受伤住院，家里没人照看"),
)
WRITTEN = {Tier.ABSENCE_REPORT: DocumentKind.ABSENCE_REPORT, Tier.LOSS_REPORT: DocumentKind.LOSS_REPORT}
WORDS = "每天联系一次，本周由班主任家访，安排同学结对。"


def work_on_cases(plan: CountyPlan) -> None:
    """Concerns raised, a case assigned, visits planned, reports written, a case closed and one that waits for it."""
    today, began = plan.span.today, timezone.now()
    for school, concern in zip(plan.schools, cycle(CONCERNS)):
        _raise_concern(school, *concern, today)
    _assign(plan.shown_school, today)
    _plan_visits(plan.shown_school, today)
    _write_reports(plan, today)
    _close(today)
    # The actions write the hour at which they are done; the county's day has its own.
    Certificate.objects.filter(uploaded_at__gte=began).update(uploaded_at=at(today, 15))
    Report.objects.filter(recorded_at__gte=began).update(recorded_at=at(today, 15))


def _raise_concern(school: SchoolPlan, concern: Concern, note: str, today: date) -> None:
    """A subject teacher of the highest class about a child that nothing else is said of."""
    of = school.classes[-1]
    quiet = Student.objects.filter(line__school_class=of.row, runs=None, cases=None).order_by("pk").first()
    if quiet:
        teacher = holders(today, role=Role.SUBJECT_TEACHER, school_class=of.row)[-1]
        told = {"student": quiet, "concern": concern, "note": note, "today": today}
        cases.raise_concern(by=teacher, scope=scope_on(teacher, today), **told)


def _assign(school: SchoolPlan, today: date) -> None:
    """A case of the school, its 班主任 being ill, to the 分管领导."""
    case = _open(school).filter(stage=CaseStage.ABSENT).first()
    if case:
        cases.assign(
            by=school.clerk, scope=scope_on(school.clerk, today), case=case, person=school.deputy,
            reason="班主任病假一周", version=case.version, today=today,
        )  # fmt: skip


def _plan_visits(school: SchoolPlan, today: date) -> None:
    """This week's visits of the school's key students, each by the 班主任 today."""
    rows = _open(school).filter(stage__in=[CaseStage.REPORTED_LOST, CaseStage.DROPPED_OUT, CaseStage.ABSENT])[:3]
    going = {case.student_id: _homeroom_teacher(case.student.line.school_class_id, today) for case in rows}
    wanted = {student: Wanted(teacher.pk, today, "") for student, teacher in going.items() if teacher}
    scope = scope_on(school.clerk, today)
    plan_week(by=school.clerk, scope=scope, week=monday_of(today), wanted=wanted, today=today)


def _write_reports(plan: CountyPlan, today: date) -> None:
    """Of the reports that have been owed for longer one is issued and waits for the 教务处, the next is a draft."""
    owed = Obligation.objects.undone_on(today).filter(tier__in=list(WRITTEN), triggered_on__lt=today)
    others = owed.exclude(school_class=plan.shown_class.row).select_related("student", "school_class__school")
    for number, duty in enumerate(others.order_by("pk")[:2]):
        if teacher := _homeroom_teacher(duty.school_class_id, today):
            _write(duty, teacher, issued=number == 0, today=today)


def _write(duty: Obligation, teacher: Person, *, issued: bool, today: date) -> Document:
    kind, scope = WRITTEN[Tier(duty.tier)], scope_on(teacher, today)
    facts = Prefill(
        student=duty.student, school_class=duty.school_class, duty=duty, author=teacher, today=today
    ).values(kind)
    row = documents.draft(
        by=teacher, scope=scope, kind=kind, student=duty.student, school_class=duty.school_class, duty=duty,
        values=_filled(kind, facts), submission=uuid5(NAMESPACE_OID, f"demo {duty.pk}"), today=today,
    )  # fmt: skip
    return documents.issue(by=teacher, scope=scope, document=row, version=row.version, today=today) if issued else row


def _filled(kind: DocumentKind, facts: dict[str, str]) -> dict[str, str]:
    """What a teacher adds to the facts."""
    blank = {each.name: each for each in KINDS[kind].fields if each.required and not facts.get(each.name)}
    return facts | {name: each.choices[0][0] if each.input is Input.CHOICE else WORDS for name, each in blank.items()}


def _close(today: date) -> None:
    """Of the children who have been back for long enough one is closed, the next waits for a second officer."""
    officers = holders(today, role=Role.BUREAU_OFFICER)
    steady = [
        case
        for case in Case.objects.filter(stage=CaseStage.RETURNED, was_lost=True)
        .select_related("student")
        .order_by("pk")
        if present_days(case, today) >= policy_of(today).return_days
    ]
    for number, case in enumerate(steady[:2]):
        by, other = officers[1], officers[0]
        act = {"by": by, "scope": scope_on(by, today), "case": case, "today": today}
        case = closings.confirm_return(note="点名表、班主任和家长都证实每天到校", version=case.version, **act)
        closing = closings.propose(
            outcome=CaseOutcome.RETURNED, note="返校后一直到校，成绩跟上", paper=dict(paper(number % SHEETS)),
            version=case.version, **act | {"case": case},
        )  # fmt: skip
        if number == 0:
            closings.approve(by=other, scope=scope_on(other, today), closing=closing, today=today)


def _open(school: SchoolPlan):
    return Case.objects.open().filter(student__line__school=school.row).select_related("student__line").order_by("pk")


def _homeroom_teacher(school_class: int, today: date) -> Person | None:
    return next(iter(holders(today, role=Role.HOMEROOM_TEACHER, school_class=school_class)), None)
