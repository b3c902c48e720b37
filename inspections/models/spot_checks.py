"""随机清点: why classes should be counted, draws as they were made, and what a school says of a child not found."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from inspections.drawing import Part
from inspections.suspicion import ReasonKind
from students.access import ScopedQuerySet
from students.models.registry import choices

# The class itself has no business here: whoever takes its registers does not know why, or that, it is to be counted.
HEADS_PATH = {"school": "school_class__school", "township": "school_class__school__township", "school_class": None}


class CountReason(models.Model):
    """清点理由: what stands out in the registers of a class, as found last night; it can be found again from them.

    ``facts``: the registers that the sentence speaks of, as pairs of day and slot.
    """

    school_class = models.ForeignKey("students.SchoolClass", models.CASCADE, verbose_name="班级", related_name="+")
    kind = models.CharField("理由", max_length=12, choices=choices(ReasonKind))
    words = models.TextField("说明")
    facts = models.JSONField("所说的点名")
    as_of = models.DateField("算到哪天")

    scope_path = HEADS_PATH
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "清点理由"
        ordering = ["school_class", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["school_class", "kind"], name="one_reason_a_class_and_kind"),
            models.CheckConstraint(condition=~Q(words=""), name="a_reason_is_said_in_words"),
        ]

    def __str__(self):
        return f"{self.school_class}：{self.get_kind_display()}"


class Draw(models.Model):
    """抽取: a draw as it was made. The row never changes; calling it off is a row of its own.

    ``candidates``: the classes that might have been drawn, in order: [class, reasons, owed]; with ``seed`` and the
    three shares anybody draws the same again. ``reasons``: class → [kind, sentence], as they stood then. Drawn among
    one school's classes, a township's, or (neither) the county's; ``is_from_above``: by the bureau, so that the school
    is not told before somebody has been there.
    """

    number = models.PositiveIntegerField("次序", unique=True)
    school = models.ForeignKey(
        "students.School", models.PROTECT, null=True, blank=True, verbose_name="学校", related_name="+"
    )
    township = models.ForeignKey(
        "students.Area", models.PROTECT, null=True, blank=True, verbose_name="乡镇", related_name="+"
    )
    is_from_above = models.BooleanField("由县教育局抽取")
    drawn_on = models.DateField("抽取日期")
    drawn_at = models.DateTimeField("抽取时间")
    drawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="抽取人", related_name="+")
    due_on = models.DateField("清点期限")
    seed = models.CharField("种子", max_length=64)
    by_reasons = models.PositiveSmallIntegerField("按理由抽取")
    by_owed = models.PositiveSmallIntegerField("按欠清点抽取")
    by_chance = models.PositiveSmallIntegerField("随机抽取")
    candidates = models.JSONField("参加抽取的班")
    reasons = models.JSONField("当时的理由")
    reasons_as_of = models.DateField("理由算到哪天", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "抽取"
        ordering = ["-number"]
        constraints = [
            models.CheckConstraint(condition=Q(school=None) | Q(township=None), name="a_draw_is_of_one_place"),
            models.CheckConstraint(
                condition=Q(is_from_above=True) | Q(school__isnull=False), name="who_is_not_above_draws_in_a_school"
            ),
            models.CheckConstraint(condition=Q(by_chance__gte=1), name="everybody_may_be_drawn"),
            models.CheckConstraint(condition=Q(due_on__gte=F("drawn_on")), name="a_draw_is_due_after_it"),
            models.CheckConstraint(condition=~Q(seed=""), name="a_draw_has_a_seed"),
        ]

    def __str__(self):
        return f"第{self.number}次抽取"

    @property
    def size(self) -> int:
        return self.by_reasons + self.by_owed + self.by_chance

    @property
    def place_words(self) -> str:
        """东坪小学; 东坪镇; 全县."""
        return str(self.school or self.township or "全县")

    @property
    def wanted(self) -> dict[Part, int]:
        return {Part.REASONS: self.by_reasons, Part.OWED: self.by_owed, Part.CHANCE: self.by_chance}


class DrawCancellation(models.Model):
    """抽取作废: a draw called off, with the reason. The draw stays and is shown."""

    draw = models.OneToOneField(Draw, models.PROTECT, verbose_name="抽取", related_name="cancellation")
    reason = models.CharField("原因", max_length=200)
    cancelled_at = models.DateTimeField("作废时间")
    cancelled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="作废人", related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "抽取作废"
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="a_draw_is_called_off_for_a_reason")]

    def __str__(self):
        return f"{self.draw}：{self.reason}"


class DrawnClass(models.Model):
    """抽中的班: to be counted in person by the draw's day. Which count answers it follows from the counts."""

    draw = models.ForeignKey(Draw, models.PROTECT, verbose_name="抽取", related_name="classes")
    school_class = models.ForeignKey("students.SchoolClass", models.PROTECT, verbose_name="班级", related_name="+")
    position = models.PositiveSmallIntegerField("次序")
    part = models.CharField("抽中的一份", max_length=8, choices=choices(Part))

    scope_path = HEADS_PATH
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "抽中的班"
        ordering = ["draw", "position"]
        constraints = [
            models.UniqueConstraint(fields=["draw", "school_class"], name="a_class_is_drawn_once_a_draw"),
            models.UniqueConstraint(fields=["draw", "position"], name="one_class_a_place_of_a_draw"),
        ]

    def __str__(self):
        return f"{self.school_class}（{self.get_part_display()}）"


class Explanation(models.Model):
    """不符说明: where a child was whom a register had present and a head count did not find in the room.

    Of a child who was away nothing is explained: the register is put right, or a concern is raised, and both are facts.
    Rows are added, the last counts.
    """

    head_count = models.ForeignKey(
        "students.HeadCount", models.PROTECT, verbose_name="班级清点", related_name="explanations"
    )
    student = models.ForeignKey("students.Student", models.PROTECT, verbose_name="学生", related_name="+")
    text = models.CharField("当时在哪里", max_length=200)
    explained_at = models.DateTimeField("说明时间")
    explained_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="说明人", related_name="+")

    scope_path = {key: path and f"head_count__{path}" for key, path in HEADS_PATH.items()}
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "不符说明"
        ordering = ["head_count", "student", "explained_at", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="an_explanation_is_said_in_words")]

    def __str__(self):
        return f"{self.student}：{self.text}"
