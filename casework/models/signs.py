"""预警: early signs as last computed, when that was, and which of them somebody has put off."""

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from casework.signs import SignCode
from students.access import ScopedQuerySet
from students.enrolment import Standing
from students.models.attendance import CLASS_PATH
from students.models.listing import RegistryLine
from students.models.registry import Student, choices

# Where the child stands now: whoever has left the school takes its signs along the same minute.
LINE_PATH = {
    "school": "student__line__school",
    "township": "student__line__school__township",
    "school_class": "student__line__school_class",
}


class EarlySignQuerySet(ScopedQuerySet):
    """Early signs."""

    def of_attending(self):
        """Those of children who attend now: a sign waits for nobody who has left since it was computed."""
        # Asked sign by sign: joined, SQLite would begin with the hundred thousand lines of the registry.
        lines = RegistryLine.objects.filter(pk=OuterRef("student"), standing=Standing.ATTENDING)
        return self.filter(Exists(lines))

    def put_off_on(self, day):
        """Those that somebody has put off beyond ``day``."""
        return self.filter(_dismissed(day))

    def waiting_on(self, day, *, lists_unseen: bool):
        """Those that are not put off. ``lists_unseen``: 多日未见 stays listed whatever anybody has pressed."""
        shown = ~_dismissed(day)
        return self.filter(shown | Q(code=SignCode.UNSEEN) if lists_unseen else shown)


def _dismissed(day):
    return Exists(
        SignDismissal.objects.filter(
            student=OuterRef("student"), code=OuterRef("code"), until__gte=day, taken_back_at=None
        )
    )


class EarlySign(models.Model):
    """预警: a sign of a child as last computed; derived, and recomputed to the same content.

    ``details`` hold days, counts and ids, never names; ``unseen_days`` is that of the child, whatever the sign.
    ``computed_on`` is the day on which the content last changed, ``school_class`` the child's class on it.
    """

    student = models.ForeignKey(Student, models.PROTECT, verbose_name="学生", related_name="early_signs")
    school_class = models.ForeignKey("students.SchoolClass", models.PROTECT, verbose_name="班级", related_name="+")
    code = models.CharField("种类", max_length=20, choices=choices(SignCode))
    since = models.DateField("起始日期")
    unseen_days = models.PositiveSmallIntegerField("未见天数")
    details = models.JSONField("依据")
    computed_on = models.DateField("计算日期")

    scope_path = LINE_PATH
    objects = EarlySignQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "预警"
        ordering = ["student", "code"]
        constraints = [
            models.UniqueConstraint(fields=["student", "code"], name="one_sign_a_student_and_code"),
            models.CheckConstraint(condition=Q(code__in=[code.value for code in SignCode]), name="sign_code_is_known"),
        ]

    def __str__(self):
        return f"{self.student}：{self.get_code_display()}"


class SignDismissal(models.Model):
    """已了解: a sign put off through ``until``, by whom and why; it comes back by itself. Taken back, it stays kept."""

    student = models.ForeignKey(Student, models.PROTECT, verbose_name="学生", related_name="sign_dismissals")
    code = models.CharField("种类", max_length=20, choices=choices(SignCode))
    until = models.DateField("不再提醒到")
    reason = models.CharField("了解到的情况", max_length=100)
    dismissed_at = models.DateTimeField("登记时间")
    dismissed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="登记人", related_name="+")
    taken_back_at = models.DateTimeField("恢复时间", null=True, blank=True)
    taken_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="恢复人", related_name="+"
    )

    scope_path = LINE_PATH
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "预警已了解"
        ordering = ["student", "dismissed_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["student", "code", "until"],
                condition=Q(taken_back_at=None),
                name="a_sign_is_put_off_once_until_a_day",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="a_sign_is_put_off_for_a_reason"),
            models.CheckConstraint(
                condition=Q(taken_back_at=None, taken_back_by=None)
                | Q(taken_back_at__isnull=False, taken_back_by__isnull=False),
                name="a_dismissal_is_taken_back_by_somebody",
            ),
        ]

    def __str__(self):
        return f"{self.student}：{self.get_code_display()}"


class SignComputation(models.Model):
    """预警计算: when the signs of a class were last computed, and who pressed it (None: the clock).

    Its row is also the lock: of two who compute one class at once the later one waits, and reads newer facts.
    """

    school_class = models.OneToOneField(
        "students.SchoolClass", models.CASCADE, primary_key=True, verbose_name="班级", related_name="sign_computation"
    )
    computed_at = models.DateTimeField("计算时间")
    computed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="计算人", related_name="+"
    )

    scope_path = CLASS_PATH
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "预警计算"
        ordering = ["school_class"]

    def __str__(self):
        return f"{self.school_class} {self.computed_at}"
