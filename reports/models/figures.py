"""Figures as they were counted last night; they can be thrown away and counted again to the same content."""

from django.db import models

from reports.figures import CODES, LABELS
from students.access import ScopedQuerySet
from students.enrolment import EventKind
from students.models import School, SchoolClass, SpecialGroup, Student

ALL = ""
PARTS = [(ALL, "全体学生"), *Student.Sex.choices, *SpecialGroup.Kind.choices]
# The column of each count; one word of contract.md is taken in Python.
COLUMN_OF = {code: "returned" if code == EventKind.RETURN else code for code in CODES}


def _count(code: str) -> models.PositiveIntegerField:
    return models.PositiveIntegerField(LABELS[code], default=0)


class KeptFigures(models.Model):
    """上报数字 of a grade of a school in a month, through ``as_of`` (included): what boards and comparisons show.

    Kept are the months of the school year, each through its cut-off or the last day that is over, and the last months
    of the two years before. ``month``: its code, 2026-10; ``first``: the first day of its return. ``part``: of whom
    they speak, blank for everybody. The counts are those of ``reports.figures``.
    """

    school = models.ForeignKey(School, models.CASCADE, verbose_name="学校", related_name="kept_figures")
    stage = models.CharField("学段", max_length=10, choices=SchoolClass.Stage)
    grade = models.PositiveSmallIntegerField("年级")
    month = models.CharField("月份", max_length=7)
    first = models.DateField("从哪天起")
    as_of = models.DateField("算到哪天")
    part = models.CharField("哪些学生", max_length=30, choices=PARTS, blank=True)
    opening = _count("opening")
    enrol = _count("enrol")
    transfer_in = _count("transfer_in")
    resume = _count("resume")
    returned = _count("return")
    other_in = _count("other_in")
    transfer_out = _count("transfer_out")
    suspend = _count("suspend")
    drop_out = _count("drop_out")
    decease = _count("decease")
    leave_country = _count("leave_country")
    graduate = _count("graduate")
    other_out = _count("other_out")
    closing = _count("closing")
    registered = _count("registered")
    suspected = _count("suspected")
    dropped_total = _count("dropped_total")
    unaccounted = _count("unaccounted")
    baseline = _count("baseline")
    left_in_order = _count("left_in_order")
    lost_of_baseline = _count("lost_of_baseline")
    lost = _count("lost")

    scope_path = {"school": "school", "township": "school__township", "school_class": None}
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "每晚算好的数字"
        ordering = ["as_of", "part", "school", "grade", "stage"]
        constraints = [
            models.UniqueConstraint(
                fields=["as_of", "part", "school", "stage", "grade"], name="figures_of_a_grade_are_kept_once_a_day"
            ),
            models.CheckConstraint(
                condition=models.Q(part__in=[part for part, _ in PARTS]), name="kept_figures_speak_of_a_known_part"
            ),
            models.CheckConstraint(condition=models.Q(first__lte=models.F("as_of")), name="a_month_has_a_day_counted"),
            models.CheckConstraint(
                condition=models.Q(left_in_order__lte=models.F("baseline") - models.F("lost_of_baseline")),
                name="who_is_gone_of_a_baseline_was_in_it",
            ),
        ]

    def __str__(self):
        return f"{self.school} {self.as_of} {self.get_part_display()}"
