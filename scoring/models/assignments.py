"""三包 and 联点: who answers for which key students, villages and schools, from which day until which."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from scoring.assigning import NOTE_CHARACTERS, End, Kind
from students.access import ScopedQuerySet
from students.models import Area, School, Student
from students.models.registry import choices

Person = settings.AUTH_USER_MODEL
NOT_ENDED = Q(until=None, ended_at=None, ended_by=None, end="")
ENDED = Q(until__isnull=False, ended_at__isnull=False, ended_by__isnull=False) & ~Q(end="")
WAS_HELD = Q(until=None) | Q(until__gt=F("since"))  # one taken back, or passed on the same day, never held a day


class AssignmentQuerySet(ScopedQuerySet):
    """Assignments."""

    def open(self):
        """Those that nobody has ended."""
        return self.filter(until=None)

    def on(self, day):
        """Those that hold ``day``."""
        return self.filter(Q(until=None) | Q(until__gt=day), since__lte=day)


class Assignment(models.Model):
    """分工: ``person`` answers at ``school`` for a child, for a village, or (neither) for the school itself 联点.

    From ``since`` until the day before ``until`` (None = still). ``planned_until``: to which day a 联点 is meant to
    last; it ends by an act, so that no school is left without anybody. ``follows`` is the row whose place it took.
    Nobody is put down twice at a time: a constraint each for the child, the village in a school, and the school.
    """

    kind = models.CharField("种类", max_length=10, choices=choices(Kind))
    school = models.ForeignKey(School, models.PROTECT, verbose_name="学校", related_name="assignments")
    person = models.ForeignKey(Person, models.PROTECT, verbose_name="责任人", related_name="assignments")
    student = models.ForeignKey(
        Student, models.PROTECT, null=True, blank=True, verbose_name="学生", related_name="assignments"
    )
    village = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, verbose_name="村", related_name="+")
    since = models.DateField("开始日期")
    planned_until = models.DateField("计划到哪天", null=True, blank=True)
    until = models.DateField("结束日期", null=True, blank=True)
    assigned_at = models.DateTimeField("安排时间")
    assigned_by = models.ForeignKey(Person, models.PROTECT, verbose_name="安排人", related_name="+")
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, verbose_name="结束人", related_name="+")
    end = models.CharField("结束方式", max_length=12, choices=choices(End), blank=True)
    end_note = models.CharField("结束说明", max_length=NOTE_CHARACTERS, blank=True)
    follows = models.ForeignKey("self", models.PROTECT, null=True, blank=True, verbose_name="接自", related_name="+")

    scope_path = {"school": "school", "township": "school__township", "school_class": None}
    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "三包分工"
        ordering = ["school", "kind", "since", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=Kind.STUDENT.value, student__isnull=False, village=None, planned_until=None)
                | Q(kind=Kind.VILLAGE.value, student=None, village__isnull=False, planned_until=None)
                | Q(kind=Kind.LIAISON.value, student=None, village=None),
                name="an_assignment_says_what_for",
            ),
            models.CheckConstraint(condition=NOT_ENDED | ENDED, name="an_assignment_is_ended_by_somebody"),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")), name="an_assignment_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(planned_until=None) | Q(planned_until__gte=F("since")), name="a_liaison_is_planned_forward"
            ),
            models.UniqueConstraint(
                fields=["student"], condition=Q(until=None, kind=Kind.STUDENT.value), name="one_person_holds_a_child"
            ),
            models.UniqueConstraint(
                fields=["school", "village"],
                condition=Q(until=None, kind=Kind.VILLAGE.value),
                name="one_head_holds_a_village_of_a_school",
            ),
            models.UniqueConstraint(
                fields=["school"],
                condition=Q(until=None, kind=Kind.LIAISON.value),
                name="one_person_goes_with_a_school",
            ),
            models.UniqueConstraint(
                fields=["student", "since"],
                condition=WAS_HELD & Q(kind=Kind.STUDENT.value),
                name="one_assignment_of_a_child_begins_a_day",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "kind"], condition=Q(until=None), name="open_assignments_of_a_person"),
            models.Index(fields=["school", "kind"], condition=Q(until=None), name="open_assignments_of_a_school"),
        ]

    def __str__(self):
        return f"{self.person}{self.get_kind_display()}：{self.student or self.village or self.school}"
