"""What a child had before: the 学籍号 and the 就读身份 of former times; they change, history stays."""

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Subquery
from django.db.models.functions import Coalesce

from students.models.registry import Enrolment, Student


class FormerNumber(models.Model):
    """A 学籍号 that a child had before (L→G)."""

    student = models.ForeignKey(Student, models.PROTECT, verbose_name="学生", related_name="former_numbers")
    number = models.CharField("原学籍号", max_length=19)
    replaced_at = models.DateTimeField("更换时间")
    replaced_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="更换人"
    )

    class Meta:
        verbose_name = verbose_name_plural = "曾用学籍号"
        ordering = ["student", "replaced_at"]

    def __str__(self):
        return self.number


class FormerStandingQuerySet(models.QuerySet):
    """就读身份 of former times."""

    def held(self):
        """Those that ended after the child's first day in a class: earlier ones are nobody's."""
        return self.filter(Exists(Enrolment.objects.filter(student=OuterRef("student"), since__lt=OuterRef("until"))))


class FormerStanding(models.Model):
    """A 就读身份 that a child had until the day before ``until``, from the end of the one before or from the beginning.

    The last of them is followed by ``Student.standing``. So a child has one on every day: with nothing but ends there
    are no gaps, no overlaps and no second open one.
    """

    student = models.ForeignKey(Student, models.PROTECT, verbose_name="学生", related_name="former_standings")
    standing = models.CharField("原就读身份", max_length=20, choices=Student.Standing)
    until = models.DateField("结束日期")
    replaced_at = models.DateTimeField("登记时间")
    replaced_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="登记人"
    )

    objects = FormerStandingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "曾有的就读身份"
        ordering = ["student", "until"]
        constraints = [models.UniqueConstraint(fields=["student", "until"], name="one_former_standing_ends_a_day")]

    def __str__(self):
        return self.get_standing_display()


def standing_on(day, child: str = "") -> Coalesce:
    """The 就读身份 on ``day``, for an annotation of students, or of rows that name theirs in the field ``child``."""
    later = FormerStanding.objects.filter(student=OuterRef(child or "pk"), until__gt=day).order_by("until")
    present = F(f"{child}__standing" if child else "standing")
    return Coalesce(Subquery(later.values("standing")[:1]), present)
