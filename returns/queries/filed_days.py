"""Whether a day lies in a month that a school has filed; by night the figures are held against the facts."""

from datetime import date

from django.db.models import Exists, OuterRef

from returns.models import Edition, SchoolReturn
from students.models import SchoolClass
from students.periods import PeriodKind
from students.templatetags.chinese import cdate_short


def filed_words(school_class: int, first: date, last: date) -> str:
    """9月7日在已上报的2026年9月月报内……, of several days 已上报的2026年9月月报里有这些日子……, of the latest month;
    blank where none is filed. A query."""
    rows = SchoolReturn.objects.filter(
        Exists(Edition.objects.sent().filter(school_return=OuterRef("pk"))),
        school__in=SchoolClass.objects.filter(pk=school_class).values("school"),
        kind=PeriodKind.MONTH, first__lte=last, cut_off__gte=first,
    )  # fmt: skip
    row = rows.order_by("first").last()
    if row is None:
        return ""
    where = f"{cdate_short(first)}在已上报的{row.name}内" if first == last else f"已上报的{row.name}里有这些日子"
    return f"{where}，夜间核对，数字有变化时会提醒学校另报更正。"
