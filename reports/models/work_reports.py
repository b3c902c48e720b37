"""A unit's report on its work in a period."""

from datetime import date, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q

from students.access import ScopedQuerySet
from students.calendar import school_year_label, school_year_of
from students.queries.places import county_name

SCHOOL_YEAR_BEGINS = 8  # the earliest month of a first term
WITHIN = 20  # days after its first, which lies in the second half of a calendar month or is 1 September


class WorkReportQuerySet(ScopedQuerySet):
    """Reports of units."""

    def named(self):
        """Each with the name of the county, by which its own reports are called: one query for all."""
        return self.annotate(county=models.Value(county_name()))


class WorkReport(models.Model):
    """控辍保学工作情况: what the county, a township or a school did in a period, drafted from the figures and edited.

    A county's report has neither ``township`` nor ``school``, a school's has both. Once finished 定稿 it is kept as it
    was printed, and nothing of it changes (trigger). ``version`` grows with every change of the text.
    """

    class Kind(models.TextChoices):
        HALF_MONTH = "half_month", "半月"
        MONTH = "month", "月度"
        TERM = "term", "学期"

    kind = models.CharField("周期", max_length=10, choices=Kind)
    first = models.DateField("开始日期")
    last = models.DateField("截止日期")
    township = models.ForeignKey(
        "students.Area", models.PROTECT, null=True, blank=True, verbose_name="乡镇", related_name="+"
    )
    school = models.ForeignKey(
        "students.School", models.PROTECT, null=True, blank=True, verbose_name="学校", related_name="+"
    )
    text = models.TextField("正文", max_length=20_000)
    version = models.PositiveIntegerField("版本", default=1)
    drafted_at = models.DateTimeField("起草时间")
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="起草人", related_name="+")
    finished_at = models.DateTimeField("定稿时间", null=True, blank=True)
    finished_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="定稿人", related_name="+"
    )
    pdf = models.BinaryField("定稿的文件", null=True)
    sha256 = models.CharField("内容摘要", max_length=64, blank=True)

    scope_path = {"school": "school", "township": "township", "school_class": None}
    objects = WorkReportQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "工作情况报告"
        ordering = ["-last", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(first__lte=models.F("last")), name="a_work_report_has_a_period"),
            models.CheckConstraint(
                condition=Q(school=None) | Q(township__isnull=False), name="a_schools_report_names_its_township"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="a_work_report_says_something"),
            models.CheckConstraint(
                condition=Q(finished_at=None, finished_by=None, pdf=None, sha256="")
                | Q(finished_at__isnull=False, finished_by__isnull=False, pdf__isnull=False) & ~Q(sha256=""),
                name="a_finished_work_report_is_kept_as_printed",
            ),
            models.UniqueConstraint(
                fields=["kind", "first"], condition=Q(township=None), name="the_county_reports_a_period_once"
            ),
            models.UniqueConstraint(
                fields=["kind", "first", "township"],
                condition=Q(township__isnull=False, school=None),
                name="a_township_reports_a_period_once",
            ),
            models.UniqueConstraint(
                fields=["kind", "first", "school"],
                condition=Q(school__isnull=False),
                name="a_school_reports_a_period_once",
            ),
        ]

    def __str__(self):
        return f"{self.unit_name}{self.period_name}控辍保学工作情况"

    @property
    def period_name(self) -> str:
        """2026年11月, 2026年11月上半月, 2026-2027学年第一学期."""
        return period_name(self.kind, self.first)

    @property
    def unit_name(self) -> str:
        """Whose report it is: 东坪小学, 清溪乡, or the county's name, a query where the rows were not ``named``."""
        return str(self.school or self.township or getattr(self, "county", "") or county_name())

    @property
    def is_finished(self) -> bool:
        return self.finished_at is not None


def period_name(kind: str, first: date) -> str:
    """What the period of a kind that begins on ``first`` is called; a month of returns by the month of its cut-off."""
    if kind == WorkReport.Kind.TERM:
        number = 1 if first.month >= SCHOOL_YEAR_BEGINS else 2
        return f"{school_year_label(school_year_of(first))}第{'一二'[number - 1]}学期"
    if kind == WorkReport.Kind.HALF_MONTH:
        return f"{first.year}年{first.month}月{'上' if first.day == 1 else '下'}半月"
    within = first + timedelta(WITHIN)
    return f"{within.year}年{within.month}月"
