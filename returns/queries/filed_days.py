"""Whether a day lies in a month that a school has filed; by night the figures are held against the facts."""

from datetime import date

from django.db.models import Exists, OuterRef

from returns.models import Edition, SchoolReturn
from students.models import SchoolClass
from students.periods import PeriodKind
from students.templatetags.chinese import cdate_short


def filed_words(school_class: int, day: date) -> str:
    """9月7日在已上报的2026年9月月报内……; blank where the month is not filed. A query."""
    rows = SchoolReturn.objects.filter(
        Exists(Edition.objects.sent().filter(school_return=OuterRef("pk"))),
        school__in=SchoolClass.objects.filter(pk=school_class).values("school"),
        kind=PeriodKind.MONTH, first__lte=day, cut_off__gte=day,
    )  # fmt: skip
    row = rows.first()
    return f"{cdate_short(day)}在已上报的{row.name}内，夜间核对，数字有变化时会提醒学校另报更正。" if row else ""
