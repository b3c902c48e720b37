"""Students, their enrolment events and the places that follow from them (domain.md §2, §6)."""

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery

from students.access import ScopedQuerySet
from students.enrolment import OUTS, EventKind, Standing
from students.identity import FEMALE, MALE


def choices(enumeration):
    """Model choices of a pure enumeration: its values with their Chinese labels."""
    return [(member.value, member.label) for member in enumeration]


class StudentQuerySet(ScopedQuerySet):
    """Students."""

    def search(self, text: str):
        """By name or given name, by pinyin (full or initials, all readings), or by the end of a number.

        The numbers are those of now and the 学籍号 of former times.
        """
        if not text.strip():
            return self
        return self.filter(pk__in=apps.get_model("students", "SearchKey").objects.found_by(text))


class Student(models.Model):
    """A child 学生: identity only. 学籍 (registered) and 在校 (attending) are two axes and follow from the events.

    ``standing`` 就读身份 says whether the child counts in ``registered``; only 在籍 does. It is that of today; what it
    was before is kept in ``FormerStanding``. ``extra`` keeps every other column of the national template as it came.
    """

    class Sex(models.TextChoices):
        MALE = MALE, "男"
        FEMALE = FEMALE, "女"

    class Standing(models.TextChoices):
        REGISTERED = "registered", "在籍"
        GUEST = "guest", "借读"
        HOME_TAUGHT = "home_taught", "送教上门"

    student_number = models.CharField("学籍号", max_length=19, unique=True, null=True, blank=True)
    id_type = models.CharField("身份证件类型", max_length=40)
    id_number = models.CharField("身份证件号", max_length=40, unique=True, null=True, blank=True)
    name = models.CharField("姓名", max_length=60)
    sex = models.CharField("性别", max_length=1, choices=Sex)
    birth_date = models.DateField("出生日期")
    ethnicity = models.CharField("民族", max_length=20, blank=True)
    admitted_on = models.DateField("入学年月")
    list_position = models.PositiveSmallIntegerField("班内学号", null=True, blank=True)
    standing = models.CharField("就读身份", max_length=20, choices=Standing, default=Standing.REGISTERED)
    attendance_mode = models.CharField("就读方式", max_length=20, blank=True)
    home_area_code = models.CharField("户口所在地行政区划", max_length=12, blank=True)
    address = models.CharField("现住址", max_length=200, blank=True)
    phone = models.CharField("联系电话", max_length=30, blank=True)
    extra = models.JSONField("其他栏目", default=dict, blank=True)

    scope_is_many = True
    scope_path = {
        "school": "enrolments__school_class__school",
        "township": "enrolments__school_class__school__township",
        "school_class": "enrolments__school_class",
    }
    objects = StudentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "学生"
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["home_area_code"], name="children_of_a_village"),
            models.Index(fields=["attendance_mode", "id"], name="children_by_attendance_mode"),
            models.Index(fields=["id"], condition=Q(student_number=None), name="children_without_a_number"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(student_number__isnull=False) | Q(id_number__isnull=False),
                name="student_has_a_student_number_or_an_id_number",
            ),
            models.CheckConstraint(
                condition=Q(student_number=None) | Q(student_number__regex=r"^[GJL][0-9]{17}[0-9X]$"),
                name="student_number_has_its_shape",
            ),
            models.CheckConstraint(
                condition=~Q(student_number="") & ~Q(id_number=""), name="student_numbers_are_not_blank"
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def number(self) -> str:
        """The 学籍号, or the identity number of a child who has none yet (待建籍)."""
        return self.student_number or self.id_number


STUDENT_PATH = {key: f"student__{path}" for key, path in Student.scope_path.items()}


class Guardian(models.Model):
    """A family member 家庭成员 as the registry lists them; ``position`` is 1 for 成员1.

    ``phone_state`` is what came of the last call to the number; blank where nobody has tried it.
    """

    class PhoneState(models.TextChoices):
        ANSWERS = "answers", "打得通"
        NO_ANSWER = "no_answer", "无人接听"
        WRONG = "wrong", "号码不对"

    student = models.ForeignKey(Student, models.CASCADE, verbose_name="学生", related_name="guardians")
    position = models.PositiveSmallIntegerField("序号")
    name = models.CharField("姓名", max_length=60)
    relation = models.CharField("关系", max_length=20, blank=True)
    phone = models.CharField("联系电话", max_length=30, blank=True)
    is_guardian = models.BooleanField("是否监护人", default=False)
    phone_state = models.CharField("号码情况", max_length=12, choices=PhoneState, blank=True)
    phone_checked_at = models.DateTimeField("核实时间", null=True, blank=True)
    phone_checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="核实人", related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "家庭成员"
        ordering = ["student", "position"]
        constraints = [
            models.UniqueConstraint(fields=["student", "position"], name="family_member_position_is_unique"),
            models.CheckConstraint(
                condition=Q(phone_state="", phone_checked_at=None, phone_checked_by=None)
                | (~Q(phone_state="") & Q(phone_checked_at__isnull=False, phone_checked_by__isnull=False)),
                name="a_number_tried_says_when_and_by_whom",
            ),
        ]

    def __str__(self):
        return self.name


class SpecialGroup(models.Model):
    """A special-group flag 特殊群体 with its dates; from ``since`` until the day before ``until``."""

    class Kind(models.TextChoices):
        LEFT_BEHIND_ONE = "left_behind_one", "单亲留守"
        LEFT_BEHIND_BOTH = "left_behind_both", "双亲留守"
        OUT_OF_POVERTY = "out_of_poverty", "脱贫户"
        LOW_INCOME = "low_income", "低保"
        ORPHAN = "orphan", "孤儿"
        UNCARED = "uncared", "事实无人抚养"
        DISABLED = "disabled", "残疾"
        IN_NEED = "in_need", "困境儿童"
        MIGRANT = "migrant", "随迁子女"
        SINGLE_PARENT = "single_parent", "单亲家庭"
        LAW_CASE = "law_case", "涉案"
        WAVERING = "wavering", "动摇生"
        HARDSHIP = "hardship", "贫困生"
        LEARNING_DIFFICULTY = "learning_difficulty", "学困生"
        HOME_TAUGHT = "home_taught", "送教上门"

    # Teachers propose these and the school confirms them, with a person and a date: nobody just enters them.
    PROPOSED = frozenset({Kind.WAVERING, Kind.HARDSHIP, Kind.LEARNING_DIFFICULTY})

    student = models.ForeignKey(Student, models.CASCADE, verbose_name="学生", related_name="special_groups")
    kind = models.CharField("类别", max_length=30, choices=Kind)
    detail = models.CharField("说明", max_length=60, blank=True)
    since = models.DateField("开始日期")
    until = models.DateField("结束日期", null=True, blank=True)

    class Query(models.QuerySet):
        """Special-group flags."""

        def on(self, day):
            """Those in force on ``day``."""
            return self.filter(Q(until=None) | Q(until__gt=day), since__lte=day)

    objects = Query.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "特殊群体"
        ordering = ["student", "kind", "since"]
        constraints = [
            models.UniqueConstraint(
                fields=["student", "kind"], condition=Q(until=None), name="one_open_row_per_child_and_special_group"
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")), name="special_group_ends_after_it_starts"
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "student"], condition=Q(until=None), name="open_special_groups_by_kind"),
        ]

    def __str__(self):
        return self.get_kind_display()


