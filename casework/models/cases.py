"""个案: one open case a child, every move of it, and what is planned next (domain.md §5)."""

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Least

from casework.models.obligations import Obligation
from casework.models.signs import LINE_PATH
from casework.stages import OPEN_STAGES, CaseAction, CaseOutcome, CaseStage
from casework.steps import CaseStep, Concern
from students.access import ScopedQuerySet
from students.models.registry import Student, choices

OPEN = Q(stage__in=sorted(stage.value for stage in OPEN_STAGES))
CLOSED = Q(stage=CaseStage.CLOSED.value)


def first_owed(day):
    """What is owed for the child of a row and undone on ``day``, the most urgent first."""
    return Obligation.objects.undone_on(day).filter(student=OuterRef("student")).order_by("due_on", "pk")


class CaseQuerySet(ScopedQuerySet):
    """Cases."""

    def open(self):
        return self.filter(OPEN)

    def with_next(self, day):
        """With ``duty_on``, the day by which the child's most urgent duty is due (None where nothing is owed), and
        ``next_on``, the day of whatever comes first: that duty or what is planned."""
        owed = first_owed(day)
        # On SQLite the least of a date and nothing is nothing, so what is not owed is due on the planned day.
        rows = self.annotate(duty=Subquery(owed.values("pk")[:1]), duty_on=Subquery(owed.values("due_on")[:1]))
        return rows.annotate(next_on=Coalesce(Least("duty_on", "plan_on"), "duty_on", "plan_on"))


class Case(models.Model):
    """个案: of a child at risk or out of school, from the first report to 销号; one stands open a child.

    What is owed by the ladder is read from the obligations; ``plan_step`` and ``plan_on`` are what is to be done
    besides, so that every open case has a next step and a day. ``returned_on`` is the day on which the child was seen
    again, ``return_confirmed_at`` when the bureau confirmed that it stays. ``was_lost``: a 流失报告 of it stands, or
    辍学 was once confirmed; then 销号 is the bureau's. ``assigned_to`` does what else falls to the post that answers
    for the step.
    """

    student = models.ForeignKey(Student, models.PROTECT, verbose_name="学生", related_name="cases")
    stage = models.CharField("阶段", max_length=20, choices=choices(CaseStage))
    concern = models.CharField("预警情形", max_length=20, choices=choices(Concern), blank=True)
    opened_on = models.DateField("建档日期")
    opened_at = models.DateTimeField("建档时间")
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="建档人", related_name="+"
    )
    since = models.DateField("本次打开日期")
    was_lost = models.BooleanField("报过流失", default=False)
    returned_on = models.DateField("返校日期", null=True, blank=True)
    plan_step = models.CharField("下一步", max_length=20, choices=choices(CaseStep), blank=True)
    plan_on = models.DateField("下一步日期", null=True, blank=True)
    plan_note = models.CharField("下一步说明", max_length=200, blank=True)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="承办人", related_name="+"
    )
    assigned_reason = models.CharField("交办原因", max_length=100, blank=True)
    outcome = models.CharField("销号结果", max_length=20, choices=choices(CaseOutcome), blank=True)
    closed_on = models.DateField("销号日期", null=True, blank=True)
    closed_at = models.DateTimeField("销号时间", null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="销号人", related_name="+"
    )
    return_confirmed_at = models.DateTimeField("确认复学时间", null=True, blank=True)
    return_confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="确认复学人", related_name="+"
    )
    version = models.PositiveIntegerField("版本", default=1)

    scope_path = LINE_PATH
    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "个案"
        ordering = ["-since", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["student"], condition=OPEN, name="one_open_case_a_student"),
            models.CheckConstraint(
                condition=Q(stage__in=[stage.value for stage in CaseStage]), name="case_stage_is_known"
            ),
            models.CheckConstraint(
                condition=(CLOSED & ~Q(outcome="") & Q(closed_on__isnull=False, closed_at__isnull=False))
                | (OPEN & Q(outcome="", closed_on=None, closed_at=None, closed_by=None)),
                name="a_closed_case_has_an_outcome",
            ),
            models.CheckConstraint(
                condition=CLOSED | (~Q(plan_step="") & Q(plan_on__isnull=False)), name="an_open_case_has_a_next_step"
            ),
            models.CheckConstraint(
                condition=Q(assigned_to=None, assigned_reason="")
                | (Q(assigned_to__isnull=False) & ~Q(assigned_reason="")),
                name="a_case_is_assigned_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(return_confirmed_at=None, return_confirmed_by=None)
                | Q(return_confirmed_at__isnull=False, return_confirmed_by__isnull=False),
                name="a_return_is_confirmed_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(stage=CaseStage.RETURNED.value) | Q(returned_on__isnull=False),
                name="a_returned_child_has_its_day",
            ),
        ]
        indexes = [
            models.Index(fields=["stage", "plan_on"], name="cases_by_stage"),
            models.Index(fields=["student", "-since"], name="cases_of_a_student"),
            models.Index(fields=["assigned_to"], condition=OPEN, name="open_cases_of_a_person"),
        ]

    def __str__(self):
        return f"{self.student}（{self.get_stage_display()}）"

    @property
    def is_open(self) -> bool:
        return self.stage != CaseStage.CLOSED


