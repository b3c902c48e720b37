"""评优: the rules of awards as immutable rows, and which of them holds from which school year (domain.md §8)."""

from django.conf import settings
from django.db import models

from casework.models.rules import VersionedContent


class StoredAwardRule(VersionedContent):
    """评优办法."""

    class Meta:
        verbose_name = verbose_name_plural = "评优办法"
        ordering = ["code", "version"]
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="award_rule_version_is_unique")]


class AwardRuleAdoption(models.Model):
    """采用评优办法: from a school year until the next adoption begins, for the whole county."""

    rule = models.ForeignKey(StoredAwardRule, models.PROTECT, verbose_name="评优办法")
    school_year = models.PositiveSmallIntegerField("从哪个学年起", unique=True, help_text="学年开始的年份。")
    adopted_at = models.DateTimeField("采用时间")
    adopted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="采用人"
    )

    class Meta:
        verbose_name = verbose_name_plural = "采用评优办法"
        ordering = ["school_year"]

    def __str__(self):
        return f"{self.rule}（{self.school_year}学年起）"
