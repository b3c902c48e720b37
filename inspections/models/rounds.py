"""检查批次 (rounds): which schools are looked at by which checklist, when and by whom; and the sheet being filled."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from inspections.models.checklists import StoredChecklist
from students.access import ScopedQuerySet
from students.models import School
from students.models.files import StoredFile

MOST_PHOTOS = 4  # of one item


class InspectionRound(models.Model):
    """检查批次: the bureau opens it with a checklist for some schools; ``inspectors`` fill it there in its days."""

    title = models.CharField("名称", max_length=60)
    checklist = models.ForeignKey(StoredChecklist, models.PROTECT, verbose_name="检查表", related_name="rounds")
    first_day = models.DateField("从哪天起")
    last_day = models.DateField("到哪天止")
    inspectors = models.ManyToManyField(settings.AUTH_USER_MODEL, verbose_name="检查人", related_name="+")
    version = models.PositiveIntegerField("改过几次", default=0)
    submission = models.UUIDField("登记编号", unique=True)
    opened_at = models.DateTimeField("开始时间")
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="开始人", related_name="+")

    scope_is_many = True
    scope_path = {"school": "inspections__school", "township": "inspections__school__township", "school_class": None}
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "检查批次"
        ordering = ["-first_day", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="a_round_ends_after_it_starts"),
            models.CheckConstraint(condition=~Q(title=""), name="a_round_has_a_title"),
        ]

    def __str__(self):
        return self.title


class Inspection(models.Model):
    """到校检查: one school of a round. ``version`` counts what has been kept of its sheet, signed or not.

    Its figures are those of its results; what is still being judged are its ``judgements``.
    """

    round = models.ForeignKey(InspectionRound, models.PROTECT, verbose_name="检查批次", related_name="inspections")
    school = models.ForeignKey(School, models.PROTECT, verbose_name="学校", related_name="inspections")
    version = models.PositiveIntegerField("存过几次", default=0)
    inspected_on = models.DateField("检查日期", null=True, blank=True)
    signed_at = models.DateTimeField("签名时间", null=True, blank=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="签名人", related_name="+"
    )

    scope_path = {"school": "school", "township": "school__township", "school_class": None}
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "到校检查"
        ordering = ["round", "school__code"]
        constraints = [
            models.UniqueConstraint(fields=["round", "school"], name="a_round_looks_at_a_school_once"),
            models.CheckConstraint(
                condition=Q(signed_at=None, signed_by=None, inspected_on=None)
                | Q(signed_at__isnull=False, signed_by__isnull=False, inspected_on__isnull=False),
                name="an_inspection_is_signed_for_a_day",
            ),
        ]

    def __str__(self):
        return f"{self.school}{self.round}"


class Judgement(models.Model):
    """评分 of one item while the sheet is being filled; ``version`` tells two inspectors' words apart.

    ``page`` names the open page that it was last typed on: what that page has typed it may change without having heard
    that it arrived.
    """

    inspection = models.ForeignKey(Inspection, models.PROTECT, verbose_name="到校检查", related_name="judgements")
    item = models.CharField("项目", max_length=40)
    points = models.DecimalField("得分", max_digits=4, decimal_places=1, null=True, blank=True)
    applies = models.BooleanField("涉及", default=True)
    remark = models.CharField("问题或说明", max_length=300, blank=True)
    version = models.PositiveIntegerField("改过几次", default=1)
    page = models.UUIDField("在哪一页上填的", null=True, blank=True)
    changed_at = models.DateTimeField("修改时间")
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="修改人", related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "评分"
        ordering = ["inspection", "item"]
        constraints = [
            models.UniqueConstraint(fields=["inspection", "item"], name="an_item_is_judged_once"),
            models.CheckConstraint(
                condition=Q(points=None) | Q(points__gte=0, applies=True), name="what_does_not_apply_has_no_points"
            ),
        ]

    def __str__(self):
        return f"{self.inspection}：{self.item}"


class InspectionPhoto(StoredFile):
    """检查照片 of an item; written anew without its place of taking. None is added or taken away once it is signed."""

    inspection = models.ForeignKey(Inspection, models.PROTECT, verbose_name="到校检查", related_name="photos")
    item = models.CharField("项目", max_length=40)
    position = models.PositiveSmallIntegerField("第几张")
    thumbnail = models.BinaryField("小图")

    class Meta:
        verbose_name = verbose_name_plural = "检查照片"
        ordering = ["inspection", "item", "position"]
        constraints = [
            models.CheckConstraint(
                condition=Q(position__gte=1, position__lte=MOST_PHOTOS), name="an_item_has_four_photos_at_most"
            ),
            models.UniqueConstraint(fields=["inspection", "item", "position"], name="photos_of_an_item_are_numbered"),
            models.UniqueConstraint(fields=["inspection", "item", "sha256"], name="a_photo_of_an_item_is_kept_once"),
        ]
