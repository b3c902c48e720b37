"""Files that people hand in; kept in the database, so that a file and what it proves stand or fall together."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from students.access import ScopedQuerySet
from students.models.registry import STUDENT_PATH, EnrolmentEvent, Student


class StoredFile(models.Model):
    """A picture or a PDF 附件, checked by its content before it was kept (``students.actions.files``)."""

    class MediaType(models.TextChoices):
        JPEG = "image/jpeg", "JPEG图片"
        PNG = "image/png", "PNG图片"
        PDF = "application/pdf", "PDF文件"

    name = models.CharField("文件名", max_length=120)
    media_type = models.CharField("文件类型", max_length=40, choices=MediaType)
    size = models.PositiveIntegerField("字节数")
    sha256 = models.CharField("内容摘要", max_length=64)
    content = models.BinaryField("内容")
    uploaded_at = models.DateTimeField("上传时间")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="上传人", related_name="+")

    class Meta:
        abstract = True

    def __str__(self):
        return self.name


class Certificate(StoredFile):
    """A paper 证明材料 about a child; one that names an enrolment event proves that change (domain.md §4).

    Never deleted: one taken back keeps who did so and when.
    """

    class Kind(models.TextChoices):
        CHANGE = "change", "变动证明"
        RECEPTION = "reception", "接收函"
        APPROVAL = "approval", "批准文书"
        LEAVE = "leave", "请假条"
        CASE = "case", "个案材料"
        OTHER = "other", "其他材料"

    student = models.ForeignKey(Student, models.PROTECT, verbose_name="学生", related_name="certificates")
    event = models.ForeignKey(
        EnrolmentEvent,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="学籍变动",
        related_name="certificates",
    )
    kind = models.CharField("材料类型", max_length=20, choices=Kind)
    handed_in_on = models.DateField("提交日期")
    cancelled_at = models.DateTimeField("撤销时间", null=True, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="撤销人", related_name="+"
    )

    scope_is_many = True
    scope_path = STUDENT_PATH
    scope_day = "handed_in_on"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "证明材料"
        ordering = ["student", "handed_in_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(cancelled_at=None, cancelled_by=None)
                | Q(cancelled_at__isnull=False, cancelled_by__isnull=False),
                name="a_certificate_taken_back_says_by_whom",
            ),
            models.UniqueConstraint(
                fields=["event", "sha256"],
                condition=Q(cancelled_at=None),
                name="a_certificate_of_a_change_is_kept_once",
            ),
            models.UniqueConstraint(
                fields=["student", "kind", "sha256"],
                condition=Q(cancelled_at=None, event=None),
                name="a_certificate_of_a_child_is_kept_once",
            ),
        ]
