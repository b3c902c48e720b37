"""What township and bureau keep of a case: proposals to close it, and steps by law (domain.md §5)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from casework.closing import ClosingState
from casework.legal import Authority, LegalKind
from casework.models.cases import Case
from casework.models.documents import Document
from casework.models.signs import LINE_PATH
from casework.stages import CaseOutcome
from students.access import ScopedQuerySet
from students.models.registry import choices

CASE_PATH = {key: f"case__{path}" for key, path in LINE_PATH.items()}
Person = settings.AUTH_USER_MODEL


class Closing(models.Model):
    """销号申请: an officer of the bureau proposes that a case be closed, and another approves or sends it back.

    Where the bureau has one officer only, that one approves too and says why in ``alone_reason``.
    """

    case = models.ForeignKey(Case, models.PROTECT, verbose_name="个案", related_name="closings")
    outcome = models.CharField("销号结果", max_length=20, choices=choices(CaseOutcome))
    note = models.CharField("销号依据", max_length=200)
    state = models.CharField("状态", max_length=10, choices=choices(ClosingState))
    proposed_at = models.DateTimeField("提出时间")
    proposed_by = models.ForeignKey(Person, models.PROTECT, verbose_name="提出人", related_name="+")
    decided_at = models.DateTimeField("审批时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, verbose_name="审批人", related_name="+"
    )
    refused_reason = models.CharField("退回原因", max_length=200, blank=True)
    alone_reason = models.CharField("一人办理的原因", max_length=100, blank=True)

    scope_path = CASE_PATH
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "销号申请"
        ordering = ["proposed_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(state="proposed"), name="one_proposal_to_close_a_case"
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_at=None, decided_by=None, refused_reason="")
                | Q(state="approved", decided_at__isnull=False, decided_by__isnull=False, refused_reason="")
                | (Q(state="refused", decided_at__isnull=False, decided_by__isnull=False) & ~Q(refused_reason="")),
                name="a_proposal_is_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="approved") | ~Q(decided_by=F("proposed_by")) | ~Q(alone_reason=""),
                name="whoever_closes_alone_says_why",
            ),
        ]

    def __str__(self):
        return f"{self.case}：{self.get_state_display()}"


class LegalStep(models.Model):
    """依法措施: one step by law, dated, with whoever took it and what came of it; entered wrongly, it is cancelled."""

    case = models.ForeignKey(Case, models.PROTECT, verbose_name="个案", related_name="legal_steps")
    kind = models.CharField("措施", max_length=20, choices=choices(LegalKind))
    authority = models.CharField("办理机关", max_length=10, choices=choices(Authority))
    day = models.DateField("日期")
    deadline = models.DateField("期限", null=True, blank=True)
    document = models.ForeignKey(
        Document, models.PROTECT, null=True, blank=True, verbose_name="文书", related_name="legal_steps"
    )
    reference = models.CharField("文号", max_length=60, blank=True)
    outcome = models.CharField("情况和结果", max_length=200, blank=True)
    recorded_at = models.DateTimeField("登记时间")
    recorded_by = models.ForeignKey(Person, models.PROTECT, verbose_name="登记人", related_name="+")
    cancelled_at = models.DateTimeField("撤销时间", null=True, blank=True)
    cancelled_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, verbose_name="撤销人", related_name="+"
    )

    scope_path = CASE_PATH
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "依法措施"
        ordering = ["day", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "kind", "authority", "day"],
                condition=Q(cancelled_at=None),
                name="one_legal_step_a_case_kind_and_day",
            ),
            models.CheckConstraint(
                condition=Q(deadline=None) | Q(deadline__gte=F("day")), name="a_deadline_is_not_before_its_step"
            ),
            models.CheckConstraint(
                condition=~Q(authority="school") | Q(kind="urging_notice"), name="a_school_only_urges"
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at=None, cancelled_by=None)
                | Q(cancelled_at__isnull=False, cancelled_by__isnull=False),
                name="a_legal_step_is_cancelled_by_somebody",
            ),
        ]

    def __str__(self):
        return f"{self.day} {self.get_kind_display()}"
