"""Workbooks handed in through the browser, and what came of them."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from students.access import ScopedQuerySet
from students.models.places import School
from students.models.registry import Student


class WorkbookUpload(models.Model):
    """A workbook 导入文件 on its way: checked, shown, and then applied or thrown away.

    Belongs to whoever uploaded it. The bytes go after a few days; what was done stays. ``outcome`` holds counts per
    sheet; ``problems`` the first of them (all are in ``marked``, the copy with every mistake marked in its cell).
    """

    class State(models.TextChoices):
        WAITING = "waiting", "排队等待"
        CHECKING = "checking", "正在检查"
        CHECKED = "checked", "已检查，待确认"
        APPLYING = "applying", "正在写入"
        APPLIED = "applied", "已写入"
        FAILED = "failed", "没有写入"
        CANCELLED = "cancelled", "已取消"

    name = models.CharField("文件名", max_length=120)
    size = models.PositiveIntegerField("字节数")
    sha256 = models.CharField("内容摘要", max_length=64)
    content = models.BinaryField("内容", null=True)
    state = models.CharField("状态", max_length=12, choices=State, default=State.WAITING)
    good_rows_only = models.BooleanField("只写入没有错误的行", default=False)
    outcome = models.JSONField("结果", default=dict, blank=True)
    problems = models.JSONField("问题", default=list, blank=True)
    problem_count = models.PositiveIntegerField("问题数", default=0)
    marked = models.BinaryField("标出错误的副本", null=True)
    uploaded_at = models.DateTimeField("上传时间")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="上传人", related_name="+")
    started_at = models.DateTimeField("开始时间", null=True, blank=True)
    finished_at = models.DateTimeField("结束时间", null=True, blank=True)
    cancelled_at = models.DateTimeField("取消时间", null=True, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="取消人", related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "导入文件"
        ordering = ["-uploaded_at", "-pk"]

    def __str__(self):
        return self.name


class Comparison(models.Model):
    """核对: the national system's export of a day compared with ours; ``schools`` are those whose codes it holds.

    ``submission`` names the form that was sent: the same one sent twice is one comparison.
    """

    name = models.CharField("文件名", max_length=120)
    as_of = models.DateField("导出日期")
    schools = models.ManyToManyField(School, verbose_name="学校", related_name="+")
    there = models.PositiveIntegerField("全国系统人数")
    here = models.PositiveIntegerField("本系统人数")
    compared_at = models.DateTimeField("核对时间")
    compared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="核对人", related_name="+")
    submission = models.UUIDField("提交编号", null=True, blank=True, unique=True)

    scope_is_many = True
    scope_path = {"school": "schools", "township": "schools__township", "school_class": None}
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "核对"
        ordering = ["-compared_at", "-pk"]

    def __str__(self):
        return f"{self.as_of} {self.name}"


class Difference(models.Model):
    """One difference 差异 that a comparison found, until somebody has dealt with it.

    ``field``, ``theirs`` and ``ours`` belong to a differing field. Identity numbers stand masked.
    """

    class Kind(models.TextChoices):
        ONLY_THERE = "only_there", "只在全国系统"
        ONLY_HERE = "only_here", "只在本系统"
        FIELD = "field", "信息不一致"
        PENDING = "pending", "变动未在全国系统办理"

    comparison = models.ForeignKey(Comparison, models.CASCADE, verbose_name="核对", related_name="differences")
    kind = models.CharField("类型", max_length=12, choices=Kind)
    school = models.ForeignKey(School, models.PROTECT, verbose_name="学校", related_name="+")
    student = models.ForeignKey(Student, models.PROTECT, null=True, blank=True, verbose_name="学生", related_name="+")
    name = models.CharField("姓名", max_length=60)
    number = models.CharField("学籍号", max_length=40, blank=True)
    field = models.CharField("栏目", max_length=40, blank=True)
    theirs = models.CharField("全国系统", max_length=200, blank=True)
    ours = models.CharField("本系统", max_length=200, blank=True)
    settled_at = models.DateTimeField("处理时间", null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="处理人", related_name="+"
    )
    settled_note = models.CharField("处理说明", max_length=200, blank=True)

    scope_path = {"school": "school", "township": "school__township", "school_class": None}
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "差异"
        ordering = ["comparison", "kind", "school", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(kind="field") & ~Q(field="")) | (~Q(kind="field") & Q(field="")),
                name="a_differing_field_is_named",
            ),
            models.CheckConstraint(
                condition=Q(settled_at=None, settled_by=None) | Q(settled_at__isnull=False, settled_by__isnull=False),
                name="a_settled_difference_says_by_whom",
            ),
        ]

    def __str__(self):
        return f"{self.name}：{self.get_kind_display()}"