class CaseEventQuerySet(ScopedQuerySet):
    """What has happened to cases."""

    def openings(self):
        """Those that opened a case, or opened it again."""
        return self.filter(from_stage__in=("", CaseStage.CLOSED)).exclude(to_stage=CaseStage.CLOSED)

    def since_opened(self):
        """Those since the case was opened for the last time, whatever day they speak of."""
        last = CaseEvent.objects.filter(case=OuterRef("case")).openings().order_by("-pk").values("pk")[:1]
        return self.filter(pk__gte=Coalesce(Subquery(last), 0))

    def confirming(self):
        """Those that confirmed a 辍学 which was not undone."""
        undone = CaseEvent.objects.filter(case=OuterRef("case"), action=CaseAction.UNDO_DROPOUT, pk__gt=OuterRef("pk"))
        return self.filter(~Exists(undone), action=CaseAction.CONFIRM_DROPOUT)

    def planning(self):
        """Those that set what comes next in a case."""
        return self.filter(action__in=(*CaseAction, *PLANNING))


class CaseEvent(models.Model):
    """个案记录: one move of a case, or something done to it; never changed. Nobody as the author: the engine."""

    case = models.ForeignKey(Case, models.PROTECT, verbose_name="个案", related_name="events")
    action = models.CharField("事项", max_length=20)
    day = models.DateField("日期")
    at = models.DateTimeField("登记时间")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="登记人", related_name="+"
    )
    from_stage = models.CharField("原阶段", max_length=20, choices=choices(CaseStage), blank=True)
    to_stage = models.CharField("新阶段", max_length=20, choices=choices(CaseStage))
    note = models.CharField("说明", max_length=200, blank=True)
    details = models.JSONField("内容", default=dict)

    scope_path = {key: f"case__{path}" for key, path in LINE_PATH.items()}
    objects = CaseEventQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "个案记录"
        ordering = ["case", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(to_stage__in=[stage.value for stage in CaseStage]), name="case_event_stage_is_known"
            ),
        ]

    def __str__(self):
        return f"{self.case} {self.day} {self.label}"

    @property
    def is_move(self) -> bool:
        return self.from_stage != self.to_stage

    @property
    def label(self) -> str:
        """What was done, in words."""
        return ACTION_WORDS.get(self.action, self.action)


# Beside the moves: what is done to a case that leaves its stage as it is.
STEPS = {
    "concern": "日常预警",
    "concern_back": "撤回预警",
    "plan": "安排下一步",
    "assign": "交办",
    "unassign": "收回交办",
    "paper": "上传材料",
    "note": "记事",
}
STEPS |= {"step_done": "已办下一步", "step_off": "撤销已办的下一步"}
STEPS |= {"unmet": "家访未遇", "unmet_off": "撤销未遇的家访", "trip_unmet": "联合劝返未遇", "letter_off": "文书作废"}
STEPS |= {"promise": "承诺返校", "promise_kept": "承诺后已到校", "promise_off": "承诺已撤销"}
# Those of them that set what comes next, as every move does.
PLANNING = (
    "plan", "step_done", "step_off", "trip_unmet", "letter_off", "promise", "promise_kept", "promise_off",
)  # fmt: skip
STEPS |= {
    "hand_off": "移交",
    "hand_off_accepted": "接收移交",
    "hand_off_returned": "退回移交",
    "hand_off_done": "移交办结",
}
STEPS |= {
    "legal": "依法措施",
    "legal_off": "撤销措施",
    "trip": "联合劝返",
    "trip_off": "取消联合劝返",
    "left_out": "联合劝返没有去",
}
STEPS |= {"watch": "认定动摇生", "watch_reviewed": "动摇生复核", "watch_off": "动摇生关注结束"}
STEPS |= {"loss_off": "流失报告撤回", "loss_on": "流失报告重新提交", "dropout_dated_anew": "更正辍学日期"}
STEPS |= {"return_confirmed": "确认复学", "close_proposed": "提出销号", "close_refused": "退回销号"}
ACTION_WORDS = {action.value: action.label for action in CaseAction} | STEPS
