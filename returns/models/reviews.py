"""复核 of a quarter: what was drawn of every school, what was found there, and what the schools have to amend (§9)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from returns.models.filings import Edition
from returns.reviewing import Agreement, Finding, Instead, Part, quarter_label
from students.access import ScopedQuerySet
from students.models.files import StoredFile
from students.models.registry import choices

Person = settings.AUTH_USER_MODEL
MOST_PAPERS = 3  # of one child
PATH = {"school": "school", "township": "school__township", "school_class": None}


def _path(prefix: str) -> dict:
    return {key: path and f"{prefix}__{path}" for key, path in PATH.items()}


class Review(models.Model):
    """复核: of a quarter of a school year, once. With ``seed`` anybody draws the same children from the same returns.

    ``size``: children in school drawn of each school; ``most``: the most of every other part, None for all. Closed 定稿
    it never changes, nor does anything of it (triggers); ``content`` is the table of results as it was signed.
    """

    school_year = models.PositiveSmallIntegerField("学年")
    quarter = models.PositiveSmallIntegerField("季度")
    first = models.DateField("开始日期")
    cut_off = models.DateField("截止日期")
    seed = models.CharField("种子", max_length=64)
    size = models.PositiveSmallIntegerField("每校抽查在校学生")
    most = models.PositiveSmallIntegerField("其他各类每校最多", null=True, blank=True)
    opened_at = models.DateTimeField("开始时间")
    opened_by = models.ForeignKey(Person, models.PROTECT, verbose_name="开始人", related_name="+")
    closed_at = models.DateTimeField("定稿时间", null=True, blank=True)
    closed_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, verbose_name="定稿人", related_name="+"
    )
    conclusion = models.CharField("复核意见", max_length=500, blank=True)
    content = models.JSONField("结果", null=True, blank=True)
    sha256 = models.CharField("内容摘要", max_length=64, blank=True)

    scope_is_many = True
    scope_path = _path("sheets")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "复核"
        ordering = ["-school_year", "-quarter"]
        constraints = [
            models.UniqueConstraint(fields=["school_year", "quarter"], name="a_quarter_is_reviewed_once"),
            models.CheckConstraint(condition=Q(quarter__gte=1, quarter__lte=4), name="a_year_has_four_quarters"),
            models.CheckConstraint(condition=Q(first__lt=F("cut_off")), name="a_reviewed_quarter_has_its_days"),
            models.CheckConstraint(condition=~Q(seed="") & Q(size__gte=1), name="a_review_draws_by_a_seed"),
            models.CheckConstraint(condition=Q(most=None) | Q(most__gte=1), name="a_review_draws_of_every_part"),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None, content=None, sha256="", conclusion="")
                | Q(closed_at__isnull=False, closed_by__isnull=False, content__isnull=False) & ~Q(sha256=""),
                name="a_closed_review_keeps_its_results",
            ),
        ]

    def __str__(self):
        return f"{self.quarter_words}复核"

    @property
    def quarter_words(self) -> str:
        """2026-2027学年第一季度."""
        return quarter_label(self.school_year, self.quarter)

    @property
    def about(self) -> dict:
        """What scripts are told beside its results."""
        code = f"{self.school_year}-{self.quarter}"
        return {"quarter": code, "period_start": self.first, "period_end": self.cut_off}

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None


class SheetQuerySet(ScopedQuerySet):
    """Sheets of schools."""

    def shown_to(self, scope):
        """Those that a reader may open: a school learns who was drawn, and what was found, once it is closed."""
        own = Q(review__closed_at=None, school__in=scope.clerk_of | scope.led)
        return self.visible_to(scope.of_whole_schools).exclude(own)


class ReviewSheet(models.Model):
    """复核表: one school of a review."""

    review = models.ForeignKey(Review, models.PROTECT, verbose_name="复核", related_name="sheets")
    school = models.ForeignKey("students.School", models.PROTECT, verbose_name="学校", related_name="+")

    scope_path = PATH
    objects = SheetQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "复核表"
        ordering = ["review", "school__code"]
        constraints = [models.UniqueConstraint(fields=["review", "school"], name="a_review_has_a_school_once")]

    def __str__(self):
        return f"{self.school}{self.review}"


class ReviewMonth(models.Model):
    """复核的月报: an accepted edition that the review looks at, and what the school's ledger says of its numbers.

    ``reported``: code → number, as it was filed; ``found``: those that are otherwise in the ledger.
    """

    sheet = models.ForeignKey(ReviewSheet, models.PROTECT, verbose_name="复核表", related_name="months")
    edition = models.ForeignKey(Edition, models.PROTECT, verbose_name="月报", related_name="+")
    reported = models.JSONField("上报的数字")
    agreement = models.CharField("台账核对", max_length=8, choices=choices(Agreement), blank=True)
    found = models.JSONField("台账的数字", default=dict, blank=True)
    words = models.CharField("说明", max_length=300, blank=True)
    version = models.PositiveIntegerField("改过几次", default=0)
    changed_at = models.DateTimeField("修改时间", null=True, blank=True)
    changed_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, verbose_name="修改人", related_name="+"
    )

    scope_path = _path("sheet")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "复核的月报"
        ordering = ["sheet", "edition__school_return__period"]
        constraints = [
            models.UniqueConstraint(fields=["sheet", "edition"], name="a_review_looks_at_an_edition_once"),
            models.CheckConstraint(
                condition=Q(agreement="", changed_at=None, changed_by=None, words="")
                | ~Q(agreement="") & Q(changed_at__isnull=False, changed_by__isnull=False),
                name="numbers_are_compared_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(agreement="differs") & Q(found={}) | Q(agreement="differs") & ~Q(found={}),
                name="what_differs_has_its_number",
            ),
        ]

    def __str__(self):
        return f"{self.edition}复核"


class ReviewChild(models.Model):
    """抽查的学生: what the returns say of a child, the month that says it, and what was found."""

    sheet = models.ForeignKey(ReviewSheet, models.PROTECT, verbose_name="复核表", related_name="children")
    month = models.ForeignKey(ReviewMonth, models.PROTECT, verbose_name="哪个月的月报", related_name="children")
    student = models.ForeignKey("students.Student", models.PROTECT, verbose_name="学生", related_name="+")
    position = models.PositiveSmallIntegerField("次序")
    part = models.CharField("上报情况", max_length=16, choices=choices(Part))
    grade = models.PositiveSmallIntegerField("年级")
    finding = models.CharField("核实情况", max_length=10, choices=choices(Finding), blank=True)
    instead = models.CharField("实际情况", max_length=14, choices=choices(Instead), blank=True)
    words = models.CharField("说明", max_length=300, blank=True)
    version = models.PositiveIntegerField("改过几次", default=0)
    changed_at = models.DateTimeField("修改时间", null=True, blank=True)
    changed_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, verbose_name="修改人", related_name="+"
    )

    scope_path = _path("sheet")
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "抽查的学生"
        ordering = ["sheet", "position"]
        constraints = [
            models.UniqueConstraint(fields=["sheet", "student"], name="a_child_is_drawn_once_a_review"),
            models.UniqueConstraint(fields=["sheet", "position"], name="one_child_a_place_of_a_sheet"),
            models.CheckConstraint(
                condition=Q(finding="", changed_at=None, changed_by=None, words="")
                | ~Q(finding="") & Q(changed_at__isnull=False, changed_by__isnull=False),
                name="a_finding_is_somebodys",
            ),
            models.CheckConstraint(
                condition=~Q(finding="wrong") & Q(instead="") | Q(finding="wrong") & ~Q(instead=""),
                name="what_does_not_hold_says_what_does",
            ),
            models.CheckConstraint(
                condition=Q(finding__in=["", "holds"]) | ~Q(words=""), name="what_does_not_hold_is_said_in_words"
            ),
        ]

    def __str__(self):
        return f"{self.student}（{self.get_part_display()}）"


class ReviewPaper(StoredFile):
    """复核材料: a picture or a PDF of what was found of a child; none is added or taken away once it is closed."""

    child = models.ForeignKey(ReviewChild, models.PROTECT, verbose_name="抽查的学生", related_name="papers")
    position = models.PositiveSmallIntegerField("第几份")

    class Meta:
        verbose_name = verbose_name_plural = "复核材料"
        ordering = ["child", "position"]
        constraints = [
            models.CheckConstraint(
                condition=Q(position__gte=1, position__lte=MOST_PAPERS), name="a_finding_has_three_papers_at_most"
            ),
            models.UniqueConstraint(fields=["child", "position"], name="papers_of_a_finding_are_numbered"),
            models.UniqueConstraint(fields=["child", "sha256"], name="a_paper_of_a_finding_is_kept_once"),
        ]
