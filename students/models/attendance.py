"""Registers, exceptions, leave (domain.md §3)."""

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import TruncDate

from students.access import ScopedQuerySet
from students.days import EXCUSED, MarkKind, Slot
from students.models.people import Posting
from students.models.registry import choices

CLASS_PATH = {
    "school": "school_class__school",
    "township": "school_class__school__township",
    "school_class": "school_class",
}


class RollCallQuerySet(ScopedQuerySet):
    """Registers."""

    def with_taker(self):
        """With who took them, and ``on_behalf``: that person had no posting in the class by then (教务处代交)."""
        day = OuterRef("taken_on")
        mine = Posting.objects.filter(person=OuterRef("taken_by"), school_class=OuterRef("school_class"))
        own = mine.filter(Q(until=None) | Q(until__gt=day), since__lte=day)
        rows = self.select_related("taken_by").alias(taken_on=TruncDate("taken_at"))
        return rows.annotate(on_behalf=~Exists(own) & Q(taken_by__isnull=False))


class RollCall(models.Model):
    """点名: who took the register of a class, day and slot, and when.

    It separates "nobody was absent" from "nobody took the register". ``version`` grows with every correction, from
    ``first_version`` on, which lies above that of every register of the class that was taken back; ``arrived_at`` is
    when a register that was taken without a network reached us, None where it came at once.
    """

    school_class = models.ForeignKey(
        "students.SchoolClass", models.PROTECT, verbose_name="班级", related_name="roll_calls"
    )
    day = models.DateField("日期")
    slot = models.CharField("节次", max_length=2, choices=choices(Slot))
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="点名人")
    taken_at = models.DateTimeField("点名时间")
    arrived_at = models.DateTimeField("到达时间", null=True, blank=True)
    version = models.PositiveIntegerField("版本", default=1)
    first_version = models.PositiveIntegerField("点名时的版本", default=1)

    scope_path = CLASS_PATH
    objects = RollCallQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "点名"
        ordering = ["day", "school_class", "slot"]
        constraints = [
            models.UniqueConstraint(fields=["school_class", "day", "slot"], name="one_roll_call_a_class_day_and_slot"),
            models.CheckConstraint(
                condition=Q(arrived_at=None) | Q(arrived_at__gte=F("taken_at")),
                name="a_roll_call_arrives_after_it_was_taken",
            ),
            models.CheckConstraint(
                condition=Q(version__gte=F("first_version")), name="a_roll_call_begins_with_its_first_version"
            ),
        ]
        indexes = [models.Index(fields=["day"], name="roll_calls_of_a_day")]

    def __str__(self):
        return f"{self.school_class} {self.day} {self.get_slot_display()}"

    @property
    def is_corrected(self) -> bool:
        return self.version > self.first_version


class AbsenceMark(models.Model):
    """缺勤: an exception in a register; whoever has none was present."""

    roll_call = models.ForeignKey(RollCall, models.CASCADE, verbose_name="点名", related_name="marks")
    student = models.ForeignKey("students.Student", models.PROTECT, verbose_name="学生", related_name="marks")
    kind = models.CharField("类型", max_length=20, choices=choices(MarkKind))

    scope_path = {key: f"roll_call__{path}" for key, path in CLASS_PATH.items()}
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "缺勤"
        ordering = ["roll_call", "student"]
        constraints = [
            models.UniqueConstraint(fields=["roll_call", "student"], name="one_mark_a_student_and_roll_call"),
            models.CheckConstraint(condition=Q(kind__in=[kind.value for kind in MarkKind]), name="mark_kind_is_known"),
        ]
        indexes = [models.Index(fields=["student"], condition=Q(kind="unverified"), name="marks_to_verify")]

    def __str__(self):
        return f"{self.student} {self.get_kind_display()}"


class MarkCorrection(models.Model):
    """点名更正: what a mark was before and after, who changed it, when and why. Blank = present."""

    roll_call = models.ForeignKey(RollCall, models.PROTECT, verbose_name="点名", related_name="corrections")
    student = models.ForeignKey("students.Student", models.PROTECT, verbose_name="学生", related_name="+")
    old_kind = models.CharField("原类型", max_length=20, choices=choices(MarkKind), blank=True)
    new_kind = models.CharField("新类型", max_length=20, choices=choices(MarkKind), blank=True)
    version = models.PositiveIntegerField("更正后版本")
    corrected_at = models.DateTimeField("更正时间")
    corrected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="更正人"
    )
    reason = models.CharField("原因", max_length=100, blank=True)

    scope_path = {key: f"roll_call__{path}" for key, path in CLASS_PATH.items()}
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "点名更正"
        ordering = ["roll_call", "version", "student"]
        constraints = [
            models.CheckConstraint(condition=~Q(old_kind=F("new_kind")), name="a_correction_changes_something")
        ]

    def __str__(self):
        return f"{self.student}：{self.get_old_kind_display()}→{self.get_new_kind_display()}"


class LeaveQuerySet(ScopedQuerySet):
    """Leaves."""

    def covering(self, day, last_day=None):
        """Those that stand and cover ``day``, or one of the days up to ``last_day``."""
        return self.filter(first_day__lte=last_day or day, last_day__gte=day, cancelled_at=None)


class Leave(models.Model):
    """请假: turns the absences inside it into excused ones, also afterwards. Both days are inclusive."""

    student = models.ForeignKey("students.Student", models.PROTECT, verbose_name="学生", related_name="leaves")
    first_day = models.DateField("开始日期")
    last_day = models.DateField("结束日期")
    kind = models.CharField("类型", max_length=20, choices=[(k.value, k.label) for k in MarkKind if k in EXCUSED])
    approved_at = models.DateTimeField("批准时间")
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="批准人", related_name="+"
    )
    cancelled_at = models.DateTimeField("撤销时间", null=True, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="撤销人", related_name="+"
    )

    scope_is_many = True
    scope_day = "first_day"
    scope_path = {
        "school": "student__enrolments__school_class__school",
        "township": "student__enrolments__school_class__school__township",
        "school_class": "student__enrolments__school_class",
    }
    objects = LeaveQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "请假"
        ordering = ["student", "first_day"]
        constraints = [
            models.UniqueConstraint(
                fields=["student", "first_day", "last_day", "kind"],
                condition=Q(cancelled_at=None),
                name="the_same_leave_stands_once",
            ),
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="leave_ends_after_it_starts"),
        ]

    def __str__(self):
        return f"{self.student} {self.first_day}–{self.last_day} {self.get_kind_display()}"
