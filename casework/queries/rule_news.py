"""新规则 on a first page: what is owed changes with the ladder, so it is said before its day and for a week after."""

from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import OuterRef, Q, Subquery
from django.urls import reverse

from casework.models import RuleAdoption
from casework.models.rules import AS_COUNTY
from casework.queries.rule_pages import title_of
from students.access import Scope
from students.models import School
from students.templatetags.chinese import cdate_short

NEWS = timedelta(days=7)  # [D]


class RuleNews(NamedTuple):
    """A ladder that begins or has begun, in one sentence, and where it can be read."""

    words: str
    url: str


def rule_news(scope: Scope, today: date) -> list[RuleNews]:
    """The ladders that begin for the reader within a week of ``today``, either way; one query.

    An area is told of the county's; a school of its own, and of the county's only as long as it follows that.
    """
    rows = RuleAdoption.objects.filter(starts_on__range=(today - NEWS, today + NEWS)).select_related("rule_set")
    if scope.county or scope.townships:
        rows = rows.filter(school=None)
    else:
        mine = School.objects.visible_to(scope).values("pk")
        own = RuleAdoption.objects.filter(school__in=mine, starts_on__lte=OuterRef("starts_on"))
        rows = rows.annotate(own=Subquery(own.order_by("-starts_on", "-pk").values("rule_set__code")[:1]))
        follows = Q(own=None) | Q(own__startswith=AS_COUNTY)
        rows = rows.filter(Q(school__in=mine) | Q(school=None) & follows)
    return [RuleNews(_words(row, today), reverse("casework:rules")) for row in rows.order_by("starts_on", "pk")]


def _words(row: RuleAdoption, today: date) -> str:
    day, name = cdate_short(row.starts_on), title_of(row.rule_set)
    if row.starts_on > today:
        return f"{name}{day}起执行，从那天起按新规则产生待办。"
    return f"{name}已从{day}起执行，待办按新规则产生。"
