"""Children counted in person: 班级清点 in the term, 开学到校 at its start (domain.md §8, §9)."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from students.access import ScopedQuerySet
from students.days import Slot
from students.models.attendance import CLASS_PATH
from students.models.calendar import Term
from students.models.places import SchoolClass
from students.models.registry import Student, choices


class HeadCount(models.Model):
    """班级清点: how many children of a class a person counted in the room, beside how many stood on the roll.

    ``counted_at`` and ``slot`` tell when somebody was in the room; a correction moves ``recorded_at`` alone. A count
    from above stands beside the school's own of the day: neither may keep the other from counting.
    """

    school_class = models.ForeignKey(SchoolClass, models.PROTECT, verbose_name="班级", related_name="head_counts")
    term = models.ForeignKey(Term, models.PROTECT, verbose_name="学期", related_name="+")
    counted_on = models.DateField("清点日期")
    counted_at = models.DateTimeField("清点时间")
    slot = models.CharField("清点时的节次", max_length=2, choices=choices(Slot))
    is_from_above = models.BooleanField("由上级清点")
    on_roll = models.PositiveSmallIntegerField("在校人数")
    present = models.PositiveSmallIntegerField("实际清点人数")
    note = models.CharField("说明", max_length=200, blank=True)
    counted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="清点人", related_name="+")
    recorded_at = models.DateTimeField("登记时间")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="登记人", related_name="+")

    scope_path = CLASS_PATH
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "班级清点"
        ordering = ["school_class", "counted_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["school_class", "counted_on", "is_from_above"], name="each_side_counts_a_class_once_a_day"
            )
        ]

    def __str__(self):
        return f"{self.school_class} {self.counted_on}"


class HeadCountMissing(models.Model):
    """A child on the roll whom the head count did not find in the room, and what is known of it."""

    class Reason(models.TextChoices):
        LEAVE = "leave", "已请假"
        ABSENT = "absent", "缺课"
        ELSEWHERE = "elsewhere", "在校内别处"
        LEFT = "left", "已离校"
        UNKNOWN = "unknown", "原因不明"

    head_count = models.ForeignKey(HeadCount, models.CASCADE, verbose_name="班级清点", related_name="missing")
    student = models.ForeignKey(Student, models.PROTECT, verbose_name="学生", related_name="+")
    reason = models.CharField("原因", max_length=12, choices=Reason)
    note = models.CharField("说明", max_length=120, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "清点未在"
        ordering = ["head_count", "pk"]
        constraints = [models.UniqueConstraint(fields=["head_count", "student"], name="a_child_is_missed_once")]

    def __str__(self):
        return f"{self.student}：{self.get_reason_display()}"


class OpeningAbsence(models.Model):
    """开学未到: why a child is not back at the start of a term and where it is, as far as the school has found out."""

    class Reason(models.TextChoices):
        ILLNESS = "illness", "患病"
        WITH_PARENTS = "with_parents", "随父母外出"
        WORK = "work", "务工"
        MARRIAGE = "marriage", "婚嫁"
        DISLIKE = "dislike", "厌学"
        HARDSHIP = "hardship", "家庭困难"
        TRANSFER = "transfer", "转学未办"
        UNKNOWN = "unknown", "原因不明"
        OTHER = "other", "其他"

    student = models.ForeignKey(Student, models.PROTECT, verbose_name="学生", related_name="opening_absences")
    term = models.ForeignKey(Term, models.PROTECT, verbose_name="学期", related_name="+")
    school_class = models.ForeignKey(SchoolClass, models.PROTECT, verbose_name="班级", related_name="+")
    reason = models.CharField("未到原因", max_length=20, choices=Reason)
    whereabouts = models.CharField("去向", max_length=120, blank=True)
    recorded_at = models.DateTimeField("登记时间")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="登记人", related_name="+")

    scope_path = CLASS_PATH
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "开学未到"
        ordering = ["term", "school_class", "student"]
        constraints = [
            models.UniqueConstraint(fields=["student", "term"], name="one_opening_absence_a_student_and_term"),
            models.CheckConstraint(
                condition=~Q(reason__in=["with_parents", "work", "transfer"]) | ~Q(whereabouts=""),
                name="who_has_gone_somewhere_is_said_where",
            ),
        ]

    def __str__(self):
        return f"{self.student}：{self.get_reason_display()}"
