"""户籍儿童 and the sweeps 四查三比对 that look for children who should be in a class and are not (domain.md §9)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from students.access import ScopedQuerySet
from students.matching import Confidence
from students.models.files import StoredFile
from students.models.places import Area, School
from students.models.registry import Student, choices


class Resident(models.Model):
    """A registered resident child 户籍儿童 (0–17), as the police's list has it; ``student`` once it is matched."""

    class Match(models.TextChoices):
        ID = "id", "身份证件号一致"
        CONFIRMED = "confirmed", "人工确认"

    name = models.CharField("姓名", max_length=60)
    id_number = models.CharField("身份证件号", max_length=18, unique=True)
    sex = models.CharField("性别", max_length=1, choices=Student.Sex)
    birth_date = models.DateField("出生日期")
    village = models.ForeignKey(Area, models.PROTECT, verbose_name="户籍村", related_name="+")
    township = models.ForeignKey(Area, models.PROTECT, verbose_name="乡镇", related_name="+")
    guardian_name = models.CharField("监护人", max_length=60, blank=True)
    phone = models.CharField("联系电话", max_length=30, blank=True)
    is_out_of_poverty = models.BooleanField("是否脱贫户", default=False)
    current_school = models.CharField("现就读学校", max_length=80, blank=True)
    student = models.OneToOneField(
        Student, models.PROTECT, null=True, blank=True, verbose_name="对应学生", related_name="resident"
    )
    match = models.CharField("比对方式", max_length=12, choices=Match, blank=True)
    matched_at = models.DateTimeField("比对时间", null=True, blank=True)
    matched_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="确认人", related_name="+"
    )

    scope_path = {"school": None, "township": "township", "school_class": None}
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "户籍儿童"
        ordering = ["village__code", "birth_date", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(student=None, match="", matched_at=None)
                | (Q(student__isnull=False, matched_at__isnull=False) & ~Q(match="")),
                name="a_matched_resident_says_how",
            ),
            models.CheckConstraint(
                condition=~Q(match="confirmed") | Q(matched_by__isnull=False), name="a_confirmed_match_says_by_whom"
            ),
        ]
        indexes = [
            models.Index(fields=["township", "birth_date"], name="residents_of_a_township"),
            models.Index(fields=["village", "birth_date"], name="residents_of_a_village"),
        ]

    def __str__(self):
        return self.name


class RefusedMatch(models.Model):
    """A pair that a person has looked at and said: these are two children."""

    resident = models.ForeignKey(Resident, models.CASCADE, verbose_name="户籍儿童", related_name="refused_matches")
    student = models.ForeignKey(Student, models.CASCADE, verbose_name="学生", related_name="+")
    refused_at = models.DateTimeField("时间")
    refused_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="确认人", related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "排除的比对"
        ordering = ["resident", "pk"]
        constraints = [models.UniqueConstraint(fields=["resident", "student"], name="a_pair_is_refused_once")]

    def __str__(self):
        return f"{self.resident} ≠ {self.student}"


class ProposedMatch(models.Model):
    """待确认的比对: a resident and a student who may be one child, until a person says yes or no.

    Derived: ``students.actions.residents.match_residents`` can throw the table away and write it anew. ``rivals`` is
    how many other pairs of the two are as likely.
    """

    resident = models.OneToOneField(Resident, models.CASCADE, verbose_name="户籍儿童", related_name="proposed_match")
    student = models.OneToOneField(Student, models.CASCADE, verbose_name="学生", related_name="+")
    confidence = models.CharField("可信程度", max_length=10, choices=choices(Confidence))
    reasons = models.JSONField("依据", default=list)
    rivals = models.PositiveSmallIntegerField("同样相像的人数", default=0)

    scope_path = {"school": None, "township": "resident__township", "school_class": None}
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "待确认的比对"
        ordering = ["resident"]

    def __str__(self):
        return f"{self.resident}？{self.student}"


class Campaign(models.Model):
    """A sweep 排查 of March or September: a day as of which the three lists are drawn, and a day to be done by."""

    class Season(models.TextChoices):
        SPRING = "spring", "春季排查"
        AUTUMN = "autumn", "秋季排查"

    season = models.CharField("季节", max_length=10, choices=Season)
    year = models.PositiveSmallIntegerField("年份")
    as_of = models.DateField("比对日期")
    due_on = models.DateField("完成期限")
    opened_at = models.DateTimeField("启动时间")
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="启动人", related_name="+")
    closed_at = models.DateTimeField("结束时间", null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="结束人", related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "排查"
        ordering = ["-as_of", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["season", "year"], name="one_campaign_a_season"),
            models.CheckConstraint(condition=Q(due_on__gte=F("as_of")), name="campaign_is_due_after_it_begins"),
        ]

    def __str__(self):
        return f"{self.year}年{self.get_season_display()}"


