"""重点生家访: who visits which child in which week, and the head's monthly check of it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from casework.models.signs import LINE_PATH
from students.access import ScopedQuerySet
from students.models.registry import Student


class VisitPlan(models.Model):
    """家访安排: of a child for a week, from Monday ``week`` to Sunday ``until``; a contact tells that it was made."""

    student = models.ForeignKey(Student, models.PROTECT, verbose_name="学生", related_name="visit_plans")
    school = models.ForeignKey("students.School", models.PROTECT, verbose_name="学校", related_name="+")
    week = models.DateField("周一")
    until = models.DateField("周日")
    visitor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="谁去", related_name="+")
    on = models.DateField("哪天去")
    planned_at = models.DateTimeField("安排时间")
    planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="安排人", related_name="+")

    scope_path = LINE_PATH
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "家访安排"
        ordering = ["on", "student"]
        constraints = [
            models.UniqueConstraint(fields=["student", "week"], name="a_visit_a_child_and_week"),
            models.CheckConstraint(
                condition=Q(on__gte=F("week"), on__lte=F("until")), name="a_visit_is_planned_within_its_week"
            ),
        ]
        indexes = [models.Index(fields=["school", "week"], name="visit_plans_of_a_school")]

    def __str__(self):
        return f"{self.student} {self.on}"


class VisitCheck(models.Model):
    """家访检查: 校长 or 分管领导 has looked at a month's visits; the figures as they stood, and what was remarked."""

    school = models.ForeignKey("students.School", models.PROTECT, verbose_name="学校", related_name="visit_checks")
    month = models.DateField("月份")
    planned = models.PositiveIntegerField("安排次数")
    done = models.PositiveIntegerField("完成次数")
    remark = models.CharField("意见", max_length=200)
    checked_at = models.DateTimeField("检查时间")
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="检查人", related_name="+")

    scope_path = {"school": "school", "township": "school__township", "school_class": None}
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "家访检查"
        ordering = ["-month", "school"]
        constraints = [
            models.UniqueConstraint(fields=["school", "month"], name="a_school_checks_a_month_once"),
            models.CheckConstraint(condition=Q(done__lte=F("planned")), name="no_more_visits_done_than_planned"),
            models.CheckConstraint(condition=~Q(remark=""), name="a_check_of_visits_says_something"),
        ]

    def __str__(self):
        return f"{self.school} {self.month:%Y-%m}"
