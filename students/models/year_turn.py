"""The year's turn 学年交替: promotion, graduation and the hand-over of whole cohorts (domain.md §6)."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from students.access import ScopedQuerySet
from students.models.changes import BetweenSchoolsQuerySet
from students.models.places import School, SchoolClass
from students.models.registry import Student


class YearTurn(models.Model):
    """学年交替 of one school: planned, carried out, and then confirmed for good or taken back.

    ``school_year`` is the year that begins. The events it made name it (``EnrolmentEvent.year_turn``), so that taking
    it back corrects exactly those.
    """

    school = models.ForeignKey(School, models.PROTECT, verbose_name="学校", related_name="year_turns")
    school_year = models.PositiveSmallIntegerField("新学年")
    graduation_day = models.DateField("毕业日期")
    promotion_day = models.DateField("升级日期")
    planned_at = models.DateTimeField("制定时间")
    planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="制定人", related_name="+")
    carried_out_at = models.DateTimeField("执行时间", null=True, blank=True)
    carried_out_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="执行人", related_name="+"
    )
    confirmed_at = models.DateTimeField("确认时间", null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="确认人", related_name="+"
    )
    taken_back_at = models.DateTimeField("撤回时间", null=True, blank=True)
    taken_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="撤回人", related_name="+"
    )

    scope_path = {"school": "school", "township": "school__township", "school_class": None}
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "学年交替"
        ordering = ["school", "school_year", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["school", "school_year"],
                condition=Q(taken_back_at=None),
                name="one_standing_year_turn_a_school_and_year",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at=None) | Q(carried_out_at__isnull=False, taken_back_at=None),
                name="what_is_confirmed_was_carried_out",
            ),
        ]

    def __str__(self):
        return f"{self.school}：{self.school_year}"


class ClassTurn(models.Model):
    """What becomes of a class at the year's turn: promoted 升级, into a class (None = the same), or graduated 毕业."""

    class Kind(models.TextChoices):
        PROMOTE = "promote", "升级"
        GRADUATE = "graduate", "毕业"

    turn = models.ForeignKey(YearTurn, models.CASCADE, verbose_name="学年交替", related_name="classes")
    school_class = models.ForeignKey(SchoolClass, models.PROTECT, verbose_name="班级", related_name="+")
    kind = models.CharField("去向", max_length=10, choices=Kind)
    to_class = models.ForeignKey(
        SchoolClass, models.PROTECT, null=True, blank=True, verbose_name="升入班级", related_name="+"
    )
    to_school = models.ForeignKey(
        School, models.PROTECT, null=True, blank=True, verbose_name="接收学校", related_name="+"
    )
    due_on = models.DateField("报到截止日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "班级去向"
        ordering = ["turn", "school_class"]
        constraints = [
            models.UniqueConstraint(fields=["turn", "school_class"], name="a_class_turns_once"),
            models.CheckConstraint(
                condition=Q(kind="graduate", to_class=None) | Q(kind="promote", to_school=None, due_on=None),
                name="graduates_go_to_a_school_the_promoted_to_a_class",
            ),
        ]

    def __str__(self):
        return f"{self.school_class}：{self.get_kind_display()}"


class ChildTurn(models.Model):
    """A child that does not go with its class: repeats 留级, skips 跳级, changes class 转班, or stays out of it."""

    class Kind(models.TextChoices):
        REPEAT = "repeat", "留级"
        SKIP = "skip", "跳级"
        CLASS_MOVE = "class_move", "转班"

    turn = models.ForeignKey(YearTurn, models.CASCADE, verbose_name="学年交替", related_name="children")
    student = models.ForeignKey(Student, models.PROTECT, verbose_name="学生", related_name="+")
    kind = models.CharField("去向", max_length=12, choices=Kind)
    to_class = models.ForeignKey(SchoolClass, models.PROTECT, verbose_name="进入班级", related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "学生去向"
        ordering = ["turn", "student"]
        constraints = [models.UniqueConstraint(fields=["turn", "student"], name="a_child_turns_once")]

    def __str__(self):
        return f"{self.student}：{self.get_kind_display()}"


class HandOver(models.Model):
    """整班移交 of a cohort to the school that takes it: 小升初 from a class, 幼升小 from a list of children.

    Receipt is confirmed child by child (``HandOverChild``); who has not arrived by ``due_on`` is listed.
    """

    class Kind(models.TextChoices):
        TO_JUNIOR = "to_junior", "小升初"
        TO_PRIMARY = "to_primary", "幼升小"

    kind = models.CharField("类型", max_length=12, choices=Kind)
    turn = models.ForeignKey(
        YearTurn, models.PROTECT, null=True, blank=True, verbose_name="学年交替", related_name="hand_overs"
    )
    from_class = models.ForeignKey(
        SchoolClass, models.PROTECT, null=True, blank=True, verbose_name="毕业班级", related_name="+"
    )
    from_school = models.ForeignKey(
        School, models.PROTECT, null=True, blank=True, verbose_name="毕业学校", related_name="+"
    )
    source = models.CharField("来源", max_length=80, blank=True)
    to_school = models.ForeignKey(School, models.PROTECT, verbose_name="接收学校", related_name="+")
    school_year = models.PositiveSmallIntegerField("新学年")
    due_on = models.DateField("报到截止日期")
    sent_at = models.DateTimeField("移交时间")
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="移交人", related_name="+")
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="撤回人", related_name="+"
    )

    objects = BetweenSchoolsQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "整班移交"
        ordering = ["school_year", "to_school", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="to_junior", from_class__isnull=False, from_school__isnull=False)
                | (Q(kind="to_primary", from_class=None, from_school=None) & ~Q(source="")),
                name="a_hand_over_says_where_the_children_come_from",
            )
        ]

    def __str__(self):
        return f"{self.from_class or self.source} → {self.to_school}"


