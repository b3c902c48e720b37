"""Staff with dated postings; a person is also the account they log in with (domain.md §1)."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q

from students.access import ScopedQuerySet


class Role(models.TextChoices):
    """What a posting makes of a person (岗位)."""

    SUBJECT_TEACHER = "subject_teacher", "科任教师"
    HOMEROOM_TEACHER = "homeroom_teacher", "班主任"
    REGISTRY_CLERK = "registry_clerk", "学籍管理员"
    PRINCIPAL = "principal", "校长"
    DEPUTY_HEAD = "deputy_head", "分管领导"
    TOWNSHIP_OFFICER = "township_officer", "乡镇干部"
    BUREAU_OFFICER = "bureau_officer", "县教育局"
    INSPECTOR = "inspector", "督学"
    ADMINISTRATOR = "administrator", "系统管理员"


class PersonQuerySet(models.QuerySet):
    """Staff as seen from a scope."""

    def visible_to(self, scope):
        """Those with a posting, now or once, at a place that the scope holds."""
        return self.filter(pk__in=Posting.objects.visible_to(scope).values("person"))


class PersonManager(BaseUserManager.from_queryset(PersonQuerySet)):
    """Finds people by log-in name; accounts are made by the import or by an administrator."""


class Person(AbstractBaseUser):
    """A member of staff 教职工. A password they did not choose themselves must be changed at the first log-in."""

    staff_number = models.CharField("工号", max_length=30, unique=True)
    username = models.CharField("登录名", max_length=30, unique=True)
    name = models.CharField("姓名", max_length=40)
    phone = models.CharField("手机号", max_length=20, blank=True)
    must_change_password = models.BooleanField("须修改密码", default=True)
    one_time_password_expires_at = models.DateTimeField("一次性密码失效时间", null=True, blank=True)
    is_active = models.BooleanField("账号可用", default=True)

    USERNAME_FIELD = "username"
    objects = PersonManager()

    class Meta:
        verbose_name = verbose_name_plural = "教职工"
        ordering = ["staff_number"]

    def __str__(self):
        return self.name


class Posting(models.Model):
    """A dated posting 任职: a person, a role, a place. Nothing is visible without one.

    From ``since`` until the day before ``until`` (None = still). A class named makes the person its homeroom teacher
    班主任, a teacher of a subject 科任教师 in it, or, for some days, a substitute 代班 beside the 班主任.
    """

    person = models.ForeignKey(Person, models.PROTECT, verbose_name="人员", related_name="postings")
    role = models.CharField("岗位", max_length=20, choices=Role)
    township = models.ForeignKey("students.Area", models.PROTECT, null=True, blank=True, verbose_name="乡镇")
    school = models.ForeignKey("students.School", models.PROTECT, null=True, blank=True, verbose_name="学校")
    school_class = models.ForeignKey(
        "students.SchoolClass", models.PROTECT, null=True, blank=True, verbose_name="班级", related_name="postings"
    )
    subject = models.CharField("学科", max_length=20, blank=True)
    since = models.DateField("开始日期")
    until = models.DateField("结束日期", null=True, blank=True)
    is_substitute = models.BooleanField("代班", default=False)
    reason = models.CharField("代班原因", max_length=100, blank=True)

    scope_path = {"school": "school", "township": "school__township", "school_class": None}
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "任职"
        ordering = ["person", "since", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")), name="posting_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(school_class=None) | Q(school__isnull=False), name="posting_to_a_class_names_its_school"
            ),
            models.CheckConstraint(
                condition=Q(role__in=["township_officer", "inspector", "bureau_officer", "administrator"])
                | Q(school__isnull=False),
                name="posting_inside_a_school_names_it",
            ),
            models.CheckConstraint(
                condition=~Q(role="township_officer") | Q(township__isnull=False),
                name="township_posting_names_a_township",
            ),
            models.UniqueConstraint(
                fields=["school_class"],
                condition=Q(role="homeroom_teacher", until=None),
                name="one_homeroom_teacher_a_class",
            ),
            models.CheckConstraint(
                condition=Q(is_substitute=False)
                | Q(role="homeroom_teacher", school_class__isnull=False, until__isnull=False),
                name="a_substitute_stands_in_for_some_days",
            ),
        ]

    def __str__(self):
        return f"{self.person}（{self.get_role_display()}）"
