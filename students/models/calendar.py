"""Terms and overrides of single days (domain.md §3). The statutory days are data beside the code."""

from django.db import models
from django.db.models import Q

from students.calendar import Override

WEEKDAYS = [(number, f"周{name}") for number, name in enumerate("一二三四五六日")]


class Term(models.Model):
    """A term 学期 of a school year 学年; both days are inclusive."""

    class Number(models.IntegerChoices):
        FIRST = 1, "第一学期"
        SECOND = 2, "第二学期"

    school_year = models.PositiveSmallIntegerField("学年（起始年）")
    number = models.PositiveSmallIntegerField("学期", choices=Number)
    start = models.DateField("开始日期")
    end = models.DateField("结束日期")

    class Meta:
        verbose_name = verbose_name_plural = "学期"
        ordering = ["start"]
        constraints = [
            models.UniqueConstraint(fields=["school_year", "number"], name="term_is_unique"),
            models.CheckConstraint(condition=Q(end__gt=models.F("start")), name="term_ends_after_it_starts"),
        ]

    def __str__(self):
        return f"{self.school_year}-{self.school_year + 1}学年{self.get_number_display()}"


class DayOverride(models.Model):
    """校历调整: a day that is taught or off against the rule, for the county, a school or a class.

    ``is_closure``: off because school had to close 停课 (snow, an epidemic), not a holiday. ``follows_weekday``: whose
    timetable a taught day follows, 0 = Monday. ``change`` says who decided and when; None where it was imported.
    """

    day = models.DateField("日期")
    is_taught = models.BooleanField("上课")
    is_closure = models.BooleanField("停课", default=False)
    follows_weekday = models.PositiveSmallIntegerField("按周几的课表上课", choices=WEEKDAYS, null=True, blank=True)
    school = models.ForeignKey("students.School", models.PROTECT, null=True, blank=True, verbose_name="学校")
    school_class = models.ForeignKey("students.SchoolClass", models.PROTECT, null=True, blank=True, verbose_name="班级")
    note = models.CharField("说明", max_length=100, blank=True)
    change = models.ForeignKey(
        "students.CalendarChange", models.PROTECT, null=True, blank=True, verbose_name="校历改动", related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "校历调整"
        ordering = ["day"]
        constraints = [
            models.UniqueConstraint(
                fields=["day"], condition=Q(school=None, school_class=None), name="one_override_a_day_for_the_county"
            ),
            models.UniqueConstraint(
                fields=["day", "school"], condition=Q(school_class=None), name="one_override_a_day_for_a_school"
            ),
            models.UniqueConstraint(fields=["day", "school_class"], name="one_override_a_day_for_a_class"),
            models.CheckConstraint(
                condition=Q(school_class=None) | Q(school__isnull=False), name="override_of_a_class_names_its_school"
            ),
            models.CheckConstraint(
                condition=Q(is_taught=False) | Q(is_closure=False), name="a_taught_day_is_not_closed"
            ),
            models.CheckConstraint(
                condition=Q(follows_weekday=None) | Q(is_taught=True, follows_weekday__lte=6),
                name="only_a_taught_day_follows_a_weekday",
            ),
        ]

    def __str__(self):
        return f"{self.day}{self.word}"

    @property
    def said(self) -> Override:
        """As the calculation knows it."""
        return Override(self.is_taught, self.is_closure, self.follows_weekday)

    @property
    def word(self) -> str:
        return "上课" if self.is_taught else "停课" if self.is_closure else "放假"


class ReferenceStamp(models.Model):
    """A single row whose ``stamp`` is drawn anew at every change of terms, overrides and adopted rules.

    Triggers in the database draw it, so a process may keep the calendar it has read for as long as the stamp stays
    the same, whoever changed it and how. Drawn and not counted: a change rolled back and another one made in its
    place must not end at the same value.
    """

    stamp = models.BigIntegerField("标记", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "基础数据标记"

    def __str__(self):
        return str(self.stamp)
