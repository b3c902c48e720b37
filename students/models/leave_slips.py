"""请假条: a leave asked for on paper or by word, and what was decided (domain.md §3)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from students.access import ScopedQuerySet
from students.days import EXCUSED, MarkKind
from students.models.registry import STUDENT_PATH, Student


class LeaveSlip(models.Model):
    """请假条: who asks for which days and why. Approved it becomes a ``Leave``; the days asked for stay as they were.

    ``applicant``: the guardian or the child, in words. ``submission``: the form that handed it in; sent twice it is one
    slip. ``ended_at``: when somebody wrote down that the child came back before its last day; ``leave`` is then the
    shorter one, or the cancelled one where no day of it was taken.
    """

    class Decision(models.TextChoices):
        APPROVED = "approved", "已批准"
        REFUSED = "refused", "未批准"
        WITHDRAWN = "withdrawn", "已撤回"

    student = models.ForeignKey(Student, models.PROTECT, verbose_name="学生", related_name="leave_slips")
    kind = models.CharField("类型", max_length=20, choices=[(k.value, k.label) for k in MarkKind if k in EXCUSED])
    first_day = models.DateField("开始日期")
    last_day = models.DateField("结束日期")
    reason = models.CharField("事由", max_length=200, blank=True)
    applicant = models.CharField("请假人", max_length=60)
    paper = models.ForeignKey(
        "students.Certificate", models.PROTECT, null=True, blank=True, verbose_name="请假条或证明", related_name="+"
    )
    submission = models.UUIDField("提交编号", unique=True)
    handed_in_at = models.DateTimeField("提交时间")
    handed_in_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="提交人", related_name="+")
    decision = models.CharField("审批结果", max_length=20, choices=Decision, blank=True)
    decided_at = models.DateTimeField("审批时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="审批人", related_name="+"
    )
    decision_note = models.CharField("审批意见", max_length=200, blank=True)
    leave = models.OneToOneField(
        "students.Leave", models.PROTECT, null=True, blank=True, verbose_name="请假", related_name="slip"
    )
    ended_at = models.DateTimeField("提前结束时间", null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="提前结束登记人", related_name="+"
    )

    scope_is_many = True
    scope_path = STUDENT_PATH
    scope_day = "first_day"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "请假条"
        ordering = ["student", "first_day", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="slip_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(kind__in=sorted(kind.value for kind in EXCUSED)), name="a_slip_excuses_an_absence"
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_at=None, decided_by=None)
                | (~Q(decision="") & Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="slip_decision_says_who_and_when",
            ),
            models.CheckConstraint(
                condition=Q(decision="approved", leave__isnull=False) | (~Q(decision="approved") & Q(leave=None)),
                name="an_approved_slip_has_its_leave",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None)
                | Q(decision="approved", ended_at__isnull=False, ended_by__isnull=False),
                name="only_an_approved_slip_ends_early",
            ),
            models.CheckConstraint(
                condition=~Q(decision="refused") | ~Q(decision_note=""), name="a_refused_slip_says_why"
            ),
        ]
        indexes = [models.Index(fields=["handed_in_at"], condition=Q(decision=""), name="slips_that_wait")]

    def __str__(self):
        return f"{self.student} {self.first_day}–{self.last_day} {self.get_kind_display()}"

    @property
    def until(self):
        """The last day that it holds: that of the leave where the child came back earlier."""
        return self.leave.last_day if self.leave else self.last_day

    @property
    def is_void(self) -> bool:
        """Approved, and taken back before a day of it was taken."""
        return self.leave is not None and self.leave.cancelled_at is not None
