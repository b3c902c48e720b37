"""The audit log: who did what, when. Rows are only ever added; a trigger in the database refuses the rest."""

from django.conf import settings
from django.db import models


class AuditRow(models.Model):
    """审计记录, written in the transaction of its act. ``details`` holds counts and ids, no names or numbers.

    ``key`` names the sending of an act that a device may send more than once, so that it is done once.
    """

    done_at = models.DateTimeField("时间")
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="操作人")
    action = models.CharField("操作", max_length=40)
    subject = models.CharField("对象类型", max_length=40)
    subject_id = models.BigIntegerField("对象编号", null=True, blank=True)
    details = models.JSONField("详情", default=dict)
    key = models.UUIDField("提交编号", unique=True, null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "审计记录"
        ordering = ["pk"]
        indexes = [models.Index(fields=["subject", "subject_id"], name="audit_rows_of_a_subject")]

    def __str__(self):
        return f"{self.done_at} {self.action}"
