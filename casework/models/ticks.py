"""What `manage.py tick` has done: one row per day and duty, so that a day's duty is done once."""

from django.db import models


class Tick(models.Model):
    """定时任务: a duty of the clock done for a day."""

    day = models.DateField("日期")
    duty = models.CharField("任务", max_length=40)
    ran_at = models.DateTimeField("完成时间")
    outcome = models.JSONField("结果", default=dict)

    class Meta:
        verbose_name = verbose_name_plural = "定时任务"
        ordering = ["day", "duty"]
        constraints = [models.UniqueConstraint(fields=["day", "duty"], name="a_duty_of_the_clock_is_done_once_a_day")]

    def __str__(self):
        return f"{self.day} {self.duty}"
