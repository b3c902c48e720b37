"""表彰名单: what the bureau has awarded for a term, numbered and kept for good, and what later took it back
(domain.md §8)."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from scoring.award_rules import AwardKind
from scoring.models.awards import StoredAwardRule
from scoring.models.freezes import SCHOOL_PATH, ScoreFreeze
from students.access import Scope, ScopedQuerySet
from students.models import School
from students.models.registry import choices

Person = settings.AUTH_USER_MODEL


class AwardListQuerySet(ScopedQuerySet):
    """Lists of awards."""

    def visible_to(self, scope: Scope):
        """Those that speak of a school in the scope."""
        schools = School.objects.visible_to(scope.of_whole_schools).order_by().values("pk")
        return self if scope.county else self.filter(pk__in=AwardListSchool.objects.filter(
            freeze__school__in=schools).order_by().values("award_list"))  # fmt: skip


class AwardList(models.Model):
    """表彰名单 of a term and an award 评优项目: confirmed 评定 by the bureau, never changed.

    ``content``: the rule, the scores that it follows from, and every candidate with its conditions; ``sha256`` is
    taken over it; ``mark`` is that of the page which was confirmed.
    """

    term = models.ForeignKey("students.Term", models.PROTECT, verbose_name="学期", related_name="award_lists")
    kind = models.CharField("评优项目", max_length=10, choices=choices(AwardKind))
    year = models.PositiveSmallIntegerField("年份")
    number = models.PositiveSmallIntegerField("序号")
    reference = models.CharField("文号", max_length=60, unique=True)
    issuer = models.CharField("表彰单位", max_length=60)
    rule = models.ForeignKey(StoredAwardRule, models.PROTECT, verbose_name="评优办法", related_name="+")
    content = models.JSONField("内容")
    sha256 = models.CharField("内容摘要", max_length=64)
    note = models.CharField("评定情况", max_length=300)
    confirmed_on = models.DateField("评定日期")
    confirmed_at = models.DateTimeField("评定时间")
    confirmed_by = models.ForeignKey(Person, models.PROTECT, verbose_name="评定人", related_name="+")

    scope_path = SCHOOL_PATH
    objects = AwardListQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "表彰名单"
        ordering = ["-year", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["year", "number"], name="lists_of_awards_are_numbered_by_year"),
            models.CheckConstraint(condition=Q(number__gte=1), name="lists_of_awards_begin_with_one"),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in AwardKind]), name="the_kind_of_an_award_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(note="") & ~Q(sha256="") & ~Q(reference=""), name="a_list_of_awards_says_how_it_came_about"
            ),
        ]

    def __str__(self):
        return f"{self.reference} {self.get_kind_display()}"


class AwardListSchool(models.Model):
    """评定过的学校: a school whose frozen scores of the term a list was made of, each once an award.

    ``edition``: how many amendments they had.
    """

    award_list = models.ForeignKey(AwardList, models.PROTECT, verbose_name="名单", related_name="schools")
    kind = models.CharField("评优项目", max_length=10, choices=choices(AwardKind))
    freeze = models.ForeignKey(ScoreFreeze, models.PROTECT, verbose_name="定分", related_name="award_lists")
    edition = models.PositiveSmallIntegerField("第几次更正后")

    scope_path = {"school": "freeze__school", "township": "freeze__school__township", "school_class": None}
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "评定过的学校"
        ordering = ["award_list", "freeze"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "freeze"], name="a_schools_term_is_judged_once_for_an_award")
        ]

    def __str__(self):
        return f"{self.award_list} {self.freeze}"


class AwardChange(models.Model):
    """名单变更: what amendments of frozen scores took away and added, numbered from 1, with the reason; never changed.

    ``content``: both in words, and the amendments it answers (freeze → edition).
    """

    award_list = models.ForeignKey(AwardList, models.PROTECT, verbose_name="名单", related_name="changes")
    number = models.PositiveSmallIntegerField("第几次变更")
    reason = models.CharField("变更原因", max_length=300)
    content = models.JSONField("内容")
    sha256 = models.CharField("内容摘要", max_length=64)
    issued_on = models.DateField("变更日期")
    issued_at = models.DateTimeField("变更时间")
    issued_by = models.ForeignKey(Person, models.PROTECT, verbose_name="变更人", related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "名单变更"
        ordering = ["award_list", "number"]
        constraints = [
            models.UniqueConstraint(fields=["award_list", "number"], name="changes_of_awards_are_numbered"),
            models.CheckConstraint(condition=Q(number__gte=1), name="changes_of_awards_begin_with_one"),
            models.CheckConstraint(condition=~Q(reason=""), name="a_change_of_awards_says_why"),
        ]

    def __str__(self):
        return f"{self.award_list} 第{self.number}次变更"


OF_WHAT = {
    "class": Q(school_class__isnull=False, grade=None, person=None),
    "grade": Q(school_class=None, grade__isnull=False, person=None),
    "school": Q(school_class=None, grade=None, person=None),
    "person": Q(school_class=None, grade=None, person__isnull=False),
}


class Award(models.Model):
    """表彰: one class, grade, school or person of a list; never changed, and withdrawn only by a numbered change.

    ``number`` is that of its certificate 奖状 within the list; ``edition``: 0 as confirmed, n added by change n;
    ``checks``: the conditions with their numbers, as they were.
    """

    award_list = models.ForeignKey(AwardList, models.PROTECT, verbose_name="名单", related_name="awards")
    kind = models.CharField("评优项目", max_length=10, choices=choices(AwardKind))
    edition = models.PositiveSmallIntegerField("第几次变更", default=0)
    number = models.PositiveSmallIntegerField("证书序号")
    subject = models.CharField("代号", max_length=40)
    school = models.ForeignKey("students.School", models.PROTECT, verbose_name="学校", related_name="awards")
    school_class = models.ForeignKey(
        "students.SchoolClass", models.PROTECT, null=True, blank=True, verbose_name="班级", related_name="awards"
    )
    grade = models.PositiveSmallIntegerField("年级", null=True, blank=True)
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, verbose_name="教师", related_name="awards"
    )
    name = models.CharField("名称", max_length=60)
    checks = models.JSONField("条件")

    scope_path = SCHOOL_PATH
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "表彰"
        ordering = ["award_list", "number"]
        constraints = [
            models.UniqueConstraint(fields=["award_list", "number"], name="certificates_of_a_list_are_numbered"),
            models.UniqueConstraint(fields=["award_list", "subject", "edition"], name="nobody_is_on_a_list_twice"),
            models.CheckConstraint(
                condition=Q(kind="class") & OF_WHAT["class"]
                | Q(kind="grade") & OF_WHAT["grade"]
                | Q(kind="school") & OF_WHAT["school"]
                | Q(kind="person") & OF_WHAT["person"],
                name="an_award_is_of_what_its_kind_says",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def full_name(self) -> str:
        """东坪小学2023级1班; 东坪小学; 东坪小学 沈明."""
        if self.kind == AwardKind.SCHOOL:
            return self.school.name
        return f"{self.school.name}{' ' if self.person_id else ''}{self.name}"


class AwardWithdrawal(models.Model):
    """撤销表彰 by a change of the list; never changed. ``why``: the conditions that are no longer met."""

    award = models.OneToOneField(Award, models.PROTECT, verbose_name="表彰", related_name="withdrawal")
    change = models.ForeignKey(AwardChange, models.PROTECT, verbose_name="变更", related_name="withdrawals")
    why = models.CharField("原因", max_length=300)

    class Meta:
        verbose_name = verbose_name_plural = "撤销表彰"
        ordering = ["change", "award"]

    def __str__(self):
        return f"{self.award} {self.change}"


class AwardPaperQuerySet(ScopedQuerySet):
    """Papers of lists."""

    def visible_to(self, scope: Scope):
        """The list itself for whoever sees it, the certificates of the scope's schools; all of them for the county."""
        if scope.county:
            return self
        lists = AwardList.objects.visible_to(scope).order_by().values("pk")
        schools = School.objects.visible_to(scope.of_whole_schools).order_by().values("pk")
        return self.filter(Q(kind="list", award_list__in=lists) | Q(school__in=schools))


