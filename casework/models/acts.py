"""What people do and report about a child: contacts, filed reports, concerns (domain.md §4, §5)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from casework.causes import Reason, Whereabouts
from casework.contacts import (
    CALLS,
    UNANSWERED,
    UNMET,
    VISITS,
    Colleague,
    Companion,
    ContactMethod,
    ContactOutcome,
    Wish,
)
from casework.ruleset import REPORT_TIERS, Tier
from casework.steps import Concern
from students.access import ScopedQuerySet
from students.models.registry import STUDENT_PATH, Student, choices


class Act(models.Model):
    """An act of somebody's, on its ``day``. Two identical ones are one.

    Never deleted: an act taken back keeps who did so and when.
    """

    student = models.ForeignKey(Student, models.PROTECT, verbose_name="学生", related_name="%(class)ss")
    day = models.DateField("日期")
    recorded_at = models.DateTimeField("登记时间")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="登记人", related_name="+"
    )
    cancelled_at = models.DateTimeField("撤销时间", null=True, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="撤销人", related_name="+"
    )

    scope_is_many = True
    scope_path = STUDENT_PATH
    scope_day = "day"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        abstract = True


def _any_of(column: str, values) -> Q:
    return Q(**{f"{column}__in": sorted(value.value for value in values)})


class Contact(Act):
    """联系记录: when, how and with what result a guardian was reached; "no answer" is a result.

    ``result`` is the whole in one line. A row from a workbook has no more than that; one recorded here says its
    ``outcome``. ``submission`` is the key of one telling: a call about several children is a contact of each.
    """

    method = models.CharField("方式", max_length=20, choices=choices(ContactMethod))
    result = models.CharField("结果", max_length=200, blank=True)
    outcome = models.CharField("联系结果", max_length=20, choices=choices(ContactOutcome), blank=True)
    talk = models.CharField("谈话内容", max_length=1000, blank=True)
    spoke_to = models.CharField("和谁谈的", max_length=40, blank=True)
    wish = models.CharField("孩子的意愿", max_length=20, choices=choices(Wish), blank=True)
    reason = models.CharField("原因", max_length=20, choices=choices(Reason), blank=True)
    whereabouts = models.CharField("去向", max_length=20, choices=choices(Whereabouts), blank=True)
    promised_on = models.DateField("答应哪天返校", null=True, blank=True)
    colleagues = models.CharField("学校参加人", max_length=100, blank=True)  # codes parted by commas, like the next
    companions = models.CharField("其他参加人", max_length=100, blank=True)
    names = models.CharField("参加人姓名", max_length=100, blank=True)
    next_note = models.CharField("下一步打算", max_length=200, blank=True)
    submission = models.UUIDField("登记编号", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "联系记录"
        ordering = ["student", "day", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["student", "day", "method", "result"],
                condition=Q(cancelled_at=None),
                name="two_identical_contacts_are_one",
            ),
            models.UniqueConstraint(fields=["student", "submission"], name="a_telling_is_one_contact_a_child"),
            models.CheckConstraint(
                condition=Q(outcome="") | _any_of("outcome", ContactOutcome), name="contact_outcome_is_known"
            ),
            models.CheckConstraint(
                condition=Q(outcome=ContactOutcome.PROMISED.value, promised_on__isnull=False, promised_on__gte=F("day"))
                | (~Q(outcome=ContactOutcome.PROMISED.value) & Q(promised_on=None)),
                name="a_promise_has_its_day",
            ),
            models.CheckConstraint(
                condition=~_any_of("outcome", UNANSWERED) | _any_of("method", CALLS),
                name="only_a_call_goes_unanswered",
            ),
            models.CheckConstraint(
                condition=~_any_of("outcome", UNMET) | ~_any_of("method", CALLS), name="a_call_finds_no_empty_house"
            ),
            models.CheckConstraint(
                condition=~_any_of("outcome", UNANSWERED | UNMET) | Q(spoke_to="", wish=""),
                name="who_met_nobody_talked_to_nobody",
            ),
            models.CheckConstraint(
                condition=~Q(method=ContactMethod.JOINT_VISIT.value) | Q(outcome="") | ~Q(companions=""),
                name="a_joint_visit_has_companions",
            ),
        ]
        indexes = [
            models.Index(fields=["-day", "-recorded_at"], name="contacts_by_day"),
            models.Index(
                fields=["student", "day"],
                condition=Q(cancelled_at=None) & _any_of("method", VISITS),
                name="visits_of_a_student",
            ),
        ]

    def __str__(self):
        return f"{self.day} {self.get_method_display()}"

    @property
    def participants(self) -> str:
        """班主任、村（居）委会（李村长）: who went, in words; blank where it was not said."""
        told = [Colleague(code).label for code in self.colleagues.split(",") if code]
        told += [Companion(code).label for code in self.companions.split(",") if code]
        return "、".join(told) + (f"（{self.names}）" if self.names else "")


class Report(Act):
    """报告: a report handed in on a day; a day holds one of a kind.

    ``about``: the key of the duty that it answers, where that was said; one from a workbook fulfils the latest.
    """

    kind = models.CharField("报告类型", max_length=20, choices=[(t.value, t.label) for t in Tier if t in REPORT_TIERS])
    about = models.DateField("所报事由的日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "报告"
        ordering = ["student", "day", "kind"]
        constraints = [
            models.UniqueConstraint(
                fields=["student", "day", "kind"],
                condition=Q(cancelled_at=None),
                name="one_report_a_student_day_and_kind",
            )
        ]

    def __str__(self):
        return f"{self.day} {self.get_kind_display()}"


class ConcernReport(Act):
    """日常预警: somebody of the school fears that a child will leave, or knows that it has (domain.md §5)."""

    kind = models.CharField("预警情形", max_length=20, choices=choices(Concern))
    note = models.CharField("情况说明", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "日常预警"
        ordering = ["student", "day", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["student", "day", "kind"],
                condition=Q(cancelled_at=None),
                name="a_concern_is_raised_once_a_day",
            )
        ]

    def __str__(self):
        return f"{self.day} {self.get_kind_display()}"
