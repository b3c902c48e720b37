"""Rule sets as immutable rows, which of them holds where from which day, and those that wait (domain.md §4)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from students.access import ScopedQuerySet

# The code of a copy of the county's content with which that of a school ends: from then on it follows the county.
AS_COUNTY = "as-county-"


class VersionedContent(models.Model):
    """Dated data that is kept as rows, loaded from a preset or made by form.

    A row never changes, the database sees to it: new content is a new version; every result points to one.
    """

    code = models.CharField("代号", max_length=40)
    version = models.PositiveSmallIntegerField("版本")
    title = models.CharField("名称", max_length=60)
    content = models.JSONField("内容")

    class Meta:
        abstract = True

    def __str__(self):
        return self.title

    @property
    def is_the_countys(self) -> bool:
        """Whether a school that adopts it lives by what the county has from then on, whatever that becomes."""
        return self.code.startswith(AS_COUNTY)


class StoredRuleSet(VersionedContent):
    """规则集; made by form it is of the code ``county``, ``school-…`` or ``AS_COUNTY``…."""

    class Meta:
        verbose_name = verbose_name_plural = "规则集"
        ordering = ["code", "version"]
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="rule_set_version_is_unique")]


class RuleAdoption(models.Model):
    """采用规则: from ``starts_on`` until the next begins, for a school or (blank) the whole county.

    A school may adopt to have none of its own any more (``StoredRuleSet.is_the_countys``).
    """

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


class RuleProposal(models.Model):
    """规则提案: a version made by form for a school or (blank) the county, until it counts.

    It is tried on the facts of ``first_day`` to ``last_day`` first (试算); ``outcome`` holds the counts and the first
    children (ids and words), ``mark`` is that of what was shown, so that nobody lets count what they have not seen.
    ``follows`` is the version that it takes the place of, ``adoption`` what came of it.
    """

    class State(models.TextChoices):
        REHEARSING = "rehearsing", "正在试算"
        REHEARSED = "rehearsed", "待确认"
        ADOPTED = "adopted", "已采用"
        WITHDRAWN = "withdrawn", "已撤回"
        GIVEN_UP = "given_up", "已放弃"

    school = models.ForeignKey(
        "students.School", models.PROTECT, null=True, blank=True, verbose_name="学校", related_name="rule_proposals"
    )
    rule_set = models.OneToOneField(StoredRuleSet, models.PROTECT, verbose_name="规则集", related_name="proposal")
    follows = models.ForeignKey(StoredRuleSet, models.PROTECT, verbose_name="接在哪一版之后", related_name="+")
    starts_on = models.DateField("开始日期")
    reason = models.CharField("为什么改", max_length=200)
    first_day = models.DateField("试算从哪天起")
    last_day = models.DateField("试算到哪天止")
    state = models.CharField("状态", max_length=12, choices=State, default=State.REHEARSING)
    outcome = models.JSONField("试算结果", default=dict, blank=True)
    mark = models.CharField("试算的摘要", max_length=64, blank=True)
    adoption = models.OneToOneField(
        RuleAdoption, models.SET_NULL, null=True, blank=True, verbose_name="采用", related_name="proposal"
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
    given_up_at = models.DateTimeField("放弃时间", null=True, blank=True)
    given_up_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="放弃人", related_name="+"
    )

    scope_path = {"school": "school", "township": "school__township", "school_class": None}
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "规则提案"
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="a_dry_run_has_a_period"),
            models.CheckConstraint(condition=~Q(reason=""), name="a_rule_proposal_says_why"),
            models.CheckConstraint(
                condition=Q(state__in=["adopted", "withdrawn"], adopted_at__isnull=False)
                | (~Q(state__in=["adopted", "withdrawn"]) & Q(adopted_at=None, adoption=None)),
                name="a_rule_proposal_was_adopted_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state="withdrawn", withdrawn_at__isnull=False, adoption=None)
                | (~Q(state="withdrawn") & Q(withdrawn_at=None)),
                name="a_rule_proposal_was_withdrawn_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state="given_up", given_up_at__isnull=False) | (~Q(state="given_up") & Q(given_up_at=None)),
                name="a_rule_proposal_was_given_up_at_a_time",
            ),
        ]

    def __str__(self):
        return f"{self.rule_set}（{self.starts_on}起）"
