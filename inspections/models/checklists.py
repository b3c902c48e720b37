"""Checklists as immutable rows."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from casework.models.rules import VersionedContent


class StoredChecklist(VersionedContent):
    """检查表: a preset, or a version made by the bureau by form, which says why.

    A row never changes, so a round is judged years later by what was looked at then.
    """

    reason = models.CharField("为什么改", max_length=200, blank=True)
    made_at = models.DateTimeField("制定时间", null=True, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="制定人", related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "检查表"
        ordering = ["code", "version"]
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="checklist_version_is_unique"),
            models.CheckConstraint(
                condition=Q(made_at=None, made_by=None, reason="")
                | (Q(made_at__isnull=False, made_by__isnull=False) & ~Q(reason="")),
                name="a_checklist_made_by_form_says_why",
            ),
        ]
