"""The month's figures by sex 性别, township 乡镇 and special group 特殊群体: the columns of the return, other rows."""

from operator import attrgetter

from reports.figures import Figures
from reports.models import PARTS
from reports.queries.county import PlaceFigures
from reports.queries.kept_figures import KeptMonth, kept, sums
from reports.queries.monthly_return import COUNTS, NOTES
from reports.tables import Column, Kind, Table
from students.access import Scope
from students.models import Area, SpecialGroup, Student

BY = {"sex": "性别", "township": "乡镇", "group": "特殊群体"}
KINDS = {"sex": Student.Sex.values, "group": SpecialGroup.Kind.values}
LABELS = dict(PARTS)
GROUP_NOTE = "一名学生可以属于几个群体，各计一次，所以没有合计；群体按月末当天的登记。"


def figures_by(scope: Scope, month: KeptMonth, by: str) -> list[PlaceFigures]:
    """The figures of the parts that anybody belongs to, in their usual order; one query, two by township."""
    if by == "township":
        found = sums(kept(scope).filter(as_of=month.day), "school__township")
        areas = Area.objects.filter(pk__in=found).order_by("code")
        return [PlaceFigures(found[area.pk], area.name, key=area.pk) for area in areas]
    found = sums(kept(scope, parts=KINDS[by]).filter(as_of=month.day), "part")
    return [PlaceFigures(found[part], LABELS[part], key=part) for part in KINDS[by] if part in found]


def parts_table(scope: Scope, month: KeptMonth, by: str, *, place: str, days: str) -> Table:
    """As a table; the sum stands below where nobody is counted twice. ``days``: which are counted, in words."""
    rows = figures_by(scope, month, by)
    total = None
    if by != "group":
        whole = sums(kept(scope).filter(as_of=month.day), "as_of").get(month.day, Figures())
        total = PlaceFigures(whole, "合计")
    head = Column("part", BY[by], Kind.TEXT, 6, attrgetter("label"))
    return Table(
        title=f"{month.number}各项数字（按{BY[by]}）",
        columns=(head, *COUNTS),
        rows=lambda: rows,
        count=len(rows),
        unit="行",
        as_of=month.day,
        filters=(place, f"{month.label}（{days}）"),
        notes=(*NOTES, GROUP_NOTE) if by == "group" else NOTES,
        total=total,
    )
