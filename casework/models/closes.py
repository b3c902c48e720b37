"""每日上报 (the daily close): what a school's registers of a day added up to when the day was closed, and what was
changed afterwards (domain.md §9)."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from students.access import ScopedQuerySet
from students.day_counts import DayCounts


class DailyClose(models.Model):
    """一日一上报: a school has closed a day; its counts are frozen. Nobody as the closer = 系统自动汇总, by the clock.

    ``note`` says why registers are missing; never changed. What is corrected later is filed as an amendment.
    """

    school = models.ForeignKey("students.School", models.PROTECT, verbose_name="学校", related_name="daily_closes")
    day = models.DateField("日期")
    closed_at = models.DateTimeField("上报时间")
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="上报人", related_name="+"
    )
    note = models.CharField("说明", max_length=200, blank=True)
    content = models.JSONField("上报时的数")

    scope_path = {"school": "school", "township": "school__township", "school_class": None}
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "每日上报"
        ordering = ["-day", "school"]
        constraints = [models.UniqueConstraint(fields=["school", "day"], name="a_school_closes_a_day_once")]
        indexes = [models.Index(fields=["day"], name="daily_closes_of_a_day")]

    def __str__(self):
        return f"{self.school} {self.day}"

    @property
    def counts(self) -> DayCounts:
        return DayCounts.of_record(self.content)


class DailyAmendment(models.Model):
    """上报更正: the counts of a closed day after it was corrected, numbered from 1, with the reason; never changed."""

    close = models.ForeignKey(DailyClose, models.PROTECT, verbose_name="每日上报", related_name="amendments")
    number = models.PositiveSmallIntegerField("第几次更正")
    content = models.JSONField("更正后的数")
    reason = models.CharField("更正原因", max_length=200)
    filed_at = models.DateTimeField("更正时间")
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="更正人", related_name="+")

    scope_path = {"school": "close__school", "township": "close__school__township", "school_class": None}
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "上报更正"
        ordering = ["close", "number"]
        constraints = [
            models.UniqueConstraint(fields=["close", "number"], name="amendments_of_a_day_are_numbered"),
            models.CheckConstraint(condition=Q(number__gte=1), name="amendments_begin_with_one"),
            models.CheckConstraint(condition=~Q(reason=""), name="an_amendment_says_why"),
        ]

    def __str__(self):
        return f"{self.close} 更正{self.number}"

    @property
    def counts(self) -> DayCounts:
        return DayCounts.of_record(self.content)