class AwardPaper(models.Model):
    """名单、奖状 as they were set in type, as the bytes of their PDF, which the database refuses to change.

    ``edition``: 0 as confirmed, n after change n; ``school``: whose certificates, blank on a list and on the
    certificates of a whole list.
    """

    class Kind(models.TextChoices):
        LIST = "list", "名单"
        CERTIFICATES = "certificates", "奖状和证书"

    award_list = models.ForeignKey(AwardList, models.PROTECT, verbose_name="名单", related_name="papers")
    edition = models.PositiveSmallIntegerField("第几次变更后")
    kind = models.CharField("种类", max_length=12, choices=Kind)
    school = models.ForeignKey(
        "students.School", models.PROTECT, null=True, blank=True, verbose_name="学校", related_name="+"
    )
    pdf = models.BinaryField("PDF内容")
    sha256 = models.CharField("内容摘要", max_length=64)
    pages = models.PositiveSmallIntegerField("页数")
    made_at = models.DateTimeField("制作时间")
    made_by = models.ForeignKey(Person, models.PROTECT, verbose_name="制作人", related_name="+")

    scope_path = SCHOOL_PATH
    objects = AwardPaperQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "名单和奖状"
        ordering = ["award_list", "edition", "kind", "school"]
        constraints = [
            models.UniqueConstraint(
                fields=["award_list", "edition", "kind", "school"],
                condition=Q(school__isnull=False),
                name="certificates_of_a_school_are_set_once",
            ),
            models.UniqueConstraint(
                fields=["award_list", "edition", "kind"], condition=Q(school=None), name="papers_of_awards_are_set_once"
            ),
            models.CheckConstraint(
                condition=Q(kind="certificates") | Q(kind="list", school=None),
                name="a_list_of_awards_is_one_paper",
            ),
        ]

    def __str__(self):
        return f"{self.award_list} {self.get_kind_display()}"