class HandOverChild(models.Model):
    """A child of a hand-over and whether it has arrived; ``resident`` where it is not in any registry yet (幼升小)."""

    class State(models.TextChoices):
        AWAITED = "awaited", "未报到"
        ARRIVED = "arrived", "已报到"
        ELSEWHERE = "elsewhere", "已在别处就读"
        MISSING = "missing", "未到校"

    hand_over = models.ForeignKey(HandOver, models.PROTECT, verbose_name="整班移交", related_name="children")
    student = models.ForeignKey(
        Student, models.PROTECT, null=True, blank=True, verbose_name="学生", related_name="hand_overs"
    )
    resident = models.ForeignKey(
        "students.Resident", models.PROTECT, null=True, blank=True, verbose_name="户籍儿童", related_name="hand_overs"
    )
    state = models.CharField("报到情况", max_length=12, choices=State, default=State.AWAITED)
    whereabouts = models.CharField("去向", max_length=120, blank=True)
    event = models.OneToOneField(
        "students.EnrolmentEvent", models.PROTECT, null=True, blank=True, verbose_name="入学", related_name="hand_over"
    )
    answered_at = models.DateTimeField("登记时间", null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="登记人", related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "移交学生"
        ordering = ["hand_over", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(student__isnull=False) | Q(resident__isnull=False), name="a_child_handed_over_is_somebody"
            ),
            models.CheckConstraint(
                condition=Q(state="awaited", answered_at=None, answered_by=None)
                | (~Q(state="awaited") & Q(answered_at__isnull=False, answered_by__isnull=False)),
                name="an_arrival_says_who_and_when",
            ),
            models.CheckConstraint(
                condition=~Q(state="arrived") | Q(event__isnull=False), name="who_has_arrived_is_enrolled"
            ),
            models.CheckConstraint(
                condition=~Q(state="elsewhere") | ~Q(whereabouts=""), name="who_is_elsewhere_is_somewhere"
            ),
            models.UniqueConstraint(
                fields=["hand_over", "student"],
                condition=Q(student__isnull=False),
                name="a_student_is_handed_over_once",
            ),
            models.UniqueConstraint(
                fields=["hand_over", "resident"],
                condition=Q(resident__isnull=False),
                name="a_resident_is_handed_over_once",
            ),
        ]

    def __str__(self):
        return f"{self.student or self.resident}：{self.get_state_display()}"
