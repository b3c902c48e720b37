"""Counties, townships, villages; schools; classes (domain.md §2)."""

from datetime import date

from django.db import models

from students.access import ScopedQuerySet
from students.calendar import grade_in, school_year_of
from students.days import SLOT_ORDER, Slot


class Area(models.Model):
    """An administrative area 行政区划: county 县, township 乡镇 or village 村."""

    class Level(models.TextChoices):
        COUNTY = "county", "县"
        TOWNSHIP = "township", "乡镇"
        VILLAGE = "village", "村"

    code = models.CharField("代码", max_length=12, unique=True)
    name = models.CharField("名称", max_length=60)
    level = models.CharField("级别", max_length=10, choices=Level)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, verbose_name="上级")

    class Meta:
        verbose_name = verbose_name_plural = "行政区划"
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=models.Q(code__regex=r"^[0-9]{12}$"), name="area_code_has_twelve_digits")
        ]

    def __str__(self):
        return self.name


class School(models.Model):
    """A school 学校; ``slots`` are the parts of the day in which it takes the register."""

    class Kind(models.TextChoices):
        PRIMARY = "primary", "小学"
        JUNIOR = "junior", "初级中学"
        NINE_YEAR = "nine_year", "九年一贯制学校"
        TEACHING_POINT = "teaching_point", "教学点"

    code = models.CharField("学校标识码", max_length=10, unique=True)
    name = models.CharField("学校名称", max_length=60)
    kind = models.CharField("办学类型", max_length=20, choices=Kind)
    township = models.ForeignKey(Area, models.PROTECT, verbose_name="乡镇", related_name="schools")
    is_boarding = models.BooleanField("是否寄宿制", default=False)
    slots = models.CharField("点名节次", max_length=60, default="AM,PM")

    scope_is_many = True
    scope_path = {"school": "pk", "township": "township", "school_class": "classes"}
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "学校"
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=models.Q(code__regex=r"^[0-9]{10}$"), name="school_code_has_ten_digits"),
            models.CheckConstraint(condition=~models.Q(slots=""), name="school_takes_the_register_in_some_slot"),
        ]

    def __str__(self):
        return self.name

    @property
    def slot_list(self) -> list[Slot]:
        """The slots in the order of the day."""
        return sorted((Slot(code) for code in self.slots.split(",")), key=SLOT_ORDER.__getitem__)


class SchoolClass(models.Model):
    """A class 班级: a cohort 级 and a number; the grade follows from the cohort and the school year."""

    class Stage(models.TextChoices):
        PRIMARY = "primary", "小学"
        JUNIOR = "junior", "初中"

    FIRST_GRADE = {Stage.PRIMARY: 1, Stage.JUNIOR: 7}

    school = models.ForeignKey(School, models.PROTECT, verbose_name="学校", related_name="classes")
    number = models.CharField("班号", max_length=20)
    name = models.CharField("班级名称", max_length=40)
    stage = models.CharField("学段", max_length=10, choices=Stage)
    cohort = models.PositiveSmallIntegerField("入学年份")
    last_version_undone = models.PositiveIntegerField(
        "撤销过的点名的最高版本", default=0, help_text="以后的点名从下一个版本开始，撤销以前打开的页面因此认得出来。"
    )

    scope_path = {"school": "school", "township": "school__township", "school_class": "pk"}
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "班级"
        ordering = ["school__code", "number"]
        constraints = [
            models.UniqueConstraint(fields=["school", "number"], name="class_number_is_unique_in_its_school"),
            models.CheckConstraint(
                condition=models.Q(cohort__gte=1950, cohort__lte=2200), name="class_cohort_is_a_plausible_year"
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def next_first_version(self) -> int:
        """The version with which a register taken now begins: no page that is open knows it."""
        return self.last_version_undone + 1

    def grade_on(self, day: date) -> int:
        """Grade 年级 (1–9) on a day."""
        return grade_in(school_year_of(day), cohort=self.cohort, first_grade=self.FIRST_GRADE[self.stage])
