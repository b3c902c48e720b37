"""校历调整 on their way: what somebody wants to change of terms and days, shown first, carried out, taken back."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from students.access import ScopedQuerySet
from students.calendar import Override
from students.day_plans import DayPlan, Plan
from students.models.calendar import WEEKDAYS, Term
from students.models.places import School, SchoolClass
from students.models.registry import choices


class CalendarChange(models.Model):
    """A change 校历调整 of days or of a term, for the county, a school or a class.

    It is previewed first: ``outcome`` holds the counts and the first children (ids and words), ``mark`` is that of
    all that would follow, so that what is carried out is what was shown. ``reverses`` is the change that this one
    takes back.
    """

    class State(models.TextChoices):
        PREVIEWING = "previewing", "正在预演"
        PREVIEWED = "previewed", "待确认"
        APPLYING = "applying", "正在执行"
        APPLIED = "applied", "已执行"
        TAKEN_BACK = "taken_back", "已撤回"
        GIVEN_UP = "given_up", "已放弃"

    school = models.ForeignKey(
        School, models.PROTECT, null=True, blank=True, verbose_name="学校", related_name="calendar_changes"
    )
    school_class = models.ForeignKey(
        SchoolClass, models.PROTECT, null=True, blank=True, verbose_name="班级", related_name="calendar_changes"
    )
    title = models.CharField("改动", max_length=60)
    state = models.CharField("状态", max_length=12, choices=State, default=State.PREVIEWING)
    outcome = models.JSONField("影响", default=dict, blank=True)
    mark = models.CharField("影响的摘要", max_length=64, blank=True)
    reverses = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, verbose_name="撤回的改动", related_name="reversals"
    )
    made_at = models.DateTimeField("提出时间")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="提出人", related_name="+")
    applied_at = models.DateTimeField("执行时间", null=True, blank=True)
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="执行人", related_name="+"
    )
    taken_back_at = models.DateTimeField("撤回时间", null=True, blank=True)
    taken_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="撤回人", related_name="+"
    )
    given_up_at = models.DateTimeField("放弃时间", null=True, blank=True)
    given_up_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="放弃人", related_name="+"
    )

    scope_path = {"school": "school", "township": "school__township", "school_class": "school_class"}
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "校历改动"
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(school_class=None) | Q(school__isnull=False), name="change_of_a_class_names_its_school"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["applying", "applied", "taken_back"], applied_at__isnull=False)
                | (~Q(state__in=["applying", "applied", "taken_back"]) & Q(applied_at=None)),
                name="a_calendar_change_was_applied_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state="taken_back", taken_back_at__isnull=False)
                | (~Q(state="taken_back") & Q(taken_back_at=None)),
                name="a_calendar_change_was_taken_back_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state="given_up", given_up_at__isnull=False) | (~Q(state="given_up") & Q(given_up_at=None)),
                name="a_calendar_change_was_given_up_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["reverses"],
                condition=Q(state__in=["applying", "applied", "taken_back"]),
                name="a_calendar_change_is_taken_back_once",
            ),
        ]

    def __str__(self):
        return self.title


class ChangedDay(models.Model):
    """A day of a change: what its place said of it before (``rule`` = nothing), and what it says afterwards.

    ``before_change`` is the change that had said so, None where it came from a workbook or there was nothing.
    """

    change = models.ForeignKey(CalendarChange, models.CASCADE, verbose_name="校历改动", related_name="days")
    day = models.DateField("日期")
    before = models.CharField("原来", max_length=8, choices=choices(Plan))
    before_follows = models.PositiveSmallIntegerField("原来按周几的课表", choices=WEEKDAYS, null=True, blank=True)
    before_note = models.CharField("原来的说明", max_length=100, blank=True)
    before_change = models.ForeignKey(
        CalendarChange, models.PROTECT, null=True, blank=True, verbose_name="原来的改动", related_name="+"
    )
    after = models.CharField("改为", max_length=8, choices=choices(Plan))
    after_follows = models.PositiveSmallIntegerField("改为按周几的课表", choices=WEEKDAYS, null=True, blank=True)
    after_note = models.CharField("说明", max_length=100, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "改动的日子"
        ordering = ["change", "day"]
        constraints = [
            models.UniqueConstraint(fields=["change", "day"], name="a_change_speaks_of_a_day_once"),
            models.CheckConstraint(
                condition=(Q(before_follows=None) | Q(before="taught", before_follows__lte=6))
                & (Q(after_follows=None) | Q(after="taught", after_follows__lte=6)),
                name="a_changed_day_follows_a_weekday_if_taught",
            ),
        ]

    def __str__(self):
        return f"{self.day}：{self.get_before_display()} → {self.get_after_display()}"

    @property
    def plan(self) -> DayPlan:
        return DayPlan(self.day, Plan(self.after), self.after_follows, self.after_note)

    @property
    def plan_before(self) -> DayPlan:
        return DayPlan(self.day, Plan(self.before), self.before_follows, self.before_note)

    @property
    def said(self) -> Override | None:
        return self.plan.said


class ChangedTerm(models.Model):
    """The term that a change enters or whose days it moves; no ``before`` where it is new, no ``after`` where the
    change takes it back."""

    change = models.OneToOneField(CalendarChange, models.CASCADE, verbose_name="校历改动", related_name="term")
    school_year = models.PositiveSmallIntegerField("学年（起始年）")
    number = models.PositiveSmallIntegerField("学期", choices=Term.Number)
    before_start = models.DateField("原来的开始日期", null=True, blank=True)
    before_end = models.DateField("原来的结束日期", null=True, blank=True)
    after_start = models.DateField("开始日期", null=True, blank=True)
    after_end = models.DateField("结束日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "改动的学期"
        ordering = ["change"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(before_start=None, before_end=None) | Q(before_end__gt=F("before_start")))
                & (Q(after_start=None, after_end=None) | Q(after_end__gt=F("after_start"))),
                name="a_changed_term_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(before_start__isnull=False) | Q(after_start__isnull=False),
                name="a_changed_term_was_or_will_be",
            ),
        ]

    def __str__(self):
        return f"{self.school_year}-{self.school_year + 1}学年{self.get_number_display()}"
