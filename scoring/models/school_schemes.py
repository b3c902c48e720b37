"""Schemes for schools as immutable rows, and which of them holds from which school year (domain.md §8)."""

from django.conf import settings
from django.db import models

from casework.models.rules import VersionedContent


class StoredSchoolScheme(VersionedContent):
    """学校考核办法."""

    class Meta:
        verbose_name = verbose_name_plural = "学校考核办法"
        ordering = ["code", "version"]
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="school_scheme_version_is_unique"),
        ]


class SchoolSchemeAdoption(models.Model):
    """采用学校考核办法: from a school year until the next adoption begins, for the whole county."""

    scheme = models.ForeignKey(StoredSchoolScheme, models.PROTECT, verbose_name="学校考核办法")
    school_year = models.PositiveSmallIntegerField("从哪个学年起", unique=True, help_text="学年开始的年份。")
    adopted_at = models.DateTimeField("采用时间")
    adopted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="采用人"
    )

    class Meta:
        verbose_name = verbose_name_plural = "采用学校考核办法"
        ordering = ["school_year"]

    def __str__(self):
        return f"{self.scheme}（{self.school_year}学年起）"
