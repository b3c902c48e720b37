"""What follows from a closed review: what is said later, and what a school has to amend."""

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from returns.models.filings import Edition
from returns.models.reviews import Review, ReviewMonth
from students.access import ScopedQuerySet

Person = settings.AUTH_USER_MODEL


class ReviewAddition(models.Model):
    """补充说明: said of a closed review under a number; neither it nor the review ever changes (triggers)."""

    review = models.ForeignKey(Review, models.PROTECT, verbose_name="复核", related_name="additions")
    number = models.PositiveSmallIntegerField("第几号")
    words = models.CharField("说明", max_length=500)
    added_at = models.DateTimeField("时间")
    added_by = models.ForeignKey(Person, models.PROTECT, verbose_name="补充人", related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "复核补充说明"
        ordering = ["review", "number"]
        constraints = [
            models.UniqueConstraint(fields=["review", "number"], name="additions_to_a_review_are_numbered"),
            models.CheckConstraint(condition=~Q(words="") & Q(number__gte=1), name="an_addition_says_something"),
        ]

    def __str__(self):
        return f"{self.review}补充说明第{self.number}号"


class RequestQuerySet(ScopedQuerySet):
    """Requests for an amendment."""

    def with_answer(self):
        """``is_answered``: whether the bureau has been given an amendment of the month since it was asked for."""
        later = Edition.objects.sent().filter(
            school_return=OuterRef("month__edition__school_return"), number__gte=1, filed_at__gt=OuterRef("asked_at")
        )
        return self.annotate(is_answered=Exists(later))

    def open(self):
        """Those that the school has not answered and the bureau has not closed."""
        return self.with_answer().filter(is_answered=False, closed_at=None)


class AmendmentRequest(models.Model):
    """要求更正: what was found wrong of a month, until the school files an amendment or the bureau closes it, with a
    reason."""

    month = models.OneToOneField(ReviewMonth, models.PROTECT, verbose_name="复核的月报", related_name="request")
    asked_at = models.DateTimeField("要求时间")
    asked_by = models.ForeignKey(Person, models.PROTECT, verbose_name="要求人", related_name="+")
    closed_at = models.DateTimeField("了结时间", null=True, blank=True)
    closed_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, verbose_name="了结人", related_name="+"
    )
    reason = models.CharField("不再要求的原因", max_length=300, blank=True)

    scope_path = {"school": "month__sheet__school", "township": "month__sheet__school__township", "school_class": None}
    objects = RequestQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "要求更正"
        ordering = ["month"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None, reason="")
                | Q(closed_at__isnull=False, closed_by__isnull=False) & ~Q(reason=""),
                name="a_request_is_closed_for_a_reason",
            ),
        ]

    def __str__(self):
        return f"{self.month}：要求更正"
