"""What lists of children are searched and sorted by; derived, and rebuilt from the registry to the same content."""

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.lookups import StartsWith

from students.access import ScopedQuerySet
from students.enrolment import Standing
from students.models.former import FormerNumber
from students.models.places import School, SchoolClass
from students.models.registry import Student
from students.models.residents import Resident
from students.search import read_query


class RegistryLine(models.Model):
    """A child's line in the registry 学籍名册: where the child last stood, kept with the enrolment intervals.

    ``standing`` says more than an interval can: also who is gone, graduated or deceased. ``place_key`` sorts by
    school, class and class list, ``name_key`` by pinyin.
    """

    student = models.OneToOneField(Student, models.CASCADE, primary_key=True, verbose_name="学生", related_name="line")
    school = models.ForeignKey(School, models.PROTECT, verbose_name="学校", related_name="+", db_index=False)
    school_class = models.ForeignKey(SchoolClass, models.PROTECT, verbose_name="班级", related_name="+", db_index=False)
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
            models.Index(fields=["place_key", "student"], name="lines_in_order"),
            models.Index(fields=["standing", "place_key", "student"], name="lines_by_place"),
            models.Index(fields=["standing", "name_key", "student"], name="lines_by_name"),
            models.Index(fields=["school", "standing", "place_key"], name="lines_of_a_school"),
            models.Index(fields=["school_class", "standing", "place_key"], name="lines_of_a_class"),
        ]

    def __str__(self):
        return f"{self.student}（{self.school_class}）"


class Begins(StartsWith):
    """``startswith`` that walks an index on both databases: SQLite uses none for LIKE, but does for a range.

    PostgreSQL keeps LIKE, for which the index has ``varchar_pattern_ops``; a range would follow its collation there.
    """

    def as_sqlite(self, compiler, connection):
        column, parameters = self.process_lhs(compiler, connection)
        last = f"{self.rhs}\U0010ffff"
        return f"({column} >= %s AND {column} < %s)", [*parameters, self.rhs, *parameters, last]


class SearchKeyQuerySet(models.QuerySet):
    """What children are found by."""

    def found_by(self, text: str):
        """The ids of the children whom ``text`` finds, perhaps more than once: for ``pk__in``."""
        query = read_query(text)
        found = self.filter(key__begins=query.beginning).order_by()
        if query.ending:
            former = FormerNumber.objects.filter(student=OuterRef("student"), number__endswith=query.ending)
            found = found.filter(
                Q(student__student_number__endswith=query.ending)
                | Q(student__id_number__endswith=query.ending)
                | Exists(former)
            )
        return found.values("student")


class SearchKey(models.Model):
    """A beginning by which a child is found: name, given name, pinyin, initials, last four characters of a number."""

    student = models.ForeignKey(Student, models.CASCADE, verbose_name="学生", related_name="search_keys")
    key = models.CharField("检索词", max_length=80)

    objects = SearchKeyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "检索词"
        ordering = ["key", "student"]
        constraints = [
            models.UniqueConstraint(
                fields=["key", "student"],
                name="a_search_key_is_kept_once",
                opclasses=["varchar_pattern_ops", "int8_ops"],  # PostgreSQL only, see Begins
            )
        ]

    def __str__(self):
        return self.key


class ResidentKeyQuerySet(models.QuerySet):
    """What residents are found by."""

    def found_by(self, text: str):
        """The ids of the residents whom ``text`` finds, perhaps more than once: for ``pk__in``."""
        query = read_query(text)
        found = self.filter(key__begins=query.beginning).order_by()
        if query.ending:
            found = found.filter(resident__id_number__endswith=query.ending)
        return found.values("resident")


class ResidentKey(models.Model):
    """A beginning by which a resident child 户籍儿童 is found; the same ones as a student's."""

    resident = models.ForeignKey(Resident, models.CASCADE, verbose_name="户籍儿童", related_name="search_keys")
    key = models.CharField("检索词", max_length=80)

    objects = ResidentKeyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "户籍儿童检索词"
        ordering = ["key", "resident"]
        constraints = [
            models.UniqueConstraint(
                fields=["key", "resident"],
                name="a_residents_key_is_kept_once",
                opclasses=["varchar_pattern_ops", "int8_ops"],  # PostgreSQL only, see Begins
            )
        ]

    def __str__(self):
        return self.key


for keys in (SearchKey, ResidentKey):
    keys._meta.get_field("key").register_lookup(Begins, "begins")
