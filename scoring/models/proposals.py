"""提案: a version of a scheme made by form, until it counts; what those for classes and for schools have in common."""

from django.conf import settings
from django.db import models
from django.db.models import Q

Person = settings.AUTH_USER_MODEL


def _when(name: str) -> models.DateTimeField:
    return models.DateTimeField(name, null=True, blank=True)


def _who(name: str) -> models.ForeignKey:
    return models.ForeignKey(Person, models.PROTECT, null=True, blank=True, verbose_name=name, related_name="+")


class VersionProposal(models.Model):
    """A version that waits: tried on the scores of ``as_of`` first (试算), then adopted for a school year.

    ``outcome`` holds the counts and what changes most (ids and words), ``mark`` is that of what was shown, so that
    nobody lets count what they have not seen. A kind has ``scheme``, ``follows`` (the version that it takes the place
    of) and ``adoption`` (what came of it) besides, and the constraints of ``in_order``.
    """

    class State(models.TextChoices):
        REHEARSING = "rehearsing", "正在试算"
        REHEARSED = "rehearsed", "待确认"
        ADOPTED = "adopted", "已采用"
        WITHDRAWN = "withdrawn", "已撤回"
        GIVEN_UP = "given_up", "已放弃"

    school_year = models.PositiveSmallIntegerField("从哪个学年起", help_text="学年开始的年份。")
    reason = models.CharField("为什么改", max_length=200)
    as_of = models.DateField("试算到哪天")
    state = models.CharField("状态", max_length=12, choices=State, default=State.REHEARSING)
    outcome = models.JSONField("试算结果", default=dict, blank=True)
    mark = models.CharField("试算的摘要", max_length=64, blank=True)
    made_at = models.DateTimeField("提出时间")
    made_by = models.ForeignKey(Person, models.PROTECT, verbose_name="提出人", related_name="+")
    adopted_at, adopted_by = _when("采用时间"), _who("采用人")
    withdrawn_at, withdrawn_by = _when("撤回时间"), _who("撤回人")
    withdrawn_because = models.CharField("为什么撤回", max_length=200, blank=True)
    given_up_at, given_up_by = _when("放弃时间"), _who("放弃人")

    class Meta:
        abstract = True

    def __str__(self):
        return f"{self.scheme}（{self.school_year}学年起）"


def in_order(what: str) -> list[models.CheckConstraint]:
    """What the database refuses of a proposal of ``what``: no reason, an adoption or an end that nobody has made."""
    adopted = Q(state__in=["adopted", "withdrawn"])
    return [
        models.CheckConstraint(condition=~Q(reason=""), name=f"a_{what}_proposal_says_why"),
        models.CheckConstraint(
            condition=Q(state="adopted", adoption__isnull=False, adopted_at__isnull=False, adopted_by__isnull=False)
            | Q(state="withdrawn", adoption=None, adopted_at__isnull=False, adopted_by__isnull=False)
            | (~adopted & Q(adopted_at=None, adopted_by=None, adoption=None)),
            name=f"a_{what}_proposal_was_adopted_by_somebody",
        ),
        models.CheckConstraint(
            condition=(
                Q(state="withdrawn", withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawn_because="")
            )
            | (~Q(state="withdrawn") & Q(withdrawn_at=None, withdrawn_by=None, withdrawn_because="")),
            name=f"a_{what}_proposal_was_withdrawn_by_somebody",
        ),
        models.CheckConstraint(
            condition=Q(state="given_up", given_up_at__isnull=False, given_up_by__isnull=False)
            | (~Q(state="given_up") & Q(given_up_at=None, given_up_by=None)),
            name=f"a_{what}_proposal_was_given_up_by_somebody",
        ),
    ]
