"""有学生不在: what a subject teacher tells the 班主任 at once, and the answer (domain.md §1)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from students.access import ScopedQuerySet
from students.days import Slot
from students.models.attendance import CLASS_PATH
from students.models.registry import choices


class MissingAlertQuerySet(ScopedQuerySet):
    """Alerts."""

    def standing(self):
        """Those that their author has not taken back."""
        return self.filter(taken_back_at=None)

    def open(self):
        """Those without a final answer: the child has not been found, and nobody has said why it is not there."""
        return self.standing().filter(answer__in=MissingAlert.OPEN)


class MissingAlert(models.Model):
    """有学生不在: a child who is not in a lesson, reported to the 班主任 and the substitute, and what they answered.

    ``slot`` is blank where the reporter's lesson is not known. 去找了 is an answer that waits for a final one.
    """

    class Answer(models.TextChoices):
        PRESENT = "present", "在校"
        ON_LEAVE = "on_leave", "请假"
        ABSENT = "absent", "缺课"
        SEARCHING = "searching", "去找了"

    OPEN = ("", Answer.SEARCHING)

    student = models.ForeignKey("students.Student", models.PROTECT, verbose_name="学生", related_name="alerts")
    school_class = models.ForeignKey("students.SchoolClass", models.PROTECT, verbose_name="班级", related_name="+")
    day = models.DateField("日期")
    slot = models.CharField("节次", max_length=2, choices=choices(Slot), blank=True)
    subject = models.CharField("学科", max_length=20, blank=True)
    reported_at = models.DateTimeField("报告时间")
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="报告人", related_name="+")
    answer = models.CharField("答复", max_length=10, choices=Answer, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="答复人", related_name="+"
    )
    taken_back_at = models.DateTimeField("撤回时间", null=True, blank=True)
    taken_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="撤回人", related_name="+"
    )

    scope_path = CLASS_PATH
    objects = MissingAlertQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "有学生不在"
        ordering = ["-reported_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["student", "day", "slot"],
                condition=Q(taken_back_at=None, answer__in=["", "searching"]),
                name="a_missing_child_is_reported_once",
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None, answered_by=None)
                | (~Q(answer="") & Q(answered_at__isnull=False, answered_by__isnull=False)),
                name="an_alert_is_answered_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(taken_back_at=None, taken_back_by=None)
                | Q(
                    taken_back_at__isnull=False, taken_back_by__isnull=False, taken_back_by=F("reported_by"), answer=""
                ),
                name="an_alert_is_taken_back_by_its_author",
            ),
        ]
        indexes = [
            models.Index(fields=["school_class", "day"], name="alerts_of_a_class_and_day"),
            models.Index(
                fields=["school_class"],
                condition=Q(taken_back_at=None, answer__in=["", "searching"]),
                name="alerts_that_wait",
            ),
        ]

    def __str__(self):
        return f"{self.student} {self.day}"
