"""What people do and report about a child: contacts, filed reports, concerns (domain.md §4, §5)."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from casework.ladder import ContactMethod
from casework.ruleset import REPORT_TIERS, Tier
from casework.steps import Concern
from students.access import ScopedQuerySet
from students.models.registry import STUDENT_PATH, Student, choices


class Act(models.Model):
    """An act of somebody's, on its ``day``. Two identical ones are one.

    Never deleted: an act taken back keeps who did so and when.
    """

    student = models.ForeignKey(Student, models.PROTECT, verbose_name="学生", related_name="%(class)ss")
    day = models.DateField("日期")
    recorded_at = models.DateTimeField("登记时间")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="登记人", related_name="+"
    )
    cancelled_at = models.DateTimeField("撤销时间", null=True, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="撤销人", related_name="+"
    )

    scope_is_many = True
    scope_path = STUDENT_PATH
    scope_day = "day"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        abstract = True


class Contact(Act):
    """联系记录: when, how and with what result a guardian was reached; "no answer" is a result."""

    method = models.CharField("方式", max_length=20, choices=choices(ContactMethod))
    result = models.CharField("结果", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "联系记录"
        ordering = ["student", "day", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["student", "day", "method", "result"],
                condition=Q(cancelled_at=None),
                name="two_identical_contacts_are_one",
            )
        ]

    def __str__(self):
        return f"{self.day} {self.get_method_display()}"


class Report(Act):
    """报告: a report handed in on a day; a day holds one of a kind."""

    kind = models.CharField("报告类型", max_length=20, choices=[(t.value, t.label) for t in Tier if t in REPORT_TIERS])

    class Meta:
        verbose_name = verbose_name_plural = "报告"
        ordering = ["student", "day", "kind"]
        constraints = [
            models.UniqueConstraint(
                fields=["student", "day", "kind"],
                condition=Q(cancelled_at=None),
                name="one_report_a_student_day_and_kind",
            )
        ]

    def __str__(self):
        return f"{self.day} {self.get_kind_display()}"


class ConcernReport(Act):
    """日常预警: somebody of the school fears that a child will leave, or knows that it has (domain.md §5)."""

    kind = models.CharField("预警情形", max_length=20, choices=choices(Concern))
    note = models.CharField("情况说明", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "日常预警"
        ordering = ["student", "day", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["student", "day", "kind"],
                condition=Q(cancelled_at=None),
                name="a_concern_is_raised_once_a_day",
            )
        ]

    def __str__(self):
        return f"{self.day} {self.get_kind_display()}"
