"""Rule sets as immutable rows, and which of them holds where from which day (domain.md §4)."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class StoredRuleSet(models.Model):
    """规则集, loaded from a preset. A row never changes: new content is a new version; every result points to one."""

    code = models.CharField("代号", max_length=40)
    version = models.PositiveSmallIntegerField("版本")
    title = models.CharField("名称", max_length=60)
    content = models.JSONField("内容")

    class Meta:
        verbose_name = verbose_name_plural = "规则集"
        ordering = ["code", "version"]
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="rule_set_version_is_unique")]

    def __str__(self):
        return self.title


class RuleAdoption(models.Model):
    """采用规则: from ``starts_on`` until the next begins, for a school or (blank) the whole county."""

    rule_set = models.ForeignKey(StoredRuleSet, models.PROTECT, verbose_name="规则集")
    school = models.ForeignKey("students.School", models.PROTECT, null=True, blank=True, verbose_name="学校")
    starts_on = models.DateField("开始日期")
    adopted_at = models.DateTimeField("采用时间")
    adopted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="采用人"
    )

    class Meta:
        verbose_name = verbose_name_plural = "采用规则"
        ordering = ["school", "starts_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["starts_on"], condition=Q(school=None), name="one_county_rule_set_begins_a_day"
            ),
            models.UniqueConstraint(fields=["school", "starts_on"], name="one_school_rule_set_begins_a_day"),
        ]

    def __str__(self):
        return f"{self.rule_set}（{self.starts_on}起）"
