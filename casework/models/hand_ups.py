"""逾期上交: what was left undone in a case, and the post to which it went as well (domain.md §5)."""

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery

from casework.models.cases import Case
from casework.models.obligations import Obligation
from casework.models.signs import LINE_PATH
from casework.ruleset import Tier
from casework.steps import CHAIN, POSTS, CaseStep
from students.access import ScopedQuerySet
from students.models import Role
from students.models.registry import choices

MATTERS = [*choices(Tier), *choices(CaseStep)]


class HandUpQuerySet(ScopedQuerySet):
    """Hand-ups."""

    def standing(self, day):
        """Those whose matter is undone on ``day``: the duty is owed, or the step is still what is planned."""
        owed = self._duties(Obligation.objects.undone_on(day))
        planned = Q(matter=F("case__plan_step"), due_on=F("case__plan_on"))
        return self.exclude(case__stage="closed").filter(Exists(owed) | planned)

    def with_duty(self):
        """With ``duty``, the id of the obligation that was late; None where it was a planned step."""
        return self.annotate(duty=Subquery(self._duties(Obligation.objects.all()).values("pk")[:1]))

    def _duties(self, obligations):
        return obligations.filter(
            student=OuterRef("case__student"), tier=OuterRef("matter"), due_on=OuterRef("due_on")
        ).order_by("triggered_on", "pk")


class HandUp(models.Model):
    """上交: a duty of the ladder or a planned step whose day had passed, and the post that has it as well.

    ``matter`` is the duty's tier or the step; ``on`` the day from which the post has it by the rule, ``at`` when the
    clock wrote it. Never changed: what is done afterwards stays known as having been late.
    """

    case = models.ForeignKey(Case, models.PROTECT, verbose_name="个案", related_name="hand_ups")
    matter = models.CharField("事项", max_length=20, choices=MATTERS)
    due_on = models.DateField("到期日期")
    to_role = models.CharField("上交给", max_length=20, choices=Role.choices)
    on = models.DateField("上交日期")
    at = models.DateTimeField("登记时间")

    scope_path = {key: f"case__{path}" for key, path in LINE_PATH.items()}
    objects = HandUpQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "逾期上交"
        ordering = ["case", "on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "matter", "due_on", "to_role"], name="handed_up_once_a_case_matter_date_and_post"
            ),
            models.CheckConstraint(condition=Q(on__gt=F("due_on")), name="handed_up_after_it_was_due"),
            models.CheckConstraint(condition=Q(to_role__in=CHAIN[1:]), name="handed_up_along_the_chain"),
        ]

    def __str__(self):
        return f"{self.case}：{self.get_matter_display()}上交{POSTS[self.to_role]}"
