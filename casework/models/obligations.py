"""What the engine keeps: runs and obligations. Both can be recomputed from the facts to the same content."""

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from casework.ladder import DutyStatus, duty_status
from casework.ruleset import Tier
from casework.stages import CASE_TIERS
from students.access import ScopedQuerySet
from students.models.attendance import CLASS_PATH
from students.models.registry import Enrolment, Student, choices


class AbsenceRun(models.Model):
    """连续缺课 of a child in one spell of attendance; derived, replaced when the facts change.

    ``ended_on`` is the present day that ended it or the day on which the child no longer attended; ``settled_on`` the
    first day the child was seen afterwards, which closes it for good.
    """

    student = models.ForeignKey(Student, models.PROTECT, verbose_name="学生", related_name="runs")
    school_class = models.ForeignKey("students.SchoolClass", models.PROTECT, verbose_name="班级", related_name="+")
    started_on = models.DateField("开始日期")
    last_absent_on = models.DateField("最近缺课日期")
    days = models.PositiveSmallIntegerField("缺课天数")
    unknown_days = models.PositiveSmallIntegerField("未点名天数")
    ended_on = models.DateField("结束日期", null=True, blank=True)
    settled_on = models.DateField("返校日期", null=True, blank=True)

    scope_path = CLASS_PATH
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "连续缺课"
        ordering = ["student", "started_on"]
        constraints = [
            models.UniqueConstraint(fields=["student", "started_on"], name="one_run_a_student_and_first_day"),
            models.UniqueConstraint(fields=["student"], condition=Q(ended_on=None), name="one_open_run_a_student"),
            models.CheckConstraint(condition=Q(last_absent_on__gte=F("started_on")), name="run_ends_after_it_starts"),
            models.CheckConstraint(condition=Q(days__gte=1), name="run_has_a_day"),
        ]

    def __str__(self):
        return f"{self.student}：{self.days}天"


UNDONE = Q(done_on=None, withdrawn_at=None)


class ObligationQuerySet(ScopedQuerySet):
    """Obligations."""

    def standing(self):
        """Those not withdrawn."""
        return self.filter(withdrawn_at=None)

    def undone_on(self, day):
        """Triggered by ``day`` and not fulfilled. Pages ask this of today, and no act is dated later."""
        return self.standing().filter(done_on=None, triggered_on__lte=day)

    def folded(self, day):
        """Of the contacts that a class owes for one child on ``day`` only the oldest: one call settles them all.

        A child who has moved is owed a call by either class, and each has to see its own.
        """
        older = (
            Obligation.objects.undone_on(day)
            .filter(
                student=OuterRef("student"),
                school_class=OuterRef("school_class"),
                tier=Tier.CONTACT,
                triggered_on__lt=OuterRef("triggered_on"),
            )
            .order_by()
        )
        return self.exclude(Q(tier=Tier.CONTACT) & Exists(older))

    def of_cases(self, day):
        """What a case is about: duties of runs, triggered by ``day``, with ``seen_on``, the day on which the child was
        seen again; None while it is away."""
        run = AbsenceRun.objects.filter(student=OuterRef("student"), started_on=OuterRef("run_start"))
        # A child that was only reported gone is back with the day on which its return is owed.
        back = Obligation.objects.standing().filter(
            student=OuterRef("student"), key=OuterRef("key"), tier=Tier.RETURN_REPORT, run_start=None
        )
        seen = Coalesce(Subquery(run.values("settled_on")[:1]), Subquery(back.values("triggered_on")[:1]))
        rows = self.standing().filter(tier__in=sorted(CASE_TIERS), triggered_on__lte=day)
        return rows.annotate(seen_on=seen)

    def for_duty_list(self):
        """With all that a duty card names, and ``school_now``, the school in whose registry the child last stood."""
        last = Enrolment.objects.filter(student=OuterRef("student")).order_by("-since")
        return self.select_related("student", "school_class__school", "rule_set").annotate(
            school_now=Subquery(last.values("school_class__school")[:1])
        )


class Obligation(models.Model):
    """待办: (student, tier, key) exactly once. Whether it is open or late on a day is derived, not stored.

    ``key``: the day for 联系家长, the run's start for visits and reports, the event's date for 变动报告 and 证明材料,
    the approved end for 休学期满, the first school day of the term for 开学未到家访, the first excused day in a row
    for 长假核实 (then ``run_start`` and ``run_days`` are those of the leave), the day of the call for 再次联系 and that
    of the first call for 联系不上家访 (then they are those of the days in a row on which nobody answered). A correction
    that removes the trigger withdraws the row and says why; nothing is deleted.
    """

    student = models.ForeignKey(Student, models.PROTECT, verbose_name="学生", related_name="obligations")
    school_class = models.ForeignKey(
        "students.SchoolClass", models.PROTECT, verbose_name="班级", related_name="obligations"
    )
    rule_set = models.ForeignKey("casework.StoredRuleSet", models.PROTECT, verbose_name="规则集", related_name="+")
    step = models.PositiveSmallIntegerField("规则第几级")
    tier = models.CharField("种类", max_length=20, choices=choices(Tier))
    key = models.DateField("事由日期")
    triggered_on = models.DateField("触发日期")
    due_on = models.DateField("到期日期")
    run_start = models.DateField("连续缺课开始日期", null=True, blank=True)
    run_days = models.PositiveSmallIntegerField("触发时缺课天数", default=0)
    unknown_days = models.PositiveSmallIntegerField("触发时未点名天数", default=0)
    done_on = models.DateField("完成日期", null=True, blank=True)
    withdrawn_at = models.DateTimeField("撤销时间", null=True, blank=True)
    withdrawn_reason = models.CharField("撤销原因", max_length=100, blank=True)

    scope_path = CLASS_PATH
    objects = ObligationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "待办"
        ordering = ["triggered_on", "student", "tier", "key"]
        constraints = [
            models.UniqueConstraint(fields=["student", "tier", "key"], name="one_obligation_a_student_tier_and_key"),
            models.CheckConstraint(
                condition=Q(due_on__gte=F("triggered_on")), name="obligation_is_due_after_its_trigger"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_reason="")
                | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_reason="")),
                name="a_withdrawn_obligation_says_why",
            ),
            models.CheckConstraint(
                condition=Q(run_start=None, run_days=0, unknown_days=0) | Q(run_start__isnull=False, run_days__gte=1),
                name="obligation_of_a_run_has_its_days",
            ),
        ]
        indexes = [
            models.Index(fields=["school_class", "triggered_on"], name="obligations_of_a_class"),
            models.Index(fields=["due_on", "student"], condition=UNDONE, name="undone_obligations_by_due_day"),
            models.Index(fields=["student", "due_on"], condition=UNDONE, name="undone_obligations_of_a_child"),
            models.Index(
                fields=["student", "school_class", "triggered_on"],
                condition=UNDONE & Q(tier="contact"),
                name="undone_contacts_of_a_student",
            ),
            models.Index(fields=["school_class", "due_on"], condition=UNDONE, name="undone_obligations_of_a_class"),
        ]

    def __str__(self):
        return f"{self.student}：{self.get_tier_display()}"

    def status_on(self, day) -> DutyStatus:
        if self.withdrawn_at:
            return DutyStatus.WITHDRAWN
        return duty_status(due_on=self.due_on, done_on=self.done_on, as_of=day)
