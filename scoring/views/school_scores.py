"""学校月考核: the schools of a scope in a month, and one school with what its month follows from."""

from collections import Counter
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from scoring.forms import SchoolMonthFilter
from scoring.models import KeptScore
from scoring.queries import school_lines as lines
from scoring.queries import school_scores as queries
from scoring.queries.months import ScoreMonth, months_kept
from scoring.queries.score_pages import days_kept
from scoring.scheme import plain
from scoring.school_scheme import Band, SchoolScheme
from scoring.views.months import days_of_year_asked, month_of_address, month_tabs
from students.access import OFFICE_ROLES
from students.metrics import DROPOUT_RATE
from students.models import School
from students.views.audience import only_for
from students.views.lists import same_filters

PAGE_SIZE = 50
school_month_page = only_for(OFFICE_ROLES, "学校月考核由学校管理人员和主管部门查看")


@dataclass(frozen=True)
class Asked:
    """What the address asks for: a month of those that there are, and which schools."""

    months: list[ScoreMonth]
    month: ScoreMonth | None
    form: SchoolMonthFilter
    ranked: list[queries.RankedSchool]
    scheme: SchoolScheme | None  # by which that month is judged

    @property
    def narrowed(self) -> list[queries.RankedSchool]:
        """The schools asked for, with their ranks among all."""
        return [each for each in self.ranked if self.form.keeps(each)]


def asked_schools(request) -> Asked:
    """The schools of the scope in the month that the address asks for; seven queries."""
    scope = request.scope.of_whole_schools
    months = months_kept(days_of_year_asked(request, days_kept(scope)))
    month = month_of_address(request, months)
    schools = list(School.objects.visible_to(scope).select_related("township"))
    townships = sorted({row.township for row in schools}, key=lambda area: area.code)
    form = SchoolMonthFilter(request.GET, townships=townships)
    form.full_clean()
    ranked, by = [], None
    if month:
        rows = KeptScore.objects.visible_to(scope).filter(as_of__in=queries.days_of(month))
        by = queries.yardstick_of(month.month.school_year)
        ranked = queries.ranked_schools(schools, month, queries.standings_of(rows), by)
    return Asked(months, month, form, ranked, by and by.scheme)


@require_safe
@school_month_page
def school_months(request):
    """All schools of the scope in a month, the most points first."""
    asked = asked_schools(request)
    bands = Counter(each.score.band for each in asked.ranked)
    context = {
        "form": asked.form,
        "month": asked.month,
        "months": month_tabs(request, asked.months, asked.month),
        "bands": [(band.label, bands[band], "alarm" if band is Band.FAIL and bands[band] else "") for band in Band],
        "count": len(asked.ranked),
        "page": Paginator(asked.narrowed, PAGE_SIZE).get_page(request.GET.get("page")),
        "file_url": same_filters(request, "reports:school_scores_file"),
        "definition": DROPOUT_RATE.note,
    }
    return render(request, "scoring/school_months.html", context)


@require_safe
@school_month_page
def school_month(request, pk):
    """One school's month: how its points come about, the lost children, its classes, the year so far."""
    scope = request.scope.of_whole_schools
    school = get_object_or_404(School.objects.visible_to(scope).select_related("township"), pk=pk)
    rows = KeptScore.objects.visible_to(scope).filter(school_class__school=school)
    days = days_of_year_asked(request, list(rows.order_by("-as_of").values_list("as_of", flat=True).distinct()))
    months = months_kept(days)
    month = month_of_address(request, months)
    context = {"school": school, "month": month, "months": month_tabs(request, months, month)}
    if month:
        context |= _whole(school, month, months, rows.filter(as_of__in=days))
    return render(request, "scoring/school_month.html", context)


def _whole(school: School, month: ScoreMonth, months: list[ScoreMonth], rows) -> dict:
    by = queries.yardstick_of(month.month.school_year)
    standings = queries.standings_of(rows)
    made = by.score(school.pk, month, standings)
    trend = [(each, by.score(school.pk, each, standings)) for each in months]
    classes = list(queries.classes_in_month(rows, month))
    return {
        "made": made,
        "scheme": by.scheme,
        "lost_note": lines.lost_words(made.standing),
        "registers_note": f"应点{made.due}节",
        "band_note": lines.band_words(by.scheme),
        "limits": lines.limit_words(by.scheme),
        "rules": lines.rules_in_words(by.scheme),
        "remark": lines.remark_of(made, by.scheme),
        "lines": lines.lines_of(made, by.scheme),
        "stages": lines.stages_of(school, month, made, by.class_scheme_of(school.pk)),
        "classes": classes,
        "class_count": f"共{len(classes)}个班",
        "trend": trend,
        **_chart(trend),
    }


def _chart(trend) -> dict:
    """The totals of the year; the line begins at the ten below the lowest of them, and says so."""
    floor = min(score.total for _, score in trend) // 10 * 10
    points = [(f"{each.month.month}月", score.total) for each, score in trend]
    return {"trend_points": points, "chart_floor": floor, "chart_title": f"各月总分（从{plain(floor)}分画起）"}
