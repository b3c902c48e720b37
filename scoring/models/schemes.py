"""Schemes as immutable rows, and which of them holds where from which day (domain.md §8)."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from casework.models.rules import VersionedContent
from students.access import ScopedQuerySet

OF_A_SCHOOL = "school-"  # how the codes of schools' own begin


class StoredScheme(VersionedContent):
    """考核办法; made by form it is of the code ``county``, ``school-…`` or ``AS_COUNTY``…."""

    class Meta:
        verbose_name = verbose_name_plural = "考核办法"
        ordering = ["code", "version"]
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="scheme_version_is_unique")]

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


class SchemeProposal(models.Model):
    """考核办法提案: a version made by form for a school or (blank) the county, until it counts.

    It is tried on the scores of ``as_of`` first (试算); ``outcome`` holds the counts and the classes that change most
    (ids and words), ``mark`` is that of what was shown, so that nobody lets count what they have not seen. ``follows``
    is the version that it takes the place of, ``adoption`` what came of it.
    """

    class State(models.TextChoices):
        REHEARSING = "rehearsing", "正在试算"
        REHEARSED = "rehearsed", "待确认"
        ADOPTED = "adopted", "已采用"
        WITHDRAWN = "withdrawn", "已撤回"
        GIVEN_UP = "given_up", "已放弃"

    school = models.ForeignKey(
        "students.School", models.PROTECT, null=True, blank=True, verbose_name="学校", related_name="scheme_proposals"
    )
    scheme = models.OneToOneField(StoredScheme, models.PROTECT, verbose_name="考核办法", related_name="proposal")
    follows = models.ForeignKey(StoredScheme, models.PROTECT, verbose_name="接在哪一版之后", related_name="+")
    school_year = models.PositiveSmallIntegerField("从哪个学年起", help_text="学年开始的年份。")
    reason = models.CharField("为什么改", max_length=200)
    as_of = models.DateField("试算到哪天")
    state = models.CharField("状态", max_length=12, choices=State, default=State.REHEARSING)
    outcome = models.JSONField("试算结果", default=dict, blank=True)
    mark = models.CharField("试算的摘要", max_length=64, blank=True)
    adoption = models.OneToOneField(
        SchemeAdoption, models.SET_NULL, null=True, blank=True, verbose_name="采用", related_name="proposal"
    )
    made_at = models.DateTimeField("提出时间")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="提出人", related_name="+")
    adopted_at = models.DateTimeField("采用时间", null=True, blank=True)
    adopted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="采用人", related_name="+"
    )
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="撤回人", related_name="+"
    )
    withdrawn_because = models.CharField("为什么撤回", max_length=200, blank=True)
    given_up_at = models.DateTimeField("放弃时间", null=True, blank=True)
    given_up_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="放弃人", related_name="+"
    )

    scope_path = {"school": "school", "township": "school__township", "school_class": None}
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "考核办法提案"
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="a_scheme_proposal_says_why"),
            models.CheckConstraint(
                condition=Q(state__in=["adopted", "withdrawn"], adopted_at__isnull=False)
                | (~Q(state__in=["adopted", "withdrawn"]) & Q(adopted_at=None, adoption=None)),
                name="a_scheme_proposal_was_adopted_at_a_time",
            ),
            models.CheckConstraint(
                condition=(Q(state="withdrawn", withdrawn_at__isnull=False, adoption=None) & ~Q(withdrawn_because=""))
                | (~Q(state="withdrawn") & Q(withdrawn_at=None, withdrawn_because="")),
                name="a_scheme_proposal_was_withdrawn_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(state="given_up", given_up_at__isnull=False) | (~Q(state="given_up") & Q(given_up_at=None)),
                name="a_scheme_proposal_was_given_up_at_a_time",
            ),
        ]

    def __str__(self):
        return f"{self.scheme}（{self.school_year}学年起）"