class EnrolmentEventQuerySet(ScopedQuerySet):
    """Enrolment events."""

    def effective(self):
        """Those that stand: not corrected by a later event, and not themselves a 作废."""
        return self.filter(corrected_by=None).exclude(kind=EventKind.VOID)

    def _of_the_class_then(self, scope, day):
        """An out event also belongs to the class left: another school may have taken the child in the same day."""
        enrolments = Enrolment.objects.filter(student=OuterRef("student")).order_by("-since").values("school_class")
        classes = apps.get_model("students", "SchoolClass").objects.visible_to(scope).values("pk")
        return self.alias(
            class_then=Subquery(enrolments.filter(since__lte=OuterRef(day))[:1]),
            class_left=Subquery(enrolments.filter(since__lt=OuterRef(day))[:1]),
            class_now=Subquery(enrolments[:1]),
        ).filter(Q(class_then__in=classes) | Q(class_now__in=classes) | Q(class_left__in=classes, kind__in=list(OUTS)))


class EnrolmentEvent(models.Model):
    """学籍变动, append-only: a correction is a new event that names the one it corrects.

    ``school_class`` is the class joined; ``order`` puts the events of one day in their order.
    ``confirmed_on`` is the day on which the receiving school accepted a transfer out.
    """

    student = models.ForeignKey(Student, models.PROTECT, verbose_name="学生", related_name="events")
    kind = models.CharField("变动类型", max_length=20, choices=choices(EventKind))
    happened_on = models.DateField("发生日期")
    order = models.PositiveSmallIntegerField("同日次序", default=0)
    school_class = models.ForeignKey(
        "students.SchoolClass", models.PROTECT, null=True, blank=True, verbose_name="进入班级", related_name="+"
    )
    confirmed_on = models.DateField("接收确认日期", null=True, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)
    recorded_at = models.DateTimeField("登记时间")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="登记人"
    )
    corrects = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, verbose_name="更正", related_name="corrected_by"
    )
    submission = models.UUIDField("提交编号", null=True, blank=True, unique=True)  # the same form sent twice is one
    year_turn = models.ForeignKey(
        "students.YearTurn", models.PROTECT, null=True, blank=True, verbose_name="学年交替", related_name="events"
    )

    scope_is_many = True
    scope_day = "happened_on"
    scope_path = {key: f"student__{path}" for key, path in Student.scope_path.items()}
    objects = EnrolmentEventQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "学籍变动"
        ordering = ["student", "happened_on", "order"]
        constraints = [
            models.UniqueConstraint(
                fields=["student", "happened_on", "order"],
                condition=Q(corrects=None),
                name="events_of_a_day_have_an_order",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["transfer_in", "class_move", "repeat", "skip", "other_in", "enrol"])
                | Q(school_class__isnull=False),
                name="event_that_joins_a_class_names_it",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_on=None) | Q(kind="transfer_out"), name="only_a_transfer_out_is_confirmed"
            ),
            models.CheckConstraint(
                condition=~Q(kind="void") | Q(corrects__isnull=False), name="a_void_event_names_what_it_voids"
            ),
        ]
        indexes = [models.Index(fields=["kind", "happened_on"], name="events_of_a_kind")]

    def __str__(self):
        return f"{self.happened_on} {self.get_kind_display()}"


