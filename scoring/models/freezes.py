"""定分: the scores of a school's classes at a term's end, signed, frozen, amended by numbers (domain.md §8, §9)."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from students.access import ScopedQuerySet
from students.models.attendance import CLASS_PATH

Person = settings.AUTH_USER_MODEL
SCHOOL_PATH = {"school": "school", "township": "school__township", "school_class": None}
UNSIGNED = Q(signed_at=None, signed_by=None, as_of=None, sha256="")
SIGNED = Q(signed_at__isnull=False, signed_by__isnull=False, as_of__isnull=False) & ~Q(sha256="")
UNFROZEN = Q(frozen_at=None, frozen_by=None, note="")
FROZEN = Q(frozen_at__isnull=False, frozen_by__isnull=False) & ~Q(note="")


class ScoreFreeze(models.Model):
    """定分 of a school and a term: opened by the bureau, signed 签字确认 by the school, frozen after the inspection.

    ``as_of``: the day through which was signed; the term's end may be moved afterwards. ``sha256`` is taken over all
    that was signed, and only that can be frozen; ``note`` says what the inspection found.
    The last 退回 stays: ``returned_at``, ``return_reason``. Once frozen the row never changes (trigger).
    """

    class State(models.TextChoices):
        OPEN = "open", "待学校签字"
        SIGNED = "signed", "待定分"
        FROZEN = "frozen", "已定分"

    school = models.ForeignKey("students.School", models.PROTECT, verbose_name="学校", related_name="score_freezes")
    term = models.ForeignKey("students.Term", models.PROTECT, verbose_name="学期", related_name="score_freezes")
    state = models.CharField("状态", max_length=10, choices=State, default=State.OPEN)
    opened_at = models.DateTimeField("发起时间")
    opened_by = models.ForeignKey(Person, models.PROTECT, verbose_name="发起人", related_name="+")
    signed_at = models.DateTimeField("签字时间", null=True, blank=True)
    signed_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, verbose_name="签字人", related_name="+"
    )
    as_of = models.DateField("算到哪天", null=True, blank=True)
    sha256 = models.CharField("内容摘要", max_length=64, blank=True)
    returned_at = models.DateTimeField("退回时间", null=True, blank=True)
    returned_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, verbose_name="退回人", related_name="+"
    )
    return_reason = models.CharField("退回原因", max_length=300, blank=True)
    frozen_at = models.DateTimeField("定分时间", null=True, blank=True)
    frozen_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, verbose_name="定分人", related_name="+"
    )
    note = models.CharField("检查情况", max_length=500, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    scope_path = SCHOOL_PATH
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "定分"
        ordering = ["-term__start", "school"]
        constraints = [
            models.UniqueConstraint(fields=["school", "term"], name="a_schools_term_is_frozen_once"),
            models.CheckConstraint(
                condition=(Q(state="open") & UNSIGNED & UNFROZEN)
                | (Q(state="signed") & SIGNED & UNFROZEN)
                | (Q(state="frozen") & SIGNED & FROZEN),
                name="scores_are_signed_and_then_frozen",
            ),
            models.CheckConstraint(
                condition=Q(frozen_by=None) | ~Q(frozen_by=F("signed_by")), name="who_signs_scores_does_not_freeze_them"
            ),
            models.CheckConstraint(
                condition=Q(returned_at=None, returned_by=None, return_reason="")
                | Q(returned_at__isnull=False, returned_by__isnull=False) & ~Q(return_reason=""),
                name="scores_sent_back_say_why",
            ),
        ]

    def __str__(self):
        return f"{self.school} {self.term}"

    @property
    def day(self) -> date:
        """The day through which it is reckoned."""
        return self.as_of or self.term.end

    @property
    def is_frozen(self) -> bool:
        return self.state == self.State.FROZEN

    @property
    def tone(self) -> str:
        return {"open": "warn", "signed": "note", "frozen": "ok"}[self.state]


class ScoreAmendment(models.Model):
    """更正: what the facts said later against what was frozen, numbered from 1, with the reason; never changed.

    ``differences``: class → before, after, in words; ``sha256`` is taken over the whole list as it stands from then.
    """

    freeze = models.ForeignKey(ScoreFreeze, models.PROTECT, verbose_name="定分", related_name="amendments")
    number = models.PositiveSmallIntegerField("第几次更正")
    reason = models.CharField("更正原因", max_length=300)
    differences = models.JSONField("差异")
    sha256 = models.CharField("内容摘要", max_length=64)
    issued_at = models.DateTimeField("更正时间")
    issued_by = models.ForeignKey(Person, models.PROTECT, verbose_name="更正人", related_name="+")

    scope_path = {"school": "freeze__school", "township": "freeze__school__township", "school_class": None}
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "定分更正"
        ordering = ["freeze", "number"]
        constraints = [
            models.UniqueConstraint(fields=["freeze", "number"], name="amendments_of_scores_are_numbered"),
            models.CheckConstraint(condition=Q(number__gte=1), name="amendments_of_scores_begin_with_one"),
            models.CheckConstraint(condition=~Q(reason=""), name="an_amendment_of_scores_says_why"),
        ]

    def __str__(self):
        return f"{self.freeze} 第{self.number}次更正"


class FrozenScore(models.Model):
    """定分得分 of a class: the scheme, the facts and what they come to; never changed.

    ``number`` 0 is what was frozen, n what amendment n put in its place. ``sha256`` is taken over all three.
    """

    freeze = models.ForeignKey(ScoreFreeze, models.PROTECT, verbose_name="定分", related_name="scores")
    school_class = models.ForeignKey(
        "students.SchoolClass", models.PROTECT, verbose_name="班级", related_name="frozen_scores"
    )
    number = models.PositiveSmallIntegerField("第几次更正", default=0)
    scheme = models.ForeignKey("scoring.StoredScheme", models.PROTECT, verbose_name="考核办法", related_name="+")
    facts = models.JSONField("依据")
    result = models.JSONField("得分")
    total = models.DecimalField("合计", max_digits=5, decimal_places=1)
    sha256 = models.CharField("内容摘要", max_length=64)

    scope_path = CLASS_PATH
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "定分得分"
        ordering = ["freeze", "school_class", "number"]
        constraints = [
            models.UniqueConstraint(fields=["freeze", "school_class", "number"], name="a_class_is_frozen_once")
        ]

    def __str__(self):
        return f"{self.school_class}：{self.total}分"
