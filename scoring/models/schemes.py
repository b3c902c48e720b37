"""Schemes as immutable rows, and which of them holds where from which day (domain.md §8)."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from casework.models.rules import VersionedContent
from scoring.models.proposals import VersionProposal, in_order
from scoring.scheme_reading import read_scheme
from students.access import ScopedQuerySet

OF_A_SCHOOL = "school-"  # how the codes of schools' own begin


class StoredScheme(VersionedContent):
    """考核办法; made by form it is of the code ``county``, ``school-…`` or ``AS_COUNTY``…."""

    class Meta:
        verbose_name = verbose_name_plural = "考核办法"
        ordering = ["code", "version"]
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="scheme_version_is_unique")]

    def save(self, *args, **kwargs):
        """Kept is only what can be accepted; raises ``SchemeError`` with the reasons."""
        read_scheme(self.content)
        super().save(*args, **kwargs)

    @property
    def is_a_schools(self) -> bool:
        """Whether a school made it for itself: it leaves nothing open."""
        return self.code.startswith(OF_A_SCHOOL)


class SchemeAdoption(models.Model):
    """采用办法: from a school year until the next adoption begins, for a school or (blank) the whole county.

    Whole school years only: a score runs from the year's first day, and nobody is judged by what was not known then.
    A school may adopt to have none of its own any more (``StoredScheme.is_the_countys``).
    """

    scheme = models.ForeignKey(StoredScheme, models.PROTECT, verbose_name="考核办法")
    school = models.ForeignKey("students.School", models.PROTECT, null=True, blank=True, verbose_name="学校")
    school_year = models.PositiveSmallIntegerField("从哪个学年起", help_text="学年开始的年份。")
    adopted_at = models.DateTimeField("采用时间")
    adopted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="采用人"
    )

    class Meta:
        verbose_name = verbose_name_plural = "采用办法"
        ordering = ["school", "school_year"]
        constraints = [
            models.UniqueConstraint(
                fields=["school_year"], condition=Q(school=None), name="one_county_scheme_begins_a_year"
            ),
            models.UniqueConstraint(fields=["school", "school_year"], name="one_school_scheme_begins_a_year"),
        ]

    def __str__(self):
        return f"{self.scheme}（{self.school_year}学年起）"


class SchemeProposal(VersionProposal):
    """考核办法提案 of a school or (blank) the county."""

    school = models.ForeignKey(
        "students.School", models.PROTECT, null=True, blank=True, verbose_name="学校", related_name="scheme_proposals"
    )
    scheme = models.OneToOneField(StoredScheme, models.PROTECT, verbose_name="考核办法", related_name="proposal")
    follows = models.ForeignKey(StoredScheme, models.PROTECT, verbose_name="接在哪一版之后", related_name="+")
    adoption = models.OneToOneField(
        SchemeAdoption, models.PROTECT, null=True, blank=True, verbose_name="采用", related_name="proposal"
    )

    scope_path = {"school": "school", "township": "school__township", "school_class": None}
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "考核办法提案"
        ordering = ["-made_at", "-pk"]
        constraints = in_order("scheme")
