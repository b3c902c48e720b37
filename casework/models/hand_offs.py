"""移交: a case is handed from school, township or bureau to another of them (domain.md §5)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from casework.handing_off import WAITING, HandOffState, Side
from casework.models.cases import Case
from casework.models.signs import LINE_PATH
from students.access import ScopedQuerySet
from students.models.registry import choices

OPEN = Q(state__in=sorted(state.value for state in WAITING))
STEPS = ("accepted", "returned", "done")


def _done(*steps: str) -> Q:
    """Exactly these steps have been taken, each with who and when."""
    taken = Q()
    for step in STEPS:
        taken &= Q(**{f"{step}_at__isnull": step not in steps, f"{step}_by__isnull": step not in steps})
    return taken


OF_PEOPLE = (
    (Q(state="sent") & _done())
    | (Q(state="accepted") & _done("accepted"))
    | (Q(state="returned") & (_done("returned") | _done("accepted", "returned")) & ~Q(returned_reason=""))
    | (Q(state="done") & _done("accepted", "done") & ~Q(done_note=""))
)


class HandOff(models.Model):
    """移交: who handed the case to whom, why and by when it should be settled, and what became of it.

    Moved by ``casework.handing_off`` alone; ``version`` rises with every step, and a page that showed an older one
    changes nothing. One is under way a case; whoever gets it returned sends a new one. 销号 ends what is under way, by
    nobody where the case closes by itself.
    """

    case = models.ForeignKey(Case, models.PROTECT, verbose_name="个案", related_name="hand_offs")
    from_side = models.CharField("移交方", max_length=10, choices=choices(Side))
    to_side = models.CharField("接收方", max_length=10, choices=choices(Side))
    state = models.CharField("状态", max_length=10, choices=choices(HandOffState))
    message = models.CharField("移交说明", max_length=200)
    due_on = models.DateField("请于何日前办结")
    sent_at = models.DateTimeField("移交时间")
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="移交人", related_name="+")
    accepted_at = models.DateTimeField("接收时间", null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="接收人", related_name="+"
    )
    returned_at = models.DateTimeField("退回时间", null=True, blank=True)
    returned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="退回人", related_name="+"
    )
    returned_reason = models.CharField("退回原因", max_length=200, blank=True)
    done_at = models.DateTimeField("办结时间", null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="办结人", related_name="+"
    )
    done_note = models.CharField("办理结果", max_length=200, blank=True)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="销号人", related_name="+"
    )
    version = models.PositiveIntegerField("版本", default=1)

    scope_path = {key: f"case__{path}" for key, path in LINE_PATH.items()}
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "个案移交"
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=OPEN, name="one_hand_off_under_way_a_case"),
            models.CheckConstraint(condition=~Q(from_side=F("to_side")), name="handed_off_to_another_side"),
            models.CheckConstraint(condition=~Q(message=""), name="a_hand_off_says_why"),
            models.CheckConstraint(
                condition=(Q(state="ended", ended_at__isnull=False) & (_done() | _done("accepted")))
                | (Q(ended_at=None, ended_by=None) & OF_PEOPLE),
                name="a_hand_off_says_who_and_when",
            ),
        ]
        indexes = [models.Index(fields=["state", "due_on"], name="hand_offs_by_state")]

    def __str__(self):
        return f"{self.case}：{self.get_from_side_display()}移交{self.get_to_side_display()}"

    @property
    def is_waiting(self) -> bool:
        return self.state in WAITING
