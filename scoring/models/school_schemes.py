"""Schemes for schools as immutable rows, and which of them holds from which school year (domain.md §8)."""

from django.conf import settings
from django.db import models

from casework.models.rules import VersionedContent
from scoring.models.proposals import VersionProposal, in_order
from scoring.school_scheme import read_school_scheme


class StoredSchoolScheme(VersionedContent):
    """学校考核办法."""

    class Meta:
        verbose_name = verbose_name_plural = "学校考核办法"
        ordering = ["code", "version"]
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="school_scheme_version_is_unique"),
        ]

    def save(self, *args, **kwargs):
        """Kept is only what can be accepted; raises ``SchemeError`` with the reasons."""
        read_school_scheme(self.content)
        super().save(*args, **kwargs)


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


class SchoolSchemeProposal(VersionProposal):
    """学校考核办法提案: 县教育局 alone makes and sees them."""

    scheme = models.OneToOneField(
        StoredSchoolScheme, models.PROTECT, verbose_name="学校考核办法", related_name="proposal"
    )
    follows = models.ForeignKey(StoredSchoolScheme, models.PROTECT, verbose_name="接在哪一版之后", related_name="+")
    adoption = models.OneToOneField(
        SchoolSchemeAdoption, models.PROTECT, null=True, blank=True, verbose_name="采用", related_name="proposal"
    )

    class Meta:
        verbose_name = verbose_name_plural = "学校考核办法提案"
        ordering = ["-made_at", "-pk"]
        constraints = in_order("school_scheme")
