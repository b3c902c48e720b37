"""关注学生: a child proposed as 动摇生, 贫困生 or 学困生, confirmed with a person and a review date, and ended."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q

from casework.causes import Reason
from casework.models.signs import LINE_PATH
from casework.watching import (
    OPEN_STATES,
    ReviewState,
    WatchAction,
    WatchEnd,
    WatchKind,
    WatchState,
    review_state,
)
from students.access import Scope, ScopedQuerySet
from students.models.places import SchoolClass
from students.models.registry import SpecialGroup, Student, choices

Person = settings.AUTH_USER_MODEL
WAVERS = Q(kind=WatchKind.WAVERING.value)
OPEN = Q(state__in=sorted(state.value for state in OPEN_STATES))
UNDECIDED = Q(decided_at=None, decided_by=None, decision_note="")
DECIDED = Q(decided_at__isnull=False, decided_by__isnull=False)
IN_NOBODYS_CARE = Q(responsible=None, review_on=None, group=None)
IN_CARE = Q(responsible__isnull=False, review_on__isnull=False, group__isnull=False)
STANDING = Q(closed_on=None, closed_at=None, closed_by=None, end_reason="", end_note="")


class WatchQuerySet(ScopedQuerySet):
    """Children given attention."""

    def open(self):
        """Those proposed and those confirmed."""
        return self.filter(OPEN)

    def confirmed(self):
        return self.filter(state=WatchState.CONFIRMED)

    def seen_by(self, scope: Scope):
        """Those of the children whom the reader answers for or oversees; whoever only teaches lessons sees what they
        have proposed, and anybody at the school what they are responsible for."""
        rows = self.visible_to(scope.without_lessons)
        if scope.county or scope.person is None:
            return rows
        schools = SchoolClass.objects.filter(pk__in=scope.classes).order_by().values("school")
        in_my_care = Q(responsible=scope.person, state=WatchState.CONFIRMED, student__line__school__in=schools)
        proposed = Q(proposed_by=scope.person, student__line__school_class__in=scope.classes)
        return rows | self.filter(in_my_care | proposed)


class Watch(models.Model):
    """关注: of a child for one reason, from the proposal to its end; one of a kind stands open a child.

    ``group`` is the special-group row 特殊群体 that a confirmed one has, with its dates; ``responsible`` 责任人 is
    posted at the school, ``review_on`` 复核日期 lies in the term. ``decision_note``: why it was sent back.
    ``closed_by`` nobody: the clock has ended it, since the child has left.
    """

    student = models.ForeignKey(Student, models.PROTECT, verbose_name="学生", related_name="watches")
    kind = models.CharField("类别", max_length=30, choices=choices(WatchKind))
    state = models.CharField("状态", max_length=10, choices=choices(WatchState))
    reason = models.CharField("动摇的原因", max_length=20, choices=choices(Reason), blank=True)
    grounds = models.CharField("依据", max_length=200)
    proposed_on = models.DateField("提出日期")
    proposed_at = models.DateTimeField("提出时间")
    proposed_by = models.ForeignKey(Person, models.PROTECT, verbose_name="提出人", related_name="+")
    decided_at = models.DateTimeField("审核时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, verbose_name="审核人", related_name="+"
    )
    decision_note = models.CharField("退回原因", max_length=200, blank=True)
    responsible = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, verbose_name="责任人", related_name="watches"
    )
    review_on = models.DateField("复核日期", null=True, blank=True)
    group = models.ForeignKey(
        SpecialGroup, models.PROTECT, null=True, blank=True, verbose_name="特殊群体", related_name="watches"
    )
    closed_on = models.DateField("结束日期", null=True, blank=True)
    closed_at = models.DateTimeField("结束时间", null=True, blank=True)
    closed_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, verbose_name="结束人", related_name="+"
    )
    end_reason = models.CharField("结束原因", max_length=20, choices=choices(WatchEnd), blank=True)
    end_note = models.CharField("结束说明", max_length=200, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    scope_path = LINE_PATH
    objects = WatchQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "关注学生"
        ordering = ["-proposed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["student", "kind"], condition=OPEN, name="one_open_watch_a_child_and_kind"),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in WatchKind]), name="watch_kind_is_known"
            ),
            models.CheckConstraint(condition=~Q(grounds=""), name="a_watch_has_its_grounds"),
            models.CheckConstraint(
                condition=(WAVERS & ~Q(reason="")) | (~WAVERS & Q(reason="")), name="who_wavers_has_a_reason_for_it"
            ),
            models.CheckConstraint(
                condition=(Q(state="proposed") & UNDECIDED & IN_NOBODYS_CARE & STANDING)
                | (Q(state="refused") & DECIDED & ~Q(decision_note="") & IN_NOBODYS_CARE & STANDING)
                | (Q(state="withdrawn", closed_on__isnull=False, closed_at__isnull=False) & UNDECIDED & IN_NOBODYS_CARE)
                | (Q(state="confirmed") & DECIDED & IN_CARE & STANDING)
                | (
                    Q(state="ended", closed_on__isnull=False, closed_at__isnull=False)
                    & DECIDED
                    & IN_CARE
                    & ~Q(end_reason="")
                ),
                name="a_watch_is_decided_and_ended_in_order",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "review_on"], name="watches_by_state"),
            models.Index(fields=["responsible"], condition=Q(state="confirmed"), name="watches_of_a_person"),
        ]

    def __str__(self):
        return f"{self.student}：{self.get_kind_display()}"

    @property
    def is_open(self) -> bool:
        return WatchState(self.state) in OPEN_STATES

    def is_due_on(self, day: date) -> bool:
        """Whether the review of a confirmed one is near or overdue."""
        return self.review_on is not None and review_state(self.review_on, day) is not ReviewState.LATER


class WatchEvent(models.Model):
    """关注记录: one thing done with a proposal; never changed. Nobody as the author: the clock."""

    watch = models.ForeignKey(Watch, models.PROTECT, verbose_name="关注", related_name="events")
    action = models.CharField("事项", max_length=20, choices=choices(WatchAction))
    day = models.DateField("日期")
    at = models.DateTimeField("登记时间")
    by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, verbose_name="登记人", related_name="+")
    note = models.CharField("说明", max_length=200, blank=True)
    responsible = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, verbose_name="责任人", related_name="+"
    )
    review_on = models.DateField("复核日期", null=True, blank=True)

    scope_path = {key: f"watch__{path}" for key, path in LINE_PATH.items()}
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "关注记录"
        ordering = ["watch", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(action__in=[action.value for action in WatchAction]), name="watch_event_action_is_known"
            ),
        ]

    def __str__(self):
        return f"{self.watch} {self.day} {self.get_action_display()}"
