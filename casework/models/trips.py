"""联合劝返: several units go together to the families of children out of school (domain.md §5)."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from casework.contacts import Companion
from casework.models.acts import Contact
from casework.models.cases import Case
from casework.models.signs import LINE_PATH
from students.access import ScopedQuerySet
from students.models import Area


class JointTrip(models.Model):
    """联合劝返: who goes on which day, led by whom; ``companions`` are codes parted by commas, as in a contact."""

    township = models.ForeignKey(Area, models.PROTECT, verbose_name="乡镇", related_name="+")
    day = models.DateField("日期")
    leader = models.CharField("带队人", max_length=40)
    companions = models.CharField("参加单位", max_length=100)
    people = models.CharField("参加人员", max_length=100, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)
    planned_at = models.DateTimeField("安排时间")
    planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="安排人", related_name="+")
    cancelled_at = models.DateTimeField("取消时间", null=True, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="取消人", related_name="+"
    )
    cancelled_reason = models.CharField("取消原因", max_length=100, blank=True)

    scope_path = {"school": None, "township": "township", "school_class": None}
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "联合劝返"
        ordering = ["-day", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(cancelled_at=None, cancelled_by=None, cancelled_reason="")
                | (Q(cancelled_at__isnull=False, cancelled_by__isnull=False) & ~Q(cancelled_reason="")),
                name="a_trip_is_cancelled_for_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(leader="") & ~Q(companions=""), name="a_trip_has_a_leader_and_companions"
            ),
        ]

    def __str__(self):
        return f"{self.township}联合劝返"

    @property
    def units(self) -> str:
        """村（居）委会、公安: who goes, in words."""
        return "、".join(Companion(code).label for code in self.companions.split(","))


VISITED = Q(contact__isnull=False, contact__cancelled_at=None)


class TripChildQuerySet(ScopedQuerySet):
    """Children of trips."""

    def visited(self):
        """Those of whom a result stands."""
        return self.filter(VISITED)

    def waited_for(self):
        """Those to whom a trip is to go, or went without its being told what came of it."""
        untold = Q(contact=None) | Q(contact__cancelled_at__isnull=False)
        return self.filter(untold, trip__cancelled_at=None, left_out_at=None)


class TripChild(models.Model):
    """联合劝返的学生: a case that a trip goes to; ``contact`` is the result, a joint visit like any other.

    Where the trip did not go to the child, ``left_out_reason`` says why.
    """

    trip = models.ForeignKey(JointTrip, models.PROTECT, verbose_name="联合劝返", related_name="children")
    case = models.ForeignKey(Case, models.PROTECT, verbose_name="个案", related_name="trips")
    contact = models.OneToOneField(
        Contact, models.PROTECT, null=True, blank=True, verbose_name="登记的结果", related_name="+"
    )
    left_out_reason = models.CharField("没有去的原因", max_length=100, blank=True)
    left_out_at = models.DateTimeField("登记没有去的时间", null=True, blank=True)
    left_out_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="登记没有去的人", related_name="+"
    )

    scope_path = {key: f"case__{path}" for key, path in LINE_PATH.items()}
    objects = TripChildQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "联合劝返的学生"
        ordering = ["trip", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["trip", "case"], name="a_trip_goes_to_a_case_once"),
            models.CheckConstraint(
                condition=Q(left_out_at=None, left_out_by=None, left_out_reason="")
                | (Q(left_out_at__isnull=False, left_out_by__isnull=False) & ~Q(left_out_reason="")),
                name="a_child_is_left_out_for_a_reason",
            ),
        ]

    def __str__(self):
        return f"{self.trip}：{self.case.student}"

    @property
    def result(self) -> Contact | None:
        """The result that stands; one taken back is none."""
        return self.contact if self.contact and not self.contact.cancelled_at else None