class Enrolment(models.Model):
    """在籍区间: where a child is registered from ``since`` until the day before ``until``; kept from the events.

    Rows of one child do not overlap. ``standing`` says whether the child attends 在校; ``spell`` numbers unbroken
    attendance. The table can be thrown away and rebuilt from the events (``students.actions.enrolment.rebuild``).
    """

    student = models.ForeignKey(Student, models.PROTECT, verbose_name="学生", related_name="enrolments")
    school_class = models.ForeignKey(
        "students.SchoolClass", models.PROTECT, verbose_name="班级", related_name="enrolments"
    )
    standing = models.CharField(
        "状态",
        max_length=20,
        choices=[(s.value, s.label) for s in Standing if s in ("attending", "suspended", "dropped_out")],
    )
    since = models.DateField("开始日期")
    until = models.DateField("结束日期", null=True, blank=True)
    spell = models.PositiveSmallIntegerField("在校段次")

    scope_path = {
        "school": "school_class__school",
        "township": "school_class__school__township",
        "school_class": "school_class",
    }

    class Query(ScopedQuerySet):
        """Enrolment intervals."""

        def on(self, day):
            """The intervals that hold ``day``."""
            return self.filter(Q(until=None) | Q(until__gt=day), since__lte=day)

        def attending(self):
            """在校 only."""
            return self.filter(standing=Standing.ATTENDING)

    objects = Query.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "在籍区间"
        ordering = ["student", "since"]
        constraints = [
            models.UniqueConstraint(fields=["student"], condition=Q(until=None), name="one_open_enrolment_a_student"),
            models.UniqueConstraint(fields=["student", "since"], name="one_enrolment_begins_a_day"),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gt=F("since")), name="enrolment_ends_after_it_starts"
            ),
        ]
        indexes = [
            models.Index(fields=["school_class", "since"], name="enrolment_of_a_class"),
            models.Index(
                fields=["school_class", "since"], condition=Q(standing="suspended"), name="suspended_of_a_class"
            ),
            models.Index(
                fields=["school_class", "since", "until"],
                condition=Q(standing="attending"),
                name="attending_of_a_class",
            ),
        ]

    def __str__(self):
        return f"{self.student}（{self.school_class}）"
