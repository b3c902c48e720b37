"""草稿: what somebody has typed into a form and not yet saved. Theirs alone; no list and no figure knows it."""

from collections.abc import Collection

from django.conf import settings
from django.db import models
from django.utils import timezone

from casework.document_kinds import DocumentKind
from students.models.registry import Student, choices


class TypedDraft(models.Model):
    """What has been typed about a child. ``fields`` are the form's, name → values as sent; ``submission`` is the key
    of what it becomes. Among them ``tab`` names the page it was typed on."""

    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="填写人", related_name="+")
    student = models.ForeignKey(Student, models.CASCADE, verbose_name="学生", related_name="+")
    submission = models.UUIDField("登记编号")
    fields = models.JSONField("内容", default=dict)
    saved_at = models.DateTimeField("保存时间")

    class Meta:
        abstract = True

    def __str__(self):
        return f"{self.student}（{self.author}）"

    @property
    def when(self) -> str:
        """9月7日8:41, when it was last saved."""
        moment = timezone.localtime(self.saved_at)
        return f"{moment.month}月{moment.day}日{moment.hour}:{moment.minute:02}"

    def typed(self, several: Collection[str] = ()) -> dict:
        """What has been typed, as the fields of the form take it; ``several``: the fields that hold more than one."""
        typed = {name: values if name in several else values[0] for name, values in self.fields.items() if values}
        typed.pop("tab", None)  # the page that is opened with it is another one
        return typed | {"submission": self.submission, "kept": self.stamp}

    @property
    def tab(self) -> str:
        """The page that it was typed on; blank where it did not say."""
        return next(iter(self.fields.get("tab", ())), "")

    @property
    def stamp(self) -> str:
        """What tells one state of the draft from another."""
        return self.saved_at.isoformat()


class DocumentDraft(TypedDraft):
    """文书的未存内容: of a document that is not saved yet, or of changes to one; both have its ``submission``."""

    kind = models.CharField("种类", max_length=20, choices=choices(DocumentKind))

    class Meta:
        verbose_name = verbose_name_plural = "文书未存内容"
        ordering = ["-saved_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["author", "submission"], name="a_draft_is_one_document")]
        indexes = [models.Index(fields=["author", "student"], name="document_drafts_of_a_person")]
