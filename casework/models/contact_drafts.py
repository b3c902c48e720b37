"""What belongs to a contact besides its words: a draft that is being typed, and photographs."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from casework.models.acts import Contact
from students.models.files import StoredFile
from students.models.registry import Student

MOST_PHOTOS = 5


class ContactDraft(models.Model):
    """联系草稿: what somebody has typed of a contact and not yet saved. Theirs alone; no list and no figure knows it.

    ``fields`` are the form's, name → values as sent; ``submission`` is the key of the telling that it becomes.
    """

    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="填写人", related_name="+")
    student = models.ForeignKey(Student, models.CASCADE, verbose_name="学生", related_name="+")
    submission = models.UUIDField("登记编号")
    fields = models.JSONField("内容", default=dict)
    saved_at = models.DateTimeField("保存时间")

    class Meta:
        verbose_name = verbose_name_plural = "联系草稿"
        ordering = ["-saved_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["author", "submission"], name="a_draft_is_one_telling")]
        indexes = [models.Index(fields=["author", "student"], name="drafts_of_a_person")]

    def __str__(self):
        return f"{self.student}（{self.author}）"

    @property
    def when(self) -> str:
        """9月7日8:41, when it was last saved."""
        moment = timezone.localtime(self.saved_at)
        return f"{moment.month}月{moment.day}日{moment.hour}:{moment.minute:02}"


class ContactPhoto(StoredFile):
    """现场照片: of a contact, or of the draft that becomes one; written anew without its place of taking."""

    contact = models.ForeignKey(
        Contact, models.PROTECT, null=True, blank=True, verbose_name="联系记录", related_name="photos"
    )
    draft = models.ForeignKey(
        ContactDraft, models.CASCADE, null=True, blank=True, verbose_name="草稿", related_name="photos"
    )
    position = models.PositiveSmallIntegerField("第几张")
    thumbnail = models.BinaryField("小图")

    class Meta:
        verbose_name = verbose_name_plural = "现场照片"
        ordering = ["position"]
        constraints = [
            models.CheckConstraint(
                condition=Q(contact=None, draft__isnull=False) | Q(contact__isnull=False, draft=None),
                name="a_photo_is_of_a_contact_or_of_a_draft",
            ),
            models.CheckConstraint(
                condition=Q(position__gte=1, position__lte=MOST_PHOTOS), name="a_contact_has_five_photos_at_most"
            ),
            models.UniqueConstraint(fields=["contact", "position"], name="photos_of_a_contact_are_numbered"),
            models.UniqueConstraint(fields=["draft", "position"], name="photos_of_a_draft_are_numbered"),
            models.UniqueConstraint(fields=["draft", "sha256"], name="a_photo_of_a_draft_is_kept_once"),
        ]
