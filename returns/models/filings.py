"""上报 of a school: 月报, 学期报告, 学年报告, in numbered editions; what was signed never changes (domain.md §9)."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from returns.states import IN_SCHOOL, SENT, State
from students.access import ScopedQuerySet
from students.models.registry import choices
from students.periods import PeriodKind, name_of

Person = settings.AUTH_USER_MODEL
PREPARED = Q(prepared_at__isnull=False, prepared_by__isnull=False)
UNSIGNED = Q(signed_at=None, signed_by=None, snapshot=None)
SIGNED = Q(signed_at__isnull=False, signed_by__isnull=False, snapshot__isnull=False)
UNFILED = Q(filed_at=None, filed_by=None)
FILED = Q(filed_at__isnull=False, filed_by__isnull=False)
UNDECIDED = Q(decided_at=None, decided_by=None, decision_reason="")
DECIDED = Q(decided_at__isnull=False, decided_by__isnull=False)
ENDED = Q(state__in=["returned", "withdrawn"])


class SchoolReturn(models.Model):
    """What a school files of a period: a month, a term or a school year.

    Its days and the deadline are kept as they were when it was begun.
    """

    school = models.ForeignKey("students.School", models.PROTECT, verbose_name="学校", related_name="returns")
    kind = models.CharField("种类", max_length=5, choices=choices(PeriodKind))
    period = models.CharField("时段", max_length=7)  # its code: 2026-10, 2026-1 or 2026
    first = models.DateField("开始日期")
    cut_off = models.DateField("截止日期")
    deadline = models.DateField("上报期限")

    scope_path = {"school": "school", "township": "school__township", "school_class": None}
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "上报"
        ordering = ["cut_off", "period", "school"]
        constraints = [
            models.UniqueConstraint(fields=["school", "period"], name="one_return_a_school_and_period"),
            models.CheckConstraint(
                condition=Q(first__lte=F("cut_off"), cut_off__lt=F("deadline")),
                name="a_return_is_due_after_its_cut_off",
            ),
            models.CheckConstraint(
                condition=Q(kind="month", period__regex=r"^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])$")
                | Q(kind="term", period__regex=r"^(19|20|21)[0-9]{2}-[12]$")
                | Q(kind="year", period__regex=r"^(19|20|21)[0-9]{2}$"),
                name="the_period_of_a_return_is_one",
            ),
        ]

    def __str__(self):
        return f"{self.school} {self.name}"

    @property
    def name(self) -> str:
        """2026年10月月报."""
        return name_of(self.period)

    @property
    def title(self) -> str:
        """月报."""
        return PeriodKind(self.kind).label


class Snapshot(models.Model):
    """上报快照: what was signed, as plain data and as the paper; never changed (trigger).

    ``sha256`` is taken over ``content``, ``pdf_sha256`` over the bytes of the paper.
    """

    school_return = models.ForeignKey(SchoolReturn, models.PROTECT, verbose_name="上报", related_name="snapshots")
    content = models.JSONField("内容")
    sha256 = models.CharField("内容摘要", max_length=64)
    pdf = models.BinaryField("打印版")
    pdf_sha256 = models.CharField("打印版摘要", max_length=64)
    made_at = models.DateTimeField("形成时间")
    made_by = models.ForeignKey(Person, models.PROTECT, verbose_name="签字人", related_name="+")

    scope_path = {"school": "school_return__school", "township": "school_return__school__township",
                  "school_class": None}  # fmt: skip
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "上报快照"
        ordering = ["school_return", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(sha256="") & ~Q(pdf_sha256=""), name="a_snapshot_has_its_digests")
        ]

    def __str__(self):
        return f"{self.school_return} {self.sha256[:8]}"


class EditionQuerySet(ScopedQuerySet):
    """Editions of returns."""

    def sent(self):
        """Those that the bureau has: filed or accepted."""
        return self.filter(state__in=sorted(SENT))

    def latest_first(self):
        return self.order_by("-number", "-attempt")


class Edition(models.Model):
    """一版: 0 is the return itself, n its amendment 第n号更正. Once filed it never changes (trigger).

    Sent back or taken back before it was filed, it stays as it was with who prepared and signed it, and the school
    prepares the same number once more as the next ``attempt``.
    """

    school_return = models.ForeignKey(SchoolReturn, models.PROTECT, verbose_name="上报", related_name="editions")
    number = models.PositiveSmallIntegerField("第几号更正", default=0)
    attempt = models.PositiveSmallIntegerField("第几次上报", default=1)
    state = models.CharField("状态", max_length=10, choices=choices(State))
    reason = models.CharField("更正原因", max_length=300, blank=True)
    remark = models.CharField("学校说明", max_length=500, blank=True)
    prepared_at = models.DateTimeField("填报时间", null=True, blank=True)
    prepared_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, verbose_name="填报人", related_name="+"
    )
    signed_at = models.DateTimeField("签字时间", null=True, blank=True)
    signed_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, verbose_name="签字人", related_name="+"
    )
    snapshot = models.OneToOneField(
        Snapshot, models.PROTECT, null=True, blank=True, verbose_name="快照", related_name="edition"
    )
    filed_at = models.DateTimeField("上报时间", null=True, blank=True)
    filed_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, verbose_name="上报人", related_name="+")
    decided_at = models.DateTimeField("处理时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, verbose_name="处理人", related_name="+"
    )
    decision_reason = models.CharField("退回原因", max_length=300, blank=True)
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, verbose_name="撤回人", related_name="+"
    )
    version = models.PositiveIntegerField("版本", default=1)

    scope_path = {"school": "school_return__school", "township": "school_return__school__township",
                  "school_class": None}  # fmt: skip
    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "上报版次"
        ordering = ["school_return", "number", "attempt"]
        constraints = [
            models.UniqueConstraint(fields=["school_return", "number", "attempt"], name="editions_are_numbered"),
            models.UniqueConstraint(
                fields=["school_return", "number"], condition=~ENDED, name="an_edition_is_filed_once"
            ),
            models.CheckConstraint(condition=Q(attempt__gte=1), name="attempts_of_a_return_begin_with_one"),
            models.CheckConstraint(
                condition=Q(number=0, reason="") | Q(number__gte=1) & ~Q(reason=""), name="an_amended_return_says_why"
            ),
            models.CheckConstraint(
                condition=(Q(state="prepared") & PREPARED & UNSIGNED & UNFILED & UNDECIDED)
                | (Q(state="signed") & PREPARED & SIGNED & UNFILED & UNDECIDED)
                | (Q(state="filed") & PREPARED & SIGNED & FILED & UNDECIDED)
                | (Q(state="accepted", decision_reason="") & PREPARED & SIGNED & FILED & DECIDED)
                | (Q(state="returned") & ~Q(decision_reason="") & PREPARED & SIGNED & FILED & DECIDED)
                | (Q(state="withdrawn") & PREPARED & (UNSIGNED | SIGNED) & UNFILED & UNDECIDED),
                name="a_return_is_prepared_signed_filed_and_decided",
            ),
            models.CheckConstraint(
                condition=Q(state="withdrawn", withdrawn_at__isnull=False, withdrawn_by__isnull=False)
                | ~Q(state="withdrawn") & Q(withdrawn_at=None, withdrawn_by=None),
                name="what_is_taken_back_says_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None)
                | ~Q(decided_by=F("prepared_by")) & ~Q(decided_by=F("signed_by")) & ~Q(decided_by=F("filed_by")),
                name="nobody_accepts_their_own_return",
            ),
        ]
        indexes = [models.Index(fields=["state"], condition=Q(state="filed"), name="returns_that_wait")]

    def __str__(self):
        return f"{self.school_return} {self.label}"

    @property
    def step(self) -> State:
        """The state, as the table of states knows it."""
        return State(self.state)

    @property
    def label(self) -> str:
        """月报, or 第1号更正."""
        return f"第{self.number}号更正" if self.number else self.school_return.title

    @property
    def is_sent(self) -> bool:
        return self.state in SENT

    @property
    def is_in_school(self) -> bool:
        return self.state in IN_SCHOOL

    @property
    def filed_on(self) -> date | None:
        """The local day of the filing."""
        return self.filed_at and timezone.localtime(self.filed_at).date()
