"""What the school has to amend, as the last night found it."""

from django.db import models
from django.db.models import Q

from returns.models.filings import SchoolReturn
from students.access import ScopedQuerySet


class AmendmentDue(models.Model):
    """待更正: the facts say something else than what the bureau has; found by night, until the school files again or
    they agree once more. ``words``: which numbers, as they were filed and as they are."""

    school_return = models.OneToOneField(
        SchoolReturn, models.PROTECT, verbose_name="上报", related_name="amendment_due"
    )
    words = models.TextField("哪些数字")
    found_on = models.DateField("发现日期")

    scope_path = {"school": "school_return__school", "township": "school_return__school__township",
                  "school_class": None}  # fmt: skip
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "待更正的上报"
        ordering = ["school_return"]
        constraints = [models.CheckConstraint(condition=~Q(words=""), name="what_is_to_be_amended_is_said")]

    def __str__(self):
        return f"{self.school_return}：{self.words}"
