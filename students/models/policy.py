"""The county's own parameters 县级规定, as dated rows (domain.md: every default is a parameter)."""

from django.conf import settings
from django.db import models


class AdoptedPolicy(models.Model):
    """县级规定 from ``starts_on`` until the next begins; ``content`` is read by ``students.policy``."""

    starts_on = models.DateField("开始日期", unique=True)
    content = models.JSONField("内容")
    adopted_at = models.DateTimeField("采用时间")
    adopted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="采用人", related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "县级规定"
        ordering = ["starts_on"]

    def __str__(self):
        return str(self.starts_on)
