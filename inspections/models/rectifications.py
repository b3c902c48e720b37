"""整改台账: what an inspection found, how the school mends it, and who closed it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from inspections.models.rounds import Inspection
from inspections.rectifying import Move, State
from students.access import ScopedQuerySet
from students.models.files import StoredFile
from students.models.registry import choices

PLANNED = ~Q(measure="") & Q(responsible__isnull=False)


class Rectification(models.Model):
    """整改事项 number ``number`` of an inspection: of an item that lost points, or (``item`` blank) added by hand.

    ``version`` counts its steps. Whether it is overdue is reckoned for a day and stands nowhere.
    """

    inspection = models.ForeignKey(Inspection, models.PROTECT, verbose_name="到校检查", related_name="rectifications")
    number = models.PositiveSmallIntegerField("序号")
    item = models.CharField("检查项目", max_length=40, blank=True)
    problem = models.CharField("问题", max_length=400)
    measure = models.CharField("整改措施", max_length=300, blank=True)
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="责任人", related_name="+"
    )
    deadline = models.DateField("整改期限")
    state = models.CharField("进度", max_length=10, choices=choices(State), default=State.OPEN)
    version = models.PositiveIntegerField("办理次数", default=0)
    raised_at = models.DateTimeField("提出时间")
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="提出人", related_name="+")
    reported_at = models.DateTimeField("报完成时间", null=True, blank=True)
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="报完成人", related_name="+"
    )
    closed_at = models.DateTimeField("销号时间", null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="销号人", related_name="+"
    )

    scope_path = {"school": "inspection__school", "township": "inspection__school__township", "school_class": None}
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "整改事项"
        ordering = ["deadline", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["inspection", "number"], name="findings_of_an_inspection_are_numbered"),
            models.UniqueConstraint(
                fields=["inspection", "item"],
                condition=~Q(item="") & Q(state__in=["open", "reported"]),
                name="an_item_is_mended_one_at_a_time",
            ),
            models.CheckConstraint(condition=~Q(problem=""), name="a_finding_names_its_problem"),
            models.CheckConstraint(
                condition=PLANNED | Q(measure="", responsible=None), name="a_measure_has_somebody_who_takes_it"
            ),
            models.CheckConstraint(
                condition=(Q(state__in=["reported", "closed"]) & PLANNED & Q(reported_at__isnull=False)
                           & Q(reported_by__isnull=False))
                | (Q(state__in=["open", "withdrawn"]) & Q(reported_at=None, reported_by=None)),
                name="what_is_mended_was_reported_with_its_measure",
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False, closed_by__isnull=False)
                | (~Q(state="closed") & Q(closed_at=None, closed_by=None)),
                name="a_finding_is_closed_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(closed_by=None) | ~Q(closed_by=F("reported_by")), name="who_reports_does_not_close"
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["state", "deadline"], name="findings_by_deadline")]

    def __str__(self):
        return f"{self.inspection.school}第{self.number}项"


class RectificationStep(models.Model):
    """整改办理: one move, with what was said; never changed. ``deadline``: the new one, where it was moved."""

    rectification = models.ForeignKey(Rectification, models.PROTECT, verbose_name="整改事项", related_name="steps")
    number = models.PositiveIntegerField("第几次")
    move = models.CharField("办理", max_length=10, choices=choices(Move))
    words = models.CharField("情况或原因", max_length=500)
    deadline = models.DateField("新的期限", null=True, blank=True)
    made_at = models.DateTimeField("时间")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="办理人", related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "整改办理"
        ordering = ["rectification", "number"]
        constraints = [
            models.UniqueConstraint(fields=["rectification", "number"], name="steps_of_a_finding_are_numbered"),
            models.CheckConstraint(condition=~Q(words=""), name="a_step_says_something"),
            models.CheckConstraint(
                condition=Q(move="postpone", deadline__isnull=False) | (~Q(move="postpone") & Q(deadline=None)),
                name="a_deadline_is_moved_to_a_day",
            ),
        ]

    def __str__(self):
        return f"{self.rectification}：{self.get_move_display()}"


class RectificationFile(StoredFile):
    """整改材料: a picture or a PDF that a school hands in with its report."""

    step = models.ForeignKey(RectificationStep, models.PROTECT, verbose_name="整改办理", related_name="files")
    position = models.PositiveSmallIntegerField("第几份")

    class Meta:
        verbose_name = verbose_name_plural = "整改材料"
        ordering = ["step", "position"]
        constraints = [
            models.UniqueConstraint(fields=["step", "position"], name="papers_of_a_step_are_numbered"),
            models.UniqueConstraint(fields=["step", "sha256"], name="a_paper_of_a_step_is_kept_once"),
        ]
