"""The timetable 课表: who teaches what in a class, by weekday and slot. Optional; it guides and refuses nobody."""

from django.db import models
from django.db.models import Q

from students.access import ScopedQuerySet
from students.days import Slot
from students.models.attendance import CLASS_PATH
from students.models.registry import choices


class Weekday(models.IntegerChoices):
    """Days of the week as ISO counts them."""

    MONDAY = 1, "周一"
    TUESDAY = 2, "周二"
    WEDNESDAY = 3, "周三"
    THURSDAY = 4, "周四"
    FRIDAY = 5, "周五"
    SATURDAY = 6, "周六"
    SUNDAY = 7, "周日"


class TimetableEntry(models.Model):
    """课表: the teacher who has a class in a slot of a weekday, and is the first to take its register then."""

    school_class = models.ForeignKey(
        "students.SchoolClass", models.PROTECT, verbose_name="班级", related_name="timetable"
    )
    weekday = models.PositiveSmallIntegerField("星期", choices=Weekday)
    slot = models.CharField("节次", max_length=2, choices=choices(Slot))
    teacher = models.ForeignKey("students.Person", models.PROTECT, verbose_name="教师", related_name="+")
    subject = models.CharField("学科", max_length=20, blank=True)

    scope_path = CLASS_PATH
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "课表"
        ordering = ["school_class", "weekday", "slot"]
        constraints = [
            models.UniqueConstraint(fields=["school_class", "weekday", "slot"], name="one_lesson_a_class_and_slot"),
            models.CheckConstraint(condition=Q(weekday__gte=1, weekday__lte=7), name="a_lesson_has_a_weekday"),
            models.CheckConstraint(condition=Q(slot__in=[slot.value for slot in Slot]), name="a_lesson_has_a_slot"),
        ]

    def __str__(self):
        return f"{self.school_class} {self.get_weekday_display()}{self.get_slot_display()}"
