"""What an inspection came to: signed, corrected under a number, answered by the school. None of it ever changes."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from inspections.models.rounds import Inspection


class InspectionResult(models.Model):
    """检查结果: ``number`` 1 is what the inspector signed, later ones are the bureau's corrections, with a reason.

    ``content``: item → points, or that it does not apply, and the remark. The sums stand beside it, so that a list
    reads no content; ``judged`` of ``items`` items, ``full`` points of those that apply.
    """

    inspection = models.ForeignKey(Inspection, models.PROTECT, verbose_name="到校检查", related_name="results")
    number = models.PositiveSmallIntegerField("第几版")
    content = models.JSONField("各项评分")
    given = models.DecimalField("得分", max_digits=5, decimal_places=1)
    full = models.DecimalField("适用项目满分", max_digits=5, decimal_places=1)
    judged = models.PositiveSmallIntegerField("已评项目")
    items = models.PositiveSmallIntegerField("应评项目")
    reason = models.CharField("更正原因", max_length=200, blank=True)
    made_at = models.DateTimeField("时间")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="签名人", related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "检查结果"
        ordering = ["inspection", "number"]
        constraints = [
            models.UniqueConstraint(fields=["inspection", "number"], name="results_of_an_inspection_are_numbered"),
            models.CheckConstraint(
                condition=Q(number=1, reason="") | (Q(number__gt=1) & ~Q(reason="")),
                name="a_corrected_result_says_why",
            ),
            models.CheckConstraint(
                condition=Q(given__gte=0, given__lte=F("full"), full__gt=0), name="points_are_within_full_marks"
            ),
            models.CheckConstraint(condition=Q(judged=F("items"), items__gt=0), name="a_result_judges_every_item"),
        ]

    def __str__(self):
        return f"{self.inspection}第{self.number}版"


class InspectionAnswer(models.Model):
    """学校回复: the head of the school confirms a result or explains, once for each version of it."""

    class Kind(models.TextChoices):
        CONFIRMED = "confirmed", "确认"
        EXPLAINED = "explained", "说明"

    result = models.OneToOneField(InspectionResult, models.PROTECT, verbose_name="检查结果", related_name="answer")
    kind = models.CharField("回复", max_length=10, choices=Kind)
    words = models.CharField("说明", max_length=500, blank=True)
    answered_at = models.DateTimeField("回复时间")
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="回复人", related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "学校回复"
        ordering = ["result"]
        constraints = [
            models.CheckConstraint(condition=Q(kind="confirmed") | ~Q(words=""), name="an_explanation_has_words")
        ]

    def __str__(self):
        return f"{self.result}：{self.get_kind_display()}"
