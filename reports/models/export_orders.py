"""A file that is drawn in the background."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class ExportOrder(models.Model):
    """A file that takes too long to be drawn while somebody waits for the page 导出任务.

    Belongs to whoever asked for it. ``address`` and ``query`` are those of the form that asked: the worker asks there
    again, so the file holds what the person may see when it is drawn. ``scope`` is what they saw then; ``details`` is
    what the audit log will say once the file is taken; of one that is not drawn yet whose and of which day it is. The
    file goes after a day, and with it whom was searched for.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "排队等待"
        DRAWING = "drawing", "正在生成"
        READY = "ready", "可以下载"
        FAILED = "failed", "没有生成"
        CANCELLED = "cancelled", "已取消"
        EXPIRED = "expired", "已过期"

    UNDER_WAY = (State.WAITING, State.DRAWING)

    title = models.CharField("表名", max_length=120)
    address = models.CharField("页面地址", max_length=200)
    query = models.TextField("筛选条件", blank=True)
    form = models.CharField("格式", max_length=5, choices=[(".xlsx", "Excel"), (".pdf", "PDF"), (".json", "JSON")])
    reason = models.CharField("显示完整号码的用途", max_length=100, blank=True)
    asked_at = models.DateTimeField("申请时间")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="申请人", related_name="+")
    state = models.CharField("状态", max_length=10, choices=State, default=State.WAITING)
    started_at = models.DateTimeField("开始时间", null=True, blank=True)
    finished_at = models.DateTimeField("结束时间", null=True, blank=True)
    failure = models.CharField("没有生成的原因", max_length=300, blank=True)
    file_name = models.CharField("文件名", max_length=200, blank=True)
    content = models.BinaryField("文件", null=True)
    size = models.PositiveIntegerField("字节数", default=0)
    scope = models.JSONField("生成时的查看范围", default=dict, blank=True)
    details = models.JSONField("日志内容", default=dict, blank=True)
    expires_at = models.DateTimeField("保留到", null=True, blank=True)
    taken_at = models.DateTimeField("首次下载时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "导出任务"
        ordering = ["-asked_at", "-pk"]
        indexes = [models.Index(fields=["asked_by", "-asked_at"], name="export_orders_of_a_person")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="ready", content__isnull=False) | (~Q(state="ready") & Q(content=None)),
                name="an_export_that_is_ready_has_its_file",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("ready", "expired"), expires_at__isnull=False)
                | (~Q(state__in=("ready", "expired")) & Q(expires_at=None)),
                name="an_export_that_was_drawn_expires",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("waiting", "drawing"), finished_at=None)
                | (~Q(state__in=("waiting", "drawing")) & Q(finished_at__isnull=False)),
                name="an_export_under_way_has_not_ended",
            ),
            models.CheckConstraint(
                condition=~Q(state="drawing") | Q(started_at__isnull=False), name="an_export_is_drawn_since_some_time"
            ),
            models.CheckConstraint(
                condition=(Q(state="failed") & ~Q(failure="")) | (~Q(state="failed") & Q(failure="")),
                name="an_export_that_failed_says_why",
            ),
            models.CheckConstraint(
                condition=Q(taken_at=None) | Q(state__in=("ready", "expired")), name="only_a_file_is_taken"
            ),
        ]

    def __str__(self):
        return f"{self.title}（{self.get_form_display()}）"

    @property
    def job(self) -> str:
        """Under which name its job says how far it is."""
        return f"export-{self.pk}"

    @property
    def is_under_way(self) -> bool:
        return self.state in self.UNDER_WAY

    @property
    def has_expired(self) -> bool:
        """Whether the file is gone or about to be swept away."""
        return self.state == self.State.EXPIRED or (
            self.state == self.State.READY and self.expires_at <= timezone.now()
        )
