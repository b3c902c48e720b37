"""What belongs to a contact besides its words: a draft that is being typed, and photographs."""

from django.db import models
from django.db.models import Q

from casework.models.acts import Contact
from casework.models.drafts import TypedDraft
from students.models.files import StoredFile

MOST_PHOTOS = 5


class ContactDraft(TypedDraft):
    """联系草稿: of a contact; ``submission`` is the key of the telling that it becomes."""

    class Meta:
        verbose_name = verbose_name_plural = "联系草稿"
        ordering = ["-saved_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["author", "submission"], name="a_draft_is_one_telling")]
        indexes = [models.Index(fields=["author", "student"], name="drafts_of_a_person")]


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
