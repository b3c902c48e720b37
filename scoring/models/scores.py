"""Scores as they were reckoned last night; they can be thrown away and reckoned again to the same content."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q, Value

from scoring.scheme import Measure
from students.access import ScopedQuerySet
from students.models.attendance import CLASS_PATH


def _points(name: str) -> models.DecimalField:
    return models.DecimalField(name, max_digits=5, decimal_places=1)


SUM = F("target") + F("missed_roll_call") + F("late_contact") + F("late_report") + F("verified_return")
HAIR = Decimal("0.05")


# The class had children to answer for; the same as ``ClassFacts.is_scored``.
IS_SCORED = Q(baseline__gt=0) | Q(dropouts__gt=0) | Q(registers_due__gt=0)


class KeptScore(models.Model):
    """班级得分 of a class through ``as_of`` (included): what the lists of school and county show.

    Kept are the cut-off days of the school year's months and the last day that is over. What a line is made of is
    reckoned from the facts when somebody opens it.
    """

    school_class = models.ForeignKey("students.SchoolClass", models.CASCADE, verbose_name="班级", related_name="scores")
    as_of = models.DateField("算到哪天")
    scheme = models.ForeignKey("scoring.StoredScheme", models.PROTECT, verbose_name="考核办法", related_name="+")
    baseline = models.PositiveSmallIntegerField("学年初人数")
    dropouts = models.PositiveSmallIntegerField("流失人数")
    waived = models.PositiveSmallIntegerField("申诉认定不计人数", default=0)
    target_met = models.BooleanField("完成目标")
    is_rated = models.BooleanField("目标予以评定")
    veto = models.BooleanField("一票否决")
    target = _points(Measure.TARGET.label)
    missed_roll_call = _points(Measure.MISSED_ROLL_CALL.label)
    late_contact = _points(Measure.LATE_CONTACT.label)
    late_report = _points(Measure.LATE_REPORT.label)
    verified_return = _points(Measure.VERIFIED_RETURN.label)
    total = _points("合计")
    registers_due = models.PositiveIntegerField("应点节次")
    registers_missing = models.PositiveIntegerField("缺的节次")

    scope_path = CLASS_PATH
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "班级得分"
        ordering = ["as_of", "school_class"]
        constraints = [
            models.UniqueConstraint(fields=["school_class", "as_of"], name="one_score_a_class_and_day"),
            models.CheckConstraint(
                # SQLite keeps decimals as binary fractions, whose sum may miss by a hair.
                condition=Q(total__gt=SUM - Value(HAIR), total__lt=SUM + Value(HAIR)),
                name="a_total_is_the_sum_of_its_lines",
            ),
            models.CheckConstraint(
                condition=Q(veto=False) | Q(baseline__gt=0), name="a_class_without_a_baseline_is_not_vetoed"
            ),
            models.CheckConstraint(
                condition=Q(waived__lte=F("dropouts")), name="no_more_children_are_waived_than_lost"
            ),
            models.CheckConstraint(
                condition=Q(registers_missing__lte=F("registers_due")), name="no_more_registers_are_missing_than_due"
            ),
        ]
        indexes = [models.Index(fields=["as_of", "total"], name="scores_of_a_day_in_order")]

    def __str__(self):
        return f"{self.school_class}：{self.total}分"

    @property
    def is_scored(self) -> bool:
        return bool(self.baseline or self.dropouts or self.registers_due)
