"""Changes that need somebody else's answer: transfers 转学 and suspensions 休学 (domain.md §6)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from students.access import ScopedQuerySet
from students.models.places import School
from students.models.registry import STUDENT_PATH, EnrolmentEvent, Student


class BetweenSchoolsQuerySet(models.QuerySet):
    """Rows that two schools look at: the one a child leaves and the one that is to take it."""

    def visible_to(self, scope):
        """Those in which either school lies in the scope of whoever keeps, leads or oversees schools.

        A class teacher sees the child, not the correspondence of the schools.
        """
        if scope.county:
            return self
        schools = School.objects.filter(Q(pk__in=scope.schools) | Q(township__in=scope.townships)).values("pk")
        return self.filter(Q(from_school__in=schools) | Q(to_school__in=schools))


class Transfer(models.Model):
    """转学 after a child has left: offered to the school that is to take it, and that school's answer.

    Inside the county ``to_school`` accepts or refuses; out of it ``to_place`` says where, and a 接收函 or the 办结 of
    the national system confirms. Until then the transfer out is *unconfirmed*. The event's ``confirmed_on`` holds the
    day; this row holds how.
    """

    class Answer(models.TextChoices):
        ACCEPTED = "accepted", "已接收"
        REFUSED = "refused", "未接收"
        WITHDRAWN = "withdrawn", "已撤回"
        LETTER = "letter", "接收函"
        REGISTERED = "registered", "全国系统办结"

    CONFIRMING = (Answer.ACCEPTED, Answer.LETTER, Answer.REGISTERED)

    student = models.ForeignKey(Student, models.PROTECT, verbose_name="学生", related_name="transfers")
    out_event = models.ForeignKey(EnrolmentEvent, models.PROTECT, verbose_name="转出", related_name="transfers")
    from_school = models.ForeignKey(School, models.PROTECT, verbose_name="转出学校", related_name="+")
    to_school = models.ForeignKey(
        School, models.PROTECT, null=True, blank=True, verbose_name="转入学校", related_name="+"
    )
    to_place = models.CharField("县外去向", max_length=120, blank=True)
    offered_at = models.DateTimeField("发出时间")
    offered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="发出人", related_name="+")
    answer = models.CharField("答复", max_length=20, choices=Answer, blank=True)
    answer_note = models.CharField("答复说明", max_length=200, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="答复人", related_name="+"
    )
    in_event = models.OneToOneField(
        EnrolmentEvent, models.PROTECT, null=True, blank=True, verbose_name="转入", related_name="transfer_in"
    )

    objects = BetweenSchoolsQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "转学"
        ordering = ["offered_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(to_school__isnull=False, to_place="") | (Q(to_school=None) & ~Q(to_place="")),
                name="transfer_goes_to_a_school_or_a_place",
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None, answered_by=None)
                | (~Q(answer="") & Q(answered_at__isnull=False)),  # by nobody: a workbook imported at the console
                name="transfer_answer_says_when",
            ),
            models.CheckConstraint(
                condition=Q(in_event=None) | Q(answer="accepted"), name="only_an_accepted_transfer_leads_in"
            ),
            models.UniqueConstraint(fields=["student"], condition=Q(answer=""), name="one_open_transfer_a_student"),
        ]

    def __str__(self):
        return f"{self.student}：{self.from_school} → {self.to_school or self.to_place}"


class Suspension(models.Model):
    """休学申请: asked for by the school, approved by the bureau or the township 县教育局或乡镇 (义务教育法 11).

    Attends again on the day after ``ends_on``. The event is recorded with the approval; a prolongation 延期 approves
    a later ``ends_on`` for the same event.
    """

    class Ground(models.TextChoices):
        ILLNESS = "illness", "伤病"
        DISABILITY = "disability", "残疾康复"
        OTHER = "other", "其他身体状况"

    class Decision(models.TextChoices):
        APPROVED = "approved", "已批准"
        REFUSED = "refused", "未批准"
        WITHDRAWN = "withdrawn", "已撤回"

    student = models.ForeignKey(Student, models.PROTECT, verbose_name="学生", related_name="suspensions")
    ground = models.CharField("休学原因", max_length=20, choices=Ground)
    reason = models.CharField("情况说明", max_length=200)
    starts_on = models.DateField("休学开始日期")
    ends_on = models.DateField("休学期满日期")
    prolongs = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, verbose_name="延长的休学", related_name="prolongations"
    )
    requested_at = models.DateTimeField("申请时间")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="申请人", related_name="+")
    decision = models.CharField("审批结果", max_length=20, choices=Decision, blank=True)
    decision_note = models.CharField("审批意见", max_length=200, blank=True)
    paper_number = models.CharField("批准文号", max_length=60, blank=True)
    decided_at = models.DateTimeField("审批时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="审批人", related_name="+"
    )
    event = models.ForeignKey(
        EnrolmentEvent, models.PROTECT, null=True, blank=True, verbose_name="休学", related_name="suspensions"
    )

    scope_is_many = True
    scope_path = STUDENT_PATH
    scope_day = "starts_on"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "休学申请"
        ordering = ["requested_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="suspension_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(decision="", decided_at=None, decided_by=None)
                | (~Q(decision="") & Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="suspension_decision_says_who_and_when",
            ),
            models.CheckConstraint(
                condition=(Q(decision="approved") & Q(event__isnull=False)) | (~Q(decision="approved") & Q(event=None)),
                name="an_approved_suspension_has_its_event",
            ),
            models.UniqueConstraint(fields=["student"], condition=Q(decision=""), name="one_open_request_a_student"),
        ]

    def __str__(self):
        return f"{self.student}：{self.starts_on}—{self.ends_on}"
