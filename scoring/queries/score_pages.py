"""What the pages of scores show: the classes of a scope on a kept day, with the totals of grades and schools."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.db.models import Avg, Count, F, Q, QuerySet, Sum

from scoring.models import KeptScore
from scoring.models.scores import IS_SCORED
from scoring.school_scores import ranks
from students.access import Scope
from students.calendar import school_year_start
from students.metrics import DROPOUT_RATE, tenths
from students.queries.listing import GRADES, classes_of_grade

PARTS = {"class": "按班", "grade": "按年级", "school": "按学校", "township": "按乡镇"}
FIGURES = {
    "classes": Count("pk"),
    "baseline": Sum("baseline"),
    "dropouts": Sum("dropouts"),
    "met": Count("pk", filter=Q(target_met=True, is_rated=True)),
    "unrated": Count("pk", filter=Q(target_met=True, is_rated=False)),
    "vetoed": Count("pk", filter=Q(veto=True)),
    "mean": Avg("total"),
}


@dataclass(frozen=True)
class Total:
    """The classes of a place taken together; every figure stands beside what it is taken of."""

    label: str
    classes: int
    baseline: int
    dropouts: int
    met: int
    unrated: int
    vetoed: int
    mean: Decimal | None
    key: int | None = None
    rank: int | None = None

    @property
    def met_note(self) -> str:
        """What the classes that met their target are taken of."""
        return f"共{self.classes}个班"

    @property
    def lost_note(self) -> str:
        """What the lost children are taken of."""
        return f"学年初{self.baseline}人，辍学率{DROPOUT_RATE.of(self.dropouts, self.baseline).text}"


def days_kept(scope: Scope) -> list[date]:
    """The days of which the reader sees scores, the latest first."""
    return list(KeptScore.objects.visible_to(scope).order_by("-as_of").values_list("as_of", flat=True).distinct())


def scores_on(scope: Scope, day: date | None, *, school: str = "", grade: str = "") -> QuerySet[KeptScore]:
    """The scores of a kept day, the highest first, narrowed down to a school and a grade of that day."""
    rows = KeptScore.objects.visible_to(scope).filter(IS_SCORED, as_of=day)
    if school:
        rows = rows.filter(school_class__school=school)
    if grade:
        rows = rows.filter(school_class__in=classes_of_grade(int(grade), day))
    return rows.select_related("school_class__school").order_by(
        "-total", "school_class__school__code", "school_class__number"
    )


def whole_of(rows: QuerySet[KeptScore]) -> Total:
    """All classes of a list together."""
    return _total("合计", rows.order_by().aggregate(**FIGURES))


def parts_of(rows: QuerySet[KeptScore], part: str, day: date) -> list[Total]:
    """The same by school or township (ranked by the mean of their classes; equals share a rank) or by grade."""
    if part == "grade":
        return list(_by_grade(rows, day))
    path = {"school": "school_class__school", "township": "school_class__school__township"}[part]
    found = rows.order_by().values(key=F(path), name=F(f"{path}__name")).annotate(**FIGURES).order_by("-mean", "key")
    return ranked([_total(row.pop("name"), row) for row in found])


def _by_grade(rows: QuerySet[KeptScore], day: date) -> Iterator[Total]:
    for grade, label in GRADES.items():
        figures = rows.filter(school_class__in=classes_of_grade(grade, day)).order_by().aggregate(**FIGURES)
        if figures["classes"]:
            yield _total(label, figures)


def _total(label: str, figures: dict) -> Total:
    counts = {name: figures[name] or 0 for name in FIGURES if name != "mean"}
    mean = figures["mean"]
    mean = None if mean is None else tenths(mean)
    return Total(label, **counts, mean=mean, key=figures.get("key"))


def ranked(totals: list[Total]) -> list[Total]:
    """With ranks, from the highest mean to the lowest; equals share one, and the next is counted on."""
    places = ranks([total.mean for total in totals])
    return [replace(total, rank=rank) for total, rank in zip(totals, places, strict=True)]


def month_points(scope: Scope, school_class: int, school_year: int) -> list[tuple[date, Decimal]]:
    """The class's total on every kept day of a school year, in order."""
    start, end = school_year_start(school_year), school_year_start(school_year + 1)
    rows = KeptScore.objects.visible_to(scope).filter(school_class=school_class, as_of__gte=start, as_of__lt=end)
    return list(rows.order_by("as_of").values_list("as_of", "total"))