class Finding(models.Model):
    """A child on one of the three lists of a campaign, its state, and who follows it up."""

    class List(models.TextChoices):
        NOT_ENROLLED = "not_enrolled", "有户籍无学籍"
        NOT_ATTENDING = "not_attending", "有学籍未在校"
        POVERTY = "poverty", "辍学且为脱贫户"

    class State(models.TextChoices):
        TO_VISIT = "to_visit", "待走访"
        VISITED = "visited", "已走访，未落实"
        BACK = "back", "已返校"
        ELSEWHERE = "elsewhere", "在外地就读"
        SPECIAL_SCHOOL = "special_school", "特教学校就读"
        HOME_TAUGHT = "home_taught", "送教上门"
        SUSPENDED = "suspended", "休学（缓学）经批准"
        ABROAD = "abroad", "出国（境）"
        GRADUATED = "graduated", "已初中毕业"
        DECEASED = "deceased", "死亡"
        NOT_RESIDENT = "not_resident", "户籍已迁出或重复"
        NOT_FOUND = "not_found", "去向不明"

    #: States that settle a finding.
    SETTLED = (
        State.BACK,
        State.ELSEWHERE,
        State.SPECIAL_SCHOOL,
        State.HOME_TAUGHT,
        State.SUSPENDED,
        State.ABROAD,
        State.GRADUATED,
        State.DECEASED,
        State.NOT_RESIDENT,
    )
    #: Those that nobody at the child's school sees for themselves, so that a paper has to prove them.
    PROVEN = (
        State.ELSEWHERE,
        State.SPECIAL_SCHOOL,
        State.SUSPENDED,
        State.ABROAD,
        State.GRADUATED,
        State.DECEASED,
        State.NOT_RESIDENT,
    )

    campaign = models.ForeignKey(Campaign, models.PROTECT, verbose_name="排查", related_name="findings")
    list = models.CharField("比对清单", max_length=20, choices=List)
    resident = models.ForeignKey(
        Resident, models.PROTECT, null=True, blank=True, verbose_name="户籍儿童", related_name="findings"
    )
    student = models.ForeignKey(
        Student, models.PROTECT, null=True, blank=True, verbose_name="学生", related_name="findings"
    )
    village = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, verbose_name="户籍村", related_name="+")
    township = models.ForeignKey(Area, models.PROTECT, verbose_name="乡镇", related_name="+")
    school = models.ForeignKey(School, models.PROTECT, null=True, blank=True, verbose_name="学校", related_name="+")
    state = models.CharField("状态", max_length=20, choices=State, default=State.TO_VISIT)
    follower = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="责任人", related_name="+"
    )

    scope_path = {"school": "school", "township": "township", "school_class": None}
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "排查对象"
        ordering = ["campaign", "list", "village", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(resident__isnull=False) | Q(student__isnull=False), name="a_finding_is_about_a_child"
            ),
            models.UniqueConstraint(
                fields=["campaign", "list", "resident"],
                condition=Q(resident__isnull=False),
                name="a_resident_is_on_a_list_once",
            ),
            models.UniqueConstraint(
                fields=["campaign", "list", "student"],
                condition=Q(student__isnull=False),
                name="a_student_is_on_a_list_once",
            ),
        ]

    def __str__(self):
        return f"{self.resident or self.student}：{self.get_state_display()}"


class FindingStep(models.Model):
    """What was found out about a child of a campaign, when and by whom; only ever added.

    ``submission`` names the form that was sent: the same one sent twice is one step.
    """

    finding = models.ForeignKey(Finding, models.PROTECT, verbose_name="排查对象", related_name="steps")
    state = models.CharField("状态", max_length=20, choices=Finding.State)
    happened_on = models.DateField("走访或核实日期")
    note = models.CharField("情况", max_length=300, blank=True)
    recorded_at = models.DateTimeField("登记时间")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="登记人", related_name="+")
    submission = models.UUIDField("提交编号", null=True, blank=True, unique=True)

    class Meta:
        verbose_name = verbose_name_plural = "排查记录"
        ordering = ["finding", "recorded_at", "pk"]

    def __str__(self):
        return f"{self.happened_on} {self.get_state_display()}"


class FindingProof(StoredFile):
    """A paper that proves what a step says."""

    step = models.ForeignKey(FindingStep, models.PROTECT, verbose_name="排查记录", related_name="proofs")

    class Meta:
        verbose_name = verbose_name_plural = "排查证明"
        ordering = ["step", "pk"]
