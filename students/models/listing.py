"""What lists of children are searched and sorted by; derived, and rebuilt from the registry to the same content."""

from django.db import models

from students.access import ScopedQuerySet
from students.enrolment import Standing
from students.models.places import School, SchoolClass
from students.models.registry import Student


class RegistryLine(models.Model):
    """A child's line in the registry 学籍名册: where the child last stood, kept with the enrolment intervals.

    ``standing`` says more than an interval can: also who is gone, graduated or deceased. ``place_key`` sorts by
    school, class and class list, ``name_key`` by pinyin.
    """

    student = models.OneToOneField(Student, models.CASCADE, primary_key=True, verbose_name="学生", related_name="line")
    school = models.ForeignKey(School, models.PROTECT, verbose_name="学校", related_name="+")
    school_class = models.ForeignKey(SchoolClass, models.PROTECT, verbose_name="班级", related_name="+")
    standing = models.CharField(
        "状态", max_length=20, choices=[(s.value, s.label) for s in Standing if s is not Standing.NONE]
    )
    since = models.DateField("自")
    place_key = models.CharField("按班级排序", max_length=60)
    name_key = models.CharField("按拼音排序", max_length=120)

    scope_path = {"school": "school", "township": "school__township", "school_class": "school_class"}
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "学籍名册"
        ordering = ["place_key", "student"]
        indexes = [
            models.Index(fields=["place_key"], name="lines_by_place"),
            models.Index(fields=["name_key"], name="lines_by_name"),
            models.Index(fields=["school", "standing", "place_key"], name="lines_of_a_school"),
            models.Index(fields=["school_class", "place_key"], name="lines_of_a_class"),
        ]

    def __str__(self):
        return f"{self.student}（{self.school_class}）"


class SearchKey(models.Model):
    """A beginning by which a child is found: name, given name, pinyin, initials, last four characters of a number."""

    student = models.ForeignKey(Student, models.CASCADE, verbose_name="学生", related_name="search_keys")
    key = models.CharField("检索词", max_length=80)

    class Meta:
        verbose_name = verbose_name_plural = "检索词"
        ordering = ["key", "student"]
        constraints = [models.UniqueConstraint(fields=["key", "student"], name="a_search_key_is_kept_once")]

    def __str__(self):
        return self.key
