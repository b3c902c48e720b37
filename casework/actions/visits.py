"""重点生家访: planning a week, and the head's check of a month."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from django.db import IntegrityError, transaction
from django.utils import timezone

from casework.models import VisitCheck, VisitPlan
from casework.queries.visits import WEEK, checkable_from, figures_of, met_nobody, monday_of, token, visits_of
from students.access import Scope, in_force
from students.actions import audit
from students.actions.locks import lock_children
from students.models import Posting, RegistryLine, School
from students.templatetags.chinese import cdate_short


class VisitRefused(Exception):
    """Nothing was saved; the message is a Chinese sentence that says why and what to do.

    ``faults``: child → what is wrong in its row, where the plan of a week was refused for its rows.
    """

    def __init__(self, words: str, faults: Mapping[int, str] | None = None):
        super().__init__(words)
        self.faults = faults or {}


class NotYourVisit(VisitRefused):
    """The person sees the child or the school and does not decide this."""


class Wanted(NamedTuple):
    """Who is to go and on which day, None for nobody; ``seen`` is what the page showed of the plan."""

    visitor: int | None
    on: date | None
    seen: str

    @property
    def token(self) -> str:
        return f"{self.visitor or ''}:{self.on or ''}".removeprefix(":").removesuffix(":")


@transaction.atomic
def plan_week(*, by, scope: Scope, week: date, wanted: Mapping[int, Wanted], today: date) -> int:
    """Plan the visits of a week, child by child; how many plans have changed. All or nothing.

    A row that asks for what its page showed asks for nothing. Raises ``VisitRefused`` with the faults of all rows: also
    where somebody else has planned otherwise since the page was opened.
    """
    if week != monday_of(week) or week + WEEK < today:
        raise VisitRefused("这一周已经过去，不能再安排，没有保存。")
    lock_children(wanted.keys())
    rows = RegistryLine.objects.filter(pk__in=wanted.keys()).select_related("student", "school_class")
    lines = {line.pk: line for line in rows}
    plans = {plan.student_id: plan for plan in VisitPlan.objects.filter(student__in=wanted.keys(), week=week)}
    went, faults, changed = visits_of(wanted, week), {}, []
    for student, want in sorted(wanted.items()):
        line, plan = lines.get(student), plans.get(student)
        if line is None or not scope.may_answer_for(line.school_class):
            raise NotYourVisit("家访由孩子的班主任和本校安排，没有保存。")
        if want.token in (want.seen, token(plan)):
            continue
        if fault := _fault(line, plan, want, week, today, met_nobody(went.get(student))):
            faults[student] = f"{line.student.name}{fault}"
            continue
        changed.append(student)
    if faults:
        raise VisitRefused(f"有{len(faults)}名学生的家访不能这样安排，都没有保存。请按提示改好再提交。", faults)
    for student in changed:
        _write(lines[student], plans.get(student), wanted[student], week, by)
    if changed:
        audit.record(by=by, action="visits.plan", subject="visit_plan", week=week.isoformat(), students=changed)
    return len(changed)


def _fault(line: RegistryLine, plan: VisitPlan | None, want: Wanted, week: date, today: date, met_nobody: bool) -> str:
    """Why a row cannot be planned so, as the rest of a sentence that begins with the child's name; blank = it can."""
    if token(plan) != want.seen:
        other = f"{plan.visitor.name} {cdate_short(plan.on)}去" if plan else "已取消安排"
        return f"的家访刚才被别人改过（{other}）。请看过现在的安排再改。"
    if plan and plan.on < today and not (met_nobody and want.visitor):
        return f"的家访安排在{cdate_short(plan.on)}，日子已经过去，不能再改。去过的请记家访。"
    if (want.visitor is None) != (want.on is None):
        return "的家访要写明谁去和哪天去。"
    if want.on and not max(week, today) <= want.on <= week + WEEK:
        return "的家访应安排在这一周今天或以后的日子。"
    staff = in_force(Posting.objects.filter(school=line.school_id, person__is_active=True), today)
    if want.visitor and not staff.filter(person=want.visitor).exists():
        return "家要去的人现在不在本校任职。请另选一个人。"
    return ""


def _write(line: RegistryLine, plan: VisitPlan | None, want: Wanted, week: date, by) -> None:
    if want.visitor is None:
        plan.delete()
        return
    VisitPlan.objects.update_or_create(
        student=line.student, week=week,
        defaults={
            "school_id": line.school_id, "until": week + WEEK, "visitor_id": want.visitor, "on": want.on,
            "planned_at": timezone.now(), "planned_by": by,
        },
    )  # fmt: skip


@transaction.atomic
def check_month(*, by, scope: Scope, school: School, month: date, remark: str, today: date) -> VisitCheck:
    """检查: keep how many visits of a month were planned and done, and what the head remarks; once.

    Raises ``VisitRefused``.
    """
    if school.pk not in scope.led:
        raise NotYourVisit("家访检查由校长或分管领导办理，没有保存。")
    if month.day != 1 or today < checkable_from(month):
        since = cdate_short(checkable_from(month))
        raise VisitRefused(f"这个月的最后一周还没有过完，{since}起可以检查。没有保存。")
    figures = figures_of(school, month, today)
    told = {"planned": figures.planned, "done": figures.done, "remark": remark}
    try:
        with transaction.atomic():
            check = VisitCheck.objects.create(
                school=school, month=month, checked_at=timezone.now(), checked_by=by, **told
            )
    except IntegrityError:
        check = VisitCheck.objects.select_related("checked_by").get(school=school, month=month)
        if check.checked_by_id != by.pk or check.remark != remark:
            raise VisitRefused(f"这个月{check.checked_by.name}已经检查过，没有再保存。") from None
        return check
    audit.record(by=by, action="visits.check", subject=check, planned=figures.planned, done=figures.done)
    return check
